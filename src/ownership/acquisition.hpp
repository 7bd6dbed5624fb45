// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_ACQUISITION_HPP

#include "../protocol/protocol.hpp"
#include "lock_book.hpp"

#include <boost/filelock/detail/deadline.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

/// One `lock()` on its way: what to do next. It never waits; who drives it does, as the answers
/// say, and calls `step` again when the time has come or the waker was called.
class acquisition final : public waiter
{
public:
    using time_point = deadline::steady::time_point;

    struct next
    {
        enum kind_type
        {
            granted,
            failed,    ///< nothing is held; `error` says why
            timed_out, ///< nothing is held; the deadline has passed
            wait,      ///< until `until`, or until woken
            sleep      ///< call `sleep`, if you can spend a thread on it; else as `wait`
        };

        kind_type kind;
        system::error_code error = {};
        time_point until = {};
    };

    struct request
    {
        lock_mode mode;
        owner who;
        deadline until;
        std::chrono::nanoseconds poll_interval;
        time_point (*now)() = deadline::steady::now;
    };

    acquisition(lock_book& book, protocol& what, request const& wanted, waker& call) noexcept;

    /// Gives up where it has not come to an end.
    ~acquisition();

    next step();

    /// An attempt that waits in the kernel, without a limit.
    next sleep();

private:
    next judge(answer const& a);
    next end(next result) noexcept;

    lock_book& book_;
    protocol& protocol_;
    request wanted_;
    enum class state
    {
        queued,
        attempting, // the protocol may have something to withdraw
        ended
    } state_ = state::queued;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
