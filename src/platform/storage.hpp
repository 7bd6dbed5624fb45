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

/// Reports whether the file is on a file system that is known to be used by only one machine.
system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept;

/// Returns whether kernel locks of this kind, `flock` or `record`, on the file are known to exclude
/// processes of other hosts unreliably or not at all. Returns false where that is not known.
bool is_host_local_lock(descriptor const& file, kernel_lock kind);

/// Returns whether the file system refuses an open file a lock that the file already has, as if
/// another file had it. Locking again then does not show whether the lock is still held.
bool refuses_held_lock(descriptor const& file) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
