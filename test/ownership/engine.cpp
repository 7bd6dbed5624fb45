// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The owner queue and the waiting engine, tested one interleaving at a time. There is no file and
// no thread that waits, and the clock shows the time that the test sets.

#include "support/engine.hpp"
#include "../src/ownership/object_registry.hpp"
#include "support/fake_protocol.hpp"
#include "support/set_clock.hpp"

#include <boost/filelock/detail/time_limit.hpp>

#include <boost/system/errc.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using boost::filelock::owner_record;
using boost::filelock::wait_status;
using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

namespace {

bool would_deadlock(next const& n)
{
    return n.kind == next::failed && n.error == errc::resource_deadlock_would_occur;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

BOOST_AUTO_TEST_CASE(free_lock_is_acquired_with_one_attempt)
{
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "ax");
    BOOST_TEST(queue.levels(me) == 1u);
    BOOST_TEST(queue.levels(object) == 0u);
}

BOOST_AUTO_TEST_CASE(owner_gets_more_levels_without_the_protocol)
{
    for (auto const mode : {shared, upgrade, exclusive}) {
        protocol.log.clear();
        BOOST_TEST(have(mode, me));
        BOOST_TEST(have(mode, me));
        BOOST_TEST(queue.levels(me) == 2u);
        BOOST_TEST(protocol.log.size() == 2u); // one attempt
        BOOST_TEST(drop(me));
        BOOST_TEST(protocol.log.size() == 2u);
        BOOST_TEST(drop(me));
        BOOST_TEST(protocol.log.back() == 'r');
        BOOST_TEST(!drop(me));
    }
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

BOOST_AUTO_TEST_CASE(abandoned_attempt_withdraws_and_wakes_the_next)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me), b = want(shared, other);
    a->step(start);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "ax"); // only the first waiter touches the file
    b->waker.count = 0;
    a.reset();
    BOOST_TEST(protocol.log == "axw");
    BOOST_TEST(b->waker.count > 0);
    b->step(start);
    BOOST_TEST(protocol.log == "axwas");
    b->taking.give_up();
    BOOST_TEST(protocol.log == "axwasw");
}

BOOST_AUTO_TEST_CASE(waiter_for_the_same_mode_continues_an_abandoned_attempt)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me), b = want(other), c = want(third);
    a->step(start);
    b->step(start);
    c->step(start);
    b->waker.count = 0;
    a.reset();
    BOOST_TEST(protocol.log == "ax");
    BOOST_TEST(b->waker.count > 0);
    BOOST_TEST(b->waker.followed == 1);
    b.reset(); // it has made no attempt of its own
    BOOST_TEST(protocol.log == "ax");
    c->step(start);
    BOOST_TEST(protocol.log == "axax");
    c.reset();
    BOOST_TEST(protocol.log == "axaxw");
}

BOOST_AUTO_TEST_CASE(first_waiter_keeps_its_watch_when_another_leaves)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me), b = want(other);
    a->step(start);
    b->step(start);
    b.reset();
    BOOST_TEST(a->waker.followed == 0);
}

BOOST_AUTO_TEST_CASE(lined_up_waiter_keeps_its_place)
{
    auto const a = want(me), b = want(other);
    b->taking.line_up();
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "");
    a->waker.count = 0;
    BOOST_TEST(b->step(start).kind == next::granted);
    drop(other);
    BOOST_TEST(a->waker.count > 0);
    BOOST_TEST(a->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(levels_are_given_to_another_owner)
{
    BOOST_TEST(!queue.give(me, other));
    BOOST_TEST(!queue.is_held());
    have(shared, me);
    BOOST_TEST(queue.is_held());
    BOOST_TEST(queue.give(me, other));
    BOOST_TEST(queue.levels(me) == 0u);
    BOOST_TEST(queue.levels(other) == 1u);
    have(shared, me);
    BOOST_TEST(queue.give(me, other));
    BOOST_TEST(queue.levels(other) == 2u);
    drop(other);
    BOOST_TEST(protocol.log == "asas"); // no release yet
    drop(other);
    BOOST_TEST(!queue.is_held());
}

BOOST_AUTO_TEST_CASE(levels_are_not_given_to_an_owner_with_another_mode)
{
    have(shared, me);
    have(upgrade, other);
    BOOST_TEST(!queue.give(me, other));
    BOOST_TEST(queue.levels(me) == 1u);
    BOOST_TEST(queue.levels(other) == 1u);
}

BOOST_AUTO_TEST_CASE(waiters_are_served_in_order_of_arrival)
{
    want(me)->step(start);
    auto a = want(object), b = want(other);
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST(b->step(start).kind == next::wait);
    auto const dropped = queue.drop(me, exclusive);
    BOOST_TEST((dropped.next.kind == fd::pending_action::downgrade));
    // Neither waiter gets the lock before the release is complete.
    BOOST_TEST(a->step(start).kind == next::wait);
    a->waker.count = b->waker.count = 0;
    fd::perform(queue, protocol, dropped.next);
    BOOST_TEST(a->waker.count == 1);
    BOOST_TEST(b->waker.count == 0);
    BOOST_TEST(b->step(start).kind == next::wait); // whichever waiter runs first
    BOOST_TEST(!have(exclusive, me));
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "axrax");
    b->waker.count = 0;
    drop(object);
    BOOST_TEST(b->waker.count >= 1);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(queued_waiter_times_out_without_touching_the_file)
{
    want(me)->step(start);
    auto const a = want(object, deadline::after(1s, start));
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 1s));
    BOOST_TEST(a->step(start + 1s).kind == next::timed_out);
    BOOST_TEST(protocol.log == "ax");
    BOOST_TEST(drop(me));
}

