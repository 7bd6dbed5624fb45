// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The tests that Boost.Interprocess has for its own mutexes, and that are not installed.

#include "made_lock.hpp"

#include "mutex_test_template.hpp"
#include "sharable_mutex_test_template.hpp"

int main()
{
    using filelock_test::made_lock;
    namespace test = boost::interprocess::test;
    test::test_all_lock<made_lock>();
    test::test_all_mutex<made_lock>();
    test::test_all_recursive_lock<made_lock>();
    test::test_all_sharable_mutex<made_lock>();
}
