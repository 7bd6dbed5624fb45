// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tests every lock with a shared mode as a shared mutex, in one process.

#include "support/calls.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/chrono/system_clocks.hpp>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/interprocess/sync/sharable_lock.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lock_types.hpp>
#include <boost/thread/shared_lock_guard.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::force;
using boost::filelock::lock_error;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace pt = boost::posix_time;
namespace ipc = boost::interprocess;

namespace {

/// Returns what another object can acquire: 'x' everything, 's' a shared lock only, '-' nothing.
template <class Lock>
char left_to_others(boost::filesystem::path const& path)
{
    Lock other(path);
    if (other.try_lock()) {
        other.unlock();
        return 'x';
    }
    if (!other.try_lock_shared())
        return '-';
    other.unlock_shared();
    return 's';
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(shared, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(readers_share_and_keep_writers_out, Lock, shared_kinds)
{
    Lock a(path), b(path);
    a.lock_shared();
    BOOST_TEST(a.is_locked());
    BOOST_TEST(b.try_lock_shared());
    BOOST_TEST(left_to_others<Lock>(path) == 's');
    a.unlock_shared();
    BOOST_TEST(left_to_others<Lock>(path) == 's');
    b.unlock_shared();
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_writer_keeps_readers_out, Lock, shared_kinds)
{
    Lock a(path), b(path);
    a.lock();
    BOOST_TEST(left_to_others<Lock>(path) == '-');
    BOOST_TEST(!b.try_lock_shared());
    BOOST_TEST(!in_thread([&] { return a.try_lock_shared(); }));
    a.unlock();
    BOOST_TEST(b.try_lock_shared());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_share_one_object, Lock, shared_kinds)
{
    Lock lock(path);
    lock.lock_shared();
    in_thread([&] {
        BOOST_TEST(lock.lock_counter() == 0u);
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(lock.try_lock_shared());
        BOOST_TEST(lock.lock_counter() == 1u);
        lock.unlock_shared();
    });
    BOOST_TEST(left_to_others<Lock>(path) == 's'); // the remaining thread keeps it
    lock.unlock_shared();
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_levels_count, Lock, shared_kinds)
{
    Lock lock(path);
    lock.lock_shared();
    lock.lock_shared();
    BOOST_TEST(lock.try_lock_shared());
    BOOST_TEST(lock.lock_counter() == 3u);
    lock.unlock_shared();
    lock.release();
    BOOST_TEST(lock.lock_counter() == 1u);
    lock.lock_shared();
    lock.release(force);
    BOOST_TEST(lock.lock_counter() == 0u);
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(modes_do_not_mix, Lock, shared_kinds)
{
    Lock lock(path);
    lock.lock();
    BOOST_TEST((error_of([&] { lock.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(
        (error_of([&] { (void)lock.try_lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { lock.unlock_shared(); }) == errc::operation_not_permitted));
    BOOST_TEST(lock.lock_counter() == 1u);
    lock.unlock();
    lock.lock_shared();
    BOOST_TEST((error_of([&] { lock.lock(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { (void)lock.try_lock_for(patience); }) ==
                errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { lock.acquire(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { lock.unlock(); }) == errc::operation_not_permitted));
    BOOST_TEST(lock.lock_counter() == 1u);
    lock.unlock_shared();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_an_owner_unlocks, Lock, shared_kinds)
{
    Lock lock(path);
    BOOST_TEST((error_of([&] { lock.unlock_shared(); }) == errc::operation_not_permitted));
    lock.lock_shared();
    in_thread([&] {
        BOOST_TEST((error_of([&] { lock.unlock_shared(); }) == errc::operation_not_permitted));
        BOOST_TEST((error_of([&] { lock.unlock_sharable(); }) == errc::operation_not_permitted));
        BOOST_TEST((error_of([&] { lock.release(); }) == errc::operation_not_permitted));
    });
    BOOST_TEST(left_to_others<Lock>(path) == 's');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_instance_is_one_owner_whatever_the_thread, Lock, shared_kinds)
{
    Lock lock(path, of_instance<Lock>());
    lock.lock_shared();
    in_thread([&] {
        BOOST_TEST(lock.lock_counter() == 1u);
        lock.lock_shared();
        lock.unlock_shared();
        lock.unlock_shared();
    });
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_timed_form_gets_a_free_lock_and_gives_up_on_a_held_one, Lock,
                              shared_kinds)
{
    Lock holder(path), lock(path, quick<Lock>());
    auto const ms = milliseconds(5);
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    for (bool const busy : {true, false}) {
        busy ? holder.lock() : holder.unlock();
        auto const check = [&](bool got) {
            BOOST_TEST(got == !busy);
            if (got)
                lock.unlock_shared();
        };
        check(lock.try_lock_shared());
        check(lock.try_lock_sharable());
        check(lock.try_lock_shared_for(ms));
        check(lock.try_lock_shared_for(std::chrono::hours::min()));
        check(lock.try_lock_shared_for(std::chrono::duration<double>(nan)));
        check(lock.try_lock_shared_for(boost::chrono::milliseconds(5)));
        check(lock.try_lock_shared_until(std::chrono::steady_clock::now() + ms));
        check(lock.try_lock_shared_until(std::chrono::system_clock::now() + ms));
        check(lock.try_lock_shared_until(std::chrono::steady_clock::time_point::min()));
        check(lock.try_lock_shared_until(boost::chrono::system_clock::now() +
                                         boost::chrono::milliseconds(5)));
        check(
            lock.try_lock_shared_until(pt::microsec_clock::universal_time() + pt::milliseconds(5)));
        check(lock.timed_lock_shared(pt::milliseconds(5)));
        check(lock.timed_lock_shared(pt::ptime(pt::neg_infin)));
        check(lock.timed_lock_shared(ms));
        check(lock.timed_lock_sharable(pt::microsec_clock::universal_time() + pt::milliseconds(5)));
        if (!busy) {
            check(lock.try_lock_shared_for(std::chrono::hours::max()));
            check(lock.try_lock_shared_until(std::chrono::system_clock::time_point::max()));
            check(lock.timed_lock_shared(pt::time_duration(pt::pos_infin)));
            lock.lock_shared(), lock.unlock_shared();
            lock.lock_sharable(), lock.unlock_sharable();
            lock.acquire_shared(), lock.unlock_shared();
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(acquiring_reports_what_kept_it_from_the_lock, Lock, shared_kinds)
{
    Lock holder(path), lock(path, quick<Lock>());
    holder.lock();
    boost::filelock::acquire_options how;
    how.timeout = milliseconds(5);
    boost::system::error_code ec;
    BOOST_TEST(!lock.acquire_shared(how, ec));
    BOOST_TEST((ec == errc::timed_out));
    BOOST_TEST((error_of([&] { lock.acquire_shared(how); }) == errc::timed_out));
    how.timeout.reset();
    how.cancel_check = [] { return true; };
    BOOST_TEST(!lock.acquire_shared(how, ec));
    BOOST_TEST((ec == errc::operation_canceled));
    holder.unlock();
    BOOST_TEST(lock.acquire_shared(how, ec));
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(boost_s_guards_for_readers, Lock, shared_kinds)
{
    Lock lock(path);
    {
        boost::shared_lock<Lock> a(lock);
        BOOST_TEST(a.owns_lock());
        boost::shared_lock<Lock> b(lock, boost::defer_lock);
        BOOST_TEST(b.try_lock());
        b.unlock();
        BOOST_TEST(b.try_lock_for(boost::chrono::milliseconds(5)));
        b.unlock();
        BOOST_TEST(b.timed_lock(pt::milliseconds(5)));
        boost::shared_lock<Lock> c(std::move(b));
        BOOST_TEST(lock.lock_counter() == 2u);
        BOOST_TEST(left_to_others<Lock>(path) == 's');
    }
    BOOST_TEST(lock.lock_counter() == 0u);
    {
        boost::shared_lock_guard<Lock> const guard(lock);
        BOOST_TEST(left_to_others<Lock>(path) == 's');
    }
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
    boost::unique_lock<Lock> const writer(lock);
    Lock other(path);
    boost::shared_lock<Lock> const in_vain(other, boost::try_to_lock);
    BOOST_TEST(!in_vain.owns_lock());
    boost::shared_lock<Lock> const late(other, boost::chrono::milliseconds(5));
    BOOST_TEST(!late.owns_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_standard_s_guard_for_readers, Lock, shared_kinds)
{
    Lock lock(path);
    {
        std::shared_lock<Lock> a(lock);
        std::shared_lock<Lock> b(lock, std::try_to_lock);
        std::shared_lock<Lock> c(lock, milliseconds(5));
        std::shared_lock<Lock> d(lock, std::chrono::system_clock::now() + milliseconds(5));
        BOOST_TEST((a.owns_lock() && b.owns_lock() && c.owns_lock() && d.owns_lock()));
        BOOST_TEST(lock.lock_counter() == 4u);
    }
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(interprocess_s_guard_for_readers, Lock, shared_kinds)
{
    Lock lock(path);
    {
        ipc::sharable_lock<Lock> a(lock);
        ipc::sharable_lock<Lock> b(lock, ipc::try_to_lock);
        ipc::sharable_lock<Lock> c(lock,
                                   pt::microsec_clock::universal_time() + pt::milliseconds(5));
        BOOST_TEST((a.owns() && b.owns() && c.owns()));
        BOOST_TEST(left_to_others<Lock>(path) == 's');
    }
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_that_would_wait_for_itself_is_told, Lock, shared_kinds)
{
    Lock a(path), b(path);
    a.lock_shared();
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    b.lock_shared(); // two shared locks coexist
    b.unlock_shared();
    a.unlock_shared();
    a.lock();
    BOOST_TEST((error_of([&] { b.lock_shared(); }) == errc::resource_deadlock_would_occur));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_reader_behind_a_writer_that_waits_for_its_other_object, Lock,
                              shared_kinds)
{
    Lock a(path), b(path, quick<Lock>());
    a.lock_shared();
    // The writer has no time limit. The reader's release wakes it.
    std::promise<void> waiting;
    auto writer = std::async(std::launch::async, [&] {
        boost::filelock::acquire_options how;
        how.on_wait = [&](auto const&) { waiting.set_value(); };
        b.acquire(how);
        b.unlock();
    });
    waiting.get_future().wait();
    BOOST_TEST((error_of([&] { b.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!b.try_lock_shared_for(milliseconds(5)));
    a.unlock_shared();
    BOOST_TEST((writer.wait_for(patience) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_writer_with_a_reader_nor_with_another_writer, Lock, shared_kinds)
{
    // The threads use one shared object and objects of their own, all on one path.
    Lock common(path, quick<Lock>());
    std::atomic<int> readers{0}, writers{0}, violations{0}, holds{0};
    auto const work = [&](Lock& lock) {
        for (int i = 0; i < 60; ++i) {
            if (i % 3 == 0) {
                boost::lock_guard<Lock> const guard(lock);
                violations += writers++ != 0 || readers != 0;
                ++holds;
                --writers;
            } else {
                boost::shared_lock<Lock> const guard(lock);
                ++readers;
                violations += writers != 0;
                ++holds;
                --readers;
            }
        }
    };
    std::vector<std::future<void>> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(std::async(std::launch::async, [&] { work(common); }));
        all.push_back(std::async(std::launch::async, [&] {
            Lock own(path, quick<Lock>());
            work(own);
        }));
    }
    for (auto& one : all)
        BOOST_TEST((one.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(violations == 0);
    BOOST_TEST(holds == 360);
    BOOST_TEST(left_to_others<Lock>(path) == 'x');
}

BOOST_AUTO_TEST_SUITE_END()
