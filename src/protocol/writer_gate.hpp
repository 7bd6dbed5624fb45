// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_WRITER_GATE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_WRITER_GATE_HPP

#include "../platform/clock.hpp"
#include "access_times.hpp"
#include "attempts.hpp"
#include "marker_site.hpp"
#include "protocol.hpp"
#include "soft_file_protocol.hpp"
#include "staleness_checker.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// `PATH.write`, as far as other processes own it, and `PATH.state`, a `soft_file_lock`.
/// `PATH.write` is made only within `state`, and a process that is not its owner removes it only
/// within `state`.
class writer_gate
{
public:
    /// `times.threshold` applies to both files. For `times.good_for` no other process takes `state`
    /// from the one that is in it.
    writer_gate(filesystem::path const& path, soft_read_write_lock_options const& options,
                access_times const& times);

    filesystem::path const& write_path() const noexcept { return write_path_; }

    /// Returns `acquired` if there is no writer, else `busy`.
    attempt_result look(storage rules);
    /// Returns whether the writer's marker that the last look found may be removed.
    bool is_stale() const noexcept { return is_stale_; }
    /// Looks, and evicts a stale writer's marker. Call it only within `state`.
    attempt_result evict(storage rules);
    /// Looks, and evicts within `state` if that is needed.
    attempt_result enter(storage rules);

    /// Runs `what` within `state` and returns its result. If `state` cannot be acquired, returns
    /// the result of that attempt.
    template <class F>
    attempt_result in_state(F const& what)
    {
        in_since_ = time_since_boot();
        auto const a = state_.attempt(lock_mode::exclusive, {});
        is_blocked_by_state_ = !is_acquired(a);
        if (is_blocked_by_state_)
            return a;
        struct leaving
        {
            writer_gate& gate;
            ~leaving() { (void)gate.leave(); }
        } const at_last{*this};
        return what();
    }
    /// Returns whether this process is still in `state`. After `good_for` another host may have
    /// taken `state` for abandoned.
    bool is_in_state() const noexcept
    {
        return state_.is_surely_held() && time_since_boot() - in_since_ < good_for_;
    }

    /// Returns whether a writer's marker was evicted since the last call.
    bool has_evicted() noexcept { return std::exchange(has_evicted_, false); }

    /// Returns whether the last result was about `state`, and not about a writer.
    bool is_blocked_by_state() const noexcept { return is_blocked_by_state_; }

    /// Looks at `state` to learn for how long it has been unchanged, since it may be in the way
    /// later.
    void observe() { state_.observe(); }

    /// Leaves `state` if that failed earlier. Errors are as for `protocol::release`.
    system::error_code finish_leaving() noexcept
    {
        return state_release_pending_ ? leave() : system::error_code();
    }

    watch_target to_watch() const noexcept;
    system::error_code stop_waiting() noexcept;

private:
    system::error_code leave() noexcept
    {
        auto const ec = state_.release();
        state_release_pending_ = bool(ec);
        return ec;
    }
    system::error_code find(storage rules);

    filesystem::path write_path_;
    std::chrono::nanoseconds good_for_;
    soft_file_protocol state_;
    std::chrono::nanoseconds in_since_{}; // since boot
    bool state_release_pending_ = false;
    bool is_blocked_by_state_ = false;
    staleness_checker checker_;
    found_marker theirs_; // open while we wait for the writer
    std::int64_t process_ = 0;
    bool is_stale_ = false;
    bool has_evicted_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
