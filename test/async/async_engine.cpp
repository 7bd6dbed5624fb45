// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The calls that asynchronous operations make to their execution context, with a context that does
// nothing by itself. Also the operations on a lock of every mode, without a file.

#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/thread/locks.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_context.hpp"
#include "support/patience.hpp"

namespace asio = boost::asio;
namespace errc = boost::system::errc;
namespace fd = boost::filelock::detail;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_acquire_upgrade;
using boost::filelock::ownership;
using boost::system::error_code;
using fd::attempt_result;
using fd::lock_mode;
using filelock_test::engine;
using filelock_test::fake_lock;
using filelock_test::fake_protocol;
using filelock_test::hang_limit;

namespace boost {
namespace filelock {
namespace detail {

// NOLINTNEXTLINE: found by argument-dependent look-up
inline std::ostream& operator<<(std::ostream& out, lock_mode mode)
{
    return out << fake_protocol::letter(mode);
}

} // namespace detail
} // namespace filelock
} // namespace boost

namespace {

using clock_type = std::chrono::steady_clock;
constexpr auto never = (clock_type::time_point::max)();

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_engine_suite, engine, *boost::unit_test::timeout(hang_limit))

BOOST_AUTO_TEST_CASE(free_lock_costs_the_context_one_step)
{
    auto const op = start();
    BOOST_TEST(op->posted == 1);
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
    BOOST_TEST(context.log == "");
    BOOST_TEST(lock.protocol.log == "ax");
    op->held.drop();
    BOOST_TEST(lock.protocol.log == "axr");
}

BOOST_AUTO_TEST_CASE(waiting_operation_makes_the_context_wait)
{
    lock.protocol.otherwise = attempt_result::busy;
    auto op = waiting();
    BOOST_TEST(context.log == "w");
    BOOST_TEST((context.until > clock_type::now() + 59min));
    op.reset();
    BOOST_TEST(context.log == "wh"); // the context need not wait any more
    async.time_is_reached();
    BOOST_TEST(context.log == "wh");
}

BOOST_AUTO_TEST_CASE(next_step_is_posted_when_its_time_has_come)
{
    lock.protocol.otherwise = attempt_result::busy;
    acquire_options how;
    how.poll_interval = 1ns;
    auto const op = waiting(&how);
    async.time_is_reached();
    BOOST_TEST(op->posted == 1);
    BOOST_TEST(context.log == "ww");
    BOOST_TEST((context.until == never)); // no operation is due before this step has run
    lock.protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
    BOOST_TEST(context.log == "wwh");
}

BOOST_AUTO_TEST_CASE(early_call_of_the_context_changes_nothing)
{
    lock.protocol.otherwise = attempt_result::busy;
    auto const op = waiting();
    auto const until = context.until;
    async.time_is_reached();
    BOOST_TEST(op->posted == 0);
    BOOST_TEST(context.log == "ww");
    BOOST_TEST((context.until == until));
}

BOOST_AUTO_TEST_CASE(release_in_this_process_posts_the_next_step_once)
{
    lock.lock();
    auto const a = waiting(), b = waiting();
    BOOST_TEST(context.log == "w");
    BOOST_TEST((context.until == never)); // a release notifies them, so no time is set
    lock.unlock();
    BOOST_TEST(context.log == "wh");
    BOOST_TEST(a->posted == 0); // the context posts the step, not the releasing thread
    async.time_is_reached();
    BOOST_TEST(a->posted == 1);
    BOOST_TEST(b->posted == 0);
    BOOST_TEST(a->run());
    BOOST_TEST(a->has_lock());
    BOOST_TEST(b->posted == 0);
    a->held.drop();
    async.time_is_reached();
    BOOST_TEST(b->run());
    BOOST_TEST(b->has_lock());
}

BOOST_AUTO_TEST_CASE(operations_are_served_in_the_order_of_their_starts)
{
    auto const a = start(), b = start();
    BOOST_TEST(!b->run());
    BOOST_TEST(a->run());
    BOOST_TEST(a->has_lock());
}

