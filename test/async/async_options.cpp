// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How the options of an acquisition affect asynchronous operations: time limits, and callbacks,
// which may throw.

#include "support/async_outcome.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::held_lock;
using boost::filelock::wait_status;
using boost::system::error_code;

BOOST_FIXTURE_TEST_SUITE(async_acquire_suite, temporary_directory)

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

BOOST_AUTO_TEST_SUITE_END()
