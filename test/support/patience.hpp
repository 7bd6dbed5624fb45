// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_PATIENCE_HPP
#define BOOST_FILELOCK_TEST_PROCESS_PATIENCE_HPP

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

namespace filelock_test {

/// The limit of every wait for something that certainly happens. It only ends a hang: no test may
/// depend on the machine's speed.
inline constexpr std::chrono::seconds patience{300};

/// The longest time that a test case, or a point of a sweep, may take, in seconds. It is three
/// times `patience`, so that the limit of a single wait reports first.
inline constexpr unsigned hang_limit = 3 * static_cast<unsigned>(patience.count());

/// Waits until the condition is true. Returns false after `patience`.
template <class Condition>
bool comes_true(Condition const& condition)
{
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
}

/// Lets SIGALRM end the program after `hang_limit` from now. Sweeps call it at each point.
inline void restart_hang_timer()
{
    ::alarm(hang_limit);
}

/// Reports a problem that a late thread or a defect can cause.
struct maybe_late : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Throws maybe_late unless `is_so`. For the observations of `with_growing_time`.
inline void unless_late(bool is_so, std::string const& problem)
{
    if (!is_so)
        throw maybe_late(problem);
}

/// Makes an observation that a late thread can spoil, up to six times, each time with twice the
/// time. `observe(time)` throws maybe_late for a problem that lateness can cause, and another
/// exception for any other problem. Returns the problem of the last time, or nothing.
template <class F>
std::string with_growing_time(std::chrono::milliseconds time, F const& observe)
{
    std::string problem;
    for (int i = 0; i < 6; ++i, time *= 2) {
        restart_hang_timer();
        try {
            observe(time);
            return "";
        } catch (maybe_late const& e) {
            problem = e.what();
        }
    }
    return problem;
}

} // namespace filelock_test

#endif