BOOST_AUTO_TEST_CASE(cancellation_during_a_step_is_not_missed)
{
    lock.protocol.answers = {attempt_result::busy};
    operation_ptr op = start();
    lock.protocol.during_attempt = [&] { op->cancel(); };
    op->run();
    BOOST_TEST(!op->is_over); // the attempt came first
    lock.protocol.during_attempt = {};
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::operation_canceled));
    BOOST_TEST(!op->held.is_owner());
    BOOST_TEST(lock.protocol.log == "axw");
}

// The owner of the upgrade wakes all waiters when it requests more.
BOOST_AUTO_TEST_CASE(wake_up_during_a_step_causes_one_more_step)
{
    lock.lock_upgrade();
    lock.protocol.otherwise = attempt_result::busy;
    auto const op = start(lock_mode::shared);
    lock.protocol.during_attempt = [&] { BOOST_TEST(!lock.try_unlock_upgrade_and_lock()); };
    BOOST_TEST(!op->run());
    lock.protocol.during_attempt = {};
    async.time_is_reached();
    BOOST_TEST(!op->run());
    async.time_is_reached();
    BOOST_TEST(op->posted == 0);
}

BOOST_AUTO_TEST_CASE(cancellation_during_a_successful_attempt_comes_too_late)
{
    operation_ptr op = start();
    lock.protocol.during_attempt = [&] { op->cancel(); };
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_CASE(operation_cancelled_before_its_first_step_makes_no_attempt)
{
    auto const op = start();
    op->cancel();
    op->cancel();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::operation_canceled));
    BOOST_TEST(lock.protocol.log == "");
    BOOST_TEST(lock.try_lock()); // the operation has left the queue
}

BOOST_AUTO_TEST_CASE(step_that_cannot_be_posted_is_posted_later)
{
    lock.lock();
    auto const op = waiting();
    op->fails_to_post = true;
    lock.unlock();
    async.time_is_reached();
    BOOST_TEST(op->posted == 0);
    BOOST_TEST((context.until < clock_type::now() + 1s));
    async.time_is_reached(); // posting fails again
    BOOST_TEST((context.until < clock_type::now() + 1s));
    op->fails_to_post = false;
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

// There is no memory for a timer.
BOOST_AUTO_TEST_CASE(operation_that_cannot_wait_ends_with_an_error)
{
    lock.lock();
    context.can_wait = false;
    auto const op = start();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::not_enough_memory));
    context.can_wait = true;
    auto const other = waiting();
    lock.unlock();
    async.time_is_reached();
    BOOST_TEST(other->run());
    BOOST_TEST(other->has_lock());
}

