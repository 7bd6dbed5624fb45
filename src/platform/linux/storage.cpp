// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../storage.hpp"

#include "../posix/error.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <sys/vfs.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// statfs(2) has the numbers. FUSE is not among them: anything may be behind it.
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

} // namespace

system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept
{
    struct ::statfs s;
    int result;
    do
        result = ::fstatfs(file.native(), &s);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return last_error();
    // The number has 32 bits; the field's type differs between architectures.
    is_local = std::find(std::begin(local_types), std::end(local_types),
                         static_cast<std::uint32_t>(s.f_type)) != std::end(local_types);
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
