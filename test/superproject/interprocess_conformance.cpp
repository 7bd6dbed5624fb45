// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Runs the tests that Boost.Interprocess has for its own mutexes. They are not installed.

#include "made_lock.hpp"

#include "mutex_test_template.hpp"
#include "sharable_mutex_test_template.hpp"

template <class Lock>
void test_exclusive()
{
    using made = filelock_test::made_lock<Lock>;
    namespace test = boost::interprocess::test;
    test::test_all_lock<made>();
    test::test_all_mutex<made>();
    test::test_all_recursive_lock<made>();
}

template <class Lock>
void test_sharable()
{
    test_exclusive<Lock>();
    boost::interprocess::test::test_all_sharable_mutex<filelock_test::made_lock<Lock>>();
}

int main()
{
    test_sharable<boost::filelock::file_lock>();
    test_sharable<boost::filelock::read_write_lock>();
    test_exclusive<boost::filelock::soft_file_lock>();
    test_sharable<boost::filelock::soft_read_write_lock>();
}
