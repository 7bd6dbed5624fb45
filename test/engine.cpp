// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The ownership and waiting engines, interleaving by interleaving: no file, no thread that waits, a
// clock that is told what time it is.

#include "engine.hpp"
#include "../src/ownership/object_registry.hpp"
#include "fake_protocol.hpp"
#include "set_clock.hpp"

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

BOOST_AUTO_TEST_CASE(a_free_lock_is_had_with_one_attempt)
{
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "ax");
    BOOST_TEST(book.levels(me) == 1u);
    BOOST_TEST(book.levels(object) == 0u);
}

BOOST_AUTO_TEST_CASE(the_owner_gets_levels_without_the_protocol)
{
    for (auto const mode : {shared, upgrade, exclusive}) {
        protocol.log.clear();
        BOOST_TEST(have(mode, me));
        BOOST_TEST(have(mode, me));
        BOOST_TEST(book.levels(me) == 2u);
        BOOST_TEST(protocol.log.size() == 2u); // one attempt
        BOOST_TEST(drop(me));
        BOOST_TEST(protocol.log.size() == 2u);
        BOOST_TEST(drop(me));
        BOOST_TEST(protocol.log.back() == 'r');
        BOOST_TEST(!drop(me));
    }
}

BOOST_AUTO_TEST_CASE(a_busy_lock_is_tried_again_after_the_poll_interval)
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

BOOST_AUTO_TEST_CASE(the_last_attempt_is_at_the_deadline)
{
    protocol.otherwise = attempt_result::busy;
    auto const a = want(me, deadline::after(70ms, start));
    BOOST_TEST((a->step(start).until == start + 50ms));
    BOOST_TEST((a->step(start + 50ms).until == start + 70ms));
    BOOST_TEST(a->step(start + 70ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "axaxaxw");
    protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(want(me)->step(start).kind == next::granted); // nobody is in the way
}

// A time point of the system's clock, which is set back and forth while it is waited for.
BOOST_AUTO_TEST_CASE(a_step_of_the_clock_is_seen_within_a_second)
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
    n = w->step(start + 20s); // ten seconds have passed, and it is not yet time
    BOOST_TEST((n.kind == next::wait));
    BOOST_TEST((n.until <= start + 21s));
    set_clock::time += 2h;
    BOOST_TEST((w->step(start + 21s).kind == next::timed_out));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_asked_again_is_asked_when_it_said)
{
    protocol.answers = {attempt_result::retry_after(3ms)};
    protocol.sleeps = true;
    auto const a = want(me, deadline::never());
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 3ms));
}

BOOST_AUTO_TEST_CASE(one_attempt_is_one_attempt)
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
    BOOST_TEST(book.levels(me) == 1u);
}

BOOST_AUTO_TEST_CASE(a_failure_is_reported_and_leaves_the_way_free)
{
    protocol.answers = {make_error_code(errc::timed_out)}; // a file server's
    auto const a = want(me), b = want(other);
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::timed_out));
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(an_abandoned_attempt_withdraws_and_makes_way)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me), b = want(shared, other);
    a->step(start);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "ax"); // only the first touches the file
    b->waker.count = 0;
    a.reset();
    BOOST_TEST(protocol.log == "axw");
    BOOST_TEST(b->waker.count > 0);
    b->step(start);
    BOOST_TEST(protocol.log == "axwas");
    b->taking.give_up();
    BOOST_TEST(protocol.log == "axwasw");
}

BOOST_AUTO_TEST_CASE(who_wants_the_same_goes_on_with_an_abandoned_attempt)
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
    b.reset(); // without an attempt of his own
    BOOST_TEST(protocol.log == "ax");
    c->step(start);
    BOOST_TEST(protocol.log == "axax");
    c.reset();
    BOOST_TEST(protocol.log == "axaxw");
}

BOOST_AUTO_TEST_CASE(what_the_first_watches_is_left_to_him_when_another_goes)
{
    protocol.otherwise = attempt_result::busy;
    auto a = want(me), b = want(other);
    a->step(start);
    b->step(start);
    b.reset();
    BOOST_TEST(a->waker.followed == 0);
}

BOOST_AUTO_TEST_CASE(who_stands_in_line_keeps_his_place)
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

