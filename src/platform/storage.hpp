// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP

#include "descriptor.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Whether the file is on a file system that is known to be used by one machine alone.
system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept;

/// Returns whether kernel locks of this kind, `flock` or `record`, on the file are known to exclude
/// no process of another host, or not reliably. False where that is not known.
bool is_host_local_lock(descriptor const& file, kernel_lock kind);

/// Returns whether the file system refuses the open file a lock that it has already as if another
/// had it, so that locking again does not tell whether it is still held.
bool refuses_held_lock(descriptor const& file) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
