// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_SIGNALS_HPP
#define BOOST_FILELOCK_TOOL_RUN_SIGNALS_HPP

#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>

namespace filelock_tool {

using time_point = std::chrono::steady_clock::time_point;

/// Thrown when a signal to end the process is pending in `blocked_signals`. It ends the process
/// when their destructor restores the mask, after the destructors of later objects.
class interrupted : public std::runtime_error
{
public:
    interrupted() : std::runtime_error("interrupted by a signal") {}
};

/// While an object exists, the signals that `run` forwards to the command, and SIGCHLD, are blocked
/// in this thread. The destructor restores the mask, so that a pending signal ends the process.
///
/// A signal that the process inherited as ignored, as under nohup(1), or as blocked stays so, and
/// is not forwarded.
class blocked_signals
{
public:
    /// Throws `std::system_error`.
    blocked_signals();
    blocked_signals(blocked_signals const&) = delete;
    blocked_signals& operator=(blocked_signals const&) = delete;
    ~blocked_signals() { restore(); }

    /// Restores the mask as it was. A forked child calls it before exec. Async-signal-safe.
    void restore() const noexcept;

    /// Returns whether a signal to forward is pending.
    bool is_any_pending() const noexcept;

    /// Waits for one of the signals. Returns nothing if the time point has passed; unset: waits
    /// without limit.
    std::optional<siginfo_t> wait(std::optional<time_point> until) const;

private:
    sigset_t forwarded_, waited_for_, before_;
};

} // namespace filelock_tool

#endif
