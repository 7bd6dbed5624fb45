// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP

#include "anchored_path.hpp"
#include "descriptor.hpp"
#include "file_identity.hpp"

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

struct file_facts
{
    file_identity identity;
    bool is_regular = false;
    bool has_name = false;        ///< at least one link is left
    bool has_other_names = false; ///< more than one hard link
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

/// Describes the file and, in `mount`, the mount through which it was opened, by a number that no
/// other mount has had since the system was started. 0 where the system has no such number.
system::error_code facts_of(descriptor const& file, file_facts& facts,
                            std::uint64_t& mount) noexcept;

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
system::error_code read_all(native_handle_type file, std::size_t most, std::string& text);
inline system::error_code read_all(descriptor const& file, std::size_t most, std::string& text)
{
    return read_all(file.native(), most, text);
}

/// Makes the next read of a file that is open for writing ask the server, where this machine keeps
/// copies of the size and the content. The content stays; the modification time does not.
void drop_copies(native_handle_type file) noexcept;

/// Writes the whole text at the beginning. A failure may leave a part of it.
system::error_code write_all(native_handle_type file, std::string_view text) noexcept;
inline system::error_code write_all(descriptor const& file, std::string_view text) noexcept
{
    return write_all(file.native(), text);
}

/// Waits until the written data can be read through the server. Has no effect where the file system
/// does not support that.
system::error_code flush(native_handle_type file) noexcept;
inline system::error_code flush(descriptor const& file) noexcept
{
    return flush(file.native());
}

system::error_code truncate(native_handle_type file) noexcept;
inline system::error_code truncate(descriptor const& file) noexcept
{
    return truncate(file.native());
}

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
