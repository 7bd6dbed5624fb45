// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Coroutines that await a lock.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/other_programs.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <chrono>
#include <exception>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using asio::awaitable;
using asio::use_awaitable;
using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_release;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::system::error_code;

namespace {

/// Starts a coroutine. Its exceptions fail the test.
template <class Coroutine>
void go(asio::io_context& context, Coroutine what)
{
    asio::co_spawn(context, std::move(what), [](std::exception_ptr e) {
        if (e)
            std::rethrow_exception(e);
    });
}

awaitable<void> pause(std::chrono::nanoseconds time)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(use_awaitable);
}

/// Adds one to the number in a file, without protection. If two processes do so at the same time,
/// one increment is lost.
void increment(boost::filesystem::path const& counter)
{
    long n = 0;
    std::ifstream(counter.string()) >> n;
    std::ofstream(counter.string()) << n + 1 << std::flush;
}

long number_in(boost::filesystem::path const& counter)
{
    long n = 0;
    std::ifstream(counter.string()) >> n;
    return n;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_coroutines, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(coroutines_on_one_thread_exclude_each_other, Lock, exclusive_kinds)
{
    asio::io_context context;
    Lock lock(path, quick<Lock>());
    int inside = 0, done = 0;
    auto const work = [&]() -> awaitable<void> {
        for (int i = 0; i < 20; ++i) {
            auto const held = co_await async_acquire(lock, use_awaitable);
            BOOST_TEST(++inside == 1);
            co_await asio::post(use_awaitable); // lets the other coroutines run
            --inside;
            ++done;
        }
    };
    for (int i = 0; i < 5; ++i)
        go(context, work);
    run(context);
    BOOST_TEST(done == 100);
}

BOOST_AUTO_TEST_CASE(no_token_is_needed_to_await)
{
    asio::io_context context;
    file_lock lock(path);
    bool done = false;
    go(context, [&]() -> awaitable<void> {
        acquire_options how;
        how.timeout = 0ns;
        auto held = co_await async_acquire(lock);
        BOOST_CHECK_EXCEPTION((void)co_await async_acquire(lock, how), boost::system::system_error,
                              [](auto const& e) { return e.code() == errc::timed_out; });
        co_await async_release(std::move(held));
        auto const shared = co_await async_acquire_shared(lock, how);
        BOOST_TEST(shared.owns_lock());
        done = true;
    });
    run(context);
    BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(error_is_thrown_unless_the_token_returns_it)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    bool ended = false;
    go(context, [&]() -> awaitable<void> {
        acquire_options how;
        how.timeout = 0s;
        bool thrown = false;
        try {
            (void)co_await async_acquire(lock, how, use_awaitable);
        } catch (boost::system::system_error const& e) {
            thrown = e.code() == errc::timed_out;
        }
        BOOST_TEST(thrown);
        auto [ec, held] = co_await async_acquire(lock, how, asio::as_tuple(use_awaitable));
        BOOST_TEST((ec == errc::timed_out));
        BOOST_TEST(!held.owns_lock());
        auto const none =
            co_await async_acquire(lock, how, asio::redirect_error(use_awaitable, ec));
        BOOST_TEST((ec == errc::timed_out));
        BOOST_TEST(!none.owns_lock());
        bool refused = false;
        how.poll_interval = 0s;
        try {
            (void)co_await async_acquire(lock, how, use_awaitable);
        } catch (std::invalid_argument const&) {
            refused = true;
        }
        BOOST_TEST(refused);
        ended = true;
    });
    run(context);
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(awaiting_lock_or_timer_acts_as_a_timeout)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    int ended = 0;
    auto const try_for = [&](std::chrono::milliseconds limit, bool expected) -> awaitable<void> {
        auto const first = co_await (async_acquire(lock, use_awaitable) || pause(limit));
        BOOST_TEST((first.index() == 0) == expected);
        if (expected)
            BOOST_TEST(std::get<0>(first).owns_lock());
        ++ended;
    };
    go(context, try_for(20ms, false));
    run(context);
    other.unlock();
    go(context, try_for(patience, true));
    go(context, try_for(patience, true));
    run(context);
    BOOST_TEST(ended == 3);
    BOOST_TEST(other.try_lock()); // the cancelled operation holds nothing
}

BOOST_AUTO_TEST_CASE(awaiting_either_of_two_locks_returns_the_first)
{
    asio::io_context context;
    file_lock a(path), b(directory / "b"), other(path);
    other.lock();
    bool ended = false;
    go(context, [&]() -> awaitable<void> {
        auto const first =
            co_await (async_acquire(a, use_awaitable) || async_acquire(b, use_awaitable));
        BOOST_TEST(first.index() == 1u);
        auto const both_free = co_await (async_acquire(b, use_awaitable) || pause(1ms));
        BOOST_TEST(both_free.index() == 1u);
        ended = true;
    });
    run(context);
    BOOST_TEST(ended);
    other.unlock();
    BOOST_TEST(other.try_lock());
    BOOST_TEST(b.try_lock());
}

BOOST_AUTO_TEST_CASE(coroutine_is_cancelled_by_default_by_terminal_only)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    for (auto const type : {asio::cancellation_type::total, asio::cancellation_type::terminal}) {
        asio::cancellation_signal signal;
        std::optional<error_code> ended;
        asio::co_spawn(
            context,
            [&]() -> awaitable<void> {
                auto [ec, held] = co_await async_acquire(lock, asio::as_tuple(use_awaitable));
                ended = ec;
            },
            asio::bind_cancellation_slot(signal.slot(), asio::detached));
        context.restart();
        context.poll();
        signal.emit(type);
        context.poll();
        BOOST_TEST(ended.has_value() == (type == asio::cancellation_type::terminal));
        if (!ended)
            signal.emit(asio::cancellation_type::terminal);
        run(context);
        BOOST_TEST((ended == asio::error::operation_aborted));
    }
}

