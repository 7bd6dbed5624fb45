// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_PATH_ARGUMENTS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_PATH_ARGUMENTS_HPP

#include "../anchored_path.hpp"
#include "../descriptor.hpp"

#include <fcntl.h>

namespace boost {
namespace filelock {
namespace detail {

/// The two arguments by which openat(2) and its relatives take a path. A directory that is not open
/// gives EBADF.
struct path_arguments
{
    path_arguments(path_ref const& p) noexcept
        : directory(p.directory ? p.directory->native() : AT_FDCWD), path(p.path.c_str())
    {}

    int directory;
    char const* path;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
