// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_UPGRADE_NAMES_HPP
#define BOOST_FILELOCK_DETAIL_UPGRADE_NAMES_HPP

#include <boost/filelock/detail/shared_names.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// The names by which Boost's lock types acquire and release an upgrade lock, and convert a lock of
/// one mode to another. An upgrade lock is compatible with shared ones and has one owner at a time.
class upgrade_names : public shared_names
{
public:
    /// @name Upgrade

    /// Acquires the upgrade lock, or adds a level if the caller already has upgrade levels. Waits
    /// without limit.
    ///
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only, or
    ///     if the calling thread holds the lock through another object in a mode that excludes this
    ///     one, and so would wait for itself;
    void lock_upgrade() & { take(lock_mode::upgrade, deadline::never()); }

    /// Tries once to acquire the upgrade lock, or adds a level if the caller already has upgrade
    /// levels. Does not wait for a holder.
    ///
    /// Returns:: True if the caller has one more level. False if another owner holds the upgrade or
    ///   the exclusive lock, if a waiting writer comes first, or if another owner waits for the
    ///   lock through this object.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    [[nodiscard]] bool try_lock_upgrade() &
    {
        return take(lock_mode::upgrade, deadline::at_once());
    }

    /// Acquires the upgrade lock, or adds a level if the caller already has upgrade levels. Waits
    /// for a limited time.
    ///
    /// Parameters:: `wait`: the longest wait, a duration of std::chrono or boost::chrono. Zero, a
    ///   negative value and not-a-number mean one attempt. A duration beyond the range of
    ///   nanoseconds, some 292 years, means no limit.
    /// Returns:: True if the caller has one more level. False if the limit has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_upgrade_for(Duration const& wait) &
    {
        return take(lock_mode::upgrade, deadline_of(wait));
    }

    /// Acquires the upgrade lock, or adds a level if the caller already has upgrade levels. Waits
    /// until a point in time.
    ///
    /// Parameters:: `at`: a time point of std::chrono or boost::chrono, on its own clock, or a
    ///   `posix_time::ptime` in UTC. A time in the past means one attempt. A clock other than the
    ///   steady one is read again at every wake and at least once a second, so that a step of the
    ///   clock takes effect, forwards and backwards.
    /// Returns:: True if the caller has one more level. False if the time has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::resource_deadlock_would_occur` if the caller has levels of another mode only;
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_upgrade_until(TimePoint const& at) &
    {
        return take(lock_mode::upgrade, deadline_of(at));
    }

    /// Acquires the upgrade lock, or adds a level if the caller already has upgrade levels. Waits
    /// for a limited time or until a point in time.
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
    [[nodiscard]] bool timed_lock_upgrade(Limit const& limit) &
    {
        return take(lock_mode::upgrade, deadline_of(limit));
    }

    /// Acquires the upgrade lock, or adds a level if the caller already has upgrade levels. Waits
    /// as the options say.
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
    ///     if `how` has neither `timeout` nor `cancel_check` and the calling thread would wait for
    ///     itself;
    void acquire_upgrade(acquire_options const& how = {}) & { take(lock_mode::upgrade, how); }

