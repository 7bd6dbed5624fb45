// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_SHARED_NAMES_HPP
#define BOOST_FILELOCK_DETAIL_SHARED_NAMES_HPP

#include <boost/filelock/detail/exclusive_names.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// The names by which the lock types of the standard and of Boost acquire and release a shared
/// lock. Each waits, returns and throws as the exclusive one with the corresponding name does.
///
/// An owner cannot mix modes: a request for a shared level by an owner of other levels fails with
/// `resource_deadlock_would_occur`, and so does the reverse. The `try_` forms fail in the same way.
class shared_names : public exclusive_names
{
public:
    void lock_shared() & { take(lock_mode::shared, deadline::never()); }

    [[nodiscard]] bool try_lock_shared() & { return take(lock_mode::shared, deadline::at_once()); }

    template <class Duration, if_duration<Duration> = 0>
    [[nodiscard]] bool try_lock_shared_for(Duration const& wait) &
    {
        return take(lock_mode::shared, deadline_of(wait));
    }

    template <class TimePoint, if_time_point<TimePoint> = 0>
    [[nodiscard]] bool try_lock_shared_until(TimePoint const& at) &
    {
        return take(lock_mode::shared, deadline_of(at));
    }

    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock_shared(Limit const& limit) &
    {
        return take(lock_mode::shared, deadline_of(limit));
    }

    void acquire_shared(acquire_options const& how = {}) & { take(lock_mode::shared, how); }

    bool acquire_shared(acquire_options const& how, system::error_code& ec) &
    {
        return take(lock_mode::shared, how, ec);
    }

    void unlock_shared() { drop(lock_mode::shared); }

    // The names that Boost.Interprocess uses.

    void lock_sharable() & { lock_shared(); }

    [[nodiscard]] bool try_lock_sharable() & { return try_lock_shared(); }

    template <class Limit, if_time_limit<Limit> = 0>
    [[nodiscard]] bool timed_lock_sharable(Limit const& limit) &
    {
        return timed_lock_shared(limit);
    }

    void unlock_sharable() { unlock_shared(); }

    // Deleted, so that the compiler's error gives the reason.

    temporary_lock_is_dropped_at_once lock_shared() && = delete;
    temporary_lock_is_dropped_at_once try_lock_shared() && = delete;
    template <class Duration>
    temporary_lock_is_dropped_at_once try_lock_shared_for(Duration const&) && = delete;
    template <class TimePoint>
    temporary_lock_is_dropped_at_once try_lock_shared_until(TimePoint const&) && = delete;
    template <class Limit>
    temporary_lock_is_dropped_at_once timed_lock_shared(Limit const&) && = delete;
    template <class... Options>
    temporary_lock_is_dropped_at_once acquire_shared(Options&&...) && = delete;
    temporary_lock_is_dropped_at_once lock_sharable() && = delete;
    temporary_lock_is_dropped_at_once try_lock_sharable() && = delete;
    template <class Limit>
    temporary_lock_is_dropped_at_once timed_lock_sharable(Limit const&) && = delete;

protected:
    using exclusive_names::exclusive_names;
    ~shared_names() = default;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
