// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_RANDOM_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_RANDOM_HPP

#include <boost/system/error_code.hpp>

#include <cstddef>

namespace boost {
namespace filelock {
namespace detail {

/// Fills `size` bytes with random numbers of the operating system. Fails where the system has none,
/// such as a kernel before Linux 3.17 or one with a filter of system calls.
system::error_code fill_random(void* bytes, std::size_t size) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
