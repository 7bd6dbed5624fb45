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
    /// @name Exclusive

    /// Acquires the exclusive lock, or adds a level if the caller already has exclusive levels.
    /// Waits without limit.
    ///
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only, or
    ///     if the calling thread holds the lock through another object and so would wait for
    ///     itself;
    void lock() & { take(lock_mode::exclusive, deadline::never()); }

    /// Tries once to acquire the exclusive lock, or adds a level if the caller already has
    /// exclusive levels. Does not wait for a holder.
    ///
    /// Returns:: True if the caller has one more level. False if another owner holds the lock in
    ///   any mode, or if another owner waits for it through this object.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    [[nodiscard]] bool try_lock() & { return take(lock_mode::exclusive, deadline::at_once()); }

    /// Acquires the exclusive lock, or adds a level if the caller already has exclusive levels.
    /// Waits for a limited time.
    ///
    /// Parameters:: `wait`: the longest wait, a duration of std::chrono or boost::chrono. Zero, a
    ///   negative value and not-a-number mean one attempt. A duration beyond the range of
    ///   nanoseconds, some 292 years, means no limit.
    /// Returns:: True if the caller has one more level. False if the limit has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_for(Duration const& wait) &
    {
        return take(lock_mode::exclusive, deadline_of(wait));
    }

    /// Acquires the exclusive lock, or adds a level if the caller already has exclusive levels.
    /// Waits until a point in time.
    ///
    /// Parameters:: `at`: a time point of std::chrono or boost::chrono, on its own clock, or a
    ///   `posix_time::ptime` in UTC. A time in the past means one attempt. A clock other than the
    ///   steady one is read again at every wake and at least once a second, so that a step of the
    ///   clock takes effect, forwards and backwards.
    /// Returns:: True if the caller has one more level. False if the time has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_until(TimePoint const& at) &
    {
        return take(lock_mode::exclusive, deadline_of(at));
    }

    /// Acquires the exclusive lock, or adds a level if the caller already has exclusive levels.
    /// Waits for a limited time or until a point in time. Boost.Thread and Boost.Interprocess call
    /// this name.
    ///
    /// Parameters:: `limit`: a duration or time point of std::chrono or boost::chrono, a
    ///   `posix_time::time_duration`, or a `posix_time::ptime` in UTC. `pos_infin` and a duration
    ///   beyond the range of nanoseconds mean no limit. Zero, a negative value, a time in the past
    ///   and not-a-number mean one attempt.
    /// Returns:: True if the caller has one more level. False if the limit has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only, or
    ///     if `limit` means no limit and the calling thread would wait for itself;
    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock(Limit const& limit) &
    {
        return take(lock_mode::exclusive, deadline_of(limit));
    }

    /// Acquires the exclusive lock, or adds a level if the caller already has exclusive levels.
    /// Waits as the options say.
    ///
    /// Parameters:: `how`: time limit, cancellation check and progress callback, in effect for this
    ///   call alone. By default the wait has no limit.
    ///
    /// `ec`: the error, with the codes below; cleared if the lock was acquired.
    /// Returns:: With `ec`, true if the caller has one more level, and false if `ec` is set.
    /// Throws:: `std::invalid_argument` if an option is out of range, before anything is done. The
    ///   exceptions of the callbacks; the lock is not acquired then. Without `ec`, `lock_error`
    ///   with:
    ///   * `errc::timed_out` if the limit has passed;
    ///   * `errc::operation_canceled` if `cancel_check` returned true;
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only, or
    ///     if `how` has neither `timeout` nor `cancel_check` and the calling thread holds the lock
    ///     through another object;
    void acquire(acquire_options const& how = {}) & { take(lock_mode::exclusive, how); }

    bool acquire(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::exclusive, how, ec);
    }

    /// @name Release

    /// Drops one exclusive level of the caller. The last level releases the lock. Errors of the
    /// release are kept: the release is tried again when the lock is next acquired and in the
    /// destructor. `release` reports them. If another process blocks the release of a soft lock,
    /// the call retries for up to a second, and then leaves the rest to a background thread.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the caller has no exclusive
    ///   level. No other exception, because a lock guard calls this in its destructor.
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
