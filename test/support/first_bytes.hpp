// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_FIRST_BYTES_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_FIRST_BYTES_HPP

#include <boost/config.hpp>

#include <cstddef>
#include <optional>

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// The order of random tokens. A program includes this header in one source. It defines getrandom(2)
// for the whole program, its shared libraries included.

namespace filelock_test {

/// The first byte of everything random in this process. Unset: random.
inline std::optional<unsigned char> first_random_byte;

} // namespace filelock_test

extern "C" BOOST_SYMBOL_EXPORT ::ssize_t getrandom(void* bytes, std::size_t size,
                                                   unsigned flags) noexcept
{
    auto const got = ::syscall(SYS_getrandom, bytes, size, flags);
    if (got > 0 && filelock_test::first_random_byte)
        *static_cast<unsigned char*>(bytes) = *filelock_test::first_random_byte;
    return got;
}

#endif
