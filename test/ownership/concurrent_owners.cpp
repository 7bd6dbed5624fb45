// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Owners that release, convert, wait or leave while another owner works on the file, and work that
// fails. There is no file and no thread that waits, and the clock shows the time that the test
// sets.

#include "support/engine.hpp"
#include "support/fake_protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

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

BOOST_AUTO_TEST_SUITE_END()
