// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_TIMES_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_TIMES_HPP

#include <boost/filelock/lock_options.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The durations of a `soft_read_write_lock`, as its options give them.
struct access_times
{
    using nanoseconds = std::chrono::nanoseconds;

    nanoseconds threshold; ///< a marker that was unchanged for so long is stale
    nanoseconds good_for;  ///< how long a marker is good without a refresh
    nanoseconds interval;  ///< between refreshes
    std::optional<nanoseconds> settle;

    explicit access_times(soft_read_write_lock_options const& options)
        : threshold((std::min)(options.stale_threshold.value_or(3 * beat_of(options)), longest())),
          good_for(threshold - beat_of(options)),
          interval((std::min)(beat_of(options), good_for / 2))
    {
        if (options.settle)
            settle = (std::min)(*options.settle, longest());
    }

private:
    // Twice a duration must not overflow.
    static constexpr nanoseconds longest() noexcept { return (nanoseconds::max)() / 8; }

    static nanoseconds beat_of(soft_read_write_lock_options const& options) noexcept
    {
        return (std::min)(options.heartbeat_interval, longest() / 3);
    }
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
