// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_KERNEL_LOCK_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_KERNEL_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <vector>

// The kernel's locks on a whole file, `flock` and `record`, which belong to the open file and not
// to the process. `kernel_lock::both` is the protocol's affair. Modes are shared and exclusive.
// Contention is reported as the condition `errc::operation_would_block`.

namespace boost {
namespace filelock {
namespace detail {

system::error_code try_kernel_lock(native_handle_type file, kernel_lock kind,
                                   lock_mode mode) noexcept;

/// Sleeps in the kernel until the lock is had.
system::error_code wait_for_kernel_lock(native_handle_type file, kernel_lock kind,
                                        lock_mode mode) noexcept;

system::error_code kernel_unlock(native_handle_type file, kernel_lock kind) noexcept;

/// A record lock on the first byte, which others can see without taking it. The file must be open
/// for writing.
system::error_code take_witness(native_handle_type file) noexcept;

/// Whether another open file has it.
system::error_code has_witness(native_handle_type file, bool& has_one) noexcept;

/// Who holds locks of this kind, or of both, on the file at the path. Empty where the system does
/// not tell, or nobody does.
std::vector<owner_record> kernel_lock_holders(filesystem::path const& path, kernel_lock kind);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
