// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How every lock that can be held exclusively behaves as a mutex, in one process.

#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <boost/chrono/system_clocks.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_algorithms.hpp>
#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lockable_concepts.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::force;
using boost::filelock::lock_error;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace pt = boost::posix_time;

namespace {

auto in_thread = [](auto&& f) { return std::async(std::launch::async, f).get(); };

/// Returns the code of the lock_error that `f` throws.
template <class F>
boost::system::error_code error_of(F&& f)
{
    try {
        f();
    } catch (lock_error const& e) {
        return e.code();
    }
    return {};
}

/// Returns whether another object cannot acquire the lock, because it is held.
template <class Lock>
bool taken(boost::filesystem::path const& path)
{
    Lock other(path);
    if (!other.try_lock())
        return true;
    other.unlock();
    return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mutex, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_is_not_copyable_movable_or_default_constructible, Lock,
                              exclusive_kinds)
{
    static_assert(!std::is_copy_constructible_v<Lock> && !std::is_move_constructible_v<Lock>);
    static_assert(!std::is_copy_assignable_v<Lock> && !std::is_move_assignable_v<Lock>);
    static_assert(!std::is_default_constructible_v<Lock>);
    static_assert(!std::is_convertible_v<char const*, Lock>);
    static_assert(!std::is_final_v<Lock>); // users derive from it to add a default constructor
    BOOST_CONCEPT_ASSERT((boost::BasicLockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::Lockable<Lock>));
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(construction_touches_no_file, Lock, exclusive_kinds)
{
    {
        Lock const lock(path);
        BOOST_TEST(!lock.is_locked());
    }
    BOOST_TEST(boost::filesystem::is_empty(directory));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(held_lock_excludes_another_object_until_it_is_unlocked, Lock,
                              exclusive_kinds)
{
    Lock lock(path), other(path);
    lock.lock();
    BOOST_TEST(lock.is_locked());
    BOOST_TEST(!other.try_lock());
    BOOST_TEST(!other.is_locked());
    lock.unlock();
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(other.try_lock());
    BOOST_TEST(!lock.try_lock());
    other.unlock();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(different_paths_are_different_locks, Lock, exclusive_kinds)
{
    Lock a(directory / "a.lock"), b(directory / "b.lock");
    a.lock();
    BOOST_TEST(b.try_lock());
}

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

BOOST_AUTO_TEST_CASE_TEMPLATE(guards_of_boost_and_the_standard_hold_the_lock, Lock, exclusive_kinds)
{
    Lock lock(path);
    {
        boost::lock_guard<Lock> guard(lock);
        BOOST_TEST(taken<Lock>(path));
    }
    BOOST_TEST(!taken<Lock>(path));
    {
        std::lock_guard<Lock> guard(lock);
        BOOST_TEST(taken<Lock>(path));
    }
    {
        std::unique_lock<Lock> guard(lock, seconds(1));
        BOOST_TEST(guard.owns_lock());
        BOOST_TEST(taken<Lock>(path));
    }
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unique_lock_acquires_in_every_way, Lock, exclusive_kinds)
{
    using guard_type = boost::unique_lock<Lock>;
    Lock lock(path), other(path, quick<Lock>());
    guard_type guard(lock);
    BOOST_TEST(guard.owns_lock());
    BOOST_TEST(taken<Lock>(path));
    BOOST_TEST(!guard_type(other, boost::try_to_lock).owns_lock());
    BOOST_TEST(!guard_type(other, boost::chrono::milliseconds(2)).owns_lock());
    BOOST_TEST(!guard_type(other, boost::chrono::steady_clock::now()).owns_lock());
    BOOST_TEST(!guard_type(other, boost::get_system_time()).owns_lock());
    BOOST_TEST(!guard_type(other, pt::milliseconds(2)).owns_lock());
    guard_type waiting(other, boost::defer_lock);
    BOOST_TEST(!waiting.try_lock_for(boost::chrono::milliseconds(2)));
    BOOST_TEST(!waiting.timed_lock(pt::milliseconds(2)));
    guard.unlock();
    BOOST_TEST(!taken<Lock>(path));
    BOOST_TEST(waiting.timed_lock(pt::seconds(1)));
    BOOST_TEST(taken<Lock>(path));
    guard_type moved(std::move(waiting));
    BOOST_TEST(moved.owns_lock());
    moved.release()->unlock();
    BOOST_TEST(!taken<Lock>(path));
    lock.lock();
    {
        guard_type adopted(lock, boost::adopt_lock);
    }
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(several_locks_are_acquired_together, Lock, exclusive_kinds)
{
    auto const path_a = directory / "a.lock", path_b = directory / "b.lock";
    auto const require_both = [](Lock& a, Lock& b) { // Boost.Test is not for several threads
        if (!a.is_locked() || !b.is_locked())
            throw std::runtime_error("not locked");
    };
    // If each thread acquired one lock after the other, the two orders would deadlock.
    auto const work = [&](bool swapped) {
        Lock a(path_a, quick<Lock>()), b(path_b, quick<Lock>());
        auto& first = swapped ? b : a;
        auto& second = swapped ? a : b;
        for (int i = 0; i < 50; ++i) {
            boost::lock(first, second);
            boost::lock_guard<Lock> guard_a(a, boost::adopt_lock);
            boost::lock_guard<Lock> guard_b(b, boost::adopt_lock);
            require_both(a, b);
        }
        for (int i = 0; i < 50; ++i) {
            std::scoped_lock<Lock, Lock> both(first, second);
            require_both(a, b);
        }
        return true;
    };
    auto other = std::async(std::launch::async, work, true);
    BOOST_TEST(work(false));
    BOOST_TEST(other.get());
    BOOST_TEST(!taken<Lock>(path_a));
    BOOST_TEST(!taken<Lock>(path_b));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_number_of_locks_is_acquired_together, Lock, exclusive_kinds)
{
    auto const work = [&](bool reversed) {
        std::vector<std::unique_ptr<Lock>> all;
        for (int i = 0; i < 4; ++i) {
            int const number = reversed ? 3 - i : i;
            all.push_back(
                std::make_unique<Lock>(directory / std::to_string(number), quick<Lock>()));
        }
        bool are_locked = true;
        for (int i = 0; i < 20; ++i) {
            boost::lock(*all[0], *all[1], *all[2], *all[3]);
            for (auto const& lock : all) {
                are_locked = are_locked && lock->is_locked();
                lock->unlock();
            }
        }
        return are_locked;
    };
    auto other = std::async(std::launch::async, work, true);
    BOOST_TEST(work(false));
    BOOST_TEST(other.get());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(interprocess_scoped_lock_holds_the_lock, Lock, exclusive_kinds)
{
    namespace ipc = boost::interprocess;
    using guard_type = ipc::scoped_lock<Lock>;
    Lock lock(path), other(path, quick<Lock>());
    guard_type guard(lock);
    BOOST_TEST(guard.owns());
    BOOST_TEST(!guard_type(other, ipc::try_to_lock).owns());
    auto const soon = pt::microsec_clock::universal_time() + pt::milliseconds(2);
    BOOST_TEST(!guard_type(other, soon).owns());
    guard.unlock();
    guard_type timed(other, pt::microsec_clock::universal_time() + pt::seconds(5));
    BOOST_TEST(timed.owns());
    BOOST_TEST(taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(owner_locks_again_and_the_last_unlock_releases, Lock, exclusive_kinds)
{
    Lock lock(path);
    BOOST_TEST(lock.lock_counter() == 0u);
    lock.lock();
    BOOST_TEST(lock.lock_counter() == 1u);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(lock.lock_counter() == 2u);
    BOOST_TEST(lock.try_lock_for(seconds(1)));
    BOOST_TEST(lock.lock_counter() == 3u);
    lock.unlock();
    lock.unlock();
    BOOST_TEST(lock.lock_counter() == 1u);
    BOOST_TEST(taken<Lock>(path));
    lock.unlock();
    BOOST_TEST(lock.lock_counter() == 0u);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unlock_without_a_level_is_reported, Lock, exclusive_kinds)
{
    Lock lock(path);
    auto const unlock = [&] { lock.unlock(); };
    BOOST_TEST((error_of(unlock) == errc::operation_not_permitted));
    BOOST_TEST((error_of([&] { lock.release(); }) == errc::operation_not_permitted));
    lock.lock();
    in_thread([&] {
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(lock.lock_counter() == 0u);
        BOOST_TEST((error_of(unlock) == errc::operation_not_permitted));
    });
    BOOST_TEST(lock.is_locked());
    BOOST_TEST(taken<Lock>(path));
    lock.unlock();
    BOOST_TEST((error_of(unlock) == errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(new_thread_inherits_no_level_of_an_ended_thread, Lock,
                              exclusive_kinds)
{
    Lock lock(path);
    std::thread([&] { lock.lock(); }).join();
    // The new thread may well have the std::thread::id of the earlier one.
    std::thread([&] {
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(!lock.try_lock());
    }).join();
    BOOST_TEST(taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(release_drops_one_level_or_with_force_all, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    lock.lock();
    lock.lock();
    lock.release();
    BOOST_TEST(lock.lock_counter() == 2u);
    boost::system::error_code ec = make_error_code(errc::io_error);
    lock.release(ec);
    BOOST_TEST(!ec.failed());
    BOOST_TEST(lock.lock_counter() == 1u);
    lock.lock();
    in_thread([&] { lock.release(force); }); // another thread's levels are its own
    BOOST_TEST(lock.lock_counter() == 2u);
    lock.release(force);
    BOOST_TEST(lock.lock_counter() == 0u);
    BOOST_TEST(!taken<Lock>(path));
    lock.release(force); // nothing to drop
    lock.release(ec);
    BOOST_TEST((ec == errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(destructor_drops_every_level, Lock, exclusive_kinds)
{
    {
        Lock lock(path);
        lock.lock();
        lock.lock();
        BOOST_TEST(taken<Lock>(path));
    }
    BOOST_TEST(!taken<Lock>(path));
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

BOOST_AUTO_TEST_CASE_TEMPLATE(object_is_the_owner_in_instance_scope, Lock, exclusive_kinds)
{
    Lock lock(path, of_instance<Lock>());
    lock.lock();
    in_thread([&] {
        BOOST_TEST(lock.is_locked());
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(lock.lock_counter() == 2u);
        lock.unlock();
        lock.unlock(); // the other thread's level
    });
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(!taken<Lock>(path));
    lock.lock();
    lock.lock();
    in_thread([&] { lock.release(force); });
    BOOST_TEST(lock.lock_counter() == 0u);
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

BOOST_AUTO_TEST_CASE_TEMPLATE(relative_path_keeps_the_directory_of_construction, Lock,
                              exclusive_kinds)
{
    auto const before = boost::filesystem::current_path();
    boost::filesystem::current_path(directory);
    Lock lock("relative.lock");
    boost::filesystem::current_path(before);
    BOOST_TEST(lock.path() == "relative.lock");
    lock.lock();
    BOOST_TEST(taken<Lock>(directory / "relative.lock"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_may_be_static_or_on_the_heap, Lock, exclusive_kinds)
{
    static std::unique_ptr<Lock> kept; // destroyed when the program ends
    kept = std::make_unique<Lock>(path);
    kept->lock();
    BOOST_TEST(taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(errors_name_the_path, Lock, exclusive_kinds)
{
    Lock lock(path);
    try {
        lock.unlock();
        BOOST_ERROR("nothing was thrown");
    } catch (lock_error const& e) {
        BOOST_TEST(e.path() == path);
        BOOST_TEST(std::string(e.what()).find(path.string()) != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
