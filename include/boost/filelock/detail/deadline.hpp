// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_DEADLINE_HPP
#define BOOST_FILELOCK_DETAIL_DEADLINE_HPP

#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

/// The end of a wait: at once, never, at a point of the steady clock, or at a point of another
/// clock. Another clock may be stepped during the wait, and is therefore read again at every wake.
class deadline
{
public:
    using steady = std::chrono::steady_clock;
    using nanoseconds = std::chrono::nanoseconds;

    /// Returns the time until the point of another clock, zero if it has passed.
    using time_left = nanoseconds (*)(void const* point);

    static deadline never() noexcept { return deadline((steady::time_point::max)()); }
    static deadline at_once() noexcept { return deadline((steady::time_point::min)()); }

    static deadline after(nanoseconds wait, steady::time_point now = steady::now()) noexcept
    {
        if (wait <= nanoseconds::zero())
            return at_once();
        if (wait >= (steady::time_point::max)() - now)
            return never();
        return deadline(now + wait);
    }

    /// Returns the deadline for a point of the steady clock. A point that has passed means one
    /// attempt, as a duration of zero does.
    static deadline at(steady::time_point point) noexcept
    {
        return point <= steady::now() ? at_once() : deadline(point);
    }

    /// Returns the deadline for a point of another clock, which must outlive the deadline. A point
    /// that has passed means one attempt.
    static deadline of_other_clock(time_left left, void const* point)
    {
        return left(point) <= nanoseconds::zero() ? at_once() : deadline(left, point);
    }

    bool is_never() const noexcept { return !left_ && at_ == (steady::time_point::max)(); }

    bool is_at_once() const noexcept { return !left_ && at_ == (steady::time_point::min)(); }

    bool passed(steady::time_point now) const
    {
        return left_ ? left_(point_) <= nanoseconds::zero() : at_ <= now;
    }

    /// Returns the time at which to check this deadline again. It is the deadline itself, but for
    /// another clock at most a second from now, because a step of that clock wakes no thread.
    steady::time_point next_look(steady::time_point now) const
    {
        if (!left_)
            return at_;
        nanoseconds const longest = std::chrono::seconds(1);
        nanoseconds const left = left_(point_);
        return now + (left < longest ? left : longest);
    }

private:
    explicit deadline(steady::time_point at) noexcept : left_(nullptr), at_(at) {}
    deadline(time_left left, void const* point) noexcept : left_(left), point_(point) {}

    time_left left_; // null: the point is on the steady clock
    union {
        steady::time_point at_;
        void const* point_;
    };
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