BOOST_AUTO_TEST_CASE(first_waiter_continues_when_one_behind_it_leaves)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me, deadline::after(1s, start)), b = want(other);
    a->step(start);
    b->step(start);
    b.reset();
    protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(a->step(start + 50ms).kind == next::granted);
    BOOST_TEST(protocol.log == "axax");
}

BOOST_AUTO_TEST_CASE(waiters_of_one_owner_join_when_the_first_acquires)
{
    protocol.answers = {attempt_result::busy};
    auto const a = want(object, deadline::after(1s, start)), b = want(object), c = want(object);
    a->step(start);
    b->step(start);
    c->step(start);
    b->waker.count = c->waker.count = 0;
    BOOST_TEST(a->step(start + 50ms).kind == next::granted);
    BOOST_TEST(b->waker.count > 0);
    BOOST_TEST(b->step(start).kind == next::granted);
    BOOST_TEST(c->waker.count > 0);
    BOOST_TEST(c->step(start).kind == next::granted);
    BOOST_TEST(queue.levels(object) == 3u);
    BOOST_TEST(protocol.log == "axax");
}

BOOST_AUTO_TEST_CASE(levels_are_dropped_one_by_one_or_all_at_once)
{
    for (int i = 0; i < 3; ++i)
        want(me)->step(start);
    BOOST_TEST(!queue.drop_all(object).owned);
    BOOST_TEST(drop(me));
    auto dropped = queue.drop_all(me);
    BOOST_TEST(dropped.owned);
    BOOST_TEST((dropped.next.kind == fd::pending_action::downgrade));
    fd::perform(queue, protocol, dropped.next);
    BOOST_TEST(queue.levels(me) == 0u);
    BOOST_TEST(!queue.drop_everything().owned);
    want(object)->step(start);
    BOOST_TEST(queue.drop_everything().next.kind == fd::pending_action::downgrade);
}

// Shared holds

BOOST_AUTO_TEST_CASE(readers_share_the_hold_and_the_last_releases_it)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(queue.levels(other) == 1u);
    BOOST_TEST(drop(other));
    BOOST_TEST(drop(me));
    BOOST_TEST(protocol.log == "asasas");
    BOOST_TEST(!have(exclusive, me));
    BOOST_TEST(drop(third));
    BOOST_TEST((protocol.held == lock_mode::none));
    BOOST_TEST(have(exclusive, me));
    BOOST_TEST(!have(shared, other));
}