BOOST_AUTO_TEST_CASE(coroutine_is_cancelled_by_total_when_enabled)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    asio::cancellation_signal signal;
    std::optional<error_code> ended;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
            auto [ec, held] = co_await async_acquire(lock, asio::as_tuple(use_awaitable));
            ended = ec;
        },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    context.poll();
    signal.emit(asio::cancellation_type::total);
    run(context);
    BOOST_TEST((ended == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(coroutine_releases_its_holds_when_its_context_ends)
{
    file_lock lock(path), other(path);
    {
        asio::io_context context;
        auto const hold_and_wait = [&]() -> awaitable<void> {
            // A lock in the coroutine frame. Another operation of the same frame waits for it.
            file_lock own(directory / "own");
            auto const held = co_await async_acquire(lock, use_awaitable);
            auto const of_own = co_await async_acquire(own, use_awaitable);
            (void)co_await async_acquire(own, use_awaitable); // never resumes
        };
        go(context, hold_and_wait);
        go(context, hold_and_wait);
        context.poll();
        BOOST_TEST(!other.try_lock());
    }
    BOOST_TEST(other.try_lock());
    BOOST_TEST(inotify_watches() == 0u);
}

BOOST_AUTO_TEST_CASE(holder_makes_progress_on_the_thread_of_a_thousand_waiters)
{
    asio::io_context context(1);
    file_lock lock(path);
    int done = 0, messages = 0, inside = 0;
    asio::local::stream_protocol::socket near(context), far(context);
    asio::local::connect_pair(near, far);
    go(context, [&]() -> awaitable<void> {
        char c;
        for (int i = 0; i < 1000; ++i) { // echoes each byte
            co_await asio::async_read(far, asio::buffer(&c, 1), use_awaitable);
            co_await asio::async_write(far, asio::buffer(&c, 1), use_awaitable);
        }
    });
    go(context, [&]() -> awaitable<void> {
        auto const held = co_await async_acquire(lock, use_awaitable);
        ++inside;
        for (char c = 'x'; messages < 1000; ++messages) {
            co_await asio::async_write(near, asio::buffer(&c, 1), use_awaitable);
            co_await asio::async_read(near, asio::buffer(&c, 1), use_awaitable);
            BOOST_TEST(done == 0);
        }
        --inside;
    });
    for (int i = 0; i < 1000; ++i)
        go(context, [&]() -> awaitable<void> {
            auto const held = co_await async_acquire(lock, use_awaitable);
            BOOST_TEST_REQUIRE(++inside == 1);
            --inside;
            ++done;
        });
    run(context);
    BOOST_TEST(messages == 1000);
    BOOST_TEST(done == 1000);
}

// Every kind of program uses one path: coroutines and threads of two processes of ours, flock(1)
// and Python's filelock.
BOOST_AUTO_TEST_CASE(coroutines_threads_processes_and_other_programs_lose_no_increment,
                     *boost::unit_test::precondition(have_python_filelock))
{
    constexpr int rounds = 40, coroutines = 4, threads = 2;
    auto const counter = directory / "counter";
    auto const mixed = [&] {
        file_lock lock(path, quick<file_lock>()), second(path, quick<file_lock>());
        asio::thread_pool pool(2);
        for (int i = 0; i < coroutines; ++i)
            asio::co_spawn(
                pool,
                [&, i]() -> awaitable<void> {
                    for (int turn = 0; turn < rounds; ++turn) {
                        auto const held =
                            co_await async_acquire(i % 2 == 0 ? lock : second, use_awaitable);
                        increment(counter);
                    }
                },
                asio::detached);
        std::vector<std::thread> all;
        for (int i = 0; i < threads; ++i)
            all.emplace_back([&] {
                for (int turn = 0; turn < rounds; ++turn) {
                    std::lock_guard<file_lock> const guard(lock);
                    increment(counter);
                }
            });
        for (auto& t : all)
            t.join();
        pool.join();
    };
    auto const python = "import filelock\n"
                        "for i in range(" +
                        std::to_string(rounds) +
                        "):\n"
                        "    with filelock.FileLock('" +
                        path.string() + "').acquire(poll_interval=0.001):\n        n = int(open('" +
                        counter.string() + "').read()); open('" + counter.string() +
                        "', 'w').write(str(n + 1))\n";
    auto const shell = "i=0; while [ $i -lt " + std::to_string(rounds) + " ]; do flock '" +
                       path.string() + "' sh -c 'n=$(cat \"$1\"); echo $((n + 1)) > \"$1\"' sh '" +
                       counter.string() + "'; i=$((i + 1)); done";
    std::ofstream(counter.string()) << 0;
    child ours([&] {
        mixed();
        return 0;
    });
    child pythons({"/usr/bin/python3", "-c", python});
    child shells({"sh", "-c", shell});
    mixed();
    BOOST_TEST(ours.wait() == 0);
    BOOST_TEST(shells.wait() == 0);
    BOOST_TEST(pythons.wait() == 0);
    BOOST_TEST(number_in(counter) == 2 * (coroutines + threads) * rounds + 2 * rounds);
}

BOOST_AUTO_TEST_SUITE_END()
