// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP

#include "anchored_path.hpp"
#include "descriptor.hpp"

#include <boost/filelock/config.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// Distinguishes a file from all others that exist at the same time.
struct file_identity
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    friend bool operator==(file_identity a, file_identity b) noexcept
    {
        return a.device == b.device && a.inode == b.inode;
    }
};

struct file_facts
{
    file_identity identity;
    bool is_regular = false;
    bool has_name = false; ///< at least one link is left
    filesystem::perms permissions = filesystem::no_perms;
    std::uint64_t size = 0;
    std::chrono::nanoseconds modified{}; ///< time of the last change of the content, since 1970, by
                                         ///< the file system's clock
    std::chrono::nanoseconds changed{};  ///< time of the last change of any kind, by the same clock

    /// Returns whether the file did not change between the two.
    friend bool is_unchanged(file_facts const& a, file_facts const& b) noexcept
    {
        return a.identity == b.identity && a.size == b.size && a.modified == b.modified &&
               a.changed == b.changed;
    }
};

system::error_code facts_of(descriptor const& file, file_facts& facts) noexcept;

/// Describes the file that the path names. If it is a symbolic link, describes the link itself.
system::error_code facts_of(path_ref path, file_facts& facts) noexcept;

/// Returns whether the file was opened for reading only.
bool is_read_only(descriptor const& file) noexcept;

/// Returns whether this is the error that a file server reports for an open file when it, or the
/// connection to it, has lost the file together with the locks on it.
bool is_server_lost(system::error_code const& ec) noexcept;

/// Opens and closes the file, which notifies its watchers. Where that fails, the watchers poll.
void touch(path_ref path) noexcept;

/// Does the same for an open file. Has no effect on a file that is not regular.
void touch(native_handle_type file) noexcept;

system::error_code set_permissions(descriptor const& file, filesystem::perms permissions) noexcept;

/// Reads from the beginning to the end, but not much more than `most` bytes.
system::error_code read_all(descriptor const& file, std::size_t most, std::string& text);

/// Writes the whole text at the beginning. A failure may leave a part of it.
system::error_code write_all(descriptor const& file, std::string_view text) noexcept;

/// Waits until the written data can be read through the server. Has no effect where the file system
/// does not support that.
system::error_code flush(descriptor const& file) noexcept;

system::error_code truncate(descriptor const& file) noexcept;

/// Sets the modification time to now, by the file system's clock or this machine's.
system::error_code stamp(descriptor const& file) noexcept;

/// Returns whether the file system, or the user's quota, is full.
bool is_out_of_space(system::error_code const& ec) noexcept;

/// Gives the unnamed file a name. Fails with `file_exists` if the path names anything.
system::error_code give_name(descriptor const& file, path_ref path) noexcept;

/// Atomically exchanges the files that the two names refer to.
system::error_code exchange_names(path_ref a, path_ref b) noexcept;

/// Adds a second name. Fails with `file_exists` if `to` names anything.
system::error_code add_name(path_ref from, path_ref to) noexcept;

/// Renames the file. Replaces the file that `to` names.
system::error_code move_name(path_ref from, path_ref to) noexcept;

system::error_code remove_name(path_ref path) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
