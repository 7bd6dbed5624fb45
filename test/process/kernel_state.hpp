// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_KERNEL_STATE_HPP
#define BOOST_FILELOCK_TEST_PROCESS_KERNEL_STATE_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

// What Linux tells about processes, for tests to wait for instead of sleeping.

namespace filelock_test {

/// Waits until this process sleeps in the
/// kernel for a file lock on this file (a line with "->" in /proc/locks). Throws after `patience`.
void wait_until_blocked(pid_t pid, std::string const& path);

/// Waits until this process sleeps, for whatever. Throws after `patience`.
void wait_until_asleep(pid_t pid);

/// Waits until this process, which is traced, sleeps in a system call, and longer than until the
/// next attempt of those that come soon; or has ended. Throws after `patience`.
void wait_until_settled(pid_t pid);

/// Waits until nothing happens in this process: none of its threads has run for a tenth of a
/// second. Throws after `patience`.
void wait_until_quiet(pid_t pid);

/// Waits until this process has the file open. Throws after `patience`.
void wait_until_open(pid_t pid, std::string const& path);

/// How many descriptors this process has open.
std::size_t open_descriptors();

/// How many files this process watches by inotify.
std::size_t inotify_watches();

/// Those descriptors that are of files of this name, in whichever directory.
std::vector<int> descriptors_of(std::string const& name);

/// The descriptors of this process that are open on the file that the path names.
std::vector<int> descriptors_open_on(std::string const& path);

} // namespace filelock_test

#endif
