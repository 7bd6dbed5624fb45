// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_CLOCK_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_CLOCK_HPP

#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

/// Returns the time of a steady clock that continues while the machine is suspended, as other
/// machines do.
std::chrono::nanoseconds time_since_boot() noexcept;

/// Returns the time since 1970 by the clock with which file systems of this machine stamp files.
std::chrono::nanoseconds time_of_day() noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
