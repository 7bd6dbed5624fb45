// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// One acquisition, step by step: its attempts and the pauses between them, its limit, attempts that
// take several steps, cancellation and progress. There is no file and no thread that waits, and the
// clock shows the time that the test sets.

#include "support/engine.hpp"
#include "support/fake_protocol.hpp"
#include "support/set_clock.hpp"

#include <boost/filelock/detail/time_limit.hpp>

#include <boost/system/errc.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using boost::filelock::owner_record;
using boost::filelock::wait_status;
using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

BOOST_AUTO_TEST_CASE(free_lock_is_acquired_with_one_attempt)
{
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "ax");
    BOOST_TEST(queue.levels(me) == 1u);
    BOOST_TEST(queue.levels(object) == 0u);
}

BOOST_AUTO_TEST_CASE(busy_lock_is_retried_after_the_poll_interval)
{
    protocol.answers = {attempt_result::busy, attempt_result::busy};
    auto const a = want(me, deadline::after(1s, start));
    auto n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 50ms));
    n = a->step(n.until);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 100ms));
    BOOST_TEST(a->waker.count == 0); // it does not wake itself
    BOOST_TEST(a->step(n.until).kind == next::granted);
    BOOST_TEST(protocol.log == "axaxax");
}

BOOST_AUTO_TEST_CASE(last_attempt_is_at_the_deadline)
{
    protocol.otherwise = attempt_result::busy;
    auto const a = want(me, deadline::after(70ms, start));
    BOOST_TEST((a->step(start).until == start + 50ms));
    BOOST_TEST((a->step(start + 50ms).until == start + 70ms));
    BOOST_TEST(a->step(start + 70ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "axaxaxw");
    protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(want(me)->step(start).kind == next::granted); // no waiter is left
}

// The deadline is a time point of the system's clock. The clock is set back and forth during the
// wait.
BOOST_AUTO_TEST_CASE(clock_change_is_noticed_within_a_second)
{
    protocol.otherwise = attempt_result::busy;
    set_clock::time = set_clock::time_point(1000s);
    auto const at = set_clock::time + 10s;
    auto const w = want(me, fd::deadline_of(at));
    auto n = w->step(start);
    for (int i = 1; i < 5; ++i) {
        BOOST_TEST((n.kind == next::wait));
        BOOST_TEST((n.until <= start + i * 1s));
        n = w->step(start + i * 1s);
    }
    set_clock::time -= 1h;
    n = w->step(start + 20s); // ten seconds have passed, and the deadline is not reached
    BOOST_TEST((n.kind == next::wait));
    BOOST_TEST((n.until <= start + 21s));
    set_clock::time += 2h;
    BOOST_TEST((w->step(start + 21s).kind == next::timed_out));
}

BOOST_AUTO_TEST_CASE(retry_comes_after_the_requested_delay)
{
    protocol.answers = {attempt_result::retry_after(3ms)};
    protocol.sleeps = true;
    auto const a = want(me, deadline::never());
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 3ms));
}

BOOST_AUTO_TEST_CASE(wait_with_zero_timeout_makes_one_attempt)
{
    protocol.otherwise = attempt_result::busy;
    BOOST_TEST(want(me, deadline::at_once())->step(start).kind == next::timed_out);
    BOOST_TEST(protocol.log == "axw");
}

BOOST_AUTO_TEST_CASE(only_a_wait_without_a_limit_and_callbacks_sleeps_in_the_kernel)
{
    protocol.sleeps = true;
    protocol.otherwise = attempt_result::busy;
    BOOST_TEST(want(me, deadline::after(1s, start))->step(start).kind == next::wait);
    acquire_options how;
    how.cancel_check = [] { return false; };
    BOOST_TEST(want(how, me)->step(start).kind == next::wait);
    how = {};
    how.on_wait = [](wait_status const&) {};
    BOOST_TEST(want(how, me)->step(start).kind == next::wait);
    how = {};
    BOOST_TEST(want(how, me)->step(start).kind == next::sleep);
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::sleep);
    BOOST_TEST(a->taking.sleep().kind == next::granted);
    BOOST_TEST(queue.levels(me) == 1u);
}

BOOST_AUTO_TEST_CASE(failed_attempt_is_reported_and_leaves_the_queue)
{
    protocol.answers = {make_error_code(errc::timed_out)}; // the error of a file server
    auto const a = want(me), b = want(other);
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::timed_out));
    BOOST_TEST(b->step(start).kind == next::granted);
}

// Attempts that take several steps

