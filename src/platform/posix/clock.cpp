// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../clock.hpp"

#include <ctime>

namespace boost {
namespace filelock {
namespace detail {

namespace {

std::chrono::nanoseconds read(clockid_t clock) noexcept
{
    timespec t = {};
    (void)::clock_gettime(clock, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

} // namespace

std::chrono::nanoseconds time_since_boot() noexcept
{
#if defined(CLOCK_BOOTTIME)
    return read(CLOCK_BOOTTIME);
#else
    return read(CLOCK_MONOTONIC);
#endif
}

std::chrono::nanoseconds time_of_day() noexcept
{
    return read(CLOCK_REALTIME);
}

} // namespace detail
} // namespace filelock
} // namespace boost
