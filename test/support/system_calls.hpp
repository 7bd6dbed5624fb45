// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_SYSTEM_CALLS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_SYSTEM_CALLS_HPP

#include <set>
#include <string>

// C libraries and architectures reach the same service of the kernel by system calls of different
// names: fstat(2) is newfstatat with glibc 2.36 on x86-64, fstat with glibc 2.41, fstat64 on i386.

namespace filelock_test {

/// Returns one name for all calls that do the same, for example "stat" for newfstatat, fstat and
/// lstat. Returns `call` for any other call. `text` is the call as strace shows it.
std::string meaning_of(std::string const& call, std::string const& text = {});

/// The meanings of the calls that only keep the threads of a process running.
inline std::set<std::string> const calls_of_threads = {
    "futex",       "clone",   "rseq",     "set_robust_list",
    "sigprocmask", "madvise", "mprotect", "clock_nanosleep"};

/// Returns the names of the calls of a meaning, for expressions of strace. strace ignores the names
/// that the architecture lacks.
std::string calls_for(std::string const& meaning);

} // namespace filelock_test

#endif
