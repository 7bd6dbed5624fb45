// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LEASE_TIMES_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LEASE_TIMES_HPP

#include <boost/filelock/lock_options.hpp>

#include <algorithm>
#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

/// The durations of a `soft_file_lease`, as its options give them.
struct lease_times
{
    using nanoseconds = std::chrono::nanoseconds;

    nanoseconds duration;  ///< a marker that was unchanged for so long has expired
    nanoseconds heartbeat; ///< as the options give it
    nanoseconds good_for;  ///< how long a marker is good without a refresh
    nanoseconds interval;  ///< between refreshes

    explicit lease_times(soft_file_lease_options const& options)
        : duration((std::min)(options.duration, longest())),
          heartbeat((std::min)(options.heartbeat_interval.value_or(duration / 3), longest() / 3)),
          good_for(duration - heartbeat), interval((std::min)(heartbeat, good_for / 2))
    {}

private:
    // Twice a duration must not overflow.
    static constexpr nanoseconds longest() noexcept { return (nanoseconds::max)() / 8; }
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
