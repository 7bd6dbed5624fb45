// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_COMMAND_HPP
#define BOOST_FILELOCK_TOOL_RUN_COMMAND_HPP

#include "../commands.hpp"
#include "signals.hpp"

#include <atomic>
#include <functional>
#include <optional>

#include <sys/types.h>

namespace filelock_tool {

/// Set when the lock is lost, from any thread. Wakes the thread that waits for the command.
class loss_flag
{
public:
    void set() noexcept;
    bool is_set() const noexcept { return is_set_; }

private:
    std::atomic<bool> is_set_{false};
};

/// How a command is run.
struct command_plan
{
    arguments words;
    std::optional<int> closed = {}; ///< descriptor that the command does not inherit
    bool dies_with_run = false;     ///< the kernel kills it when this process ends
    loss_flag const* loss = nullptr;
    std::function<void()> on_loss = {}; ///< called before the command is ended for a loss
};

/// Replaces this process by the command. Returns only if that fails, with the exit status, after
/// the error was reported.
int replace_by(arguments const& words);

/// Runs the command until it ends. Forwards signals to it. Returns the exit status as a shell does:
/// 128 + N after signal N. Reports a command that cannot be executed. Throws `std::system_error`,
/// and `interrupted` if a signal arrived before the command was started.
int run_command(command_plan const& plan, blocked_signals const& signals);

} // namespace filelock_tool

#endif
