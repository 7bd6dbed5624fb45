// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_OPEN_DESCRIPTOR_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_OPEN_DESCRIPTOR_HPP

#include "descriptor_registry.hpp"

#include <cerrno>

namespace boost {
namespace filelock {
namespace detail {

/// Calls `open`, which returns a descriptor, or -1 and sets `errno`. Calls it again after EINTR
/// (FUSE and NFS), and where descriptors are lacking and an idle one can be closed.
template <class Open>
int open_descriptor(Open open)
{
    int fd;
    do
        fd = open();
    while (fd == -1 && (errno == EINTR || has_made_room(errno)));
    return fd;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
