// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_EXCLUSIVE_NAMES_HPP
#define BOOST_FILELOCK_DETAIL_EXCLUSIVE_NAMES_HPP

#include <boost/filelock/detail/lock_base.hpp>
#include <boost/filelock/detail/time_limit.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// The result type of locking a temporary. Such members are deleted, and compilers show this name.
struct temporary_lock_is_dropped_at_once;

/// The names by which the lock types of the standard and of Boost acquire and release an exclusive
/// lock. Those that acquire it need an lvalue, because a lock on a temporary would end with the
/// statement.
class exclusive_names : public lock_base
{
public:
    /// Acquires the lock, or one more level of it. Waits without limit. Throws `lock_error`:
    /// `resource_deadlock_would_occur` if the calling thread holds the lock through another object,
    /// and so would wait for itself, or if the caller has levels of another mode.
    void lock() & { take(lock_mode::exclusive, deadline::never()); }

    /// Tries once to acquire the lock. Does not wait for a holder. Returns false if another owner
    /// holds the lock, or if another thread of this process waits for it through this object.
    /// Throws `lock_error` for everything else.
    [[nodiscard]] bool try_lock() & { return take(lock_mode::exclusive, deadline::at_once()); }

    /// Waits at most for `wait`, a duration of std::chrono or boost::chrono. Zero, a negative value
    /// and not-a-number mean one attempt. A duration beyond the range of nanoseconds means no
    /// limit. Returns false when the limit has passed.
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_for(Duration const& wait) &
    {
        return take(lock_mode::exclusive, deadline_of(wait));
    }

    /// Waits until a time point of std::chrono or boost::chrono, or a `posix_time::ptime` in UTC. A
    /// clock other than the steady one is read again at every wake and at least once a second, so
    /// that a step of the clock takes effect, forwards and backwards. Returns false when the time
    /// has passed.
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_until(TimePoint const& at) &
    {
        return take(lock_mode::exclusive, deadline_of(at));
    }

    /// Waits as `try_lock_for` or `try_lock_until` does. Also accepts a
    /// `posix_time::time_duration`. Boost.Thread and Boost.Interprocess call this name.
    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock(Limit const& limit) &
    {
        return take(lock_mode::exclusive, deadline_of(limit));
    }

    /// Acquires the lock, or one more level of it, and waits as the options say. Throws
    /// `lock_error`: `timed_out`, `operation_canceled`, and the errors of `lock()`. Throws
    /// `std::invalid_argument` for options out of range, and the exceptions of the callbacks.
    void acquire(acquire_options const& how = {}) & { take(lock_mode::exclusive, how); }

    /// Acquires the lock as above, but stores in `ec` what would be a `lock_error`. Returns whether
    /// the lock was acquired.
    bool acquire(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::exclusive, how, ec);
    }

    /// Drops one level of the caller's. The last one releases the lock. Throws `lock_error` with
    /// `operation_not_permitted` if the caller owns no level, and no other exception, because a
    /// lock guard calls this in its destructor. `release()` reports errors on disk.
    void unlock() { drop(lock_mode::exclusive); }

    // Deleted, so that the compiler's error gives the reason.

    temporary_lock_is_dropped_at_once lock() && = delete;
    temporary_lock_is_dropped_at_once try_lock() && = delete;
    template <class Duration>
    temporary_lock_is_dropped_at_once try_lock_for(Duration const&) && = delete;
    template <class TimePoint>
    temporary_lock_is_dropped_at_once try_lock_until(TimePoint const&) && = delete;
    template <class Limit>
    temporary_lock_is_dropped_at_once timed_lock(Limit const&) && = delete;
    template <class... Options>
    temporary_lock_is_dropped_at_once acquire(Options&&...) && = delete;

protected:
    using lock_base::lock_base;
    ~exclusive_names() = default;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
