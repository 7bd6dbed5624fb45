// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LOCK_DIRECTORY_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LOCK_DIRECTORY_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// A directory with files of a lock, `PATH.readers` or `PATH.fence`. It is used through its
/// descriptor, so that no process can put another directory or a link in its place between two
/// steps.
struct lock_directory
{
    descriptor file;
    file_facts facts;
    std::uint64_t mount = 0;

    /// Opens the directory. Returns `error::not_a_lock_file` if the path names something else.
    system::error_code open_existing(path_ref path);

    /// Returns whether the descriptor still has the directory open that was opened.
    bool is_as_opened() const noexcept
    {
        file_facts now;
        return !facts_of(file, now) && now.identity == facts.identity;
    }

    /// Which directory gets its permissions whatever the umask.
    enum class exact
    {
        none,
        new_one,
        any ///< its maker may have died before that step
    };

    /// Makes the directory if it is missing, and opens it. That the permissions of a directory of
    /// another process cannot be set is no error.
    system::error_code open_or_make(path_ref path, filesystem::perms permissions, exact which);

    /// Does the same with the permissions that suit the lock's option `permissions`. If that is
    /// unset, the umask or the parent directory's ACL decides.
    system::error_code open_or_make(path_ref path,
                                    std::optional<filesystem::perms> const& of_files);
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