BOOST_AUTO_TEST_CASE(try_continues_until_its_attempt_ends)
{
    protocol.answers = {attempt_result::continue_after(3ms), attempt_result::continue_after(5ms)};
    auto const a = want(me, deadline::at_once());
    auto n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 3ms));
    n = a->step(n.until);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 8ms));
    BOOST_TEST(a->step(n.until).kind == next::granted);
    BOOST_TEST(protocol.log == "axaxax");
    BOOST_TEST(protocol.is_only_one); // regardless of the number of steps
    BOOST_TEST(queue.levels(me) == 1u);
}

BOOST_AUTO_TEST_CASE(try_ends_with_the_result_of_its_last_step)
{
    for (auto const& last :
         {attempt_result(attempt_result::busy), attempt_result::retry_after(1ms)}) {
        protocol.log.clear();
        protocol.answers = {attempt_result::continue_after(3ms), last};
        auto const a = want(me, deadline::at_once());
        BOOST_TEST(a->step(start).kind == next::wait);
        BOOST_TEST(a->step(start + 3ms).kind == next::timed_out);
        BOOST_TEST(protocol.log == "axaxw");
    }
    protocol.answers = {attempt_result::continue_after(3ms), make_error_code(errc::io_error)};
    auto const a = want(me, deadline::at_once());
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST((a->step(start + 3ms).error == errc::io_error));
    BOOST_TEST(have(exclusive, other));
}

BOOST_AUTO_TEST_CASE(try_keeps_its_place_during_its_attempt)
{
    protocol.answers = {attempt_result::continue_after(3ms)};
    auto a = want(me, deadline::at_once());
    auto const b = want(shared, other);
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(!have(exclusive, third));
    BOOST_TEST(protocol.log == "ax");
    b->waker.count = 0;
    a.reset();
    BOOST_TEST(protocol.log == "axw");
    BOOST_TEST(b->waker.count > 0);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(try_waits_for_no_other_owner_of_its_object)
{
    BOOST_TEST(have(shared, me));
    protocol.answers = {attempt_result::continue_after(3ms)};
    auto const a = want(shared, other, deadline::at_once());
    BOOST_TEST(a->step(start).kind == next::wait);
    protocol.otherwise = attempt_result::busy;
    auto const b = convert(me, shared, exclusive);
    BOOST_TEST(b->step(start).kind == next::wait); // the conversion goes first
    BOOST_TEST(a->step(start + 3ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "asaswax");
}

BOOST_AUTO_TEST_CASE(try_conversion_continues_until_its_attempt_ends)
{
    BOOST_TEST(have(upgrade, me));
    protocol.answers = {attempt_result::continue_after(3ms), attempt_result::busy,
                        attempt_result::continue_after(5ms)};
    auto const in_vain = convert(me, upgrade, exclusive, deadline::at_once());
    BOOST_TEST((in_vain->step(start).until == start + 3ms));
    BOOST_TEST(in_vain->step(start + 3ms).kind == next::timed_out);
    BOOST_TEST((protocol.held == upgrade));
    auto const up = convert(me, upgrade, exclusive, deadline::at_once());
    BOOST_TEST((up->step(start).until == start + 5ms));
    BOOST_TEST(up->step(start + 5ms).kind == next::granted);
    BOOST_TEST(protocol.log == "auaxaxwaxax");
    BOOST_TEST((protocol.held == exclusive));
}

BOOST_AUTO_TEST_CASE(limit_holds_within_an_attempt)
{
    protocol.otherwise = attempt_result::continue_after(3ms);
    auto const a = want(me, deadline::after(5ms, start));
    BOOST_TEST((a->step(start).until == start + 3ms));
    BOOST_TEST((a->step(start + 3ms).until == start + 5ms));
    BOOST_TEST(a->step(start + 5ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "axaxaxw");
    BOOST_TEST(want(me, deadline::after(1ns, start - 1ns))->step(start).kind == next::timed_out);
    auto const for_ever = want(me);
    BOOST_TEST((for_ever->step(start).until == start + 3ms));
}

BOOST_AUTO_TEST_CASE(try_is_cancelled_within_its_attempt)
{
    protocol.otherwise = attempt_result::continue_after(3ms);
    bool cancel = false;
    acquire_options how;
    how.cancel_check = [&] { return cancel; };
    auto const a = want(how, me, deadline::at_once());
    BOOST_TEST((a->step(start).until == start + 3ms));
    cancel = true;
    auto const n = a->step(start + 3ms);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::operation_canceled));
    BOOST_TEST(protocol.log == "axaxw");
}

BOOST_AUTO_TEST_CASE(step_of_an_attempt_is_no_wait_for_a_holder)
{
    protocol.otherwise = attempt_result::continue_after(3ms);
    protocol.sleeps = true;
    acquire_options how;
    how.on_wait = [](wait_status const&) { BOOST_ERROR("told"); };
    auto const a = want(how, me, deadline::at_once());
    a->waker.can_watch = true;
    BOOST_TEST((a->step(start).until == start + 3ms));
    BOOST_TEST(a->waker.watched.empty());
    a->taking.give_up();
    auto const for_ever = want(me);
    BOOST_TEST(for_ever->step(start).kind == next::wait); // it does not sleep in the kernel
}

BOOST_AUTO_TEST_CASE(announcement_has_no_steps)
{
    BOOST_TEST(have(shared, me));
    protocol.announces = attempt_result::continue_after(3ms);
    auto const writer = want(other);
    auto const n = writer->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == time_point::max())); // as if the lock were busy
    BOOST_TEST(protocol.log == "asA");
}

