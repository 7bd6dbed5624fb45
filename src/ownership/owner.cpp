// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner.hpp"

#include <atomic>

namespace boost {
namespace filelock {
namespace detail {

std::uint64_t owner::next() noexcept
{
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

std::uint64_t owner::this_thread() noexcept
{
    thread_local std::uint64_t number = 0; // constant-initialized: needs no guard
    if (number == 0)
        number = next();
    return number;
}

} // namespace detail
} // namespace filelock
} // namespace boost
