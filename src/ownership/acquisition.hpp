// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP

#include "../protocol/protocol.hpp"
#include "lock_book.hpp"

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

/// One `lock()`, or one conversion, on its way: what to do next. It never waits; who drives it
/// does, as the answers say, and calls `step` again when the time has come or the waker was called.
class acquisition final : public waiter
{
public:
    using time_point = deadline::steady::time_point;

    struct next
    {
        enum kind_type
        {
            granted,
            failed,    ///< nothing more is held than before; `error` says why
            timed_out, ///< nothing more is held than before; the deadline has passed
            wait,      ///< until `until`, or until woken or told of a change
            sleep      ///< call `sleep`, if you can spend a thread on it; else as `wait`
        };

        kind_type kind;
        system::error_code error = {};
        time_point until = {};
        bool deaf = false; ///< to changes of the file
    };

    /// Who wants to be asked and told while it waits. One of its own for each acquisition.
    struct listener
    {
        acquire_options const* callbacks = nullptr;
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
        lock_mode from = lock_mode::none; // for a conversion
        listener* told = nullptr;
        bool may_sleep = true; // there is a thread to be spent on it

        /// Whether nothing but the lock, or a failure, ends it.
        bool is_for_ever() const noexcept
        {
            return until.is_never() && !(told && told->callbacks && told->callbacks->cancel_check);
        }
    };

    /// All that is referred to must outlive the acquisition.
    acquisition(lock_book& book, protocol& what, request const& wanted, waker& call) noexcept;

    /// Gives up where it has not come to an end.
    ~acquisition() { give_up(); }
    void give_up() noexcept;

    lock_mode mode() const noexcept { return wants().to; }

    /// Whether it is to be shared, and the last attempt found a writer who was there first.
    bool is_behind_writer() const noexcept { return is_behind_writer_; }

    listener* told() const noexcept { return listener_; }

    /// Takes a place in the queue before the first step.
    void line_up() noexcept { book_.line_up(*this); }

    next step() { return go(false); }

    /// An attempt that waits in the kernel, without a limit.
    next sleep() { return go(true); }

private:
    next go(bool asleep);
    struct pause
    {
        std::chrono::nanoseconds length;
        bool deaf = false;
        bool goes_on = false; // within one attempt
    };

    enum class told_of : std::uint8_t
    {
        nothing,
        our_side, // what other machines do to the file, nobody tells
        everything
    };

    answer attempt(bool asleep);
    answer ask_protocol(bool asleep);
    void find_standing();
    bool can_sleep() const noexcept;
    std::optional<next> announce();
    next judge(answer const& a);
    next not_yet(std::optional<pause> p, bool may_sleep);
    bool watches_anew();
    pause pause_after_busy() noexcept;
    pause long_pause() noexcept;
    void tell_progress(time_point at);
    next end(next result) noexcept;

    time_point now() const { return listener_ ? listener_->now() : deadline::steady::now(); }
    acquire_options const* callbacks() const noexcept
    {
        return listener_ ? listener_->callbacks : nullptr;
    }

    // As little as can be: thousands may wait at a time.
    lock_book& book_;
    protocol& protocol_;
    deadline const until_;
    std::chrono::nanoseconds const poll_interval_;
    listener* const listener_;
    standing standing_;
    told_of hears_ = told_of::nothing;
    bool const may_sleep_ : 1;
    bool knows_standing_ : 1;
    bool ended_ : 1;
    bool is_behind_writer_ : 1;
    bool is_told_ : 1;       // of a change, since the last attempt
    bool is_told_again_ : 1; // while on the ladder
    std::uint8_t rung_ = off_ladder;
    std::uint8_t pauses_ = 0;    // long ones in a row
    std::uint8_t fruitless_ = 0; // changes in a row that did not yield the lock

    static constexpr std::uint8_t off_ladder = 255;
};

/// Does what is left to be done, and what that leaves; says what went wrong first. After
/// `operation_would_block` the book is unfinished.
system::error_code do_chores(lock_book& book, protocol& what, chore c) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
