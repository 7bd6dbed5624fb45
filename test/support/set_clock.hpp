// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SET_CLOCK_HPP
#define BOOST_FILELOCK_TEST_SET_CLOCK_HPP

#include <chrono>

namespace filelock_test {

/// A clock that a test can set.
struct set_clock
{
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<set_clock>;
    [[maybe_unused]] static constexpr bool is_steady = false;

    static inline time_point time{};
    static time_point now() { return time; }
};

} // namespace filelock_test

#endif
