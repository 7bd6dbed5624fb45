// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How every lock that can be held exclusively behaves as a mutex while it is held, in one process:
// time limits, options of a wait, and threads that wait for each other or for themselves.

#include "support/calls.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/taken.hpp"
#include "support/temporary_directory.hpp"

#include <boost/chrono/system_clocks.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_guard.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::force;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace pt = boost::posix_time;

BOOST_FIXTURE_TEST_SUITE(mutex, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_of_zero_or_less_is_one_attempt, Lock, exclusive_kinds)
{
    // The interval between attempts is an hour, so a second attempt would show.
    auto options = quick<Lock>();
    options.poll_interval = std::chrono::hours(1);
    Lock holder(path), lock(path, options);
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    for (bool const busy : {true, false}) {
        busy ? holder.lock() : holder.unlock();
        auto const check = [&](bool got) {
            BOOST_TEST(got == !busy);
            if (got)
                lock.unlock();
        };
        check(lock.try_lock_for(seconds(0)));
        check(lock.try_lock_for(seconds(-1)));
        check(lock.try_lock_for(std::chrono::hours::min()));
        check(lock.try_lock_for(std::chrono::duration<double>(nan)));
        check(lock.try_lock_for(boost::chrono::seconds(-1)));
        check(lock.try_lock_until(std::chrono::steady_clock::time_point::min()));
        check(lock.try_lock_until(std::chrono::system_clock::time_point::min()));
        check(lock.try_lock_until(std::chrono::system_clock::now()));
        check(lock.try_lock_until(boost::chrono::steady_clock::now()));
        check(lock.timed_lock(pt::seconds(-1)));
        check(lock.timed_lock(pt::time_duration(pt::neg_infin)));
        check(lock.timed_lock(pt::time_duration(pt::not_a_date_time)));
        check(lock.timed_lock(pt::ptime(pt::neg_infin)));
        check(lock.timed_lock(pt::microsec_clock::universal_time()));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(timed_wait_lasts_at_least_its_time, Lock, exclusive_kinds)
{
    Lock holder(path), lock(path, quick<Lock>());
    holder.lock();
    auto const check = [&](auto&& wait) {
        auto const start = std::chrono::steady_clock::now();
        BOOST_TEST(!wait());
        // The clock may differ from the one that the call uses, so a slightly shorter time is
        // accepted.
        BOOST_TEST((std::chrono::steady_clock::now() - start >= milliseconds(9)));
    };
    auto const ms = milliseconds(10);
    check([&] { return lock.try_lock_for(ms); });
    check([&] { return lock.try_lock_for(std::chrono::duration<float>(.01f)); });
    check([&] { return lock.try_lock_for(boost::chrono::milliseconds(10)); });
    check([&] { return lock.try_lock_until(std::chrono::steady_clock::now() + ms); });
    check([&] { return lock.try_lock_until(std::chrono::system_clock::now() + ms); });
    check([&] {
        return lock.try_lock_until(boost::chrono::steady_clock::now() +
                                   boost::chrono::milliseconds(10));
    });
    check([&] {
        return lock.try_lock_until(pt::microsec_clock::universal_time() + pt::milliseconds(10));
    });
    check([&] { return lock.timed_lock(ms); });
    check([&] { return lock.timed_lock(boost::chrono::milliseconds(10)); });
    check([&] { return lock.timed_lock(pt::milliseconds(10)); });
    check([&] { return lock.timed_lock(std::chrono::steady_clock::now() + ms); });
    check([&] {
        return lock.timed_lock(pt::microsec_clock::universal_time() + pt::milliseconds(10));
    });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(longest_waits_do_not_overflow, Lock, exclusive_kinds)
{
    using std::chrono::steady_clock;
    using std::chrono::system_clock;
    std::vector<std::function<bool(Lock&)>> const waits{
        [](Lock& l) { return l.try_lock_for(std::chrono::hours::max()); },
        [](Lock& l) { return l.try_lock_for(std::chrono::nanoseconds::max()); },
        [](Lock& l) { return l.try_lock_for(std::chrono::duration<double>(1e300)); },
        [](Lock& l) { return l.try_lock_for(boost::chrono::hours::max()); },
        [](Lock& l) { return l.try_lock_until(steady_clock::time_point::max()); },
        [](Lock& l) { return l.try_lock_until(system_clock::time_point::max()); },
        [](Lock& l) { return l.try_lock_until(boost::chrono::system_clock::time_point::max()); },
        [](Lock& l) { return l.timed_lock(pt::time_duration(pt::pos_infin)); },
        [](Lock& l) { return l.timed_lock(pt::ptime(pt::pos_infin)); },
        [](Lock& l) { return l.timed_lock(pt::ptime(pt::max_date_time)); },
    };
    for (auto const& wait : waits) {
        Lock holder(path, of_instance<Lock>()), lock(path, quick<Lock>());
        holder.lock();
        std::promise<void> started;
        auto got = std::async(std::launch::async, [&] {
            started.set_value();
            bool const had = wait(lock);
            if (had)
                lock.unlock();
            return had;
        });
        started.get_future().wait();
        holder.unlock();
        BOOST_TEST(got.get());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(acquire_waits_as_the_options_say, Lock, exclusive_kinds)
{
    Lock holder(path), lock(path, quick<Lock>());
    boost::filelock::acquire_options how;
    boost::system::error_code ec = make_error_code(errc::io_error);
    BOOST_TEST(lock.acquire(how, ec));
    BOOST_TEST(!ec);
    lock.acquire(); // one more level
    BOOST_TEST(lock.lock_counter() == 2u);
    lock.release(force);

    holder.lock();
    for (auto const timeout : {milliseconds(-1), milliseconds(0), milliseconds(5)}) {
        how.timeout = timeout;
        BOOST_TEST(!lock.acquire(how, ec));
        BOOST_TEST((ec == errc::timed_out));
        BOOST_TEST((error_of([&] { lock.acquire(how); }) == errc::timed_out));
    }
    how.timeout.reset();
    int asked = 0;
    how.cancel_check = [&] { return ++asked == 3; };
    BOOST_TEST(!lock.acquire(how, ec));
    BOOST_TEST((ec == errc::operation_canceled));
    BOOST_TEST(asked == 3);
    how.cancel_check = []() -> bool { throw std::string("enough"); };
    BOOST_CHECK_THROW(lock.acquire(how), std::string);
    how.cancel_check = {};
    int told = 0;
    how.on_wait = [&](boost::filelock::wait_status const& status) {
        ++told;
        BOOST_TEST(status.path == path);
        BOOST_TEST(status.waited.count() == 0);
    };
    how.timeout = milliseconds(300); // shorter than the interval, and longer than an attempt takes
    BOOST_TEST(!lock.acquire(how, ec));
    BOOST_TEST(told == 1);
    BOOST_TEST(!lock.is_locked());

    holder.unlock();
    lock.acquire(how); // the lock is free: no wait and no progress report
    BOOST_TEST(told == 1);
    lock.unlock();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_options_of_acquire_are_refused, Lock, exclusive_kinds)
{
    Lock lock(path);
    boost::filelock::acquire_options how;
    boost::system::error_code ec;
    auto const names = [](char const* what) {
        return [=](std::invalid_argument const& e) {
            return std::string(e.what()).find(what) != std::string::npos;
        };
    };
    for (auto const ns : {std::chrono::nanoseconds(0), std::chrono::nanoseconds(-3)}) {
        how = {};
        how.poll_interval = ns;
        BOOST_CHECK_EXCEPTION(lock.acquire(how), std::invalid_argument, names("poll_interval"));
        how = {};
        how.progress_interval = ns;
        BOOST_CHECK_EXCEPTION(lock.acquire(how, ec), std::invalid_argument,
                              names("progress_interval"));
    }
    BOOST_TEST(!lock.is_locked());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_on_one_object_exclude_each_other, Lock, exclusive_kinds)
{
    Lock lock(path, quick<Lock>());
    lock.lock();
    in_thread([&] {
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(!lock.try_lock_for(milliseconds(5)));
    });
    lock.unlock();

    int in = 0, sum = 0; // unguarded: the lock under test protects them
    auto const work = [&](int n) {
        for (int i = 0; i < 200; ++i) {
            switch ((i + n) % 3) {
            case 0:
                lock.lock();
                break;
            case 1:
                while (!lock.try_lock())
                    std::this_thread::yield();
                break;
            case 2:
                if (!lock.try_lock_for(patience))
                    throw std::runtime_error("timed out");
            }
            if (++in != 1)
                throw std::runtime_error("two holders");
            ++sum;
            --in;
            lock.unlock();
        }
    };
    std::vector<std::future<void>> threads;
    for (int n = 0; n < 4; ++n)
        threads.push_back(std::async(std::launch::async, work, n));
    for (auto& t : threads)
        t.get();
    BOOST_TEST(sum == 800);
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_with_separate_objects_exclude_each_other, Lock,
                              exclusive_kinds)
{
    std::atomic<int> in{0};
    int sum = 0;
    auto const work = [&] {
        Lock lock(path, quick<Lock>());
        for (int i = 0; i < 200; ++i) {
            boost::lock_guard<Lock> guard(lock);
            if (++in != 1)
                throw std::runtime_error("two holders");
            ++sum;
            --in;
        }
    };
    auto a = std::async(std::launch::async, work), b = std::async(std::launch::async, work);
    a.get();
    b.get();
    BOOST_TEST(sum == 400);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(thread_that_would_wait_for_itself_gets_an_error, Lock,
                              exclusive_kinds)
{
    Lock a(path), b(path, quick<Lock>());
    a.lock();
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!b.is_locked());
    // These calls end by themselves.
    BOOST_TEST(!b.try_lock());
    BOOST_TEST(!b.try_lock_for(milliseconds(2)));
    a.unlock();
    b.lock();
    BOOST_TEST(b.is_locked());
}

// Starts a thread that waits for the lock without a limit. Returns when it waits.
template <class Lock>
std::future<void> waiting_for(
    Lock& lock, std::string const& path, std::function<void()> const& first = [] {})
{
    if constexpr (is_kernels<Lock>) {
        auto waits = std::async(std::launch::async, [&lock, first] {
            first();
            lock.lock(); // sleeps in the kernel
            lock.unlock();
        });
        wait_until_blocked(::getpid(), path);
        return waits;
    } else {
        auto is_waiting = std::make_shared<std::promise<void>>();
        auto waits = std::async(std::launch::async, [&lock, first, is_waiting] {
            first();
            boost::filelock::acquire_options how;
            how.progress_interval = std::chrono::hours(1);
            how.on_wait = [is_waiting](auto const&) { is_waiting->set_value(); };
            lock.acquire(how);
            lock.unlock();
        });
        is_waiting->get_future().get();
        return waits;
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(thread_that_waits_for_another_gets_no_error, Lock, exclusive_kinds)
{
    // A thread that waits for an object's levels gets no error either: any thread may release them.
    for (auto const& options : {quick<Lock>(), of_instance<Lock>()}) {
        Lock a(path, options), b(path);
        a.lock();
        auto other = waiting_for(b, path.string());
        a.unlock();
        BOOST_CHECK_NO_THROW(other.get());
    }
    Lock a(path, of_instance<Lock>()), b(path);
    auto other = waiting_for(b, path.string(), [&] { a.lock(); });
    a.unlock();
    BOOST_CHECK_NO_THROW(other.get());
}

// The same thread holds the lock through another object.
BOOST_AUTO_TEST_CASE_TEMPLATE(callback_of_a_wait_may_release_the_awaited_lock, Lock,
                              exclusive_kinds)
{
    Lock lock(path), other(path);
    other.lock();
    boost::filelock::acquire_options how;
    how.timeout = patience;
    how.poll_interval = milliseconds(1);
    how.cancel_check = [&, asked = 0]() mutable {
        if (++asked == 3)
            other.unlock();
        return asked > 1000;
    };
    boost::system::error_code ec;
    lock.acquire(how, ec);
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(thread_behind_a_thread_that_waits_for_it_gets_an_error, Lock,
                              exclusive_kinds)
{
    Lock a(path), b(path);
    a.lock();
    auto other = waiting_for(b, path.string());
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    a.unlock();
    other.get();
    BOOST_TEST(b.try_lock());
}

BOOST_AUTO_TEST_CASE(files_are_compared_and_not_paths)
{
    using boost::filelock::file_lock;
    file_lock a(path), b(directory / "other-name");
    a.lock();
    boost::filesystem::create_hard_link(path, directory / "other-name");
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(waiting_thread_gets_the_lock_of_its_object, Lock, exclusive_kinds)
{
    // The interval between attempts is an hour, so the unlock wakes the object's waiters, not a
    // poll.
    auto options = quick<Lock>();
    options.poll_interval = std::chrono::hours(1);
    Lock lock(path, options);
    lock.lock();
    std::promise<void> started;
    auto waiter = std::async(std::launch::async, [&] {
        started.set_value();
        bool const got = lock.try_lock_for(patience);
        if (got)
            lock.unlock();
        return got;
    });
    started.get_future().wait();
    lock.unlock();
    BOOST_TEST(waiter.get());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_waiting_threads_join_in_instance_scope, Lock, exclusive_kinds)
{
    // Another object holds the lock and three threads wait on one instance. All get levels of its
    // one hold.
    Lock holder(path, of_instance<Lock>()), lock(path, of_instance<Lock>());
    holder.lock();
    std::vector<std::future<void>> waiting;
    for (int i = 0; i < 3; ++i)
        waiting.push_back(std::async(std::launch::async, [&] { lock.lock(); }));
    holder.unlock();
    for (auto& w : waiting)
        w.get();
    BOOST_TEST(lock.lock_counter() == 3u);
    BOOST_TEST(taken<Lock>(path));
    lock.release(force);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_SUITE_END()
