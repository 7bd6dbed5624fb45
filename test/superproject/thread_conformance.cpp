// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The tests that Boost.Thread has for its own lock types and mutexes, and that are not installed.

#include "made_lock.hpp"

#include "test_lock_concept.cpp"

using filelock_test::made_lock;

BOOST_AUTO_TEST_CASE(unique_lock_of_a_file_lock)
{
    using lock = boost::unique_lock<made_lock>;
    test_initially_locked<made_lock, lock>()();
    test_initially_unlocked_with_defer_lock_parameter<made_lock, lock>()();
    test_initially_locked_with_adopt_lock_parameter<made_lock, lock>()();
    test_unlocked_after_unlock_called<made_lock, lock>()();
    test_locked_after_lock_called<made_lock, lock>()();
    test_locked_after_try_lock_called<made_lock, lock>()();
    test_unlocked_after_try_lock_if_other_thread_has_lock<made_lock, lock>()();
    test_throws_if_lock_called_when_already_locked<made_lock, lock>()();
    test_throws_if_try_lock_called_when_already_locked<made_lock, lock>()();
    test_throws_if_unlock_called_when_already_unlocked<made_lock, lock>()();
    test_locks_can_be_swapped<made_lock, lock>()();
}

BOOST_AUTO_TEST_CASE(shared_lock_of_a_file_lock)
{
    using lock = boost::shared_lock<made_lock>;
    test_initially_locked<made_lock, lock>()();
    test_initially_unlocked_with_try_lock_if_other_thread_has_unique_lock<made_lock, lock>()();
    test_initially_locked_if_other_thread_has_shared_lock<made_lock, lock>()();
    test_initially_unlocked_with_defer_lock_parameter<made_lock, lock>()();
    test_initially_lock_shared_with_adopt_lock_parameter<made_lock, lock>()();
    test_unlocked_after_unlock_called<made_lock, lock>()();
    test_locked_after_lock_called<made_lock, lock>()();
    test_locked_after_try_lock_called<made_lock, lock>()();
    test_throws_if_lock_called_when_already_locked<made_lock, lock>()();
    test_throws_if_try_lock_called_when_already_locked<made_lock, lock>()();
    test_throws_if_unlock_called_when_already_unlocked<made_lock, lock>()();
    test_locks_can_be_swapped<made_lock, lock>()();
}
