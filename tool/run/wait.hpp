// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_WAIT_HPP
#define BOOST_FILELOCK_TOOL_RUN_WAIT_HPP

#include "../wait_line.hpp"
#include "options.hpp"
#include "signals.hpp"

#include <boost/filelock/acquire_options.hpp>

#include <optional>

namespace filelock_tool {

/// The wait of `run` for its lock: the options, the line on the terminal, and the signals.
class lock_wait
{
public:
    /// `blocks`: a signal lets the acquisition give up, and ends the process after it. Otherwise it
    /// ends the process at once, unless there is a line to clear.
    lock_wait(run_options const& options, bool blocks);
    lock_wait(lock_wait const&) = delete;
    lock_wait& operator=(lock_wait const&) = delete;

    boost::filelock::acquire_options const& how() const noexcept { return how_; }

    /// Returns the blocked signals, or null if they are not blocked.
    blocked_signals const* signals() const noexcept { return signals_ ? &*signals_ : nullptr; }

    /// Ends the wait, which may have acquired the lock. Blocks the signals, until this object is
    /// destroyed. Throws `interrupted` if one has arrived.
    void end();

    /// Reports how long the acquisition took, or that it failed, if that was asked for.
    void report(run_options const& options, bool is_acquired) const;

private:
    time_point const begin_ = std::chrono::steady_clock::now();
    boost::filelock::acquire_options how_;
    std::optional<blocked_signals> signals_;
    wait_line line_;
};

} // namespace filelock_tool

#endif
