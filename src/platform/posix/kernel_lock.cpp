// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../kernel_lock.hpp"

#include "error.hpp"

#include <boost/filelock/error.hpp>
#include <boost/system/errc.hpp>

#include <fcntl.h>
#include <sys/file.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// ERESTARTSYS: what Linux makes of the EINTR of a FUSE server where no signal is pending
// (fs/fuse/file.c, fuse_setlk), and no header for programs names.
constexpr int restart = 512;

enum class patience
{
    none,
    endless
};

int flock_call(int fd, lock_mode mode, patience p) noexcept
{
    int const operation = mode == lock_mode::none     ? LOCK_UN
                          : mode == lock_mode::shared ? LOCK_SH
                                                      : LOCK_EX;
    return ::flock(fd, operation | (p == patience::none ? LOCK_NB : 0));
}

struct ::flock record(off_t length) noexcept
{
    struct ::flock r = {}; // from 0
    r.l_type = F_WRLCK;
    r.l_whence = SEEK_SET;
    r.l_len = length;
    return r;
}

// An open-file-description lock: one that `fcntl` gives to the process would go with any descriptor
// of the file that the process closes (fcntl(2), Linux 3.15).
int record_call(int fd, lock_mode mode, patience p) noexcept
{
#if defined(F_OFD_SETLK)
    auto whole = record(0); // to the end, wherever that is
    whole.l_type = mode == lock_mode::none     ? F_UNLCK
                   : mode == lock_mode::shared ? F_RDLCK
                                               : F_WRLCK;
    return ::fcntl(fd, p == patience::none ? F_OFD_SETLK : F_OFD_SETLKW, &whole);
#else
    (void)fd, (void)mode, (void)p;
    errno = ENOSYS;
    return -1;
#endif
}

system::error_code call(native_handle_type file, kernel_lock kind, lock_mode mode,
                        patience p) noexcept
{
    while ((kind == kernel_lock::flock ? flock_call(file, mode, p) : record_call(file, mode, p)) !=
           0)
        switch (errno) {
        case EINTR:
        case restart:
            break;
        case EWOULDBLOCK:
        case EACCES: // some file servers; POSIX allows it for fcntl
            // From a call that waits it is something else, and must not look like a reason to wait.
            if (p == patience::none)
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

system::error_code try_kernel_lock(native_handle_type file, kernel_lock kind,
                                   lock_mode mode) noexcept
{
    return call(file, kind, mode, patience::none);
}

system::error_code wait_for_kernel_lock(native_handle_type file, kernel_lock kind,
                                        lock_mode mode) noexcept
{
    return call(file, kind, mode, patience::endless);
}

system::error_code kernel_unlock(native_handle_type file, kernel_lock kind) noexcept
{
    return call(file, kind, lock_mode::none, patience::none);
}

system::error_code take_witness(native_handle_type file) noexcept
{
#if defined(F_OFD_SETLK)
    auto byte = record(1);
    int result;
    do
        result = ::fcntl(file, F_OFD_SETLK, &byte);
    while (result != 0 && errno == EINTR);
    return result == 0 ? system::error_code() : last_error();
#else
    (void)file;
    return make_error_code(system::errc::not_supported);
#endif
}

system::error_code has_witness(native_handle_type file, bool& has_one) noexcept
{
#if defined(F_OFD_GETLK)
    auto byte = record(1);
    if (::fcntl(file, F_OFD_GETLK, &byte) != 0)
        return last_error();
    has_one = byte.l_type != F_UNLCK;
    return {};
#else
    (void)file;
    has_one = true; // as far as can be known
    return {};
#endif
}

} // namespace detail
} // namespace filelock
} // namespace boost
