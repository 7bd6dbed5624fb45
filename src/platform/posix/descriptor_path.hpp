// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_PATH_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_PATH_HPP

#include <cerrno>
#include <cstdio>

namespace boost {
namespace filelock {
namespace detail {

/// Makes a system call on the path in /proc of an open descriptor. /proc/self is about the first
/// thread, and shows no descriptors once that has ended. /proc/thread-self takes longer to resolve,
/// and exists since Linux 3.17.
template <class Call>
int by_path_of(int fd, Call call) noexcept
{
    char path[48];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int const result = call(path);
    if (result != -1 || errno != ENOENT)
        return result;
    std::snprintf(path, sizeof path, "/proc/thread-self/fd/%d", fd);
    return call(path);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
