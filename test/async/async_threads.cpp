// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Asynchronous operations in contexts that several threads run. No process is forked here, so that
// ThreadSanitizer can run these tests.

#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::held_lock;
using boost::system::error_code;

BOOST_FIXTURE_TEST_SUITE(async_threads, temporary_directory)

// Each operation runs on a strand of its own, and is cancelled there.
BOOST_AUTO_TEST_CASE(operations_are_cancelled_on_their_strands)
{
    asio::thread_pool pool(2);
    file_lock lock(path);
    std::atomic<int> inside{0}, ended{0}, overlaps{0};
    struct operation
    {
        explicit operation(asio::thread_pool& pool) : strand(asio::make_strand(pool)) {}
        asio::strand<asio::thread_pool::executor_type> strand;
        asio::cancellation_signal signal;
    };
    constexpr int count = 2000;
    std::deque<operation> all;
    for (int i = 0; i < count; ++i) {
        all.emplace_back(pool);
        auto& op = all.back();
        asio::post(op.strand, [&, i] {
            async_acquire(lock, asio::bind_cancellation_slot(
                                    op.signal.slot(),
                                    asio::bind_executor(op.strand,
                                                        [&](error_code ec, held_lock<file_lock> h) {
                                                            ++ended;
                                                            if (ec)
                                                                return;
                                                            overlaps += inside++ != 0;
                                                            --inside;
                                                            h.unlock();
                                                        })));
            if (i % 3 != 0)
                asio::post(op.strand, [&op] { op.signal.emit(asio::cancellation_type::total); });
        });
    }
    pool.join();
    BOOST_TEST(ended == count);
    BOOST_TEST(overlaps == 0);
    BOOST_TEST(lock.try_lock());
}

// Uses operations that each start the next, threads that lock in every way, two objects of one
// path, and short limits. Three threads run the context.
BOOST_AUTO_TEST_CASE(operations_and_threads_exclude_each_other)
{
    asio::io_context context;
    file_lock_options quick;
    quick.poll_interval = 1ms;
    file_lock lock(path, quick), second(path, quick);
    std::atomic<long> inside{0}, overlaps{0}, holds{0}, timed_out{0};
    auto const be_inside = [&] {
        overlaps += inside++ != 0;
        ++holds;
        overlaps += --inside != 0;
    };
    constexpr int rounds = 100;
    std::function<void(file_lock&, int)> next = [&](file_lock& which, int left) {
        if (left == 0)
            return;
        acquire_options how;
        if (left % 5 == 0)
            how.timeout = 1ms;
        async_acquire(context, which, how, [&, left](error_code ec, held_lock<file_lock> h) {
            if (ec) {
                timed_out += ec == errc::timed_out;
            } else {
                be_inside();
                h.unlock();
            }
            next(which, left - 1);
        });
    };
    for (int i = 0; i < 8; ++i)
        next(i % 2 == 0 ? lock : second, rounds);
    std::vector<std::thread> all;
    for (int i = 0; i < 3; ++i)
        all.emplace_back([&] { context.run(); });
    for (int i = 0; i < 2; ++i)
        all.emplace_back([&] {
            for (int turn = 0; turn < rounds; ++turn) {
                if (turn % 2 == 0)
                    lock.lock();
                else if (!lock.try_lock_for(patience))
                    return;
                be_inside();
                lock.unlock();
            }
        });
    for (auto& t : all)
        t.join();
    BOOST_TEST(overlaps == 0);
    BOOST_TEST(holds + timed_out == 10 * rounds);
}

BOOST_AUTO_TEST_CASE(holds_are_released_by_other_threads)
{
    asio::thread_pool pool(3);
    file_lock lock(path);
    std::mutex mutex;
    std::vector<held_lock<file_lock>> got;
    std::atomic<int> ended{0};
    constexpr int count = 200;
    for (int i = 0; i < count; ++i)
        async_acquire(pool, lock, [&](error_code ec, held_lock<file_lock> h) {
            if (!ec && h.owns_lock()) {
                std::lock_guard<std::mutex> const guard(mutex);
                got.push_back(std::move(h));
            }
        });
    while (ended < count) {
        std::lock_guard<std::mutex> const guard(mutex);
        ended += static_cast<int>(got.size());
        got.clear();
    }
    pool.join();
    BOOST_TEST(ended == count);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(pool_can_be_stopped_while_operations_start_and_end)
{
    file_lock lock(path);
    auto const life = std::make_shared<int>();
    for (int i = 0; i < 20; ++i) {
        asio::thread_pool pool(2);
        std::function<void()> again = [&, keep = life] {
            async_acquire_shared(pool, lock, [&, keep](error_code, auto) { again(); });
        };
        for (int j = 0; j < 4; ++j)
            again();
        std::this_thread::yield();
        pool.stop();
        pool.join();
    }
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
