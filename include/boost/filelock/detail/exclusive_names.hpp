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

/// What locking a temporary returns: such members are deleted, and compilers show this name.
struct temporary_lock_is_dropped_at_once;

/// The names by which the standard's and Boost's lock types take and drop an exclusive lock.
/// Those that take it want an lvalue: a lock on a temporary would be gone at the semicolon.
class exclusive_names : public lock_base
{
public:
    /// Waits for ever. Throws `lock_error`: `resource_deadlock_would_occur` where the calling
    /// thread holds the lock through another object, and so would wait for itself.
    void lock() & { take(lock_mode::exclusive, deadline::never()); }

    /// One attempt; waits for no holder. False where somebody holds the lock, or another thread of
    /// this process waits for it through this object; throws `lock_error` for everything else.
    [[nodiscard]] bool try_lock() & { return take(lock_mode::exclusive, deadline::at_once()); }

    /// Waits at most for `wait`, a std::chrono or boost::chrono duration. Zero, less, or not a
    /// number: one attempt. A duration beyond the range of nanoseconds: for ever.
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_for(Duration const& wait) &
    {
        return take(lock_mode::exclusive, deadline_of(wait));
    }

    /// Waits until a time point of std::chrono or boost::chrono, or a `posix_time::ptime` in UTC.
    /// A clock other than the steady one is asked again at every wake and at least once a second,
    /// so that its being set counts, forwards and backwards.
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_until(TimePoint const& at) &
    {
        return take(lock_mode::exclusive, deadline_of(at));
    }

    /// As `try_lock_for` or `try_lock_until`, and with `posix_time::time_duration`: the name by
    /// which Boost.Thread and Boost.Interprocess call.
    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock(Limit const& limit) &
    {
        return take(lock_mode::exclusive, deadline_of(limit));
    }

    /// Waits as the options say. Throws `lock_error`: `timed_out`, `operation_canceled`, and as
    /// `lock()` does; `std::invalid_argument` for options that make no sense; and what callbacks
    /// throw.
    void acquire(acquire_options const& how = {}) & { take(lock_mode::exclusive, how); }

    /// As above; but what would be a `lock_error` is left in `ec`. False: not locked.
    bool acquire(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::exclusive, how, ec);
    }

    /// Drops one level of the caller's; at the last, the lock itself. Throws `lock_error` with
    /// `operation_not_permitted` where the caller owns no level, and never anything else: a lock
    /// guard calls this in its destructor. `release()` reports what goes wrong on disk.
    void unlock() { drop(lock_mode::exclusive); }

    // Deleted, so that the error gives the reason.

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