BOOST_AUTO_TEST_CASE(levels_are_given_away)
{
    BOOST_TEST(!book.give(me, other));
    BOOST_TEST(!book.is_held());
    have(shared, me);
    BOOST_TEST(book.is_held());
    BOOST_TEST(book.give(me, other));
    BOOST_TEST(book.levels(me) == 0u);
    BOOST_TEST(book.levels(other) == 1u);
    have(shared, me);
    BOOST_TEST(book.give(me, other));
    BOOST_TEST(book.levels(other) == 2u);
    drop(other);
    BOOST_TEST(protocol.log == "asas"); // nothing is given back yet
    drop(other);
    BOOST_TEST(!book.is_held());
}

BOOST_AUTO_TEST_CASE(levels_are_not_given_to_who_has_some_of_another_mode)
{
    have(shared, me);
    have(upgrade, other);
    BOOST_TEST(!book.give(me, other));
    BOOST_TEST(book.levels(me) == 1u);
    BOOST_TEST(book.levels(other) == 1u);
}

BOOST_AUTO_TEST_CASE(they_are_served_in_the_order_in_which_they_came)
{
    want(me)->step(start);
    auto a = want(object), b = want(other);
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST(b->step(start).kind == next::wait);
    auto const dropped = book.drop(me, exclusive);
    BOOST_TEST((dropped.next.kind == fd::pending_action::downgrade));
    // Neither comes in before the lock has really been given back.
    BOOST_TEST(a->step(start).kind == next::wait);
    a->waker.count = b->waker.count = 0;
    fd::perform(book, protocol, dropped.next);
    BOOST_TEST(a->waker.count == 1);
    BOOST_TEST(b->waker.count == 0);
    BOOST_TEST(b->step(start).kind == next::wait); // whoever happens to run first
    BOOST_TEST(!have(exclusive, me));
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "axrax");
    b->waker.count = 0;
    drop(object);
    BOOST_TEST(b->waker.count >= 1);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(one_in_the_queue_times_out_without_touching_the_file)
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

BOOST_AUTO_TEST_CASE(a_waiter_behind_the_first_leaves_and_the_first_goes_on)
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

BOOST_AUTO_TEST_CASE(waiters_of_one_owner_join_when_the_first_has_it)
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
    BOOST_TEST(book.levels(object) == 3u);
    BOOST_TEST(protocol.log == "axax");
}

BOOST_AUTO_TEST_CASE(levels_are_dropped_one_by_one_or_all_at_once)
{
    for (int i = 0; i < 3; ++i)
        want(me)->step(start);
    BOOST_TEST(!book.drop_all(object).owned);
    BOOST_TEST(drop(me));
    auto dropped = book.drop_all(me);
    BOOST_TEST(dropped.owned);
    BOOST_TEST((dropped.next.kind == fd::pending_action::downgrade));
    fd::perform(book, protocol, dropped.next);
    BOOST_TEST(book.levels(me) == 0u);
    BOOST_TEST(!book.drop_everything().owned);
    want(object)->step(start);
    BOOST_TEST(book.drop_everything().next.kind == fd::pending_action::downgrade);
}

// Shared

BOOST_AUTO_TEST_CASE(readers_come_in_together_and_the_last_gives_back)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(book.levels(other) == 1u);
    BOOST_TEST(drop(other));
    BOOST_TEST(drop(me));
    BOOST_TEST(protocol.log == "asasas");
    BOOST_TEST(!have(exclusive, me));
    BOOST_TEST(drop(third));
    BOOST_TEST((protocol.held == lock_mode::none));
    BOOST_TEST(have(exclusive, me));
    BOOST_TEST(!have(shared, other));
}