BOOST_AUTO_TEST_CASE(operations_end_with_an_error_when_the_context_cannot_wait)
{
    lock.lock();
    auto const first = waiting(), second = waiting();
    context.can_wait = false;
    async.time_is_reached();
    context.can_wait = true;
    BOOST_TEST(!first->run()); // waits again
    context.can_wait = false;
    async.time_is_reached();
    BOOST_TEST(first->posted == 1);
    BOOST_TEST(first->run());
    BOOST_TEST(second->run());
    BOOST_TEST((first->ec == errc::not_enough_memory));
    BOOST_TEST((second->ec == errc::not_enough_memory));
    lock.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(first_step_that_cannot_be_posted_leaves_nothing)
{
    {
        operation op(*this, lock, lock_mode::exclusive, nullptr);
        op.fails_to_post = true;
        BOOST_CHECK_THROW(op.start(), std::bad_alloc);
    }
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(end_of_the_context_discards_all_operations)
{
    lock.lock();
    auto const a = waiting(), b = waiting();
    auto const c = start(); // its step is posted
    async.shut_down();
    for (auto* op : {&a, &b, &c})
        BOOST_TEST((*op)->was_discarded);
    lock.unlock();
    BOOST_TEST(a->posted == 0);
    BOOST_TEST(lock.try_lock());
    a->cancel();
    BOOST_TEST(context.log == "w"); // the context gets no more calls
    operation late(*this, lock, lock_mode::exclusive, nullptr);
    BOOST_TEST(!late.start());
}

BOOST_AUTO_TEST_CASE(child_of_a_fork_ends_the_operations_as_cancelled)
{
    lock.lock();
    auto const a = waiting();
    auto const b = start();
    async.before_fork();
    BOOST_TEST(context.log == "wg");
    async.after_fork_in_child(); // simulates a child
    async.time_is_reached();
    for (auto* op : {&a, &b}) {
        BOOST_TEST((*op)->run());
        BOOST_TEST(((*op)->ec == errc::operation_canceled));
    }
}

// Only the first waiter makes attempts, regardless of the number behind it.
BOOST_AUTO_TEST_CASE(thousands_of_operations_cost_one_attempt)
{
    lock.protocol.otherwise = attempt_result::busy;
    std::vector<operation_ptr> all;
    for (int i = 0; i < 2000; ++i)
        all.push_back(waiting());
    BOOST_TEST(lock.protocol.log == "ax");
    BOOST_TEST(context.log == "w");
    for (auto& op : all)
        op->cancel();
    async.time_is_reached();
    for (auto& op : all)
        BOOST_TEST_REQUIRE(op->run());
    BOOST_TEST(lock.protocol.log == "axw");
}

BOOST_AUTO_TEST_CASE(operations_of_two_contexts_share_one_queue)
{
    lock.protocol.otherwise = attempt_result::busy;
    auto a = waiting();
    engine other;
    auto const b = std::make_unique<operation>(other, lock, lock_mode::exclusive, nullptr);
    BOOST_TEST(b->start());
    b->run();
    BOOST_TEST(lock.protocol.log == "ax");
    a.reset();
    BOOST_TEST(other.context.log == "wh");
    other.async.time_is_reached();
    lock.protocol.otherwise = attempt_result::acquired;
    BOOST_TEST(b->run());
    BOOST_TEST(b->has_lock());
}

BOOST_AUTO_TEST_CASE(locks_of_every_mode_are_acquired)
{
    asio::io_context io;
    fake_lock whole(1h, ownership::instance);
    std::optional<boost::filelock::shared_held_lock<fake_lock>> shared;
    std::optional<boost::filelock::upgrade_held_lock<fake_lock>> upgrade, second;
    acquire_options how;
    how.timeout = 0s;
    int called = 0;
    async_acquire_shared(io, whole, how, [&](error_code ec, auto h) {
        BOOST_TEST(!ec);
        shared = std::move(h);
        ++called;
    });
    async_acquire_upgrade(io, whole, [&](error_code ec, auto h) {
        BOOST_TEST(!ec);
        upgrade = std::move(h);
        ++called;
    });
    async_acquire_upgrade(io, whole, how, [&](error_code ec, auto h) {
        BOOST_TEST((ec == errc::timed_out));
        second = std::move(h);
        ++called;
    });
    io.run();
    BOOST_TEST(called == 3);
    BOOST_TEST(shared->owns_lock());
    BOOST_TEST(upgrade->owns_lock());
    BOOST_TEST(!second->owns_lock());
    BOOST_TEST(whole.protocol.held == lock_mode::upgrade);
    upgrade->unlock();
    BOOST_TEST(whole.protocol.held == lock_mode::shared);
    {
        boost::shared_lock<fake_lock> const adopted = adopt(std::move(*shared));
        BOOST_TEST(whole.lock_counter() == 1u);
    }
    BOOST_TEST(!whole.is_locked());
    async_acquire_upgrade(whole, asio::bind_executor(io, [&](error_code, auto h) {
                              boost::upgrade_lock<fake_lock> adopted = adopt(std::move(h));
                              boost::upgrade_to_unique_lock<fake_lock> const strong(adopted);
                              BOOST_TEST(whole.protocol.held == lock_mode::exclusive);
                              ++called;
                          }));
    io.restart();
    io.run();
    BOOST_TEST(called == 4);
    BOOST_TEST(whole.protocol.held == lock_mode::none);
}

BOOST_AUTO_TEST_SUITE_END()
