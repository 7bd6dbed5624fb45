// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How every lock that can be held exclusively behaves as a mutex, in one process: its levels, its
// owner and its guards.

#include "support/calls.hpp"
#include "support/lock_kinds.hpp"
#include "support/taken.hpp"
#include "support/temporary_directory.hpp"

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_algorithms.hpp>
#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lockable_concepts.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::force;
using boost::filelock::lock_error;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace pt = boost::posix_time;

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
