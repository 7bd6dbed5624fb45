// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_STEPPED_CLOCKS_HPP
#define BOOST_FILELOCK_TEST_STEPPED_CLOCKS_HPP

#include <boost/config.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Clocks of this process that a test can step. A program includes this header in one source. It
// defines clock_gettime(3) for the whole program, its shared libraries included.
//
// A time namespace would not do: setns(2) fails with EUSERS in a process with several threads
// (timens_install), and the offsets are fixed once a process has entered (time_namespaces(7)). Nor
// does the kernel know steps: timed waits take as long as ever.

namespace filelock_test {

/// What is added to the clocks of this process. A forked child has its own copies.
inline std::atomic<std::int64_t> boot_step{0}, monotonic_step{0}, wall_step{0};

/// Steps the clocks as a suspend does: CLOCK_MONOTONIC stops meanwhile.
inline void suspend(std::chrono::nanoseconds time)
{
    boot_step += time.count();
    wall_step += time.count();
}

/// The calling thread's readings of CLOCK_BOOTTIME until the clocks step as in a suspend, by
/// `late_suspend`. Zero: they do not.
inline thread_local int readings_until_suspend = 0;
inline thread_local std::chrono::nanoseconds late_suspend{};

/// Steps the clocks as if so much time had passed. After that, a timed wait of a condition variable
/// ends by so much too late.
inline void pass(std::chrono::nanoseconds time)
{
    suspend(time);
    monotonic_step += time.count();
}

/// Steps the clock that a user can set.
inline void set_wall_clock(std::chrono::nanoseconds by)
{
    wall_step += by.count();
}

inline void reset_clocks()
{
    boot_step = monotonic_step = wall_step = 0;
}

} // namespace filelock_test

extern "C" BOOST_SYMBOL_EXPORT int clock_gettime(::clockid_t clock, ::timespec* time) noexcept
{
#if defined(SYS_clock_gettime64)
    constexpr long call = SYS_clock_gettime64;
#else
    constexpr long call = SYS_clock_gettime;
#endif
    struct
    {
        std::int64_t seconds, nanoseconds;
    } now;
    if (::syscall(call, clock, &now) != 0)
        return -1;
    using namespace filelock_test;
    auto const step = clock == CLOCK_BOOTTIME    ? boot_step.load()
                      : clock == CLOCK_MONOTONIC ? monotonic_step.load()
                      : clock == CLOCK_REALTIME  ? wall_step.load()
                                                 : 0;
    if (clock == CLOCK_BOOTTIME && readings_until_suspend > 0 && --readings_until_suspend == 0)
        suspend(late_suspend);
    // The times since 1970 are not negative.
    auto const sum = now.seconds * 1'000'000'000 + now.nanoseconds + step;
    time->tv_sec = static_cast<::time_t>(sum / 1'000'000'000);
    time->tv_nsec = static_cast<long>(sum % 1'000'000'000);
    return 0;
}

#endif
