// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../kernel_lock.hpp"

#include "error.hpp"

#include <boost/filelock/error.hpp>
#include <boost/system/errc.hpp>

#include <sys/file.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

system::error_code flock_restarting(descriptor const& file, int operation) noexcept
{
    while (::flock(file.native(), operation) != 0)
        switch (errno) {
        case EINTR:
            break;
        case EWOULDBLOCK:
        case EACCES: // some file servers
            // From a call that waits it is something else, and must not look like a reason to wait.
            if (operation & LOCK_NB)
                return make_error_code(system::errc::operation_would_block);
            return last_error();
        case ENOSYS:
        case EOPNOTSUPP:
            return error::kernel_lock_not_supported;
        default:
            return last_error();
        }
    return {};
}

} // namespace

system::error_code try_kernel_lock(descriptor const& file) noexcept
{
    return flock_restarting(file, LOCK_EX | LOCK_NB);
}

system::error_code wait_for_kernel_lock(descriptor const& file) noexcept
{
    return flock_restarting(file, LOCK_EX);
}

system::error_code kernel_unlock(descriptor const& file) noexcept
{
    return flock_restarting(file, LOCK_UN);
}

} // namespace detail
} // namespace filelock
} // namespace boost