BOOST_AUTO_TEST_CASE(reader_waits_behind_a_waiting_writer)
{
    BOOST_TEST(have(shared, me));
    auto const writer = want(other), reader = want(shared, third);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST(queue.is_behind_writer(reader->taking));
    BOOST_TEST(!queue.is_behind_writer(writer->taking));
    // A reader gets more levels: behind the writer it would wait for itself.
    BOOST_TEST(have(shared, me));
    drop(me), drop(me);
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST(writer->step(start).kind == next::granted);
    BOOST_TEST(reader->step(start).kind == next::wait);
    drop(other);
    BOOST_TEST(reader->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(reader_is_not_behind_a_writer_with_a_limit)
{
    BOOST_TEST(have(shared, me));
    auto const writer = want(other, deadline::after(1s, start)), reader = want(shared, third);
    writer->step(start);
    reader->step(start);
    BOOST_TEST(!queue.is_behind_writer(reader->taking));
    BOOST_TEST(writer->step(start + 1s).kind == next::timed_out);
    BOOST_TEST(reader->waker.count > 0);
    BOOST_TEST(reader->step(start + 1s).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(several_readers_acquire_when_a_writer_releases)
{
    BOOST_TEST(have(exclusive, me));
    auto const a = want(shared, other), b = want(shared, third);
    a->step(start), b->step(start);
    b->waker.count = 0;
    drop(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(b->waker.count > 0); // the first wakes the next
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(owner_cannot_have_two_modes)
{
    for (auto const held : {shared, upgrade, exclusive})
        for (auto const wanted : {shared, upgrade, exclusive}) {
            if (held == wanted)
                continue;
            BOOST_TEST(have(held, me));
            BOOST_TEST(would_deadlock(want(wanted, me)->step(start)));
            BOOST_TEST(would_deadlock(want(wanted, me, deadline::at_once())->step(start)));
            BOOST_TEST(!drop(me, wanted));
            BOOST_TEST(drop(me, held));
        }
    BOOST_TEST((protocol.held == lock_mode::none));
}

// Upgrade holds

BOOST_AUTO_TEST_CASE(upgrade_hold_admits_readers_and_no_second_upgrade)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(upgrade, other));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(!have(upgrade, object));
    BOOST_TEST(!have(exclusive, object));
    drop(me), drop(third);
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(have(shared, me));
    protocol.log.clear();
    drop(other);
    BOOST_TEST(protocol.log == "ls"); // as weak as the strongest level that is left
    drop(me);
    BOOST_TEST(protocol.log == "lsr");
}

BOOST_AUTO_TEST_CASE(upgrade_waits_for_readers_and_keeps_new_ones_out)
{
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, other));
    auto const up = convert(me, upgrade, exclusive);
    auto const late = want(shared, third);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(have(upgrade, me)); // more levels of the same owner
    drop(me);
    up->waker.count = 0;
    drop(other);
    BOOST_TEST(up->waker.count > 0);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(up->step(start).kind == next::granted);
    BOOST_TEST((protocol.held == exclusive));
    BOOST_TEST(queue.levels(me) == 1u);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(weaken(me, exclusive, upgrade));
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(late->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(upgrade_goes_before_a_waiting_writer)
{
    BOOST_TEST(have(upgrade, me));
    auto const writer = want(other);
    writer->step(start);
    BOOST_TEST(convert(me, upgrade, exclusive)->step(start).kind == next::granted);
    BOOST_TEST(drop(me, exclusive));
    BOOST_TEST(writer->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(failed_upgrade_keeps_the_level)
{
    BOOST_TEST(have(upgrade, me));
    protocol.otherwise = attempt_result::busy; // a reader in another process
    auto const up = convert(me, upgrade, exclusive, deadline::after(70ms, start));
    BOOST_TEST((up->step(start).until == start + 50ms));
    BOOST_TEST(up->step(start + 70ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "auaxaxw");
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(drop(me, upgrade));
}

BOOST_AUTO_TEST_CASE(second_of_two_converting_readers_is_refused)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    auto const first = convert(me, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(first->step(start).kind == next::wait);
    auto const second = convert(other, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(second->step(start).kind == next::timed_out); // without a wait
    BOOST_TEST(drop(other));
    BOOST_TEST(first->step(start).kind == next::granted);
    BOOST_TEST(weaken(me, exclusive, shared));
    BOOST_TEST((protocol.held == shared));
}

BOOST_AUTO_TEST_CASE(converting_reader_yields_to_the_upgrade)
{
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, other));
    auto const reader = convert(other, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(reader->step(start).kind == next::wait);
    auto const up = convert(me, upgrade, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(reader->waker.count > 0);
    BOOST_TEST(reader->step(start).kind == next::timed_out);
    drop(other);
    BOOST_TEST(up->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(conversion_moves_one_level_and_the_hold_follows_the_strongest)
{
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(convert(me, upgrade, exclusive)->step(start).kind == next::granted);
    BOOST_TEST(queue.levels(me) == 2u);
    BOOST_TEST(drop(me, exclusive)); // as the guard of the inner scope does
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(drop(me, upgrade));
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(conversion_without_the_level_is_refused)
{
    auto const refused = [](next const& n) {
        return n.kind == next::failed && n.error == errc::operation_not_permitted;
    };
    BOOST_TEST(refused(convert(me, upgrade, exclusive)->step(start)));
    BOOST_TEST(have(shared, me));
    BOOST_TEST(refused(convert(me, upgrade, exclusive)->step(start)));
    BOOST_TEST(!weaken(me, exclusive, shared));
    BOOST_TEST(!weaken(other, shared, shared));
    BOOST_TEST(queue.levels(me) == 1u);
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

// Writers that wait only for readers of the same object

BOOST_AUTO_TEST_CASE(writer_announces_itself_while_readers_of_its_object_are_left)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, third));
    protocol.log.clear();
    auto const writer = want(other);
    auto const n = writer->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == time_point::max())); // a release will wake it
    BOOST_TEST(protocol.log == "A");
    drop(me);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "AA"); // the writer continues its announcement
    writer->waker.count = 0;
    drop(third);
    BOOST_TEST(writer->waker.count > 0);
    BOOST_TEST(writer->step(start).kind == next::granted);
    // The attempt continues the announcement, so there is no withdrawal.
    BOOST_TEST(protocol.log == "AArax");
}

BOOST_AUTO_TEST_CASE(reader_that_leaves_during_the_announcement_is_not_waited_for)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] {
        protocol.during_attempt = {};
        BOOST_TEST(
            (queue.drop(me, shared).next.kind == fd::pending_action::none)); // the writer does it
    };
    BOOST_TEST(want(other)->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "asArax");
}

BOOST_AUTO_TEST_CASE(writer_that_gives_up_withdraws_its_announcement)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    auto writer = want(other);
    auto const reader = want(shared, third);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(reader->step(start).kind == next::wait);
    reader->waker.count = 0;
    writer.reset();
    BOOST_TEST(protocol.log == "asAw");
    BOOST_TEST(reader->waker.count > 0);
    BOOST_TEST(reader->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(announcement_of_a_refused_writer_is_withdrawn)
{
    protocol.announces = attempt_result::busy;
    // Another thread drops the level that would be converted.
    BOOST_TEST(have(shared, object));
    BOOST_TEST(have(shared, other));
    auto const up = convert(object, shared, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    drop(object);
    BOOST_TEST(up->step(start).kind == next::failed);
    BOOST_TEST(protocol.log == "asasAw");
    drop(other);
    // The owner is given levels of another mode.
    protocol.log.clear();
    BOOST_TEST(have(shared, third));
    auto const writer = want(object);
    BOOST_TEST(writer->step(start).kind == next::wait);
    writer->waker.count = 0;
    BOOST_TEST(queue.give(third, object));
    BOOST_TEST(writer->waker.count > 0); // the waiter is notified
    BOOST_TEST(would_deadlock(writer->step(start)));
    BOOST_TEST(protocol.log == "asAw");
}

BOOST_AUTO_TEST_CASE(single_attempt_makes_no_announcement)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(protocol.is_only_one);
    BOOST_TEST(want(other, deadline::at_once())->step(start).kind == next::timed_out);
    BOOST_TEST(protocol.log == "as");
    drop(me);
    BOOST_TEST(want(other, deadline::after(1s, start))->step(start).kind == next::granted);
    BOOST_TEST(!protocol.is_only_one);
}

BOOST_AUTO_TEST_CASE(reader_of_another_object_does_not_announce_itself)
{
    owner_queue another;
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    acquisition taking(another, of_another, request(shared, other, deadline::never()), waker);
    BOOST_TEST(taking.step().kind == next::granted);
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(want(other)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "asw");
    BOOST_TEST(want(third)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "aswAw");
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(lock_of_another_domain_on_the_same_file_excludes_nothing)
{
    owner_queue another(fd::domain::flock), record_locks(fd::domain::record_lock),
        both(fd::domain::flock | fd::domain::record_lock);
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    acquisition taking(another, of_another, request(shared, me, deadline::never()), waker);
    BOOST_TEST(taking.step().kind == next::granted);
    BOOST_TEST(!fd::another_keeps_out(record_locks, me, protocol.file, exclusive));
    BOOST_TEST(fd::another_keeps_out(both, me, protocol.file, exclusive));
    // It is the same object.
    BOOST_TEST(!fd::another_keeps_out(another, me, protocol.file, exclusive));
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(only_the_upgrade_owner_announces_beside_an_upgrade_hold)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(want(other)->step(start).kind == next::wait);
    BOOST_TEST(want(upgrade, other)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.find('A') == std::string::npos);
    // The owner of the upgrade announces itself.
    auto const up = convert(me, upgrade, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.back() == 'A');
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

BOOST_AUTO_TEST_CASE(announcement_withdraws_that_of_another_owner)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, third));
    auto const writer = want(other);
    BOOST_TEST(writer->step(start).kind == next::wait);
    auto const up = convert(me, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "asasAwA");
}

BOOST_AUTO_TEST_CASE(refused_or_failed_announcement_ends_the_wait)
{
    protocol.announces = attempt_result::would_deadlock;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    BOOST_TEST(convert(me, shared, exclusive, deadline::after(60s, start))->step(start).kind ==
               next::timed_out);
    protocol.announces = attempt_result(make_error_code(errc::io_error));
    auto const n = want(third)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::io_error));
    BOOST_TEST(protocol.log == "asasAwAw");
    BOOST_TEST(queue.levels(me) == 1u);
}

// Owners that hold the file already

BOOST_AUTO_TEST_CASE(refused_request_fails_at_once_and_without_a_limit_as_a_deadlock)
{
    protocol.otherwise = attempt_result::would_deadlock;
    BOOST_TEST(want(upgrade, me, deadline::after(60s, start))->step(start).kind == next::timed_out);
    auto const n = want(upgrade, me)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::resource_deadlock_would_occur));
    BOOST_TEST(!queue.is_held());
}

