// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Deadlines made from durations and time points of every type.

#include "support/set_clock.hpp"

#include <boost/filelock/detail/time_limit.hpp>

#include <boost/chrono/system_clocks.hpp>
#include <boost/chrono/thread_clock.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
namespace bc = boost::chrono;
namespace pt = boost::posix_time;
using namespace std::chrono_literals;
using fd::deadline;
using fd::deadline_of;
using filelock_test::set_clock;
using steady = std::chrono::steady_clock;

namespace {

bool is_at_once(deadline const& d)
{
    return d.passed(steady::time_point::min());
}

} // namespace

BOOST_AUTO_TEST_CASE(only_times_are_taken_for_times)
{
    static_assert(fd::is_duration<std::chrono::seconds>::value);
    static_assert(fd::is_duration<std::chrono::duration<double, std::ratio<1, 30>>>::value);
    static_assert(fd::is_duration<bc::nanoseconds>::value);
    static_assert(!fd::is_duration<int>::value && !fd::is_duration<std::string>::value);
    static_assert(!fd::is_duration<pt::time_duration>::value);
    static_assert(fd::is_time_point<steady::time_point>::value);
    static_assert(fd::is_time_point<bc::system_clock::time_point>::value);
    static_assert(fd::is_time_point<pt::ptime>::value);
    static_assert(!fd::is_time_point<std::chrono::seconds>::value);
    static_assert(fd::is_ptime_duration<pt::milliseconds>::value);
    static_assert(!fd::is_ptime_duration<std::chrono::seconds>::value);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(seconds_become_nanoseconds_rounded_up_and_saturated)
{
    BOOST_TEST((fd::saturated(1.5L) == 1500ms));
    BOOST_TEST((fd::saturated(1e-10L) == 1ns));
    BOOST_TEST((fd::saturated(0) == 0ns));
    BOOST_TEST((fd::saturated(-3) == 0ns));
    BOOST_TEST((fd::saturated(std::numeric_limits<long double>::quiet_NaN()) == 0ns));
    BOOST_TEST((fd::saturated(std::numeric_limits<long double>::infinity()) ==
                std::chrono::nanoseconds::max()));
    BOOST_TEST((fd::saturated(1e30L) == std::chrono::nanoseconds::max()));
    BOOST_TEST((fd::saturated(86400.0L * 365 * 100) == std::chrono::hours(24 * 365 * 100)));
}

BOOST_AUTO_TEST_CASE(a_deadline_is_now_plus_the_wait_or_never)
{
    auto const now = steady::time_point(1h);
    auto const d = deadline::after(5s, now);
    BOOST_TEST(!d.passed(now + 5s - 1ns));
    BOOST_TEST(d.passed(now + 5s));
    BOOST_TEST((d.next_look(now) == now + 5s));
    BOOST_TEST(!d.is_never());
    BOOST_TEST(deadline::after(std::chrono::nanoseconds::max(), now).is_never());
    BOOST_TEST(deadline::never().is_never());
    BOOST_TEST(!deadline::never().passed(now + 1000000h));
    BOOST_TEST(is_at_once(deadline::after(0ns, now)));
    BOOST_TEST(is_at_once(deadline::at_once()));
}

BOOST_AUTO_TEST_CASE(durations_of_odd_kinds)
{
    auto const in = [](auto const& d, auto least, auto most) {
        auto const before = steady::now();
        auto const limit = deadline_of(d);
        return !limit.passed(before + least) && limit.passed(steady::now() + most);
    };
    BOOST_TEST(in(std::chrono::duration<std::uint8_t, std::ratio<60>>(2), 119s, 120s));
    BOOST_TEST(in(std::chrono::duration<long double, std::ratio<1, 3>>(3), 999ms, 1001ms));
    BOOST_TEST(in(bc::minutes(2), 119s, 121s));
    BOOST_TEST(in(pt::minutes(2), 119s, 121s));
    BOOST_TEST(deadline_of(std::chrono::duration<std::uint64_t>(~0ull)).is_never());
    BOOST_TEST(deadline_of(bc::hours::max()).is_never());
    BOOST_TEST(is_at_once(deadline_of(bc::hours::min())));
    BOOST_TEST(is_at_once(deadline_of(std::chrono::duration<float>(-1))));
}

BOOST_AUTO_TEST_CASE(special_values_of_posix_time)
{
    using duration = pt::time_duration;
    BOOST_TEST(deadline_of(duration(pt::pos_infin)).is_never());
    BOOST_TEST(is_at_once(deadline_of(duration(pt::neg_infin))));
    BOOST_TEST(is_at_once(deadline_of(duration(pt::not_a_date_time))));
    BOOST_TEST(deadline_of(pt::ptime(pt::pos_infin)).is_never());
    BOOST_TEST(is_at_once(deadline_of(pt::ptime(pt::neg_infin))));
    BOOST_TEST(is_at_once(deadline_of(pt::ptime(pt::not_a_date_time))));
    BOOST_TEST(!deadline_of(pt::ptime(pt::max_date_time)).passed(steady::now() + 1000h));
    BOOST_TEST(deadline_of(pt::ptime(pt::min_date_time)).passed(steady::now()));
}

BOOST_AUTO_TEST_CASE(the_ends_of_every_clock)
{
    BOOST_TEST(deadline_of(steady::time_point::max()).is_never());
    BOOST_TEST(is_at_once(deadline_of(steady::time_point::min())));
    auto const last = std::chrono::system_clock::time_point::max();
    auto const first = std::chrono::system_clock::time_point::min();
    BOOST_TEST(deadline_of(last).is_never());
    BOOST_TEST(deadline_of(first).passed(steady::now()));
    BOOST_TEST(deadline_of(bc::steady_clock::time_point::max()).is_never());
    BOOST_TEST(deadline_of(bc::steady_clock::time_point::min()).passed(steady::now()));
}

// The result is a single attempt, as for a duration of zero.
BOOST_AUTO_TEST_CASE(a_point_that_has_passed_is_at_once)
{
    BOOST_TEST(deadline_of(steady::now()).is_at_once());
    BOOST_TEST(deadline_of(steady::now() - 1s).is_at_once());
    BOOST_TEST(deadline_of(std::chrono::system_clock::now() - 1s).is_at_once());
    BOOST_TEST(deadline_of(bc::steady_clock::now() - bc::seconds(1)).is_at_once());
    BOOST_TEST(deadline_of(pt::microsec_clock::universal_time() - pt::seconds(1)).is_at_once());
    BOOST_TEST(deadline_of(pt::ptime(pt::min_date_time)).is_at_once());
    BOOST_TEST(!deadline_of(steady::now() + 1h).is_at_once());
}

BOOST_AUTO_TEST_CASE(a_point_of_the_steady_clock_is_kept)
{
    auto const at = steady::now() + 1s;
    BOOST_TEST((deadline_of(at).next_look(steady::now()) == at));
    std::chrono::time_point<steady, std::chrono::duration<double>> const coarse = at;
    BOOST_TEST((deadline_of(coarse).next_look(steady::now()) - at < 1ms));
    BOOST_TEST((at - deadline_of(coarse).next_look(steady::now()) < 1ms));
}

BOOST_AUTO_TEST_CASE(another_clock_is_asked_again_and_its_steps_count_both_ways)
{
    auto const now = steady::now();
    set_clock::time = set_clock::time_point(1000s);
    auto const at = set_clock::time + 10s;
    auto const d = deadline_of(at);
    BOOST_TEST(!d.is_never());
    BOOST_TEST(!d.passed(now));
    BOOST_TEST((d.next_look(now) == now + 1s)); // a step of the clock wakes no thread
    BOOST_TEST(!d.passed(now + 11s));           // the steady clock does not count
    set_clock::time += 9500ms;
    BOOST_TEST((d.next_look(now) == now + 500ms));
    set_clock::time -= 1h;
    BOOST_TEST(!d.passed(now));
    set_clock::time += 2h;
    BOOST_TEST(d.passed(now));
    BOOST_TEST((d.next_look(now) == now));
}

BOOST_AUTO_TEST_CASE(a_ptime_is_read_in_utc)
{
    auto const soon = pt::microsec_clock::universal_time() + pt::seconds(100);
    BOOST_TEST((fd::left_until<pt::ptime>(&soon) > 90s));
    BOOST_TEST((fd::left_until<pt::ptime>(&soon) <= 100s));
}
