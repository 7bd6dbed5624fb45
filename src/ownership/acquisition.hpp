// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP

#include "../protocol/protocol.hpp"
#include "owner_queue.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/detail/deadline.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// One `lock()`, or one conversion, in progress: decides what to do next. It never waits. Its
/// caller does, as the results say, and calls `step` again when the time has come or the waker was
/// called.
class acquisition final : public waiter
{
public:
    using time_point = deadline::steady::time_point;

    struct next
    {
        enum kind_type
        {
            granted,
            failed,    ///< no more is held than before; `error` is the reason
            timed_out, ///< no more is held than before; the deadline has passed
            wait,      ///< until `until`, a wake-up, or a change notification
            sleep      ///< call `sleep`, which blocks the thread in the kernel; else as `wait`
        };

        kind_type kind;
        system::error_code error = {};
        time_point until = {};
        bool ignore_changes = false; ///< of the file, while it waits
    };

    /// Callbacks of one acquisition: cancellation check and progress.
    struct wait_callbacks
    {
        acquire_options const* options = nullptr;
        filesystem::path const* path = nullptr;
        time_point (*now)() = deadline::steady::now;

        std::optional<time_point> waiting_since = {};
        time_point next_progress = {};
    };

    struct request
    {
        lock_mode to;
        owner who;
        deadline until;
        std::chrono::nanoseconds poll_interval;
        lock_mode from = lock_mode::none; // of a conversion
        wait_callbacks* callbacks = nullptr;
        bool may_sleep = true; // a thread waits, which may block in the kernel

        /// Returns whether only the lock, or a failure, ends it.
        bool is_unlimited() const noexcept
        {
            return until.is_never() &&
                   !(callbacks && callbacks->options && callbacks->options->cancel_check);
        }
    };

    /// The arguments must outlive the acquisition.
    acquisition(owner_queue& queue, protocol& lock_protocol, request const& wanted,
                waker& w) noexcept;

    /// Gives up unless it has ended.
    ~acquisition() { give_up(); }
    void give_up() noexcept;

    lock_mode mode() const noexcept { return requested().to; }

    /// Returns whether this is a shared request that the last attempt found blocked by a waiting
    /// writer.
    bool is_behind_writer() const noexcept { return is_behind_writer_; }

    wait_callbacks* callbacks() const noexcept { return callbacks_; }

    /// Joins the queue before the first step.
    void line_up() noexcept { queue_.line_up(*this); }

    next step() { return advance(false); }

    /// Makes an attempt that blocks in the kernel, without a limit.
    next sleep() { return advance(true); }

private:
    next advance(bool may_block);
    std::optional<next> take_turn(bool may_block);
    std::optional<next> repeat_release();
    struct pause
    {
        std::chrono::nanoseconds length;
        bool ignore_changes = false;
        bool goes_on = false; // the attempt has more steps
    };

    enum class notice_scope : std::uint8_t
    {
        nothing,
        our_side, // changes by other machines are not reported
        everything
    };

    attempt_result attempt(bool may_block);
    attempt_result ask_protocol(bool may_block);
    void find_prior_hold();
    bool can_sleep() const noexcept;
    std::optional<next> announce();
    next handle(attempt_result const& a);
    next schedule_retry(std::optional<pause> p, bool may_sleep);
    bool watch_anew();
    pause pause_after_busy() noexcept;
    pause long_pause() noexcept;
    void report_progress(time_point at);
    next end(next result) noexcept;

    time_point now() const { return callbacks_ ? callbacks_->now() : deadline::steady::now(); }
    acquire_options const* options() const noexcept
    {
        return callbacks_ ? callbacks_->options : nullptr;
    }

    // Kept small: thousands of operations may wait at a time.
    owner_queue& queue_;
    protocol& protocol_;
    deadline const until_;
    std::chrono::nanoseconds const poll_interval_;
    wait_callbacks* const callbacks_;
    prior_hold prior_hold_;
    notice_scope notified_of_ = notice_scope::nothing;
    bool const may_sleep_ : 1;
    bool is_prior_hold_known_ : 1;
    bool ended_ : 1;
    bool is_behind_writer_ : 1;
    bool has_change_ : 1;       // of the file, since the last attempt
    bool has_later_change_ : 1; // during the backoff steps
    bool has_paused_ : 1;       // for long, at least once
    std::uint8_t backoff_step_ = no_backoff;
    std::uint8_t pauses_ = 0;           // long ones in a row
    std::uint8_t fruitless_events_ = 0; // changes in a row that did not yield the lock

    static constexpr std::uint8_t no_backoff = 255;
};

/// Performs an action, and those that follow from it. Returns the first error. After
/// `operation_would_block` the queue is unfinished.
system::error_code perform(owner_queue& queue, protocol& lock_protocol, pending_action c) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
