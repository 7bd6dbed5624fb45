// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The lock types and functions of Boost.Thread and the standard library that are more than a guard.

#define BOOST_THREAD_PROVIDES_NESTED_LOCKS
#define BOOST_THREAD_THROW_IF_PRECONDITION_NOT_SATISFIED

#include "support/lock_kinds.hpp"
#include "support/taken.hpp"
#include "support/temporary_directory.hpp"

#include <boost/thread/condition_variable.hpp>
#include <boost/thread/externally_locked.hpp>
#include <boost/thread/lock_algorithms.hpp>
#include <boost/thread/lock_factories.hpp>
#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lock_types.hpp>
#include <boost/thread/lockable_adapter.hpp>
#include <boost/thread/lockable_concepts.hpp>
#include <boost/thread/reverse_lock.hpp>
#include <boost/thread/shared_lock_guard.hpp>
#include <boost/thread/strict_lock.hpp>
#include <boost/thread/synchronized_value.hpp>
#include <boost/thread/testable_mutex.hpp>
#include <boost/thread/with_lock_guard.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

template <class F>
auto start(F&& f)
{
    return std::async(std::launch::async, std::forward<F>(f));
}

/// Some types make their lock themselves, without arguments. Users derive a lock type like this
/// one, which adds the path.
boost::filesystem::path path_of_made_locks;
template <class Lock>
struct made_lock : Lock
{
    made_lock() : Lock(path_of_made_locks, quick<Lock>()) {}
};

