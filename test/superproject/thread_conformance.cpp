// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Runs the tests that Boost.Thread has for its own lock types and mutexes. They are not installed.

#include "made_lock.hpp"

#include "test_lock_concept.cpp"

#include <boost/mpl/list.hpp>

using boost::filelock::file_lock;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::strict_soft_file_lock;
using filelock_test::made_lock;

using exclusive_kinds =
    boost::mpl::list<made_lock<file_lock>, made_lock<read_write_lock>, made_lock<soft_file_lock>,
                     made_lock<soft_file_lease>, made_lock<soft_read_write_lock>,
                     made_lock<strict_soft_file_lock>>;
using shared_kinds = boost::mpl::list<made_lock<file_lock>, made_lock<read_write_lock>,
                                      made_lock<soft_read_write_lock>>;

BOOST_AUTO_TEST_CASE_TEMPLATE(unique_lock, Lock, exclusive_kinds)
{
    using lock = boost::unique_lock<Lock>;
    test_initially_locked<Lock, lock>()();
    test_initially_unlocked_with_defer_lock_parameter<Lock, lock>()();
    test_initially_locked_with_adopt_lock_parameter<Lock, lock>()();
    test_unlocked_after_unlock_called<Lock, lock>()();
    test_locked_after_lock_called<Lock, lock>()();
    test_locked_after_try_lock_called<Lock, lock>()();
    test_unlocked_after_try_lock_if_other_thread_has_lock<Lock, lock>()();
    test_throws_if_lock_called_when_already_locked<Lock, lock>()();
    test_throws_if_try_lock_called_when_already_locked<Lock, lock>()();
    test_throws_if_unlock_called_when_already_unlocked<Lock, lock>()();
    test_locks_can_be_swapped<Lock, lock>()();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_lock, Lock, shared_kinds)
{
    using lock = boost::shared_lock<Lock>;
    test_initially_locked<Lock, lock>()();
    test_initially_unlocked_with_try_lock_if_other_thread_has_unique_lock<Lock, lock>()();
    test_initially_locked_if_other_thread_has_shared_lock<Lock, lock>()();
    test_initially_unlocked_with_defer_lock_parameter<Lock, lock>()();
    test_initially_lock_shared_with_adopt_lock_parameter<Lock, lock>()();
    test_unlocked_after_unlock_called<Lock, lock>()();
    test_locked_after_lock_called<Lock, lock>()();
    test_locked_after_try_lock_called<Lock, lock>()();
    test_throws_if_lock_called_when_already_locked<Lock, lock>()();
    test_throws_if_try_lock_called_when_already_locked<Lock, lock>()();
    test_throws_if_unlock_called_when_already_unlocked<Lock, lock>()();
    test_locks_can_be_swapped<Lock, lock>()();
}