BOOST_AUTO_TEST_CASE(a_reader_waits_behind_a_waiting_writer)
{
    BOOST_TEST(have(shared, me));
    auto const writer = want(other), reader = want(shared, third);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST(book.is_behind_writer(reader->taking));
    BOOST_TEST(!book.is_behind_writer(writer->taking));
    BOOST_TEST(have(shared, me)); // more levels for who has some: he would wait for himself
    drop(me), drop(me);
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST(writer->step(start).kind == next::granted);
    BOOST_TEST(reader->step(start).kind == next::wait);
    drop(other);
    BOOST_TEST(reader->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(a_writer_with_a_limit_is_none_that_one_waits_for_for_ever)
{
    BOOST_TEST(have(shared, me));
    auto const writer = want(other, deadline::after(1s, start)), reader = want(shared, third);
    writer->step(start);
    reader->step(start);
    BOOST_TEST(!book.is_behind_writer(reader->taking));
    BOOST_TEST(writer->step(start + 1s).kind == next::timed_out);
    BOOST_TEST(reader->waker.count > 0);
    BOOST_TEST(reader->step(start + 1s).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(several_readers_come_in_when_a_writer_goes)
{
    BOOST_TEST(have(exclusive, me));
    auto const a = want(shared, other), b = want(shared, third);
    a->step(start), b->step(start);
    b->waker.count = 0;
    drop(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(b->waker.count > 0); // the first brings in the next
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(modes_do_not_mix)
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

// Upgrade

BOOST_AUTO_TEST_CASE(an_upgrade_hold_goes_with_readers_and_not_with_another)
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
    BOOST_TEST(protocol.log == "ls"); // as weak as the strongest that is left
    drop(me);
    BOOST_TEST(protocol.log == "lsr");
}

BOOST_AUTO_TEST_CASE(an_upgrade_waits_for_the_readers_and_keeps_new_ones_out)
{
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, other));
    auto const up = convert(me, upgrade, exclusive);
    auto const late = want(shared, third);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(have(upgrade, me)); // its own levels are its own
    drop(me);
    up->waker.count = 0;
    drop(other);
    BOOST_TEST(up->waker.count > 0);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(up->step(start).kind == next::granted);
    BOOST_TEST((protocol.held == exclusive));
    BOOST_TEST(book.levels(me) == 1u);
    BOOST_TEST(late->step(start).kind == next::wait);
    BOOST_TEST(weaken(me, exclusive, upgrade));
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(late->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(an_upgrade_goes_before_a_writer_that_waits)
{
    BOOST_TEST(have(upgrade, me));
    auto const writer = want(other);
    writer->step(start);
    BOOST_TEST(convert(me, upgrade, exclusive)->step(start).kind == next::granted);
    BOOST_TEST(drop(me, exclusive));
    BOOST_TEST(writer->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(a_failed_upgrade_keeps_what_there_was)
{
    BOOST_TEST(have(upgrade, me));
    protocol.otherwise = attempt_result::busy; // a reader elsewhere
    auto const up = convert(me, upgrade, exclusive, deadline::after(70ms, start));
    BOOST_TEST((up->step(start).until == start + 50ms));
    BOOST_TEST(up->step(start + 70ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "auaxaxw");
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(drop(me, upgrade));
}

BOOST_AUTO_TEST_CASE(of_two_readers_that_convert_the_second_is_refused)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    auto const first = convert(me, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(first->step(start).kind == next::wait);
    auto const second = convert(other, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(second->step(start).kind == next::timed_out); // at once
    BOOST_TEST(drop(other));
    BOOST_TEST(first->step(start).kind == next::granted);
    BOOST_TEST(weaken(me, exclusive, shared));
    BOOST_TEST((protocol.held == shared));
}

BOOST_AUTO_TEST_CASE(a_reader_that_converts_gives_way_to_the_upgrade)
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

BOOST_AUTO_TEST_CASE(a_conversion_moves_one_level_and_the_hold_follows_the_strongest)
{
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(convert(me, upgrade, exclusive)->step(start).kind == next::granted);
    BOOST_TEST(book.levels(me) == 2u);
    BOOST_TEST(drop(me, exclusive)); // the guard of the inner scope
    BOOST_TEST((protocol.held == upgrade));
    BOOST_TEST(drop(me, upgrade));
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(what_one_does_not_have_one_cannot_convert)
{
    auto const refused = [](next const& n) {
        return n.kind == next::failed && n.error == errc::operation_not_permitted;
    };
    BOOST_TEST(refused(convert(me, upgrade, exclusive)->step(start)));
    BOOST_TEST(have(shared, me));
    BOOST_TEST(refused(convert(me, upgrade, exclusive)->step(start)));
    BOOST_TEST(!weaken(me, exclusive, shared));
    BOOST_TEST(!weaken(other, shared, shared));
    BOOST_TEST(book.levels(me) == 1u);
}

// Attempts that take several steps

BOOST_AUTO_TEST_CASE(a_try_goes_on_until_its_attempt_is_over)
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
    BOOST_TEST(protocol.is_only_one); // however many its steps
    BOOST_TEST(book.levels(me) == 1u);
}

BOOST_AUTO_TEST_CASE(and_ends_with_what_its_last_step_says)
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

BOOST_AUTO_TEST_CASE(meanwhile_it_keeps_its_place)
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

BOOST_AUTO_TEST_CASE(but_waits_for_nobody_of_this_object)
{
    BOOST_TEST(have(shared, me));
    protocol.answers = {attempt_result::continue_after(3ms)};
    auto const a = want(shared, other, deadline::at_once());
    BOOST_TEST(a->step(start).kind == next::wait);
    protocol.otherwise = attempt_result::busy;
    auto const b = convert(me, shared, exclusive);
    BOOST_TEST(b->step(start).kind == next::wait); // goes first
    BOOST_TEST(a->step(start + 3ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "asaswax");
}

BOOST_AUTO_TEST_CASE(a_conversion_that_is_tried_goes_on_as_well)
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

BOOST_AUTO_TEST_CASE(where_there_is_a_limit_it_holds_within_an_attempt)
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

BOOST_AUTO_TEST_CASE(a_try_is_cancelled_within_its_attempt)
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

BOOST_AUTO_TEST_CASE(nobody_is_waited_for_meanwhile)
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
    BOOST_TEST(for_ever->step(start).kind == next::wait); // and does not sleep in the kernel
}

BOOST_AUTO_TEST_CASE(an_announcement_has_no_steps)
{
    BOOST_TEST(have(shared, me));
    protocol.announces = attempt_result::continue_after(3ms);
    auto const writer = want(other);
    auto const n = writer->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == time_point::max())); // as if it was busy
    BOOST_TEST(protocol.log == "asA");
}

// Writers who wait for no more than the readers of the same object

BOOST_AUTO_TEST_CASE(a_writer_announces_himself_while_readers_of_his_object_are_left)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, third));
    protocol.log.clear();
    auto const writer = want(other);
    auto const n = writer->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == time_point::max())); // he will be woken
    BOOST_TEST(protocol.log == "A");
    drop(me);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "AA"); // goes on with it
    writer->waker.count = 0;
    drop(third);
    BOOST_TEST(writer->waker.count > 0);
    BOOST_TEST(writer->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "AArax"); // it is one row with the attempt: no withdrawal
}

BOOST_AUTO_TEST_CASE(the_reader_that_leaves_during_the_announcement_is_not_waited_for)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] {
        protocol.during_attempt = {};
        BOOST_TEST((book.drop(me, shared).next.kind ==
                    fd::pending_action::none)); // it is the writer's now
    };
    BOOST_TEST(want(other)->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "asArax");
}

