// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../random.hpp"

#include "../posix/error.hpp"
#include "../posix/scoped_fd.hpp"

#include <boost/system/errc.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

namespace {

// Calls `read` until the buffer is full.
template <class Read>
system::error_code fill(void* bytes, std::size_t size, Read read) noexcept
{
    auto* next = static_cast<unsigned char*>(bytes);
    while (size != 0) {
        auto const got = read(next, size);
        if (got < 0 && errno != EINTR) // a signal while the kernel's pool is not yet initialised
            return last_error();
        if (got == 0)
            return make_error_code(system::errc::io_error);
        if (got > 0) {
            next += got;
            size -= static_cast<std::size_t>(got);
        }
    }
    return {};
}

} // namespace

system::error_code fill_random(void* bytes, std::size_t size) noexcept
{
    auto const ec = fill(bytes, size, [](void* p, std::size_t n) { return ::getrandom(p, n, 0); });
    if (ec != system::errc::function_not_supported && ec != system::errc::operation_not_permitted &&
        ec != system::errc::permission_denied)
        return ec;
    // Linux before 3.17, or a sandbox that refuses the call with an error of its choice.
    scoped_fd const source(::open("/dev/urandom", O_RDONLY | O_CLOEXEC));
    if (!source.is_open())
        return ec;
    return fill(bytes, size, [&](void* p, std::size_t n) { return ::read(source.native(), p, n); });
}

} // namespace detail
} // namespace filelock
} // namespace boost
