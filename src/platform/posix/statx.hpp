// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_STATX_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_STATX_HPP

#include <cstdint>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#if defined(SYS_statx)
#include <sys/sysmacros.h>
#endif

namespace boost {
namespace filelock {
namespace detail {

struct statx_time
{
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::int32_t spare;
};

/// The structure of statx(2). Declared here because some C libraries lack it, or its newer members.
struct statx_facts
{
    std::uint32_t mask, block_size;
    std::uint64_t attributes;
    std::uint32_t links, user, group;
    std::uint16_t mode, spare;
    std::uint64_t inode, size, blocks, attributes_mask;
    statx_time accessed, created, changed, modified;
    std::uint32_t special_major, special_minor, device_major, device_minor;
    std::uint64_t mount;
    unsigned char rest[256 - 152];
};
static_assert(sizeof(statx_facts) == 256, "the size that the kernel writes");

constexpr std::uint32_t basic_statx = 0x7ff;           // STATX_BASIC_STATS
constexpr std::uint32_t unique_mount_statx = 0x4000;   // STATX_MNT_ID_UNIQUE, Linux 6.8
constexpr std::uint64_t mount_root_attribute = 0x2000; // STATX_ATTR_MOUNT_ROOT, Linux 5.8

/// Describes an open file. `mask`: what to describe. Returns false where that fails, or the system
/// has no such call.
inline bool statx_of(int fd, std::uint32_t mask, statx_facts& facts) noexcept
{
#if defined(SYS_statx)
    return ::syscall(SYS_statx, fd, "", AT_EMPTY_PATH, mask, &facts) == 0;
#else
    (void)fd, (void)mask, (void)facts;
    return false;
#endif
}

/// Returns the device as stat(2) reports it.
inline ::dev_t device_of(statx_facts const& facts) noexcept
{
#if defined(SYS_statx)
    return makedev(facts.device_major, facts.device_minor);
#else
    (void)facts;
    return {};
#endif
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