BOOST_AUTO_TEST_CASE(a_writer_who_gives_up_takes_his_announcement_back)
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

BOOST_AUTO_TEST_CASE(the_announcement_of_one_who_is_turned_away_is_taken_back)
{
    protocol.announces = attempt_result::busy;
    // What he would convert, another thread drops.
    BOOST_TEST(have(shared, object));
    BOOST_TEST(have(shared, other));
    auto const up = convert(object, shared, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    drop(object);
    BOOST_TEST(up->step(start).kind == next::failed);
    BOOST_TEST(protocol.log == "asasAw");
    drop(other);
    // Or he is given levels of another mode.
    protocol.log.clear();
    BOOST_TEST(have(shared, third));
    auto const writer = want(object);
    BOOST_TEST(writer->step(start).kind == next::wait);
    writer->waker.count = 0;
    BOOST_TEST(book.give(third, object));
    BOOST_TEST(writer->waker.count > 0); // he is told
    BOOST_TEST(would_deadlock(writer->step(start)));
    BOOST_TEST(protocol.log == "asAw");
}

BOOST_AUTO_TEST_CASE(one_attempt_is_no_announcement_and_known_to_be_the_only_one)
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

BOOST_AUTO_TEST_CASE(who_reads_elsewhere_does_not_announce_himself)
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

BOOST_AUTO_TEST_CASE(a_lock_of_another_make_on_the_same_file_is_nothing)
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
    BOOST_TEST(!fd::another_keeps_out(another, me, protocol.file, exclusive)); // it is oneself
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(no_announcement_beside_an_upgrade_or_an_exclusive_hold_nor_of_a_reader)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(want(other)->step(start).kind == next::wait);
    BOOST_TEST(want(upgrade, other)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.find('A') == std::string::npos);
    // But the owner of the upgrade does.
    auto const up = convert(me, upgrade, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.back() == 'A');
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

BOOST_AUTO_TEST_CASE(an_announcement_ends_another_s_row)
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

BOOST_AUTO_TEST_CASE(an_announcement_that_is_refused_or_fails_ends_the_wait)
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
    BOOST_TEST(book.levels(me) == 1u);
}

