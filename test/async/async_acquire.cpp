// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Asynchronous operations on real files, and the holds that they acquire: which handler is called,
// where, when, and with which arguments.

#include "support/async_outcome.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_release;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::filelock::shared_held_lock;
using boost::filelock::wait_status;
using boost::system::error_code;

BOOST_FIXTURE_TEST_SUITE(async_acquire_suite, temporary_directory)

BOOST_AUTO_TEST_SUITE(outcomes, *boost::unit_test::timeout(hang_limit))

BOOST_AUTO_TEST_CASE_TEMPLATE(free_lock_is_acquired_and_released, Lock, exclusive_kinds)
{
    asio::io_context context;
    Lock lock(path, quick<Lock>());
    outcome<held_lock<Lock>> a;
    async_acquire(context, lock, a.handler());
    BOOST_TEST(!a.ec); // never from within the call
    run(context);
    BOOST_TEST(a.has_lock());
    BOOST_TEST(a.held.mutex() == &lock);
    BOOST_TEST(!others_can_lock<Lock>(path));
    a.held.unlock();
    BOOST_TEST(!a.held.owns_lock());
    BOOST_TEST(others_can_lock<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_operations_on_one_thread_exclude_each_other, Lock,
                              exclusive_kinds)
{
    asio::io_context context;
    Lock lock(path, quick<Lock>());
    outcome<held_lock<Lock>> a, b;
    async_acquire(context, lock, a.handler());
    async_acquire(context, lock, b.handler());
    run_until(context, [&] { return a.has_lock(); });
    settle(context);
    BOOST_TEST(!b.ec);
    a.held.unlock();
    run(context);
    BOOST_TEST(b.has_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(readers_share_and_exclude_a_writer, Lock, shared_kinds)
{
    asio::io_context context;
    Lock lock(path, quick<Lock>());
    outcome<shared_held_lock<Lock>> a, b;
    outcome<held_lock<Lock>> writer;
    async_acquire_shared(context, lock, a.handler());
    async_acquire_shared(context, lock, b.handler());
    async_acquire(context, lock, writer.handler());
    run_until(context, [&] { return a.has_lock() && b.has_lock(); });
    settle(context);
    BOOST_TEST(!writer.ec);
    a.held.unlock();
    settle(context);
    BOOST_TEST(!writer.ec);
    b.held.unlock();
    run(context);
    BOOST_TEST(writer.has_lock());
}

BOOST_AUTO_TEST_CASE(operation_waits_for_another_process)
{
    child holder([&] {
        file_lock lock(path);
        lock.lock();
        say("locked");
        hear();
        lock.unlock();
        return 0;
    });
    holder.expect("locked");
    asio::io_context context;
    file_lock lock(path);
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    settle(context);
    BOOST_TEST(!a.ec);
    holder.write_line("go");
    run(context);
    BOOST_TEST(a.has_lock());
    BOOST_TEST(holder.wait() == 0);
}

BOOST_AUTO_TEST_CASE(operation_gets_lock_when_holder_is_killed)
{
    child holder([&] {
        file_lock lock(path);
        lock.lock();
        say("locked");
        hear();
        return 0;
    });
    holder.expect("locked");
    asio::io_context context;
    file_lock lock(path);
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    settle(context);
    holder.kill();
    run(context);
    BOOST_TEST(a.has_lock());
}

BOOST_AUTO_TEST_CASE(operations_are_served_in_the_order_of_their_starts)
{
    asio::io_context context;
    file_lock lock(path);
    std::vector<int> order;
    for (int i = 0; i < 20; ++i)
        async_acquire(context, lock, [&, i](error_code ec, held_lock<file_lock>) {
            BOOST_TEST(!ec);
            order.push_back(i);
        });
    run(context);
    BOOST_TEST(order.size() == 20u);
    BOOST_TEST(std::is_sorted(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(threads_and_operations_share_one_queue)
{
    asio::io_context context;
    file_lock lock(path);
    exclusive_outcome first, last;
    async_acquire(context, lock, first.handler());
    run(context);
    std::atomic<bool> is_waiting{false}, had{false};
    std::thread thread([&] {
        acquire_options how;
        how.on_wait = [&](wait_status const&) { is_waiting = true; };
        lock.acquire(how);
        had = true;
        lock.unlock();
    });
    while (!is_waiting)
        std::this_thread::yield();
    async_acquire(context, lock, last.handler());
    settle(context);
    first.held.unlock();
    run_until(context, [&] {
        if (last.ec)
            BOOST_TEST(had);
        return last.ec.has_value();
    });
    thread.join();
    BOOST_TEST(last.has_lock());
}

BOOST_AUTO_TEST_CASE(a_thread_that_holds_the_lock_is_another_owner)
{
    asio::io_context context;
    file_lock lock(path);
    lock.lock();
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    settle(context);
    BOOST_TEST(!a.ec);
    lock.unlock();
    run(context);
    BOOST_TEST(a.has_lock());
    BOOST_TEST(!lock.is_locked()); // this thread has no level
    BOOST_TEST(!lock.try_lock());
    BOOST_CHECK_THROW(lock.unlock(), boost::filelock::lock_error);
}

BOOST_AUTO_TEST_CASE(lock_of_instance_scope_reports_the_hold_of_an_operation)
{
    asio::io_context context;
    file_lock lock(path, of_instance<file_lock>());
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    run(context);
    BOOST_TEST(lock.is_locked());
    BOOST_TEST(lock.lock_counter() == 0u); // the hold is not counted as a level
    a.held.unlock();
    BOOST_TEST(!lock.is_locked());
}

BOOST_AUTO_TEST_CASE(a_directory_is_an_error)
{
    boost::filesystem::create_directory(path);
    asio::io_context context;
    file_lock lock(path);
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    run(context);
    BOOST_TEST(a.failed_with(errc::is_a_directory));
}

BOOST_AUTO_TEST_CASE(context_has_no_work_after_the_release)
{
    asio::io_context context;
    file_lock lock(path);
    for (int i = 0; i < 3; ++i) {
        exclusive_outcome a, b;
        async_acquire(context, lock, a.handler());
        async_acquire(context, lock, b.handler());
        run_until(context, [&] { return a.has_lock(); });
        a.held.unlock();
        run(context); // returns
        BOOST_TEST(b.has_lock());
    }
    BOOST_TEST(inotify_watches() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(held, *boost::unit_test::timeout(hang_limit))

template <class Lock>
held_lock<Lock> have(Lock& lock)
{
    asio::io_context context;
    outcome<held_lock<Lock>> a;
    async_acquire(context, lock, a.handler());
    run(context);
    BOOST_TEST_REQUIRE(a.has_lock());
    return std::move(a.held);
}

BOOST_AUTO_TEST_CASE(default_constructed_hold_owns_nothing)
{
    held_lock<file_lock> h;
    BOOST_TEST(!h.owns_lock());
    BOOST_TEST(!h);
    BOOST_TEST(h.mutex() == nullptr);
    BOOST_CHECK_THROW(h.unlock(), boost::filelock::lock_error);
    error_code ec;
    h.unlock(ec);
    BOOST_TEST((ec == errc::operation_not_permitted));
    BOOST_TEST(!h.still_held(ec));
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(hold_can_be_moved)
{
    file_lock lock(path);
    auto a = have(lock);
    held_lock<file_lock> b(std::move(a));
    BOOST_TEST(!a.owns_lock());
    BOOST_TEST(b.owns_lock());
    a = std::move(b);
    BOOST_TEST(a.owns_lock());
    BOOST_TEST(!b.owns_lock());
    auto& self = a;
    a = std::move(self);
    BOOST_TEST(a.owns_lock());
    BOOST_TEST(!others_can_lock(path));
    a = held_lock<file_lock>(); // releases the previous hold
    BOOST_TEST(others_can_lock(path));
    static_assert(!std::is_copy_constructible_v<held_lock<file_lock>>);
    static_assert(std::is_nothrow_move_constructible_v<held_lock<file_lock>>);
    static_assert(std::is_nothrow_default_constructible_v<held_lock<file_lock>>);
}

BOOST_AUTO_TEST_CASE(destructor_of_a_hold_releases_the_lock)
{
    file_lock lock(path);
    {
        auto const a = have(lock);
        BOOST_TEST(!others_can_lock(path));
    }
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(any_thread_can_release_a_hold)
{
    file_lock lock(path);
    auto a = have(lock);
    std::thread([h = std::move(a)]() mutable { h.unlock(); }).join();
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(hold_may_outlive_the_lock)
{
    held_lock<file_lock> h;
    {
        file_lock lock(path);
        h = have(lock);
    }
    BOOST_TEST(others_can_lock(path)); // the lock's destructor has released it
    file_lock next(path);
    next.lock();
    BOOST_CHECK_THROW(h.unlock(), boost::filelock::lock_error);
    BOOST_TEST(!others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(hold_reports_whether_it_is_still_held)
{
    file_lock lock(path);
    auto h = have(lock);
    error_code ec;
    BOOST_TEST(h.still_held(ec));
    BOOST_TEST(!lock.still_held(ec)); // the thread owns no level
    boost::filesystem::remove(path);
    BOOST_TEST(!h.still_held(ec));
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(hold_is_adopted_in_instance_scope)
{
    file_lock lock(path, of_instance<file_lock>());
    {
        boost::unique_lock<file_lock> const u = adopt(have(lock));
        BOOST_TEST(u.owns_lock());
        BOOST_TEST(u.mutex() == &lock);
        BOOST_TEST(lock.lock_counter() == 1u);
        lock.lock(); // one more level
        lock.unlock();
    }
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(shared_holds_are_adopted_together)
{
    asio::io_context context;
    file_lock lock(path, of_instance<file_lock>());
    shared_outcome a, b;
    async_acquire_shared(context, lock, a.handler());
    async_acquire_shared(context, lock, b.handler());
    run(context);
    {
        boost::shared_lock<file_lock> const u = adopt(std::move(a.held));
        boost::shared_lock<file_lock> const v = adopt(std::move(b.held));
        BOOST_TEST(lock.lock_counter() == 2u);
    }
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(hold_is_not_adopted_in_thread_scope)
{
    file_lock lock(path);
    auto h = have(lock);
    BOOST_CHECK_THROW((void)adopt(std::move(h)), boost::filelock::lock_error);
    BOOST_TEST(h.owns_lock()); // it keeps its hold
    BOOST_CHECK_THROW((void)adopt(held_lock<file_lock>()), boost::filelock::lock_error);
}

BOOST_AUTO_TEST_CASE(async_release_releases_at_once_and_calls_the_handler)
{
    asio::io_context context;
    file_lock lock(path);
    std::optional<error_code> told, again;
    auto h = have(lock);
    async_release(context, std::move(h), [&](error_code ec) { told = ec; });
    BOOST_TEST(!told);
    BOOST_TEST(others_can_lock(path));
    async_release(context.get_executor(), std::move(h), [&](error_code ec) { again = ec; });
    run(context);
    BOOST_TEST((told && !*told));
    BOOST_TEST((again && *again == errc::operation_not_permitted));
    async_release(have(lock), asio::use_future).get();
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(forked_child_owns_nothing)
{
    file_lock lock(path);
    auto h = have(lock);
    child c([&] {
        h.unlock(); // succeeds without any effect
        return lock.try_lock() ? 1 : 0;
    });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(!others_can_lock(path));
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
