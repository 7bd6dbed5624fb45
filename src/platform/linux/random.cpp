// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../random.hpp"

#include "../posix/error.hpp"

#include <cerrno>

#include <sys/random.h>

namespace boost {
namespace filelock {
namespace detail {

system::error_code fill_random(void* bytes, std::size_t size) noexcept
{
    auto* next = static_cast<unsigned char*>(bytes);
    while (size != 0) {
        auto const got = ::getrandom(next, size, 0);
        if (got < 0 && errno != EINTR) // a signal while the kernel's pool is not yet initialised
            return last_error();
        if (got > 0) {
            next += got;
            size -= static_cast<std::size_t>(got);
        }
    }
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
