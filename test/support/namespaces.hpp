// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_NAMESPACES_HPP
#define BOOST_FILELOCK_TEST_PROCESS_NAMESPACES_HPP

#include "child.hpp"

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <functional>
#include <memory>
#include <string>

#include <sys/types.h>

// Processes for which the machine has another name, other process numbers or another time, as in
// containers (namespaces(7)). A function that fails throws.

namespace filelock_test {

/// Gives this process's host another name from here on.
void enter_host(std::string const& name);

/// Adds this offset to the time since boot of this process from here on. The process must have one
/// thread.
void enter_time(long seconds, long nanoseconds = 0);

/// Starts another process of ours, the first of a new PID namespace. It has the number 1 there and
/// runs `body`, or it starts another process that has the given number and runs `body`. The kernel
/// kills all of them with the first.
std::unique_ptr<child> in_new_pid_namespace(std::function<int()> const& body, pid_t number = 1);

/// Starts another process that has this number. Must be called in the first process of a PID
/// namespace.
pid_t fork_as(pid_t number, std::function<int()> const& body);

/// Mounts /proc again, for this process alone. It shows the processes of this process's PID
/// namespace, by their numbers there.
void enter_own_proc(std::string const& options = {});

/// Hides /proc from this process.
void enter_without_proc();

/// Returns a number that no process has. The kernel assigns it again only after all other numbers.
pid_t unused_number();

// Preconditions of test cases.
boost::test_tools::assertion_result have_namespaces(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result have_time_namespaces(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
