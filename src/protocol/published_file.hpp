// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_PUBLISHED_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_PUBLISHED_FILE_HPP

#include "../platform/anchored_path.hpp"
#include "../platform/file.hpp"

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

/// A file that is published under a name.
struct published_file
{
    std::string text;
    std::optional<filesystem::perms> permissions;
    bool is_local = false;   ///< on local storage
    bool is_lasting = false; ///< not left empty by a crash of the system
    file_facts facts;        ///< once it is written
};

/// Publishes the file: writes it under a private name, and links that to the path. So no process
/// finds it in part. Returns `error::hard_links_not_supported` where the file system has none.
/// After an error the path may name the file.
system::error_code publish(published_file& file, anchored_path const& path, publication& result);

/// Gives the published file a second name. The result and the errors are as above.
system::error_code add_name_of(published_file const& file, anchored_path const& from,
                               anchored_path const& to, publication& result);

/// Removes a private name that a process has left: one with another link, or one that was written
/// two seconds before `now` by the file system's clock. Ignores errors: another process removes it.
void remove_private(anchored_path const& path, std::chrono::nanoseconds now);

/// Does the same for all private names under which this path was published.
void remove_privates_of(anchored_path const& path, std::chrono::nanoseconds now);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
