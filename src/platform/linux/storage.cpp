// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../storage.hpp"

#include "../posix/error.hpp"
#include "../posix/statx.hpp"
#include "host_local_locks.hpp"
#include "proc.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// Numbers from statfs(2). FUSE is not among them, because any storage may be behind it.
constexpr std::uint32_t local_types[] = {
    0xef53,     // ext2, ext3, ext4
    0x58465342, // xfs
    0x9123683e, // btrfs
    0xf2f52010, // f2fs
    0x2fc12fc1, // zfs
    0xca451a4e, // bcachefs
    0x01021994, // tmpfs
    0x858458f6, // ramfs
    0x794c7630, // overlay
};

constexpr std::uint32_t fuse = 0x65735546;

system::error_code type_of(native_handle_type file, std::uint32_t& type) noexcept
{
    struct ::statfs s;
    int result;
    do
        result = ::fstatfs(file, &s);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return last_error();
    // The number has 32 bits. The field's type differs between architectures.
    type = static_cast<std::uint32_t>(s.f_type);
    return {};
}

system::error_code type_of(descriptor const& file, std::uint32_t& type) noexcept
{
    return type_of(file.native(), type);
}

// Returns the device as /proc/self/mountinfo shows it.
std::optional<std::string> device_of(descriptor const& file)
{
    struct ::stat s;
    if (::fstat(file.native(), &s) != 0)
        return std::nullopt;
    return std::to_string(major(s.st_dev)) + ':' + std::to_string(minor(s.st_dev));
}

} // namespace

system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept
{
    std::uint32_t type;
    if (auto const ec = type_of(file, type))
        return ec;
    is_local =
        std::find(std::begin(local_types), std::end(local_types), type) != std::end(local_types);
    return {};
}

bool is_known_not_to_be_mounted(descriptor const& file) noexcept
{
    statx_facts facts;
    return statx_of(file.native(), 0, facts) &&
           (facts.attributes_mask & mount_root_attribute) != 0 &&
           (facts.attributes & mount_root_attribute) == 0;
}

bool is_host_local_lock(descriptor const& file, kernel_lock kind)
{
    std::uint32_t type;
    if (type_of(file, type))
        return false;
    if (!has_lock_options(type))
        return is_host_local(kind, type, {}, {});
    auto const device = device_of(file);
    auto const mountinfo = read_own_proc("mountinfo");
    return device && mountinfo && is_host_local(kind, type, *mountinfo, *device);
}

bool may_read_from_copy(native_handle_type file) noexcept
{
    std::uint32_t type;
    return !type_of(file, type) && type == fuse;
}

bool refuses_held_lock(descriptor const& file) noexcept
{
    std::uint32_t type;
    return !type_of(file, type) && is_smb(type);
}

} // namespace detail
} // namespace filelock
} // namespace boost
