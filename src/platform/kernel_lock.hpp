// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_KERNEL_LOCK_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_KERNEL_LOCK_HPP

#include "descriptor.hpp"

#include <boost/system/error_code.hpp>

// The kernel's lock on a whole file, which belongs to the open file and not to the process.
// Contention is reported as the condition `errc::operation_would_block`.

namespace boost {
namespace filelock {
namespace detail {

system::error_code try_kernel_lock(descriptor const& file) noexcept;

/// Sleeps in the kernel until the lock is had.
system::error_code wait_for_kernel_lock(descriptor const& file) noexcept;

system::error_code kernel_unlock(descriptor const& file) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
