// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The owner queue: which owner has how many levels, the order of waiters, and which holds go
// together. There is no file and no thread that waits, and the clock shows the time that the test
// sets.

#include "support/engine.hpp"
#include "support/fake_protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

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

BOOST_AUTO_TEST_SUITE_END()
