// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_CHECK_OPTIONS_HPP
#define BOOST_FILELOCK_SRC_CHECK_OPTIONS_HPP

#include <boost/filesystem/path.hpp>

#include <chrono>

// Each throws std::invalid_argument that names the option and its value.

namespace boost {
namespace filelock {
namespace detail {

filesystem::path checked_absolute(filesystem::path const& path);

void check_poll_interval(std::chrono::nanoseconds poll_interval);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
