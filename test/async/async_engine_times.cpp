// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Until when asynchronous operations make their execution context wait, and how an attempt of
// several steps continues, with a context that does nothing by itself.

#include "support/fake_context.hpp"
#include "support/patience.hpp"

#include <boost/filelock/acquire_options.hpp>

#include <chrono>
#include <thread>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
namespace fd = boost::filelock::detail;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using fd::attempt_result;
using fd::lock_mode;
using filelock_test::engine;
using filelock_test::hang_limit;

namespace {

using clock_type = std::chrono::steady_clock;

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_engine_suite, engine, *boost::unit_test::timeout(hang_limit))

// Ten thousand operations that poll once a second, each at its own time, would be ten thousand
// wake-ups.
BOOST_AUTO_TEST_CASE(long_waits_end_on_whole_seconds)
{
    lock.protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.poll_interval = 2s;
    auto const op = waiting(&how);
    auto const since = context.until.time_since_epoch();
    BOOST_TEST((since == std::chrono::floor<std::chrono::seconds>(since)));
    BOOST_TEST((context.until > clock_type::now()));
    BOOST_TEST((context.until <= clock_type::now() + 2s));
}

// The length of the step before the wait does not matter: the second has begun when the scheduler
// computes the time.
BOOST_AUTO_TEST_CASE(wait_of_one_second_ends_on_a_whole_second)
{
    lock.protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.poll_interval = 1s;
    auto const second = [](clock_type::time_point at) {
        return std::chrono::floor<std::chrono::seconds>(at);
    };
    auto const before = clock_type::now();
    auto const op = waiting(&how);
    bool const has_passed_one = second(before) != second(clock_type::now());
    BOOST_TEST((has_passed_one || context.until == second(context.until)));
    BOOST_TEST((context.until > before));
}

// In the first half of a second, a time half a second later rounds down to the present second.
BOOST_AUTO_TEST_CASE(rounded_wait_does_not_end_in_the_past)
{
    auto const in_the_first_half = [] {
        auto const now = clock_type::now();
        return now - std::chrono::floor<std::chrono::seconds>(now) < 400ms;
    };
    while (!in_the_first_half())
        std::this_thread::yield();
    lock.protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.poll_interval = 550ms;
    auto const before = clock_type::now();
    auto const op = waiting(&how);
    BOOST_TEST((context.until > before));
}

BOOST_AUTO_TEST_CASE(short_wait_is_not_rounded)
{
    lock.protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.timeout = 400ms;
    auto const before = clock_type::now();
    auto const op = waiting(&how);
    BOOST_TEST((context.until >= before + 400ms));
    BOOST_TEST((context.until <= clock_type::now() + 400ms));
}

BOOST_AUTO_TEST_CASE(try_continues_until_its_attempt_ends)
{
    lock.protocol.answers = {attempt_result::continue_after(1ns),
                             attempt_result::continue_after(1ns)};
    acquire_options how;
    how.timeout = 0s;
    auto const op = waiting(&how);
    async.time_is_reached();
    BOOST_TEST(!op->run());
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
    BOOST_TEST(lock.protocol.log == "axaxax");
}

BOOST_AUTO_TEST_CASE(try_ends_with_the_result_of_its_last_step)
{
    lock.protocol.answers = {attempt_result::continue_after(1ns), attempt_result::busy};
    acquire_options how;
    how.timeout = 0s;
    auto const op = waiting(&how);
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::timed_out));
    BOOST_TEST(lock.protocol.log == "axaxw");
}

BOOST_AUTO_TEST_CASE(try_does_not_continue_before_its_time)
{
    lock.protocol.otherwise = attempt_result::continue_after(1h);
    acquire_options how;
    how.timeout = 0s;
    auto const op = waiting(&how);
    BOOST_TEST((context.until > clock_type::now() + 59min));
    async.time_is_reached();
    BOOST_TEST(op->posted == 0);
    BOOST_TEST(!lock.try_lock()); // the operation keeps its place
    op->cancel();
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::operation_canceled));
    BOOST_TEST(lock.protocol.log == "axw");
}

BOOST_AUTO_TEST_CASE(limit_holds_within_an_attempt)
{
    lock.protocol.otherwise = attempt_result::continue_after(1h);
    acquire_options how;
    how.timeout = 400ms;
    auto op = waiting(&how);
    BOOST_TEST((context.until <= clock_type::now() + 400ms));
    op.reset();
    how.timeout = 1ns;
    op = start(lock_mode::exclusive, &how);
    BOOST_TEST(op->run()); // the limit has passed
    BOOST_TEST((op->ec == errc::timed_out));
    BOOST_TEST(lock.protocol.log == "axwaxw");
}

BOOST_AUTO_TEST_CASE(try_of_a_thread_continues_until_its_attempt_ends)
{
    lock.protocol.answers = {attempt_result::continue_after(2ms),
                             attempt_result::continue_after(3ms)};
    auto const before = clock_type::now();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((clock_type::now() >= before + 5ms));
    BOOST_TEST(lock.protocol.log == "axaxax");
    lock.unlock();
    lock.protocol.answers = {attempt_result::continue_after(1ms), attempt_result::busy};
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(lock.protocol.log == "axaxaxraxaxw");
}

BOOST_AUTO_TEST_CASE(earlier_time_wakes_the_context_soon)
{
    lock.protocol.otherwise = attempt_result::busy;
    auto const a = waiting();
    acquire_options how;
    how.timeout = 100ms;
    auto const b = waiting(&how);
    BOOST_TEST(context.log == "wh");
    async.time_is_reached();
    BOOST_TEST(context.log == "whw");
    BOOST_TEST((context.until < clock_type::now() + 1s));
}

BOOST_AUTO_TEST_SUITE_END()
