// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_LINUX_HOST_LOCAL_LOCKS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_LINUX_HOST_LOCAL_LOCKS_HPP

#include <boost/filelock/lock_options.hpp>

#include <cstdint>
#include <string_view>

// Kernel locks that exclude only processes of the same host, as detected by the type of the file
// system that statfs(2) returns and by the mount's options.

namespace boost {
namespace filelock {
namespace detail {

/// Returns whether the type is one of SMB's.
bool is_smb(std::uint32_t type) noexcept;

/// Returns whether the locks of a file system of this type depend on mount options.
bool has_lock_options(std::uint32_t type) noexcept;

/// Returns whether locks of this kind, `flock` or `record`, are known to exclude only processes of
/// the same host. `mountinfo` is the text of /proc/self/mountinfo, which is used if
/// `has_lock_options`. `device` is "major:minor" of the file's `st_dev`, in decimal.
bool is_host_local(kernel_lock kind, std::uint32_t type, std::string_view mountinfo,
                   std::string_view device) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
