// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FILE_IDENTITY_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FILE_IDENTITY_HPP

#include <cstdint>

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

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
