// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Asynchronous operations on real files: which handler is called, where, when, and with which
// arguments.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_release;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::held_lock;
using boost::filelock::ownership;
using boost::filelock::shared_held_lock;
using boost::filelock::wait_status;
using boost::system::error_code;

namespace {

/// Runs the context until it has no more work. Fails after `patience`.
void run(asio::io_context& context)
{
    context.restart();
    asio::steady_timer bound(context, patience);
    std::size_t const before = context.run_for(patience);
    (void)before;
    bound.cancel();
    BOOST_TEST_REQUIRE(context.stopped());
}

/// Runs the context until the condition is true.
template <class Condition>
void run_until(asio::io_context& context, Condition reached)
{
    context.restart();
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!reached() && std::chrono::steady_clock::now() < end)
        context.run_one_for(100ms);
    BOOST_TEST_REQUIRE(reached());
}

/// Runs everything that is ready, until all operations wait.
void settle(asio::io_context& context)
{
    context.restart();
    while (context.poll() != 0)
        ;
}

/// The result of an operation, and the hold that its handler got.
template <class Held>
struct outcome
{
    std::optional<error_code> ec;
    Held held;

    auto handler()
    {
        return [this](error_code e, Held h) {
            BOOST_TEST(!ec);
            ec = e;
            held = std::move(h);
        };
    }
    bool has_lock() const { return ec && !*ec && held.owns_lock(); }
    bool failed_with(error_code const& e) const { return ec == e && !held.owns_lock(); }
    bool failed_with(errc::errc_t e) const { return ec && *ec == e && !held.owns_lock(); }
};
using exclusive_outcome = outcome<held_lock<file_lock>>;
using shared_outcome = outcome<shared_held_lock<file_lock>>;

/// Returns whether another process can acquire the lock now.
template <class Lock = file_lock>
bool others_can_lock(boost::filesystem::path const& path)
{
    return child([&] {
               Lock lock(path);
               return lock.try_lock() ? 0 : 1;
           }).wait() == 0;
}

} // namespace

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

BOOST_AUTO_TEST_SUITE(limits, *boost::unit_test::timeout(hang_limit))

BOOST_AUTO_TEST_CASE(timeout_ends_the_wait)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    exclusive_outcome a, b, c;
    acquire_options how;
    how.timeout = 20ms;
    async_acquire(context, lock, how, a.handler());
    async_acquire(context, lock, b.handler()); // waits behind the first
    async_acquire(context, lock, how, c.handler());
    run_until(context, [&] { return a.ec && c.ec; });
    BOOST_TEST(a.failed_with(errc::timed_out));
    BOOST_TEST(c.failed_with(errc::timed_out)); // a waiter that was never first
    BOOST_TEST(!b.ec);
    other.unlock();
    run(context);
    BOOST_TEST(b.has_lock());
}

BOOST_AUTO_TEST_CASE(zero_timeout_makes_one_attempt)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    acquire_options how;
    how.timeout = 0s;
    exclusive_outcome a, b;
    async_acquire(context, lock, how, a.handler());
    run(context);
    BOOST_TEST(a.has_lock());
    async_acquire(context, other, how, b.handler());
    run(context);
    BOOST_TEST(b.failed_with(errc::timed_out));
}

BOOST_AUTO_TEST_CASE(cancel_check_is_called)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    acquire_options how;
    how.poll_interval = 1ms;
    int asked = 0;
    how.cancel_check = [&] { return ++asked == 5; };
    exclusive_outcome a;
    async_acquire(context, lock, how, a.handler());
    run(context);
    BOOST_TEST(a.failed_with(asio::error::operation_aborted));
    BOOST_TEST(asked == 5);
}

// The thread would wait for itself. The limit ends the wait.
BOOST_AUTO_TEST_CASE(callback_that_locks_the_same_object_is_a_deadlock)
{
    asio::io_context context;
    file_lock_options options;
    int refused = 0, timed_out = 0;
    file_lock* same = nullptr;
    auto const try_to_lock = [&] {
        error_code ec;
        same->acquire({}, ec);
        refused += ec == errc::resource_deadlock_would_occur;
        timed_out += !same->try_lock_for(1ms);
    };
    options.on_acquired = [&](auto) { try_to_lock(); };
    file_lock lock(path, options), other(path);
    same = &lock;
    other.lock();
    acquire_options how;
    how.poll_interval = 1ms;
    how.on_wait = [&](wait_status const&) { try_to_lock(); };
    how.cancel_check = [&, asked = 0]() mutable {
        try_to_lock();
        if (++asked == 2)
            other.unlock();
        return false;
    };
    exclusive_outcome a;
    async_acquire(context, lock, how, a.handler());
    run(context);
    BOOST_TEST(a.has_lock());
    BOOST_TEST(refused >= 4);
    BOOST_TEST(timed_out == refused);
}

