// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_OPTIONS_HPP
#define BOOST_FILELOCK_TOOL_RUN_OPTIONS_HPP

#include "../any_lock.hpp"
#include "../commands.hpp"
#include "../exit_status.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace filelock_tool {

/// The request of a user to `filelock run`.
struct run_options
{
    lock_choice lock; ///< the path is empty if a descriptor was given

    bool unlocks = false;           ///< -u: releases the lock instead
    bool closes = false;            ///< -o: the command does not inherit the descriptor
    bool is_exec = false;           ///< -F: the command replaces the process
    bool is_verbose = false;        ///< reports the steps on standard output
    std::optional<int> descriptor;  ///< to lock, without a command
    arguments command;              ///< with the program first
    std::string fence_variable;     ///< environment variable for the fence number, or empty
    int conflict_status = conflict; ///< if the lock is not acquired
    std::optional<std::chrono::nanoseconds> limit; ///< of the wait; unset: none, 0: one attempt
};

/// Returns the options, or nothing if help or the version was asked for, after it was printed.
/// Throws `usage_error`.
std::optional<run_options> parse_run(arguments const& given);

} // namespace filelock_tool

#endif
