// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_WHOLE_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_WHOLE_FILE_HPP

#include "../platform/anchored_path.hpp"

#include <boost/filesystem/file_status.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

enum class publication
{
    done,
    taken,    ///< the path names another file
    disturbed ///< another process has removed the private name or the public one
};

/// Publishes a file with this text: writes it under a private name, and links that to the path. So
/// no process finds it in part. If another process has published the same text, that is `done`.
/// Returns `error::hard_links_not_supported` where the file system has none. After an error the
/// path may name the file. `made`: when the file was written, by the file system's clock.
system::error_code publish_whole(anchored_path const& path, std::string const& text,
                                 std::optional<filesystem::perms> const& permissions, bool is_local,
                                 publication& result, std::chrono::nanoseconds& made);

/// Gives the file, which has this text, a second name. The other results are as above.
system::error_code link_whole(anchored_path const& from, anchored_path const& to,
                              std::string const& text, publication& result);

/// Removes a private name that a process has left: one with another link, or one that was written
/// two seconds before `now` by the file system's clock. Ignores errors: another process removes it.
void remove_private(anchored_path const& path, std::chrono::nanoseconds now);

/// Does the same for all private names under which this path was published.
void remove_privates_of(anchored_path const& path, std::chrono::nanoseconds now);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