// Those who hold the file already

BOOST_AUTO_TEST_CASE(what_is_refused_fails_at_once_and_is_a_deadlock_where_there_is_no_limit)
{
    protocol.otherwise = attempt_result::would_deadlock;
    BOOST_TEST(want(upgrade, me, deadline::after(60s, start))->step(start).kind == next::timed_out);
    auto const n = want(upgrade, me)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::resource_deadlock_would_occur));
    BOOST_TEST(!book.is_held());
}

BOOST_AUTO_TEST_CASE(the_protocol_is_told_of_what_a_thread_holds_through_another_object)
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
    BOOST_TEST(reader->step(start).kind == next::wait); // asleep he would see no writer come
    BOOST_TEST((protocol.asked_as == fd::prior_hold::other_object));
    BOOST_TEST(protocol.log == "asas");

    // Of another file it is nothing.
    reader->taking.give_up();
    protocol.file = {1, 2};
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));

    // Nor is it where it matters to nobody, or where the owner is no thread.
    protocol.file = {1, 1};
    protocol.otherwise = attempt_result::busy;
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    protocol.otherwise = attempt_result::busy_for_others();
    BOOST_TEST(want(shared, object)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(who_converts_is_known_to_hold_something)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(convert(me, shared, exclusive)->step(start).kind == next::granted);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

// What happens while somebody is at work on the file

BOOST_AUTO_TEST_CASE(a_release_during_an_attempt_is_done_by_who_is_at_work)
{
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] {
        auto const dropped = book.drop(me, shared);
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

BOOST_AUTO_TEST_CASE(one_who_leaves_during_another_s_attempt_leaves_the_withdrawing_to_him)
{
    BOOST_TEST(have(shared, me));
    protocol.answers = {attempt_result::busy};
    auto up = want(upgrade, other);
    BOOST_TEST(up->step(start).kind == next::wait);
    auto const reader = convert(me, shared, exclusive, deadline::after(1s, start));
    protocol.during_attempt = [&] { up.reset(); };
    BOOST_TEST(reader->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "asauwax"); // the other's row ends before one's own begins
}

BOOST_AUTO_TEST_CASE(a_look_goes_before_those_who_wait_and_not_while_somebody_is_at_work)
{
    struct visit : fd::waiter
    {
        counting_waker waker;
        explicit visit(owner who) : waiter(who, fd::lock_request::inspect(), waker) {}
    };
    visit stranger(third), holder(me);
    BOOST_TEST((book.ask(stranger) == owner_queue::grant::not_owned));
    BOOST_TEST(have(shared, me));
    auto const writer = want(other);
    writer->step(start);
    BOOST_TEST((book.ask(holder) == owner_queue::grant::attempt));
    auto const dropped = book.drop(me, shared); // an owner of several threads
    BOOST_TEST((dropped.next.kind == fd::pending_action::none));
    BOOST_TEST(writer->step(start).kind == next::wait);
    writer->waker.count = 0;
    auto const chore = book.leave(holder);
    BOOST_TEST((chore.kind == fd::pending_action::downgrade));
    fd::perform(book, protocol, chore);
    BOOST_TEST(writer->waker.count > 0);

    protocol.during_attempt = [&] {
        BOOST_TEST((book.ask(stranger) == owner_queue::grant::not_owned));
    };
    BOOST_TEST(writer->step(start).kind == next::granted);
    drop(other);

    BOOST_TEST(have(shared, me));
    visit waits(me);
    protocol.during_attempt = [&] {
        BOOST_TEST((book.ask(waits) == owner_queue::grant::wait));
        waits.waker.count = 0;
    };
    BOOST_TEST(have(shared, other));
    BOOST_TEST(waits.waker.count > 0);
    BOOST_TEST((book.ask(waits) == owner_queue::grant::attempt));
    book.leave(waits);

    // Who finds the file busy stays in the queue, and must not stand before the look.
    protocol.otherwise = attempt_result::busy;
    auto const joins = want(shared, third);
    BOOST_TEST(joins->step(start).kind == next::wait);
    BOOST_TEST(waits.waker.count > 0);
    BOOST_TEST((book.ask(waits) == owner_queue::grant::attempt));
    book.leave(waits);
}

BOOST_AUTO_TEST_CASE(a_release_that_failed_is_done_again_before_the_next_attempt)
{
    auto const no = make_error_code(errc::io_error);
    protocol.release_errors = {no, no};
    BOOST_TEST(have(exclusive, me));
    auto const ec = fd::perform(book, protocol, book.drop(me, exclusive).next);
    BOOST_TEST((ec == errc::io_error));
    BOOST_TEST(book.is_unreleased());
    auto const n = want(other)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::io_error));
    BOOST_TEST(book.is_unreleased());
    BOOST_TEST(want(other)->step(start).kind == next::granted);
    BOOST_TEST(!book.is_unreleased());
    BOOST_TEST(protocol.log == "axrrwrax");
}