BOOST_AUTO_TEST_CASE(protocol_knows_what_a_thread_holds_through_another_object)
{
    owner_queue another;
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    for (auto const who : {me, object}) {
        acquisition taking(another, of_another, request(shared, who, deadline::never()), waker);
        BOOST_TEST(taking.step().kind == next::granted);
    }
    protocol.sleeps = true;
    protocol.otherwise = attempt_result::busy_for_others();

    auto const stranger = want(shared, other);
    BOOST_TEST(stranger->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));
    BOOST_TEST(protocol.log == "as");

    stranger->taking.give_up();
    protocol.log.clear();
    auto const reader = want(shared, me);
    // Asleep in the kernel it would not see a writer that waits for its other hold.
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::other_object));
    BOOST_TEST(protocol.log == "asas");

    // A hold on another file does not count.
    reader->taking.give_up();
    protocol.file = {1, 2};
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));

    // The hold does not count if the result does not depend on it, or if the owner is no thread.
    protocol.file = {1, 1};
    protocol.otherwise = attempt_result::busy;
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    protocol.otherwise = attempt_result::busy_for_others();
    BOOST_TEST(want(shared, object)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(protocol_knows_that_a_request_converts)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(convert(me, shared, exclusive)->step(start).kind == next::granted);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

// Events during another owner's work on the file

BOOST_AUTO_TEST_CASE(release_during_an_attempt_is_left_to_that_owner)
{
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] {
        auto const dropped = queue.drop(me, shared);
        BOOST_TEST(dropped.owned);
        BOOST_TEST((dropped.next.kind == fd::pending_action::none));
    };
    protocol.answers = {attempt_result::busy}; // another process has the upgrade hold
    auto const up = want(upgrade, other);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "asaur");
    protocol.during_attempt = {};
    BOOST_TEST(up->step(start + 50ms).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(waiter_that_leaves_during_an_attempt_leaves_its_withdrawal_to_that_owner)
{
    BOOST_TEST(have(shared, me));
    protocol.answers = {attempt_result::busy};
    auto up = want(upgrade, other);
    BOOST_TEST(up->step(start).kind == next::wait);
    auto const reader = convert(me, shared, exclusive, deadline::after(1s, start));
    protocol.during_attempt = [&] { up.reset(); };
    BOOST_TEST(reader->step(start).kind == next::granted);
    // The other owner's attempt is withdrawn before this one begins.
    BOOST_TEST(protocol.log == "asauwax");
}

BOOST_AUTO_TEST_CASE(inspection_goes_before_waiters_but_not_during_an_attempt)
{
    struct visit : fd::waiter
    {
        counting_waker waker;
        explicit visit(owner who) : waiter(who, fd::lock_request::inspect(), waker) {}
    };
    visit stranger(third), holder(me);
    BOOST_TEST((queue.ask(stranger) == owner_queue::grant::not_owned));
    BOOST_TEST(have(shared, me));
    auto const writer = want(other);
    writer->step(start);
    BOOST_TEST((queue.ask(holder) == owner_queue::grant::attempt));
    auto const dropped = queue.drop(me, shared); // as if the owner had several threads
    BOOST_TEST((dropped.next.kind == fd::pending_action::none));
    BOOST_TEST(writer->step(start).kind == next::wait);
    writer->waker.count = 0;
    auto const action = queue.leave(holder);
    BOOST_TEST((action.kind == fd::pending_action::downgrade));
    fd::perform(queue, protocol, action);
    BOOST_TEST(writer->waker.count > 0);

    protocol.during_attempt = [&] {
        BOOST_TEST((queue.ask(stranger) == owner_queue::grant::not_owned));
    };
    BOOST_TEST(writer->step(start).kind == next::granted);
    drop(other);

    BOOST_TEST(have(shared, me));
    visit waits(me);
    protocol.during_attempt = [&] {
        BOOST_TEST((queue.ask(waits) == owner_queue::grant::wait));
        waits.waker.count = 0;
    };
    BOOST_TEST(have(shared, other));
    BOOST_TEST(waits.waker.count > 0);
    BOOST_TEST((queue.ask(waits) == owner_queue::grant::attempt));
    queue.leave(waits);

    // An acquisition that finds the file busy stays in the queue. It must not stand before the
    // inspection.
    protocol.otherwise = attempt_result::busy;
    auto const joins = want(shared, third);
    BOOST_TEST(joins->step(start).kind == next::wait);
    BOOST_TEST(waits.waker.count > 0);
    BOOST_TEST((queue.ask(waits) == owner_queue::grant::attempt));
    queue.leave(waits);
}

BOOST_AUTO_TEST_CASE(failed_release_is_repeated_before_the_next_attempt)
{
    auto const no = make_error_code(errc::io_error);
    protocol.release_errors = {no, no};
    BOOST_TEST(have(exclusive, me));
    auto const ec = fd::perform(queue, protocol, queue.drop(me, exclusive).next);
    BOOST_TEST((ec == errc::io_error));
    BOOST_TEST(queue.is_unreleased());
    auto const n = want(other)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::io_error));
    BOOST_TEST(queue.is_unreleased());
    BOOST_TEST(want(other)->step(start).kind == next::granted);
    BOOST_TEST(!queue.is_unreleased());
    BOOST_TEST(protocol.log == "axrrwrax");
}

