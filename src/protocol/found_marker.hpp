// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_FOUND_MARKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_FOUND_MARKER_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"

#include <boost/system/error_code.hpp>

#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// A file that was found where a marker may be.
struct found_marker
{
    descriptor file; // not open where this process may not read it
    file_facts facts;
    std::string text;

    /// Returns `no_such_file_or_directory` where the path names nothing, `error::not_a_lock_file`
    /// for anything but a regular file. Follows no link, never waits, and reads no more than a
    /// record.
    system::error_code look(path_ref path);

    /// Reads the same file again.
    system::error_code reread();

private:
    system::error_code check(); // of the open file, without its text
};

/// Returns whether the path names nothing. Opens the file, for which a client asks the server.
bool names_nothing(path_ref path);

/// Returns whether both looks found the same file. On network storage an inode number is no
/// identity, so the text counts as well.
bool is_same(found_marker const& a, found_marker const& b) noexcept;

/// Returns whether the text is a whole record of a marker, or the beginning of one.
bool may_be_a_marker(std::string const& text);

/// Returns whether a process holds the file's witness. True where that cannot be known.
bool is_witnessed(found_marker const& found) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