struct fixture : temporary_directory
{
    fixture() { path_of_made_locks = path; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lock_types, fixture)

BOOST_AUTO_TEST_CASE_TEMPLATE(models_the_concepts_of_exclusive_locks, Lock, exclusive_kinds)
{
    BOOST_CONCEPT_ASSERT((boost::BasicLockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::Lockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::TimedLockable<Lock>));
    BOOST_CONCEPT_ASSERT((boost::StrictLock<boost::strict_lock<Lock>>));
    static_assert(boost::sync::is_lockable<Lock>::value);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(models_the_concepts_of_shared_locks, Lock, shared_kinds)
{
    BOOST_CONCEPT_ASSERT((boost::SharedLockable<Lock>));
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(strict_lock, Lock, exclusive_kinds)
{
    Lock lock(path), other(path, quick<Lock>());
    std::future<bool> second;
    {
        boost::strict_lock<Lock> const guard(lock);
        BOOST_TEST(guard.owns_lock(&lock));
        BOOST_TEST(taken<Lock>(path));
        second = start([&] {
            boost::strict_lock<Lock> const other_guard(other);
            return other_guard.owns_lock(&other) && taken<Lock>(path);
        });
        BOOST_TEST((second.wait_for(milliseconds(5)) == std::future_status::timeout));
    }
    BOOST_TEST(second.get());
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nested_strict_lock, Lock, exclusive_kinds)
{
    Lock lock(path);
    boost::unique_lock<Lock> outer(lock, boost::defer_lock);
    {
        boost::nested_strict_lock<boost::unique_lock<Lock>> const guard(outer); // locks it
        BOOST_TEST(guard.owns_lock(&lock));
        BOOST_TEST(taken<Lock>(path));
        BOOST_TEST(!outer.owns_lock()); // the guard took over the ownership
    }
    BOOST_TEST(outer.owns_lock());
    BOOST_TEST(taken<Lock>(path));
    outer.unlock();
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(with_lock_guard, Lock, exclusive_kinds)
{
    Lock lock(path);
    auto const held = boost::with_lock_guard(
        lock, [&](int n) { return taken<Lock>(path) ? n : 0; }, 7);
    BOOST_TEST(held == 7);
    BOOST_TEST(!taken<Lock>(path));
    auto const fail = [&] {
        BOOST_TEST(taken<Lock>(path));
        throw std::string("failed");
    };
    BOOST_CHECK_THROW(boost::with_lock_guard(lock, fail), std::string);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(synchronized_value, Lock, exclusive_kinds)
{
    boost::synchronized_value<std::vector<int>, made_lock<Lock>> values;
    BOOST_TEST(!taken<Lock>(path));
    {
        auto pointer = values.synchronize();
        pointer->push_back(0);
        BOOST_TEST(taken<Lock>(path));
    }
    BOOST_TEST(!taken<Lock>(path));
    auto const add = [&] {
        for (int i = 0; i < 100; ++i)
            values->push_back(i);
    };
    auto other = start(add);
    add();
    other.get();
    BOOST_TEST(values->size() == 201u);

    // A holder of the file in another object keeps this thread from the value.
    Lock outsider(path);
    outsider.lock();
    std::promise<void> started;
    auto size = start([&] {
        started.set_value();
        return values->size();
    });
    started.get_future().wait();
    BOOST_TEST((size.wait_for(milliseconds(5)) == std::future_status::timeout));
    outsider.unlock();
    BOOST_TEST(size.get() == 201u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(externally_locked, Lock, exclusive_kinds)
{
    Lock lock(path), wrong(directory / "other.lock");
    boost::externally_locked<int, Lock> value(lock, 1);
    {
        boost::strict_lock<Lock> guard(lock);
        value.get(guard) = 2;
        BOOST_TEST(taken<Lock>(path));
        BOOST_TEST(value.get(guard) == 2);
    }
    boost::strict_lock<Lock> other(wrong);
    BOOST_CHECK_THROW(value.get(other), boost::lock_error);

    int referred = 3;
    boost::externally_locked<int&, Lock> reference(referred, lock);
    boost::unique_lock<Lock> outer(lock);
    {
        boost::nested_strict_lock<boost::unique_lock<Lock>> guard(outer);
        reference.get(guard) = 4;
    }
    BOOST_TEST(referred == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reverse_lock, Lock, exclusive_kinds)
{
    Lock lock(path);
    boost::unique_lock<Lock> guard(lock);
    {
        boost::reverse_lock<boost::unique_lock<Lock>> const reversed(guard);
        Lock other(path);
        BOOST_TEST(other.try_lock()); // another owner can acquire it
    }
    BOOST_TEST(guard.owns_lock());
    BOOST_TEST(taken<Lock>(path));

    // The guard waits while the other owner holds the lock.
    Lock other(path);
    std::promise<void> locked, enough;
    std::future<void> other_guard;
    {
        boost::reverse_lock<boost::unique_lock<Lock>> const reversed(guard);
        other_guard = start([&] {
            boost::lock_guard<Lock> const hold(other);
            locked.set_value();
            enough.get_future().wait();
        });
        locked.get_future().wait();
        BOOST_TEST(!lock.try_lock());
        enough.set_value();
    }
    other_guard.get();
    BOOST_TEST(lock.lock_counter() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(try_lock_of_several, Lock, exclusive_kinds)
{
    Lock a(directory / "a.lock"), b(directory / "b.lock"), c(directory / "c.lock");
    Lock in_the_way(directory / "b.lock");
    in_the_way.lock();
    BOOST_TEST(boost::try_lock(a, b, c) == 1);
    BOOST_TEST(std::try_lock(a, b, c) == 1);
    BOOST_TEST(!taken<Lock>(directory / "a.lock"));
    BOOST_TEST(!taken<Lock>(directory / "c.lock"));
    in_the_way.unlock();
    BOOST_TEST(boost::try_lock(a, b, c) == -1);
    BOOST_TEST((a.is_locked() && b.is_locked() && c.is_locked()));
    a.unlock(), b.unlock(), c.unlock();
    BOOST_TEST(std::try_lock(a, b, c) == -1);
    a.unlock(), b.unlock(), c.unlock();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_of_a_range, Lock, exclusive_kinds)
{
    Lock a(directory / "a.lock"), b(directory / "b.lock");
    std::array<boost::unique_lock<Lock>, 2> guards{
        {boost::unique_lock<Lock>(a, boost::defer_lock),
         boost::unique_lock<Lock>(b, boost::defer_lock)}};
    boost::lock(guards.begin(), guards.end());
    BOOST_TEST((guards[0].owns_lock() && guards[1].owns_lock()));
    BOOST_TEST((a.is_locked() && b.is_locked()));
    guards[0].unlock(), guards[1].unlock();
    BOOST_TEST((boost::try_lock(guards.begin(), guards.end()) == guards.end()));
    BOOST_TEST((taken<Lock>(directory / "a.lock") && taken<Lock>(directory / "b.lock")));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_factories, Lock, exclusive_kinds)
{
    Lock lock(path);
    {
        auto const guard = boost::make_unique_lock(lock);
        BOOST_TEST(guard.owns_lock());
        BOOST_TEST(taken<Lock>(path));
    }
    auto guard = boost::make_unique_lock(lock, boost::defer_lock);
    BOOST_TEST(!taken<Lock>(path));
    BOOST_TEST(guard.try_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adapters_and_testable_mutex, Lock, exclusive_kinds)
{
    {
        boost::timed_lockable_adapter<made_lock<Lock>> adapter;
        boost::lock_guard<decltype(adapter)> const guard(adapter);
        BOOST_TEST(taken<Lock>(path));
        Lock other(path, quick<Lock>());
        BOOST_TEST(!other.try_lock());
    }
    BOOST_TEST(!taken<Lock>(path));
    Lock holder(path);
    holder.lock();
    boost::timed_lockable_adapter<made_lock<Lock>> adapter;
    BOOST_TEST(!adapter.try_lock_for(boost::chrono::milliseconds(5)));
    holder.unlock();
    boost::testable_mutex<made_lock<Lock>> testable;
    testable.lock();
    BOOST_TEST(testable.is_locked_by_this_thread());
    BOOST_TEST(taken<Lock>(path));
    testable.unlock();
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_adapter, Lock, shared_kinds)
{
    boost::shared_lockable_adapter<made_lock<Lock>> adapter, another;
    boost::shared_lock_guard<decltype(adapter)> const guard(adapter);
    BOOST_TEST(another.try_lock_shared());
    BOOST_TEST(another.try_lock_shared_for(boost::chrono::milliseconds(5)));
    BOOST_TEST(taken<Lock>(path));
    BOOST_TEST(start([&] { return !another.try_lock(); }).get());
    another.unlock_shared();
    another.unlock_shared();
}

namespace {

// Checks a wait on a condition with the lock held. The notifying thread acquires the lock through
// another object during the wait, and releases it only after it has notified.
template <class Condition, class Guard, class Lock>
void wait_and_tell(boost::filesystem::path const& path)
{
    Lock lock(path, quick<Lock>()), his_lock(path, quick<Lock>());
    Condition condition;
    // The kernel separates the threads, but the sanitizer cannot know.
    std::atomic<bool> ready{false};
    bool woken_with_lock = false;
    std::promise<void> locked;
    auto waiter = start([&] {
        Guard guard(lock);
        locked.set_value();
        while (!ready)
            condition.wait(guard);
        woken_with_lock = taken<Lock>(path);
    });
    locked.get_future().wait();
    {
        std::unique_lock<Lock> const mine(his_lock); // succeeds once the other thread waits
        ready = true;
        condition.notify_all();
        BOOST_TEST((waiter.wait_for(milliseconds(5)) == std::future_status::timeout));
    }
    BOOST_REQUIRE((waiter.wait_for(patience) == std::future_status::ready));
    waiter.get();
    BOOST_TEST(woken_with_lock);
    BOOST_TEST(!taken<Lock>(path));
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(condition_variable_any_of_boost, Lock, exclusive_kinds)
{
    wait_and_tell<boost::condition_variable_any, boost::unique_lock<Lock>, Lock>(path);
    wait_and_tell<boost::condition_variable_any, std::unique_lock<Lock>, Lock>(path);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(condition_variable_any_of_the_standard, Lock, exclusive_kinds)
{
    wait_and_tell<std::condition_variable_any, std::unique_lock<Lock>, Lock>(path);
    wait_and_tell<std::condition_variable_any, boost::unique_lock<Lock>, Lock>(path);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(condition_variable_any_of_readers, Lock, shared_kinds)
{
    wait_and_tell<boost::condition_variable_any, boost::shared_lock<Lock>, Lock>(path);
    wait_and_tell<std::condition_variable_any, std::shared_lock<Lock>, Lock>(path);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(wait_of_a_condition_on_the_lock_itself_times_out_with_the_lock, Lock,
                              exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    boost::condition_variable_any of_boost;
    BOOST_TEST(
        (of_boost.wait_for(lock, boost::chrono::milliseconds(1)) == boost::cv_status::timeout));
    BOOST_TEST(taken<Lock>(path));
    std::condition_variable_any of_std;
    BOOST_TEST((of_std.wait_for(lock, milliseconds(1)) == std::cv_status::timeout));
    BOOST_TEST(taken<Lock>(path));
    BOOST_TEST(lock.lock_counter() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