BOOST_AUTO_TEST_CASE(failed_downgrade_releases_nothing_and_is_repeated)
{
    auto const no = make_error_code(errc::io_error);
    BOOST_TEST(have(exclusive, me));
    protocol.downgrade_errors = {no, no};
    auto const ec = fd::perform(queue, protocol, queue.weaken(me, exclusive, shared).next);
    BOOST_TEST((ec == errc::io_error));
    BOOST_TEST(!queue.is_unreleased());
    BOOST_TEST(have(shared, other));
    BOOST_TEST((protocol.held == lock_mode::exclusive));
    BOOST_TEST(protocol.log == "axlsasls"); // at the next operation
    drop(other);
    BOOST_TEST((protocol.held == lock_mode::shared));
    BOOST_TEST(protocol.log == "axlsaslsls");
    drop(me);
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(last_level_dropped_during_a_failed_downgrade_is_released)
{
    BOOST_TEST(have(exclusive, me));
    protocol.downgrade_errors = {make_error_code(errc::io_error)};
    protocol.during_downgrade = [&] {
        BOOST_TEST(
            // The downgrading owner does it.
            (queue.drop(me, shared).next.kind == fd::pending_action::none));
    };
    fd::perform(queue, protocol, queue.weaken(me, exclusive, shared).next);
    BOOST_TEST(protocol.log == "axlsr");
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(failed_downgrade_does_not_prevent_the_release)
{
    BOOST_TEST(have(exclusive, me));
    protocol.downgrade_errors = {make_error_code(errc::io_error)};
    fd::perform(queue, protocol, queue.weaken(me, exclusive, upgrade).next);
    drop(me);
    BOOST_TEST(protocol.log == "axlur");
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(lock_is_released_when_on_acquired_throws)
{
    protocol.on_acquired = [] { throw std::runtime_error("no"); };
    auto a = want(me), b = want(other);
    BOOST_CHECK_THROW(a->step(start), std::runtime_error);
    BOOST_TEST((protocol.held == lock_mode::none));
    BOOST_TEST(b->step(start).kind == next::wait); // the first has not left the queue
    a.reset();
    protocol.on_acquired = {};
    BOOST_TEST(queue.levels(me) == 0u);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(waiters_check_for_self_deadlock_again_when_the_file_changes)
{
    protocol.otherwise = attempt_result::busy;
    auto const a = want(me), b = want(other);
    a->step(start);
    b->step(start);
    b->waker.count = 0;
    a->step(start);
    BOOST_TEST(b->waker.count == 0);
    protocol.file = {2, 2};
    a->step(start);
    BOOST_TEST(b->waker.count == 1);
}

BOOST_AUTO_TEST_CASE(level_dropped_during_a_conversion_is_not_converted)
{
    for (auto const from : {shared, upgrade}) {
        BOOST_TEST(have(from, object));
        protocol.during_attempt = [&] { BOOST_TEST(queue.drop(object, from).owned); };
        auto const a = convert(object, from, exclusive);
        auto const n = a->step(start);
        BOOST_TEST(n.kind == next::failed);
        BOOST_TEST((n.error == errc::operation_not_permitted));
        protocol.during_attempt = {};
        BOOST_TEST(queue.levels(object) == 0u);
        BOOST_TEST((protocol.held == lock_mode::none));
        BOOST_TEST(have(exclusive, other)); // no owner is left
        BOOST_TEST(drop(other));
    }
}

BOOST_AUTO_TEST_CASE(acquisition_within_the_same_wait_is_a_deadlock)
{
    for (auto const who : {me, object}) {
        auto const outer = want(who);
        outer->waker.is_of_this_thread = true;
        protocol.on_acquired = [&] {
            auto const inner = want(who), elsewhere = want(who);
            inner->waker.is_of_this_thread = true;
            BOOST_TEST(would_deadlock(inner->step(start)));
            // Another thread, or an operation without a thread, waits.
            BOOST_TEST(elsewhere->step(start).kind == next::wait);
            BOOST_TEST(want(who, deadline::at_once())->step(start).kind == next::timed_out);
        };
        BOOST_TEST(outer->step(start).kind == next::granted);
        BOOST_TEST(queue.levels(who) == 1u);
        BOOST_TEST(drop(who));
    }
}

// Change notifications

struct watcher : engine
{
    attempt_ptr const a = want(me, deadline::after(1h, start));
    time_point now = start;

    watcher()
    {
        protocol.otherwise = attempt_result::busy;
        a->waker.can_watch = true;
    }

    /// Makes an attempt at the end of the previous pause. Returns how long the pause after it is.
    std::chrono::nanoseconds pause()
    {
        auto const n = a->step(now);
        BOOST_TEST(n.kind == next::wait);
        auto const length = n.until - now;
        ignores_changes = n.ignore_changes;
        now = n.until;
        return length;
    }
    void change() { a->waker.is_changed = true; }

    bool ignores_changes = false;
};

BOOST_FIXTURE_TEST_CASE(file_is_watched_before_the_last_attempt_before_a_wait, watcher)
{
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(!ignores_changes);
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axax");
    pause();
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axaxax");
    protocol.file = {2, 2}; // the path names another file
    pause();
    BOOST_TEST(a->waker.watched.size() == 2u);
    BOOST_TEST(protocol.log == "axaxaxaxax");
}

BOOST_FIXTURE_TEST_CASE(file_found_after_the_watch_is_set_is_watched_as_well, watcher)
{
    unsigned attempts = 0;
    protocol.during_attempt = [&] {
        if (++attempts == 2)
            protocol.file = {2, 2}; // another file replaced it before the watch was set
    };
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(protocol.log == "axaxax");
    BOOST_TEST_REQUIRE(a->waker.watched.size() == 2u);
    BOOST_TEST((a->waker.watched.back() == fd::file_identity{2, 2}));
}

BOOST_FIXTURE_TEST_CASE(file_that_changes_at_each_attempt_is_retried_soon, watcher)
{
    protocol.during_attempt = [&] { ++protocol.file.inode; };
    BOOST_TEST((pause() == 1ms));
}

BOOST_FIXTURE_TEST_CASE(lock_that_is_free_after_the_watch_is_set_is_acquired, watcher)
{
    protocol.answers = {attempt_result::busy, attempt_result::acquired};
    BOOST_TEST(a->step(start).kind == next::granted);
}

BOOST_FIXTURE_TEST_CASE(try_and_sleep_in_the_kernel_watch_nothing, watcher)
{
    auto const tries = want(other, deadline::at_once());
    tries->waker.can_watch = true;
    BOOST_TEST(tries->step(start).kind == next::timed_out);
    BOOST_TEST(tries->waker.watched.empty());
    protocol.sleeps = true;
    auto const sleeps = want(other);
    sleeps->waker.can_watch = true;
    BOOST_TEST(sleeps->step(start).kind == next::sleep);
    BOOST_TEST(sleeps->waker.watched.empty());
}

BOOST_FIXTURE_TEST_CASE(change_causes_a_few_quick_attempts, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        BOOST_TEST(ignores_changes);
    }
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(!ignores_changes);
}

BOOST_FIXTURE_TEST_CASE(change_does_not_shorten_the_steps_of_an_attempt, watcher)
{
    pause();
    protocol.answers = {attempt_result::continue_after(7ms)};
    change();
    BOOST_TEST((pause() == 7ms));
    BOOST_TEST(!ignores_changes);
    BOOST_TEST((pause() == 100us)); // the attempt ended as busy
}

BOOST_FIXTURE_TEST_CASE(changes_during_quick_attempts_do_not_restart_them, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        change();
    }
    // The last of these changes may be the release, so it causes quick attempts of its own.
    BOOST_TEST((pause() == 100us));
    for (int i = 0; i < 4; ++i)
        pause();
    BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(early_change_during_quick_attempts_is_remembered, watcher)
{
    pause();
    change();
    BOOST_TEST((pause() == 100us));
    change();
    for (auto const length : {300us, 1000us, 3000us, 10'000us, 100us})
        BOOST_TEST((pause() == length));
}

BOOST_FIXTURE_TEST_CASE(fruitless_changes_slow_the_attempts_down, watcher)
{
    pause();
    for (int i = 1; i <= 10; ++i) {
        change();
        BOOST_TEST((pause() == (i < 8 ? 100us : 5000us)));
        for (int steps = 1; steps < 5; ++steps)
            pause();
        pause();
    }
    pause(); // a long pause without a change
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(polling_backs_off_where_every_change_is_reported, watcher)
{
    protocol.local = true;
    for (auto const length : {50ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
        BOOST_TEST((pause() == length));
    change();
    for (int steps = 0; steps < 5; ++steps)
        pause();
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST((pause() == 100ms));
}

BOOST_FIXTURE_TEST_CASE(polling_stays_at_one_second_while_nothing_changes, watcher)
{
    protocol.local = true;
    for (int i = 0; i < 5; ++i)
        pause();
    for (int i = 0; i < 600; ++i)
        BOOST_TEST_REQUIRE((pause() == 1s));
}

BOOST_FIXTURE_TEST_CASE(polling_backs_off_with_an_inherited_watch, watcher)
{
    protocol.local = true;
    a->waker.watched = {protocol.file};
    for (auto const length : {50ms, 100ms, 200ms})
        BOOST_TEST((pause() == length));
    BOOST_TEST(protocol.log == "axaxax"); // no attempt was needed after a new watch
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(polling_stops_backing_off_when_a_new_file_cannot_be_watched, watcher)
{
    protocol.local = true;
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST((pause() == 100ms));
    protocol.file = {1, 2};
    a->waker.can_watch = false;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(poll_interval_above_a_second_is_kept, engine)
{
    protocol.otherwise = attempt_result::busy;
    protocol.local = true;
    auto wanted = request(lock_mode::exclusive, me, deadline::never());
    wanted.poll_interval = std::chrono::nanoseconds::max();
    attempt a(*this, wanted);
    a.waker.can_watch = true;
    for (auto at = start; at < start + 3s; at += 1s)
        BOOST_TEST((a.step(at).until > start + 24h));
}

BOOST_FIXTURE_TEST_CASE(polling_does_not_back_off_without_reported_changes, watcher)
{
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((pause() == 50ms));
    engine other_lock; // its file cannot be watched
    other_lock.protocol.otherwise = attempt_result::busy;
    other_lock.protocol.local = true;
    auto const b = other_lock.want(me, deadline::after(1h, start));
    for (auto at = start; at < start + 250ms; at += 50ms)
        BOOST_TEST((b->step(at).until == at + 50ms));
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