// Cancellation and progress

BOOST_AUTO_TEST_CASE(cancel_check_runs_after_every_failed_attempt)
{
    protocol.otherwise = attempt_result::busy;
    int asked = 0;
    acquire_options how;
    how.cancel_check = [&] { return ++asked == 3; };
    auto const a = want(how, me);
    BOOST_TEST((a->step(start).until == start + 50ms));
    BOOST_TEST((a->step(start + 50ms).until == start + 100ms));
    auto const n = a->step(start + 100ms);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::operation_canceled));
    BOOST_TEST(asked == 3);
    BOOST_TEST(protocol.log == "axaxaxw");
}

BOOST_AUTO_TEST_CASE(free_lock_is_acquired_whatever_cancel_check_returns)
{
    acquire_options how;
    how.cancel_check = [] { return true; };
    BOOST_TEST(want(how, me)->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(queued_waiter_runs_cancel_check_at_the_poll_interval)
{
    BOOST_TEST(have(exclusive, other));
    bool cancel = false;
    acquire_options how;
    how.cancel_check = [&] { return cancel; };
    auto const a = want(how, me);
    BOOST_TEST((a->step(start).until == start + 50ms));
    cancel = true;
    auto const n = a->step(start + 50ms);
    BOOST_TEST((n.error == errc::operation_canceled));
}

BOOST_AUTO_TEST_CASE(reader_is_not_behind_a_writer_that_can_be_cancelled)
{
    BOOST_TEST(have(shared, me));
    acquire_options how;
    how.cancel_check = [] { return false; };
    auto const writer = want(how, other);
    auto const reader = want(shared, third);
    writer->step(start);
    reader->step(start);
    BOOST_TEST(!queue.is_behind_writer(reader->taking));
}

BOOST_AUTO_TEST_CASE(progress_is_reported_at_first_and_then_at_its_interval)
{
    BOOST_TEST(have(exclusive, other));
    std::vector<std::chrono::nanoseconds> told;
    std::optional<owner_record> holder;
    owner_record record;
    record.pid = 4711;
    protocol.who = {record};
    acquire_options how;
    how.progress_interval = 10s;
    how.on_wait = [&](wait_status const& status) {
        BOOST_TEST(status.path == "some.lock");
        told.push_back(status.waited);
        holder = status.holder;
    };
    auto const a = want(how, me, deadline::after(25s, start));
    BOOST_TEST((a->step(start).until == start + 10s));
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST((told.back() == 0s));
    BOOST_REQUIRE(holder);
    BOOST_TEST(holder->pid == 4711);
    BOOST_TEST((a->step(start + 3s).until == start + 10s)); // woken in between
    BOOST_TEST(told.size() == 1u);
    BOOST_TEST((a->step(start + 11s).until == start + 21s));
    BOOST_REQUIRE(told.size() == 2u);
    BOOST_TEST((told.back() == 11s));
    BOOST_TEST((a->step(start + 21s).until == start + 25s)); // the deadline comes first
    BOOST_TEST(a->step(start + 25s).kind == next::timed_out);
    BOOST_TEST(told.size() == 3u);
}

BOOST_AUTO_TEST_CASE(free_lock_and_single_attempt_report_no_progress)
{
    acquire_options how;
    how.on_wait = [](wait_status const&) { BOOST_ERROR("told"); };
    BOOST_TEST(want(how, me)->step(start).kind == next::granted);
    BOOST_TEST(want(how, other, deadline::at_once())->step(start).kind == next::timed_out);
}

BOOST_AUTO_TEST_CASE(callback_that_throws_ends_the_wait)
{
    protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.on_wait = [](wait_status const&) { throw std::runtime_error("no"); };
    auto a = want(how, me);
    BOOST_CHECK_THROW(a->step(start), std::runtime_error);
    a.reset();
    BOOST_TEST(protocol.log == "axw");
    protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(have(exclusive, other));
}

BOOST_AUTO_TEST_SUITE_END()
