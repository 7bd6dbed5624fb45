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

#include <cstdint>

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
};

system::error_code facts_of(descriptor const& file, file_facts& facts) noexcept;

/// Of what the path names, itself where that is a symbolic link.
system::error_code facts_of(filesystem::path const& path, file_facts& facts) noexcept;

/// Whether this is what a file server says of an open file that it, or the way to it, has lost, and
/// the locks on it with it.
bool is_server_lost(system::error_code const& ec) noexcept;

/// Opens and closes the file, which tells those who watch it. Where that fails, they ask from time
/// to time.
void touch(filesystem::path const& path) noexcept;

/// The same of a file that is open. Does nothing to what is no regular file.
void touch(native_handle_type file) noexcept;

system::error_code set_permissions(descriptor const& file, filesystem::perms permissions) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