BOOST_AUTO_TEST_CASE(a_lowering_that_failed_releases_nothing_and_is_done_again)
{
    auto const no = make_error_code(errc::io_error);
    BOOST_TEST(have(exclusive, me));
    protocol.lower_errors = {no, no};
    auto const ec = fd::perform(book, protocol, book.weaken(me, exclusive, shared).next);
    BOOST_TEST((ec == errc::io_error));
    BOOST_TEST(!book.is_unreleased());
    BOOST_TEST(have(shared, other));
    BOOST_TEST((protocol.held == lock_mode::exclusive));
    BOOST_TEST(protocol.log == "axlsasls"); // beside the next one's work
    drop(other);
    BOOST_TEST((protocol.held == lock_mode::shared));
    BOOST_TEST(protocol.log == "axlsaslsls");
    drop(me);
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(the_last_level_that_goes_while_a_lowering_fails_is_released)
{
    BOOST_TEST(have(exclusive, me));
    protocol.lower_errors = {make_error_code(errc::io_error)};
    protocol.during_lowering = [&] {
        BOOST_TEST(
            (book.drop(me, shared).next.kind == fd::pending_action::none)); // it is given to him
    };
    fd::perform(book, protocol, book.weaken(me, exclusive, shared).next);
    BOOST_TEST(protocol.log == "axlsr");
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(a_lowering_that_failed_is_no_hindrance_to_the_release)
{
    BOOST_TEST(have(exclusive, me));
    protocol.lower_errors = {make_error_code(errc::io_error)};
    fd::perform(book, protocol, book.weaken(me, exclusive, upgrade).next);
    drop(me);
    BOOST_TEST(protocol.log == "axlur");
    BOOST_TEST((protocol.held == lock_mode::none));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_told_of_the_lock_does_not_keep_it)
{
    protocol.on_acquired = [] { throw std::runtime_error("no"); };
    auto a = want(me), b = want(other);
    BOOST_CHECK_THROW(a->step(start), std::runtime_error);
    BOOST_TEST((protocol.held == lock_mode::none));
    BOOST_TEST(b->step(start).kind == next::wait); // not before it has left
    a.reset();
    protocol.on_acquired = {};
    BOOST_TEST(book.levels(me) == 0u);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(
    those_who_wait_look_again_whether_it_is_for_themselves_when_the_file_is_another)
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

BOOST_AUTO_TEST_CASE(what_another_thread_drops_during_a_conversion_is_not_converted)
{
    for (auto const from : {shared, upgrade}) {
        BOOST_TEST(have(from, object));
        protocol.during_attempt = [&] { BOOST_TEST(book.drop(object, from).owned); };
        auto const a = convert(object, from, exclusive);
        auto const n = a->step(start);
        BOOST_TEST(n.kind == next::failed);
        BOOST_TEST((n.error == errc::operation_not_permitted));
        protocol.during_attempt = {};
        BOOST_TEST(book.levels(object) == 0u);
        BOOST_TEST((protocol.held == lock_mode::none));
        BOOST_TEST(have(exclusive, other)); // nobody is in the way
        BOOST_TEST(drop(other));
    }
}

BOOST_AUTO_TEST_CASE(who_asks_within_his_own_wait_would_wait_for_himself)
{
    for (auto const who : {me, object}) {
        auto const outer = want(who);
        outer->waker.is_of_this_thread = true;
        protocol.on_acquired = [&] {
            auto const inner = want(who), elsewhere = want(who);
            inner->waker.is_of_this_thread = true;
            BOOST_TEST(would_deadlock(inner->step(start)));
            // Another thread, or somebody who is no thread, waits in earnest.
            BOOST_TEST(elsewhere->step(start).kind == next::wait);
            BOOST_TEST(want(who, deadline::at_once())->step(start).kind == next::timed_out);
        };
        BOOST_TEST(outer->step(start).kind == next::granted);
        BOOST_TEST(book.levels(who) == 1u);
        BOOST_TEST(drop(who));
    }
}

// Change notices

struct watcher : engine
{
    attempt_ptr const a = want(me, deadline::after(1h, start));
    time_point now = start;

    watcher()
    {
        protocol.otherwise = attempt_result::busy;
        a->waker.can_watch = true;
    }

    /// How long the pause is after the next attempt, which is made when the last is over.
    std::chrono::nanoseconds pause()
    {
        auto const n = a->step(now);
        BOOST_TEST(n.kind == next::wait);
        auto const length = n.until - now;
        deaf = n.ignore_changes;
        now = n.until;
        return length;
    }
    void change() { a->waker.is_changed = true; }

    bool deaf = false;
};

BOOST_FIXTURE_TEST_CASE(a_file_is_watched_before_the_last_attempt_before_the_wait, watcher)
{
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(!deaf);
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axax");
    pause();
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axaxax");
    protocol.file = {2, 2}; // the path was made to name another
    pause();
    BOOST_TEST(a->waker.watched.size() == 2u);
    BOOST_TEST(protocol.log == "axaxaxaxax");
}

BOOST_FIXTURE_TEST_CASE(whom_the_attempt_after_it_finds_instead_is_watched_as_well, watcher)
{
    unsigned attempts = 0;
    protocol.during_attempt = [&] {
        if (++attempts == 2)
            protocol.file = {2, 2}; // he had gone before he was watched, and another has come
    };
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(protocol.log == "axaxax");
    BOOST_TEST_REQUIRE(a->waker.watched.size() == 2u);
    BOOST_TEST((a->waker.watched.back() == fd::file_identity{2, 2}));
}

BOOST_FIXTURE_TEST_CASE(where_it_is_another_each_time_it_is_asked_again_soon, watcher)
{
    protocol.during_attempt = [&] { ++protocol.file.inode; };
    BOOST_TEST((pause() == 1ms));
}

BOOST_FIXTURE_TEST_CASE(who_finds_it_free_after_the_watch_was_set_has_it, watcher)
{
    protocol.answers = {attempt_result::busy, attempt_result::acquired};
    BOOST_TEST(a->step(start).kind == next::granted);
}

BOOST_FIXTURE_TEST_CASE(who_does_not_wait_or_sleeps_in_the_kernel_watches_nothing, watcher)
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

BOOST_FIXTURE_TEST_CASE(after_a_change_there_are_a_few_attempts_soon, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        BOOST_TEST(deaf);
    }
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(!deaf);
}

BOOST_FIXTURE_TEST_CASE(an_attempt_of_several_steps_knows_no_such_haste, watcher)
{
    pause();
    protocol.answers = {attempt_result::continue_after(7ms)};
    change();
    BOOST_TEST((pause() == 7ms));
    BOOST_TEST(!deaf);
    BOOST_TEST((pause() == 100us)); // it was busy in the end
}

BOOST_FIXTURE_TEST_CASE(changes_meanwhile_neither_restart_nor_lengthen_them, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        change();
    }
    // But the last of them may be the one that counts.
    BOOST_TEST((pause() == 100us));
    for (int i = 0; i < 4; ++i)
        pause();
    BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(nor_is_an_early_one_of_them_forgotten, watcher)
{
    pause();
    change();
    BOOST_TEST((pause() == 100us));
    change();
    for (auto const length : {300us, 1000us, 3000us, 10'000us, 100us})
        BOOST_TEST((pause() == length));
}

BOOST_FIXTURE_TEST_CASE(who_is_told_in_vain_again_and_again_takes_his_time, watcher)
{
    pause();
    for (int i = 1; i <= 10; ++i) {
        change();
        BOOST_TEST((pause() == (i < 8 ? 100us : 5000us)));
        for (int rung = 1; rung < 5; ++rung)
            pause();
        pause();
    }
    pause(); // a long pause without a change
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(where_all_changes_are_told_the_polling_backs_off, watcher)
{
    protocol.local = true;
    for (auto const length : {50ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
        BOOST_TEST((pause() == length));
    change();
    for (int rung = 0; rung < 5; ++rung)
        pause();
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST((pause() == 100ms));
}

BOOST_FIXTURE_TEST_CASE(for_as_long_as_nothing_changes, watcher)
{
    protocol.local = true;
    for (int i = 0; i < 5; ++i)
        pause();
    for (int i = 0; i < 600; ++i)
        BOOST_TEST_REQUIRE((pause() == 1s));
}

BOOST_FIXTURE_TEST_CASE(also_for_one_who_has_the_watch_of_another, watcher)
{
    protocol.local = true;
    a->waker.watched = {protocol.file};
    for (auto const length : {50ms, 100ms, 200ms})
        BOOST_TEST((pause() == length));
    BOOST_TEST(protocol.log == "axaxax"); // there was nothing to be missed
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(but_no_more_where_the_file_is_another_that_cannot_be_watched, watcher)
{
    protocol.local = true;
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST((pause() == 100ms));
    protocol.file = {1, 2};
    a->waker.can_watch = false;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(longer_ones_than_a_second_stay_as_they_are, engine)
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

BOOST_FIXTURE_TEST_CASE(and_nowhere_else, watcher)
{
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((pause() == 50ms));
    engine other_lock; // which cannot be watched
    other_lock.protocol.otherwise = attempt_result::busy;
    other_lock.protocol.local = true;
    auto const b = other_lock.want(me, deadline::after(1h, start));
    for (auto at = start; at < start + 250ms; at += 50ms)
        BOOST_TEST((b->step(at).until == at + 50ms));
}

// Cancel and progress

BOOST_AUTO_TEST_CASE(a_cancel_check_is_asked_after_every_attempt_in_vain)
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

BOOST_AUTO_TEST_CASE(a_free_lock_is_had_whatever_the_cancel_check_says)
{
    acquire_options how;
    how.cancel_check = [] { return true; };
    BOOST_TEST(want(how, me)->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(one_in_the_queue_asks_at_the_poll_interval_as_well)
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

BOOST_AUTO_TEST_CASE(a_writer_that_can_be_cancelled_is_none_that_one_waits_for_for_ever)
{
    BOOST_TEST(have(shared, me));
    acquire_options how;
    how.cancel_check = [] { return false; };
    auto const writer = want(how, other);
    auto const reader = want(shared, third);
    writer->step(start);
    reader->step(start);
    BOOST_TEST(!book.is_behind_writer(reader->taking));
}

BOOST_AUTO_TEST_CASE(progress_is_told_at_first_and_then_at_its_interval)
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
    BOOST_TEST((a->step(start + 21s).until == start + 25s)); // the deadline is nearer
    BOOST_TEST(a->step(start + 25s).kind == next::timed_out);
    BOOST_TEST(told.size() == 3u);
}

BOOST_AUTO_TEST_CASE(progress_is_not_told_of_a_free_lock_nor_of_one_attempt)
{
    acquire_options how;
    how.on_wait = [](wait_status const&) { BOOST_ERROR("told"); };
    BOOST_TEST(want(how, me)->step(start).kind == next::granted);
    BOOST_TEST(want(how, other, deadline::at_once())->step(start).kind == next::timed_out);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_ends_the_wait)
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
