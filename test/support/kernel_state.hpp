// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_KERNEL_STATE_HPP
#define BOOST_FILELOCK_TEST_PROCESS_KERNEL_STATE_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

// The states of processes that Linux reports. Tests wait for them instead of sleeping.

namespace filelock_test {

/// Waits until this process sleeps in the kernel for a file lock on this file (a line with "->" in
/// /proc/locks). Throws after `patience`.
void wait_until_blocked(pid_t pid, std::string const& path);

/// Waits until this process sleeps, for any reason. Throws after `patience`.
void wait_until_asleep(pid_t pid);

/// Waits until this traced process sleeps in a system call for longer than the pauses between quick
/// attempts, or has ended. Throws after `patience`.
void wait_until_settled(pid_t pid);

/// Waits until no thread of this process has run for a tenth of a second. Throws after `patience`.
void wait_until_quiet(pid_t pid);

/// Waits until this process has the file open. Throws after `patience`.
void wait_until_open(pid_t pid, std::string const& path);

/// Returns the name of the host, as gethostname(2) does.
std::string host_name();

/// Returns the number of descriptors that this process has open.
std::size_t open_descriptors();

/// Returns the number of files that this process watches by inotify.
std::size_t inotify_watches();

/// Returns the descriptors of files of this name, in any directory.
std::vector<int> descriptors_of(std::string const& name);

/// Returns the descriptors of this directory and of all files below it.
std::vector<int> descriptors_below(std::string const& directory);

/// Returns the descriptors of this process that are open on the file that the path names.
std::vector<int> descriptors_open_on(std::string const& path);

} // namespace filelock_test

#endif
