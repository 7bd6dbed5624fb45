// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Recursive levels of an exclusive lock, mixed with what drops or moves all of them.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/lock_kinds.hpp"
#include "support/taken.hpp"
#include "support/temporary_directory.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace filelock_test;
using boost::filelock::lock_error;
using boost::filelock::read_write_lock;
using boost::filelock::soft_read_write_lock;

namespace {

/// Unlocks until the caller has no level. Returns how often that worked.
template <class Lock>
unsigned unlocks(Lock& lock)
{
    for (unsigned n = 0;; ++n)
        try {
            lock.unlock();
        } catch (lock_error const& e) {
            BOOST_TEST(e.code() == boost::system::errc::operation_not_permitted);
            return n;
        }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(recursion, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(counter_is_exact_at_each_depth, Lock, exclusive_kinds)
{
    Lock thread_owned(path), object_owned(directory / "other.lock", of_instance<Lock>());
    for (auto* const lock : {&thread_owned, &object_owned}) {
        for (unsigned depth = 1; depth <= 4; ++depth) {
            lock->lock();
            BOOST_TEST(lock->lock_counter() == depth);
            BOOST_TEST(lock->try_lock());
            lock->acquire();
            lock->unlock();
            lock->release();
        }
        BOOST_TEST(taken<Lock>(lock->path()));
        BOOST_TEST(unlocks(*lock) == 4u);
        BOOST_TEST(!taken<Lock>(lock->path()));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forced_release_drops_every_depth, Lock, exclusive_kinds)
{
    Lock lock(path);
    for (int depth = 1; depth <= 3; ++depth) {
        for (int i = 0; i < depth; ++i)
            lock.lock();
        lock.release(boost::filelock::force);
        BOOST_TEST(lock.lock_counter() == 0u);
        BOOST_TEST(!taken<Lock>(path));
        BOOST_TEST(unlocks(lock) == 0u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_threads_get_no_level_of_a_recursive_owner, Lock,
                              exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    lock.lock();
    std::thread([&] {
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(unlocks(lock) == 0u);
        BOOST_TEST(lock.lock_counter() == 0u);
    }).join();
    BOOST_TEST(unlocks(lock) == 2u);
}

BOOST_AUTO_TEST_CASE(levels_of_several_modes_are_counted_apart)
{
    read_write_lock lock(path);
    lock.lock();
    BOOST_CHECK_THROW(lock.lock_shared(), lock_error);
    lock.lock();
    lock.unlock_and_lock_upgrade();
    lock.unlock_upgrade_and_lock();
    BOOST_TEST(lock.lock_counter() == 2u);
    BOOST_TEST(lock.try_lock());
    lock.unlock_and_lock_shared();
    lock.lock_shared();
    BOOST_TEST(lock.lock_counter() == 4u);
    lock.unlock_shared();
    lock.unlock_shared();
    BOOST_CHECK_THROW(lock.unlock_shared(), lock_error);
    BOOST_TEST(unlocks(lock) == 2u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fork_at_each_depth_leaves_the_levels_to_the_parent, Lock,
                              exclusive_kinds)
{
    Lock lock(path);
    for (unsigned depth = 1; depth <= 3; ++depth) {
        lock.lock();
        child c([&] {
            lock.unlock(); // ends a level of the parent, so it does nothing
            if (lock.try_lock() || lock.lock_counter() != 0)
                return 1;
            return unlocks(lock) == depth - 1 ? 0 : 2;
        });
        BOOST_TEST(c.wait() == 0);
        BOOST_TEST(lock.lock_counter() == depth);
    }
    BOOST_TEST(unlocks(lock) == 3u);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_counts_its_own_levels, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    lock.lock();
    lock.release(boost::filelock::force);
    child c([&] {
        for (int i = 0; i < 3; ++i)
            lock.lock();
        child of_child([&] { return unlocks(lock) == 3 && taken<Lock>(path) ? 0 : 1; });
        if (of_child.wait() != 0 || lock.lock_counter() != 3)
            return 1;
        return unlocks(lock) == 3 && !taken<Lock>(path) ? 0 : 2;
    });
    BOOST_TEST(c.wait() == 0);
}

// The levels that `close` drops are those whose unlocks are still to come.
BOOST_AUTO_TEST_CASE(close_during_recursion_leaves_each_unlock_its_level)
{
    for (int round = 0; round < 20; ++round) {
        soft_read_write_lock lock(path);
        lock.lock();
        std::atomic<unsigned> steps{0};
        std::thread closing([&] {
            while (steps < 100u * static_cast<unsigned>(round))
                std::this_thread::yield();
            lock.close();
        });
        unsigned depth = 1;
        try {
            for (;; ++steps) {
                lock.lock();
                ++depth;
                lock.lock();
                ++depth;
                lock.unlock();
                --depth;
                if (depth == 50)
                    for (; depth != 1; --depth)
                        lock.unlock();
            }
        } catch (lock_error const& e) {
            BOOST_TEST((e.code() == boost::filelock::error::closed));
            steps = 2'000; // whatever the error, the other thread ends
        }
        closing.join();
        BOOST_TEST(unlocks(lock) == depth);
        BOOST_TEST(lock.lock_counter() == 0u);
        BOOST_TEST(!taken<soft_read_write_lock>(path));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_share_the_levels_of_an_object, Lock, exclusive_kinds)
{
    unsigned const rounds = 5'000;
    Lock lock(path, of_instance<Lock>());
    lock.lock();
    auto const adds_and_drops = [&] {
        for (unsigned i = 0; i < rounds; ++i) {
            lock.lock();
            lock.lock();
            lock.unlock();
        }
    };
    std::thread a(adds_and_drops), b(adds_and_drops);
    unsigned counter = 1;
    for (unsigned i = 0; i < rounds; ++i)
        counter = (std::min)(counter, lock.lock_counter());
    a.join();
    b.join();
    BOOST_TEST(counter == 1u); // never less than the level of this thread
    BOOST_TEST(lock.lock_counter() == 1 + 2 * rounds);
    BOOST_TEST(unlocks(lock) == 1 + 2 * rounds);
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_SUITE_END()
