// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_READER_DIRECTORY_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_READER_DIRECTORY_HPP

#include "lock_directory.hpp"
#include "own_marker.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// The directory of the readers' markers.
class reader_directory
{
public:
    explicit reader_directory(filesystem::path path) : path_(std::move(path)) {}

    /// Opens the directory again, and makes it if it is missing. A new directory is for its owner
    /// alone, or for the users to which `permissions`, those of the markers, give access. Returns
    /// `error::not_a_lock_file` if the path names something else.
    system::error_code open(std::optional<filesystem::perms> permissions);
    system::error_code open_existing() { return open_.open_existing(path_); }
    void close() noexcept { open_.file.close(); }
    bool is_open() const noexcept { return open_.file.is_open(); }
    bool is_as_opened() const noexcept { return open_.is_as_opened(); }

    descriptor const& file() const noexcept { return open_.file; }
    file_identity identity() const noexcept { return open_.facts.identity; }
    std::uint64_t mount() const noexcept { return open_.mount; }
    anchored_path path_of(std::string const& name) const { return {file(), name}; }

    /// Returns the path by which other processes find the name. It may lead to another directory by
    /// now.
    filesystem::path seen_path_of(std::string const& name) const { return path_ / name; }

    /// Returns whether the path still names the open directory, so that other processes look there.
    bool is_in_place(storage rules, system::error_code& ec) const noexcept;

    /// Returns what other processes that open the directory now find under this name: `intact` for
    /// a file with this text. This serves network storage, where an inode number is no identity.
    marker_state state_of(std::string const& name, std::string const& text,
                          system::error_code& ec) const noexcept;

    /// Lists the names of the readers' markers, sorted, and the temporary names of files that are
    /// being removed.
    system::error_code list(std::vector<std::string>& readers,
                            std::vector<std::string>& going) const;

private:
    filesystem::path path_;
    lock_directory open_;
};

/// Reports whether the parent directory has the name, by reading all of it. A look-up is no
/// alternative: after one that did not find the name, a cache may give the same answer again.
system::error_code is_listed(filesystem::path const& path, bool& it_is);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
