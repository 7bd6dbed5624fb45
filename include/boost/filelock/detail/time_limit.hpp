// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_TIME_LIMIT_HPP
#define BOOST_FILELOCK_DETAIL_TIME_LIMIT_HPP

#include <boost/filelock/detail/deadline.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

// Converts the durations and time points of std::chrono, boost::chrono and boost::posix_time to a
// deadline. The types are recognized by their members, so that a program need not include the
// headers of clocks that it does not use.

namespace boost {
namespace filelock {
namespace detail {

// std::chrono::duration, boost::chrono::duration
template <class T, class = void>
struct is_duration : std::false_type
{};
template <class T>
struct is_duration<
    T, std::void_t<typename T::rep, decltype(T::period::num), decltype(std::declval<T>().count())>>
    : std::true_type
{};

// std::chrono::time_point, boost::chrono::time_point, of a clock that has `now()`
template <class T, class = void>
struct is_chrono_time_point : std::false_type
{};
template <class T>
struct is_chrono_time_point<T, std::void_t<decltype(T::clock::now().time_since_epoch().count()),
                                           decltype(std::declval<T>().time_since_epoch().count())>>
    : std::true_type
{};

// boost::posix_time::time_duration
template <class T, class = void>
struct is_ptime_duration : std::false_type
{};
template <class T>
struct is_ptime_duration<
    T, std::void_t<decltype(T::ticks_per_second()), decltype(std::declval<T>().is_pos_infinity())>>
    : std::true_type
{};

// boost::posix_time::ptime, in UTC
template <class T, class = void>
struct is_ptime : std::false_type
{};
template <class T>
struct is_ptime<T, std::void_t<typename T::date_type, typename T::time_duration_type,
                               decltype(std::declval<T>().is_pos_infinity())>> : std::true_type
{};

template <class T>
struct is_time_point : std::bool_constant<is_chrono_time_point<T>::value || is_ptime<T>::value>
{};

template <class T>
using if_duration = std::enable_if_t<is_duration<T>::value, int>;
template <class T>
using if_time_point = std::enable_if_t<is_time_point<T>::value, int>;
template <class T>
using if_time_limit = std::enable_if_t<
    is_duration<T>::value || is_time_point<T>::value || is_ptime_duration<T>::value, int>;

/// Returns the duration in nanoseconds. A value beyond their range gives the greatest number, and
/// not-a-number gives zero. Rounds up, so that no wait ends early.
inline std::chrono::nanoseconds saturated(long double seconds) noexcept
{
    using std::chrono::nanoseconds;
    if (!(seconds > 0)) // also NaN
        return nanoseconds::zero();
    long double const count = seconds * 1e9L;
    if (count >= static_cast<long double>((nanoseconds::max)().count()) / 2)
        return (nanoseconds::max)();
    auto const whole = static_cast<nanoseconds::rep>(count);
    return nanoseconds(whole + (static_cast<long double>(whole) < count ? 1 : 0));
}

template <class Duration>
long double seconds_of(Duration const& d)
{
    return static_cast<long double>(d.count()) * static_cast<long double>(Duration::period::num) /
           static_cast<long double>(Duration::period::den);
}

template <class PtimeDuration>
long double ptime_seconds(PtimeDuration const& d)
{
    return static_cast<long double>(d.ticks()) /
           static_cast<long double>(PtimeDuration::ticks_per_second());
}

template <class TimePoint>
std::chrono::nanoseconds left_until(void const* point)
{
    auto const& at = *static_cast<TimePoint const*>(point);
    if constexpr (is_ptime<TimePoint>::value) {
        TimePoint const epoch(typename TimePoint::date_type(1970, 1, 1));
        return saturated(ptime_seconds(at - epoch) -
                         seconds_of(std::chrono::system_clock::now().time_since_epoch()));
    } else {
        return saturated(seconds_of(at.time_since_epoch()) -
                         seconds_of(TimePoint::clock::now().time_since_epoch()));
    }
}

/// Returns the deadline for a duration or for a time point. A time point must outlive the deadline.
template <class T>
deadline deadline_of(T const& limit)
{
    if constexpr (is_duration<T>::value) {
        return deadline::after(saturated(seconds_of(limit)));
    } else if constexpr (is_ptime_duration<T>::value) {
        if (limit.is_special())
            return limit.is_pos_infinity() ? deadline::never() : deadline::at_once();
        return deadline::after(saturated(ptime_seconds(limit)));
    } else if constexpr (is_ptime<T>::value) {
        if (limit.is_special())
            return limit.is_pos_infinity() ? deadline::never() : deadline::at_once();
        return deadline::of_other_clock(&left_until<T>, &limit);
    } else if constexpr (std::is_same_v<typename T::clock, std::chrono::steady_clock>) {
        using steady = deadline::steady;
        if constexpr (std::is_same_v<T, steady::time_point>)
            return deadline::at(limit);
        auto const now = steady::now();
        return deadline::after(
            saturated(seconds_of(limit.time_since_epoch()) - seconds_of(now.time_since_epoch())),
            now);
    } else {
        if (left_until<T>(&limit) == (std::chrono::nanoseconds::max)())
            return deadline::never();
        return deadline::of_other_clock(&left_until<T>, &limit);
    }
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
