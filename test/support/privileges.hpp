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

/// Makes this process one of a user that owns nothing. Throws if the process may not do so.
void become_nobody();

/// Runs `body` as such a user, in another process. Returns its exit status.
int as_nobody(std::function<int()> const& body);

/// Makes later mounts of this process visible to it and its children alone. They end with these
/// processes.
void enter_own_mounts();

/// Runs `body` in a process with its own mounts, which end with that process. Returns its exit
/// status.
int with_own_mounts(std::function<int()> const& body);

/// Calls mount(2). Throws if it fails.
void mount(std::string const& source, std::string const& target, char const* type,
           unsigned long flags = 0, std::string const& data = {});

// Preconditions of test cases.
boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result can_mount(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result children_may_allocate(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
