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

// Processes for which the machine has another name, other numbers of processes, another time: as in
// containers (namespaces(7)). What fails, throws.

namespace filelock_test {

/// This process's host has another name from here on.
void enter_host(std::string const& name);

/// The time since boot is so much more for this process from here on. It must have one thread.
void enter_time(long seconds, long nanoseconds = 0);

/// Another process of ours, the first of a new PID namespace. There it has the number 1, or starts
/// another that runs `body` and has this one; with the first, all of them are killed.
std::unique_ptr<child> in_new_pid_namespace(std::function<int()> const& body, pid_t number = 1);

/// In the first process of a PID namespace: starts another that has this number there.
pid_t fork_as(pid_t number, std::function<int()> const& body);

/// Mounts anew, for this process alone: /proc shows the processes of its PID namespace, by their
/// numbers there.
void enter_own_proc(std::string const& options = {});

/// There is no /proc for this process.
void enter_without_proc();

/// A number that no process has, and none will have until all the others have been given.
pid_t unused_number();

// Preconditions of test cases.
boost::test_tools::assertion_result have_namespaces(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result have_time_namespaces(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