    bool acquire_upgrade(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::upgrade, how, ec);
    }

    /// @name Release

    /// Drops one upgrade level of the caller. The last level releases the lock. Errors of the
    /// release are kept: the release is tried again when the lock is next acquired and in the
    /// destructor. `release` reports them.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the caller has no upgrade
    ///   level. No other exception, because a lock guard calls this in its destructor.
    void unlock_upgrade() { drop(lock_mode::upgrade); }

    /// @name Conversion to a stronger mode

    /// Tries once to convert one shared level of the caller to an exclusive level. Does not wait
    /// for other readers to leave.
    ///
    /// Returns:: True if the level is exclusive now. False, with the level still shared, if another
    ///   owner holds the lock, or if another owner of this object is converting a level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    [[nodiscard]] bool try_unlock_shared_and_lock()
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline::at_once());
    }

    /// Converts one shared level of the caller to an exclusive level. Waits for a limited time
    /// until the other readers have left, and keeps new readers out meanwhile.
    ///
    /// Parameters:: `wait`: the longest wait, a duration of std::chrono or boost::chrono. Zero, a
    ///   negative value and not-a-number mean one attempt. A duration beyond the range of
    ///   nanoseconds, some 292 years, means no limit.
    /// Returns:: True if the level is exclusive now. False, with the level still shared, if the
    ///   limit has passed. False at once if another owner already waits for the readers, the caller
    ///   among them, to leave, or if another owner of this object is converting a level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `wait` means no limit, and another owner
    ///     already waits for the readers to leave or the calling thread holds the lock through
    ///     another object too;
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_for(Duration const& wait)
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline_of(wait));
    }

    /// Converts one shared level of the caller to an exclusive level. Waits until a point in time
    /// for the other readers to leave, and keeps new readers out meanwhile.
    ///
    /// Parameters:: `at`: a time point of std::chrono or boost::chrono, on its own clock, or a
    ///   `posix_time::ptime` in UTC. A time in the past means one attempt. `pos_infin` means no
    ///   limit. A clock other than the steady one is read again at every wake and at least once a
    ///   second.
    /// Returns:: True if the level is exclusive now. False, with the level still shared, if the
    ///   time has passed. False at once if another owner already waits for the readers, the caller
    ///   among them, to leave, or if another owner of this object is converting a level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `at` means no limit, and another owner already
    ///     waits for the readers to leave or the calling thread holds the lock through another
    ///     object too;
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_until(TimePoint const& at)
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline_of(at));
    }

    /// Tries once to convert one shared level of the caller to an upgrade level. Does not wait for
    /// the owner of the upgrade lock.
    ///
    /// Returns:: True if the level is an upgrade level now. False, with the level still shared, if
    ///   another owner has the upgrade lock, or if another owner of this object is converting a
    ///   level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade()
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline::at_once());
    }

    /// Converts one shared level of the caller to an upgrade level. Waits for a limited time until
    /// the owner of the upgrade lock has released it.
    ///
    /// Parameters:: `wait`: the longest wait, a duration of std::chrono or boost::chrono. Zero, a
    ///   negative value and not-a-number mean one attempt. A duration beyond the range of
    ///   nanoseconds, some 292 years, means no limit.
    /// Returns:: True if the level is an upgrade level now. False, with the level still shared, if
    ///   the limit has passed. False at once if another owner already waits for the readers, the
    ///   caller among them, to leave, or if another owner of this object is converting a level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `wait` means no limit, and another owner
    ///     already waits for the readers to leave or the calling thread holds the upgrade lock
    ///     through another object;
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade_for(Duration const& wait)
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline_of(wait));
    }

    /// Converts one shared level of the caller to an upgrade level. Waits until a point in time for
    /// the owner of the upgrade lock to release it.
    ///
    /// Parameters:: `at`: a time point of std::chrono or boost::chrono, on its own clock, or a
    ///   `posix_time::ptime` in UTC. A time in the past means one attempt. `pos_infin` means no
    ///   limit. A clock other than the steady one is read again at every wake and at least once a
    ///   second.
    /// Returns:: True if the level is an upgrade level now. False, with the level still shared, if
    ///   the time has passed. False at once if another owner already waits for the readers, the
    ///   caller among them, to leave, or if another owner of this object is converting a level.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no shared level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still shared, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `at` means no limit, and another owner already
    ///     waits for the readers to leave or the calling thread holds the upgrade lock through
    ///     another object;
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade_until(TimePoint const& at)
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline_of(at));
    }

    /// Converts one upgrade level of the caller to an exclusive level. Waits without limit until
    /// the readers have left, and keeps new readers out meanwhile. No other owner writes in
    /// between.
    ///
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no upgrade level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still an upgrade level, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if the calling thread holds the lock through
    ///     another object too, and so would wait for itself;
    void unlock_upgrade_and_lock()
    {
        strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline::never());
    }

    /// Tries once to convert one upgrade level of the caller to an exclusive level. Does not wait
    /// for readers to leave. No other owner writes in between.
    ///
    /// Returns:: True if the level is exclusive now. False, with the level still an upgrade level,
    ///   if there are readers.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no upgrade level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still an upgrade level, and must be unlocked;
    [[nodiscard]] bool try_unlock_upgrade_and_lock()
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline::at_once());
    }

    /// Converts one upgrade level of the caller to an exclusive level. Waits for a limited time
    /// until the readers have left, and keeps new readers out meanwhile. No other owner writes in
    /// between.
    ///
    /// Parameters:: `wait`: the longest wait, a duration of std::chrono or boost::chrono. Zero, a
    ///   negative value and not-a-number mean one attempt. A duration beyond the range of
    ///   nanoseconds, some 292 years, means no limit.
    /// Returns:: True if the level is exclusive now. False, with the level still an upgrade level,
    ///   if the limit has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no upgrade level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still an upgrade level, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `wait` means no limit, and the calling thread
    ///     holds the lock through another object too;
    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_upgrade_and_lock_for(Duration const& wait)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(wait));
    }

    /// Converts one upgrade level of the caller to an exclusive level. Waits until a point in time
    /// for the readers to leave, and keeps new readers out meanwhile. No other owner writes in
    /// between.
    ///
    /// Parameters:: `at`: a time point of std::chrono or boost::chrono, on its own clock, or a
    ///   `posix_time::ptime` in UTC. A time in the past means one attempt. `pos_infin` means no
    ///   limit. A clock other than the steady one is read again at every wake and at least once a
    ///   second.
    /// Returns:: True if the level is exclusive now. False, with the level still an upgrade level,
    ///   if the time has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no upgrade level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still an upgrade level, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `at` means no limit, and the calling thread
    ///     holds the lock through another object too;
    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_upgrade_and_lock_until(TimePoint const& at)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(at));
    }

    /// @name Conversion to a weaker mode

    /// Converts one exclusive level of the caller to a shared level, at once. No other owner writes
    /// in between. The lock stays exclusive while the caller has further exclusive levels. If the
    /// system fails to weaken the lock, it stays as strong as it was and keeps others out, and is
    /// weakened with the next change of levels.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the caller has no exclusive
    ///   level. No other exception.
    void unlock_and_lock_shared() { weaken(lock_mode::exclusive, lock_mode::shared); }

    /// Converts one exclusive level of the caller to an upgrade level, at once. No other owner
    /// writes in between. The lock stays exclusive while the caller has further exclusive levels.
    /// If the system fails to weaken the lock, it stays as strong as it was and keeps others out,
    /// and is weakened with the next change of levels.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the caller has no exclusive
    ///   level. No other exception.
    void unlock_and_lock_upgrade() { weaken(lock_mode::exclusive, lock_mode::upgrade); }

    /// Converts one upgrade level of the caller to a shared level, at once. The lock stays an
    /// upgrade lock while the caller has further upgrade levels. If the system fails to weaken the
    /// lock, it stays as strong as it was and keeps others out, and is weakened with the next
    /// change of levels.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the caller has no upgrade
    ///   level. No other exception.
    void unlock_upgrade_and_lock_shared() { weaken(lock_mode::upgrade, lock_mode::shared); }

    // The names that Boost.Interprocess uses.

    /// @name Upgrade

    /// Alias of `lock_upgrade`.
    void lock_upgradable() & { lock_upgrade(); }

    /// Alias of `try_lock_upgrade`.
    [[nodiscard]] bool try_lock_upgradable() & { return try_lock_upgrade(); }

    /// Alias of `timed_lock_upgrade`.
    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock_upgradable(Limit const& limit) &
    {
        return timed_lock_upgrade(limit);
    }

    /// @name Release

    /// Alias of `unlock_upgrade`.
    void unlock_upgradable() { unlock_upgrade(); }

    /// @name Conversion to a stronger mode

    /// Alias of `unlock_upgrade_and_lock`.
    void unlock_upgradable_and_lock() { unlock_upgrade_and_lock(); }

    /// Alias of `try_unlock_upgrade_and_lock`.
    [[nodiscard]] bool try_unlock_upgradable_and_lock() { return try_unlock_upgrade_and_lock(); }

    /// Converts one upgrade level of the caller to an exclusive level. Waits for a limited time or
    /// until a point in time for the readers to leave, and keeps new readers out meanwhile. No
    /// other owner writes in between. Boost.Interprocess calls this name.
    ///
    /// Parameters:: `limit`: a duration or time point of std::chrono or boost::chrono, a
    ///   `posix_time::time_duration`, or a `posix_time::ptime` in UTC. `pos_infin` and a duration
    ///   beyond the range of nanoseconds mean no limit. Zero, a negative value, a time in the past
    ///   and not-a-number mean one attempt.
    /// Returns:: True if the level is exclusive now. False, with the level still an upgrade level,
    ///   if the limit has passed.
    /// Throws:: `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no upgrade level;
    ///   * `error::hold_lost` if the path now names another file, or a file server has forgotten
    ///     the lock. The level is still an upgrade level, and must be unlocked;
    ///   * `errc::resource_deadlock_would_occur` if `limit` means no limit, and the calling thread
    ///     holds the lock through another object too;
    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_unlock_upgradable_and_lock(Limit const& limit)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(limit));
    }

    /// Alias of `try_unlock_shared_and_lock`.
    [[nodiscard]] bool try_unlock_sharable_and_lock() { return try_unlock_shared_and_lock(); }

    /// Alias of `try_unlock_shared_and_lock_upgrade`.
    [[nodiscard]] bool try_unlock_sharable_and_lock_upgradable()
    {
        return try_unlock_shared_and_lock_upgrade();
    }

    /// @name Conversion to a weaker mode

    /// Alias of `unlock_and_lock_upgrade`.
    void unlock_and_lock_upgradable() { unlock_and_lock_upgrade(); }

    /// Alias of `unlock_and_lock_shared`.
    void unlock_and_lock_sharable() { unlock_and_lock_shared(); }

    /// Alias of `unlock_upgrade_and_lock_shared`.
    void unlock_upgradable_and_lock_sharable() { unlock_upgrade_and_lock_shared(); }

    // Deleted, so that the compiler's error gives the reason.

    temporary_lock_is_dropped_at_once lock_upgrade() && = delete;
    temporary_lock_is_dropped_at_once try_lock_upgrade() && = delete;
    template <class Duration>
    temporary_lock_is_dropped_at_once try_lock_upgrade_for(Duration const&) && = delete;
    template <class TimePoint>
    temporary_lock_is_dropped_at_once try_lock_upgrade_until(TimePoint const&) && = delete;
    template <class Limit>
    temporary_lock_is_dropped_at_once timed_lock_upgrade(Limit const&) && = delete;
    template <class... Options>
    temporary_lock_is_dropped_at_once acquire_upgrade(Options&&...) && = delete;
    temporary_lock_is_dropped_at_once lock_upgradable() && = delete;
    temporary_lock_is_dropped_at_once try_lock_upgradable() && = delete;
    template <class Limit>
    temporary_lock_is_dropped_at_once timed_lock_upgradable(Limit const&) && = delete;

protected:
    using shared_names::shared_names;
    ~upgrade_names() = default;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