// On another thread there is no deadlock.
BOOST_AUTO_TEST_CASE(thread_waits_for_an_operation_in_a_callback_on_another)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    std::atomic<bool> is_in_callback{false}, may_go_on{false};
    acquire_options how;
    how.on_wait = [&](wait_status const&) {
        is_in_callback = true;
        (void)comes_true([&] { return may_go_on.load(); });
    };
    async_acquire(context, lock, how, [](error_code, held_lock<file_lock>) {});
    std::thread runs([&] { context.run(); });
    BOOST_TEST(comes_true([&] { return is_in_callback.load(); }));
    error_code ec;
    std::thread waits([&] {
        acquire_options for_ever;
        for_ever.on_wait = [&](wait_status const&) { may_go_on = true; };
        lock.acquire(for_ever, ec);
        may_go_on = true;
    });
    BOOST_TEST(comes_true([&] { return may_go_on.load(); }));
    other.unlock();
    runs.join();
    waits.join();
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(progress_is_reported)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    acquire_options how;
    how.progress_interval = 1ms;
    std::vector<wait_status> told;
    how.on_wait = [&](wait_status const& s) {
        told.push_back(s);
        if (told.size() == 3)
            other.unlock();
    };
    exclusive_outcome a;
    async_acquire(context, lock, how, a.handler());
    run(context);
    BOOST_TEST(a.has_lock());
    BOOST_TEST_REQUIRE(told.size() >= 3u);
    BOOST_TEST(told[0].path == path);
    BOOST_TEST((told[0].waited == 0ns));
    BOOST_TEST((told[2].waited >= 2ms));
    BOOST_TEST((told[0].holder && told[0].holder->pid == ::getpid()));
}

BOOST_AUTO_TEST_CASE(exception_of_a_callback_ends_the_operation)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    struct thrown_case
    {
        std::function<void()> thrower;
        boost::system::error_condition expected;
    };
    error_code const full = make_error_code(errc::no_space_on_device),
                     failed = boost::filelock::error::callback_failed;
    for (auto const& c :
         {thrown_case{[&] { throw boost::system::system_error(full); },
                      make_error_condition(errc::no_space_on_device)},
          thrown_case{[] { throw std::system_error(ENOSPC, std::system_category()); },
                      make_error_condition(errc::no_space_on_device)},
          thrown_case{[] { throw std::bad_alloc(); },
                      make_error_condition(errc::not_enough_memory)},
          thrown_case{[] { throw 1; }, failed.default_error_condition()}}) {
        acquire_options how;
        how.on_wait = [&](wait_status const&) { c.thrower(); };
        exclusive_outcome a, b;
        async_acquire(context, lock, how, a.handler());
        how.on_wait = {};
        how.cancel_check = [&]() -> bool {
            c.thrower();
            return false;
        };
        async_acquire(context, lock, how, b.handler());
        run(context);
        BOOST_TEST((a.ec && *a.ec == c.expected && !a.held.owns_lock()));
        BOOST_TEST((b.ec && *b.ec == c.expected && !b.held.owns_lock()));
    }
}

BOOST_AUTO_TEST_CASE(exception_of_on_acquired_releases_the_lock)
{
    asio::io_context context;
    file_lock_options options;
    options.on_acquired = [](auto) { throw std::runtime_error("no"); };
    file_lock lock(path, options);
    exclusive_outcome a;
    async_acquire(context, lock, a.handler());
    run(context);
    BOOST_TEST(a.failed_with(boost::filelock::error::callback_failed));
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(exception_of_a_callback_keeps_its_type_and_text)
{
    asio::io_context context;
    auto const thrower = [] { throw std::runtime_error("the disk of the cache is full"); };
    auto const says_so = [](std::runtime_error const& e) {
        return e.what() == std::string("the disk of the cache is full");
    };
    file_lock_options options;
    options.on_acquired = [&](auto) { thrower(); };
    file_lock lock(path, options), other(path);
    exclusive_outcome acquired, waiting, timed_out, had;
    async_acquire(context, lock, acquired.handler());
    run(context);
    other.lock();
    acquire_options how;
    how.on_wait = [&](wait_status const&) { thrower(); };
    async_acquire(context, lock, how, waiting.handler());
    how = {};
    how.timeout = 0s;
    async_acquire(context, lock, how, timed_out.handler());
    run(context);
    other.unlock();
    async_acquire(context, other, had.handler());
    run(context);
    for (auto const* const o : {&acquired, &waiting}) {
        BOOST_TEST(o->failed_with(boost::filelock::error::callback_failed));
        BOOST_TEST_REQUIRE((o->held.exception() != nullptr));
        BOOST_CHECK_EXCEPTION(std::rethrow_exception(o->held.exception()), std::runtime_error,
                              says_so);
    }
    BOOST_TEST(timed_out.failed_with(errc::timed_out));
    BOOST_TEST((timed_out.held.exception() == nullptr));
    BOOST_TEST(had.has_lock());
    BOOST_TEST((had.held.exception() == nullptr));
}

BOOST_AUTO_TEST_CASE(invalid_options_are_refused_by_the_call)
{
    asio::io_context context;
    file_lock lock(path);
    acquire_options how;
    how.progress_interval = 0s;
    exclusive_outcome a;
    BOOST_CHECK_THROW(async_acquire(context, lock, how, a.handler()), std::invalid_argument);
    BOOST_CHECK_THROW((void)async_acquire(lock, how, asio::deferred), std::invalid_argument);
    run(context);
    BOOST_TEST(!a.ec);
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
