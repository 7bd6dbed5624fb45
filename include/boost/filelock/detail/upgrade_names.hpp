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
///
/// A conversion moves one level. If a conversion that waits fails, the level does not change. A
/// conversion to a stronger mode throws `lock_error` as locking does. A conversion to a weaker mode
/// throws only `operation_not_permitted`, if the caller has no such level. If the system fails to
/// weaken the lock, it stays as strong as it was, and is weakened with the next change of levels.
class upgrade_names : public shared_names
{
public:
    void lock_upgrade() & { take(lock_mode::upgrade, deadline::never()); }

    [[nodiscard]] bool try_lock_upgrade() &
    {
        return take(lock_mode::upgrade, deadline::at_once());
    }

    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_upgrade_for(Duration const& wait) &
    {
        return take(lock_mode::upgrade, deadline_of(wait));
    }

    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_upgrade_until(TimePoint const& at) &
    {
        return take(lock_mode::upgrade, deadline_of(at));
    }

    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock_upgrade(Limit const& limit) &
    {
        return take(lock_mode::upgrade, deadline_of(limit));
    }

    void acquire_upgrade(acquire_options const& how = {}) & { take(lock_mode::upgrade, how); }

    bool acquire_upgrade(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::upgrade, how, ec);
    }

    void unlock_upgrade() { drop(lock_mode::upgrade); }

    // From shared to exclusive. These return false at once if another owner of this object is
    // converting, or if a writer already waits for the readers, including the caller, to go.

    [[nodiscard]] bool try_unlock_shared_and_lock()
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline::at_once());
    }

    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_for(Duration const& wait)
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline_of(wait));
    }

    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_until(TimePoint const& at)
    {
        return strengthen(lock_mode::shared, lock_mode::exclusive, deadline_of(at));
    }

    // From shared to upgrade, with the same results.

    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade()
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline::at_once());
    }

    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade_for(Duration const& wait)
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline_of(wait));
    }

    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_shared_and_lock_upgrade_until(TimePoint const& at)
    {
        return strengthen(lock_mode::shared, lock_mode::upgrade, deadline_of(at));
    }

    // From upgrade to exclusive.

    void unlock_upgrade_and_lock()
    {
        strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline::never());
    }

    [[nodiscard]] bool try_unlock_upgrade_and_lock()
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline::at_once());
    }

    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_unlock_upgrade_and_lock_for(Duration const& wait)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(wait));
    }

    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_unlock_upgrade_and_lock_until(TimePoint const& at)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(at));
    }

    // To a weaker mode, at once.

    void unlock_and_lock_shared() { weaken(lock_mode::exclusive, lock_mode::shared); }
    void unlock_and_lock_upgrade() { weaken(lock_mode::exclusive, lock_mode::upgrade); }
    void unlock_upgrade_and_lock_shared() { weaken(lock_mode::upgrade, lock_mode::shared); }

    // The names that Boost.Interprocess uses.

    void lock_upgradable() & { lock_upgrade(); }

    [[nodiscard]] bool try_lock_upgradable() & { return try_lock_upgrade(); }

    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock_upgradable(Limit const& limit) &
    {
        return timed_lock_upgrade(limit);
    }

    void unlock_upgradable() { unlock_upgrade(); }

    void unlock_upgradable_and_lock() { unlock_upgrade_and_lock(); }

    [[nodiscard]] bool try_unlock_upgradable_and_lock() { return try_unlock_upgrade_and_lock(); }

    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_unlock_upgradable_and_lock(Limit const& limit)
    {
        return strengthen(lock_mode::upgrade, lock_mode::exclusive, deadline_of(limit));
    }

    [[nodiscard]] bool try_unlock_sharable_and_lock() { return try_unlock_shared_and_lock(); }

    [[nodiscard]] bool try_unlock_sharable_and_lock_upgradable()
    {
        return try_unlock_shared_and_lock_upgrade();
    }

    void unlock_and_lock_upgradable() { unlock_and_lock_upgrade(); }
    void unlock_and_lock_sharable() { unlock_and_lock_shared(); }
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
