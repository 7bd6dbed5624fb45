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

// ERESTARTSYS, which no header for programs defines. Linux returns it for the EINTR of a FUSE
// server when no signal is pending (fs/fuse/file.c, fuse_setlk).
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

// Length 0: to the end of the file, wherever that is.
constexpr byte_range whole_file{0, 0};
constexpr byte_range first_byte{0, 1};

struct ::flock flock_record(byte_range bytes, lock_mode mode) noexcept
{
    struct ::flock r = {};
    r.l_type = mode == lock_mode::none ? F_UNLCK : mode == lock_mode::shared ? F_RDLCK : F_WRLCK;
    r.l_whence = SEEK_SET;
    r.l_start = static_cast<off_t>(bytes.first);
    r.l_len = static_cast<off_t>(bytes.length);
    return r;
}

// Open-file-description locks. A lock that `fcntl` gives to the process would be dropped when the
// process closes any descriptor of the file (fcntl(2), Linux 3.15).
#if defined(F_OFD_SETLK)
constexpr int ofd_try = F_OFD_SETLK, ofd_wait = F_OFD_SETLKW, ofd_look = F_OFD_GETLK;
#else
constexpr int ofd_try = -1, ofd_wait = -1, ofd_look = -1; // commands that no kernel knows
#endif

int record_call(int fd, int command, struct ::flock& r) noexcept
{
    int const result = ::fcntl(fd, command, &r);
    if (result != 0 && errno == EINVAL) // an older kernel, or a file that cannot be locked
        errno = ENOSYS;
    return result;
}

int record_call(int fd, byte_range bytes, lock_mode mode, patience p) noexcept
{
    auto r = flock_record(bytes, mode);
    return record_call(fd, p == patience::none ? ofd_try : ofd_wait, r);
}

template <class Call>
system::error_code result_of(Call call, patience p) noexcept
{
    while (call() != 0)
        switch (errno) {
        case EINTR:
        case restart:
            break;
        case EWOULDBLOCK:
        case EACCES: // some file servers; POSIX allows it for fcntl
            // From a call that waits it is another error, which must not look like contention.
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

system::error_code call(native_handle_type file, byte_range bytes, lock_mode mode,
                        patience p) noexcept
{
    return result_of([&] { return record_call(file, bytes, mode, p); }, p);
}

system::error_code call(native_handle_type file, kernel_lock kind, lock_mode mode,
                        patience p) noexcept
{
    if (kind != kernel_lock::flock)
        return call(file, whole_file, mode, p);
    return result_of([&] { return flock_call(file, mode, p); }, p);
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

system::error_code try_range_lock(native_handle_type file, byte_range bytes,
                                  lock_mode mode) noexcept
{
    return call(file, bytes, mode, patience::none);
}

system::error_code wait_for_range_lock(native_handle_type file, byte_range bytes,
                                       lock_mode mode) noexcept
{
    return call(file, bytes, mode, patience::endless);
}

system::error_code unlock_range(native_handle_type file, byte_range bytes) noexcept
{
    return call(file, bytes, lock_mode::none, patience::none);
}

system::error_code is_kept_out(native_handle_type file, byte_range bytes, lock_mode mode,
                               bool& kept_out) noexcept
{
    auto r = flock_record(bytes, mode);
    auto const ec = result_of([&] { return record_call(file, ofd_look, r); }, patience::endless);
    kept_out = ec || r.l_type != F_UNLCK; // after an error, the safe answer
    return ec;
}

system::error_code take_witness(native_handle_type file) noexcept
{
    return try_range_lock(file, first_byte, lock_mode::exclusive);
}

system::error_code has_witness(native_handle_type file, bool& has_one) noexcept
{
    return is_kept_out(file, first_byte, lock_mode::exclusive, has_one);
}

} // namespace detail
} // namespace filelock
} // namespace boost
