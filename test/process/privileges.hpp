// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_PRIVILEGES_HPP
#define BOOST_FILELOCK_TEST_PROCESS_PRIVILEGES_HPP

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <functional>
#include <string>

namespace filelock_test {

/// Makes this process one of a user who owns nothing; throws where it may not.
void become_nobody();

/// Runs `body` as such a user, in another process; says its exit status.
int as_nobody(std::function<int()> const& body);

/// From here on, mounts of this process are seen by it and its children alone, and go with them.
void enter_own_mounts();

/// Runs `body` in a process with mounts of its own, which go when it ends; says its exit status.
int with_own_mounts(std::function<int()> const& body);

/// mount(2); throws where it fails.
void mount(std::string const& source, std::string const& target, char const* type,
           unsigned long flags = 0, std::string const& data = {});

// Preconditions of test cases.
boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result can_mount(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result children_may_allocate(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
