// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FILE_HPP

#include "descriptor.hpp"

#include <boost/filelock/config.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// What tells one file from another while both exist.
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
    std::chrono::nanoseconds modified{}; ///< the content, since 1970 by the file system's clock
    std::chrono::nanoseconds changed{};  ///< anything of it

    /// Whether nothing has happened to it between the two.
    friend bool is_unchanged(file_facts const& a, file_facts const& b) noexcept
    {
        return a.identity == b.identity && a.size == b.size && a.modified == b.modified &&
               a.changed == b.changed;
    }
};

system::error_code facts_of(descriptor const& file, file_facts& facts) noexcept;

/// Of what the path names, itself where that is a symbolic link.
system::error_code facts_of(filesystem::path const& path, file_facts& facts) noexcept;

/// Whether it was opened for reading alone.
bool is_read_only(descriptor const& file) noexcept;

/// Whether this is what a file server says of an open file that it, or the way to it, has lost, and
/// the locks on it with it.
bool is_server_lost(system::error_code const& ec) noexcept;

/// Opens and closes the file, which tells those who watch it. Where that fails, they ask from time
/// to time.
void touch(filesystem::path const& path) noexcept;

/// The same of a file that is open. Does nothing to what is no regular file.
void touch(native_handle_type file) noexcept;

system::error_code set_permissions(descriptor const& file, filesystem::perms permissions) noexcept;

/// Reads from the beginning to the end, but not much more than `most` bytes.
system::error_code read_all(descriptor const& file, std::size_t most, std::string& text);

/// Writes all of it at the beginning. What fails leaves a part.
system::error_code write_all(descriptor const& file, std::string_view text) noexcept;

/// Waits until what was written can be read through the server. Does nothing where the file system
/// has no such thing.
system::error_code flush(descriptor const& file) noexcept;

system::error_code truncate(descriptor const& file) noexcept;

/// Makes it modified just now, by the file system's clock or this machine's.
system::error_code stamp(descriptor const& file) noexcept;

/// Whether there is no room left, for all or for this user.
bool is_out_of_space(system::error_code const& ec) noexcept;

/// Gives the unnamed file a name; `file_exists` where the path names anything.
system::error_code give_name(descriptor const& file, filesystem::path const& path) noexcept;

/// Makes each of two names that of the other's file, in one step.
system::error_code exchange_names(filesystem::path const& a, filesystem::path const& b) noexcept;

/// A second name; `file_exists` where `to` names anything.
system::error_code add_name(filesystem::path const& from, filesystem::path const& to) noexcept;

/// Replaces what `to` names.
system::error_code move_name(filesystem::path const& from, filesystem::path const& to) noexcept;

system::error_code remove_name(filesystem::path const& path) noexcept;

/// Makes a directory with at most these permissions; `file_exists` where the path names anything.
system::error_code make_directory(filesystem::path const& path,
                                  filesystem::perms permissions) noexcept;

/// The most bytes that a name in this directory may have.
std::size_t longest_name(filesystem::path const& directory) noexcept;

/// A path to what has this name in the directory, whatever its own path names by now. It is good
/// as long as the descriptor is open, and where the system has /proc.
filesystem::path path_in(descriptor const& directory, std::string_view name);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
