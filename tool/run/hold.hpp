// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_HOLD_HPP
#define BOOST_FILELOCK_TOOL_RUN_HOLD_HPP

#include "../any_lock.hpp"
#include "command.hpp"
#include "options.hpp"
#include "wait.hpp"

#include <memory>
#include <string>

namespace filelock_tool {

/// The lock object of a command, of any kind. The command inherits a kernel lock unless -o was
/// given. Any other hold ends with this process, and so does the command.
class hold
{
public:
    /// Touches no file. `options` must outlive the object.
    explicit hold(run_options const& options);
    hold(hold const&) = delete;
    hold& operator=(hold const&) = delete;

    /// Acquires the lock, and leaves a copy of its descriptor, or the fence number in the
    /// environment, to the command. Ends the wait. Returns false if the limit has passed. Throws
    /// `lock_error` and `std::system_error`.
    bool acquire(lock_wait& wait);

    /// Returns how to run the command of the options. The object must outlive it.
    command_plan plan();

    /// Releases the lock after the command, unless that may have left it to a child. Returns the
    /// exit status of the process; `status`: that of the command.
    int finish(int status);

private:
    bool is_inherited() const noexcept;
    void inherit(int descriptor);
    void report_loss();
    std::string name() const;

    run_options const& options_;
    loss_flag loss_;
    int inherited_ = -1;
    bool is_loss_reported_ = false;
    std::unique_ptr<any_lock> lock_; // the last member: its callbacks use the others
};

} // namespace filelock_tool

#endif
