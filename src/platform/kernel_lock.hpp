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

#include <cstdint>
#include <vector>

// The kernel's locks, which belong to the open file and not to the process. Modes are shared and
// exclusive. Contention is reported as the condition `errc::operation_would_block`.

namespace boost {
namespace filelock {
namespace detail {

// On a whole file, `flock` or `record`. `kernel_lock::both` is the protocol's affair.

system::error_code try_kernel_lock(native_handle_type file, kernel_lock kind,
                                   lock_mode mode) noexcept;

/// Sleeps in the kernel until the lock is had.
system::error_code wait_for_kernel_lock(native_handle_type file, kernel_lock kind,
                                        lock_mode mode) noexcept;

system::error_code kernel_unlock(native_handle_type file, kernel_lock kind) noexcept;

/// Bytes of a file, which need not have them.
struct byte_range
{
    std::int64_t first;
    std::int64_t length;

    /// Whether the two have a byte in common.
    bool meets(byte_range other) const noexcept
    {
        return first < other.first + other.length && other.first < first + length;
    }
};

// On a part of a file; what is locked already is locked in the new mode. Shared wants a file that
// is open for reading, exclusive one that is open for writing.

system::error_code try_range_lock(native_handle_type file, byte_range bytes,
                                  lock_mode mode) noexcept;

/// Sleeps in the kernel until the lock is had. The kernel sees no deadlock.
system::error_code wait_for_range_lock(native_handle_type file, byte_range bytes,
                                       lock_mode mode) noexcept;

system::error_code unlock_range(native_handle_type file, byte_range bytes) noexcept;

/// Whether somebody else's lock would keep out one of this mode.
system::error_code is_kept_out(native_handle_type file, byte_range bytes, lock_mode mode,
                               bool& kept_out) noexcept;

/// A record lock on the first byte, which others can see without taking it. The file must be open
/// for writing.
system::error_code take_witness(native_handle_type file) noexcept;

/// Whether another open file has it.
system::error_code has_witness(native_handle_type file, bool& has_one) noexcept;

/// Who holds locks of this kind, or of both, on the file at the path. Empty where the system does
/// not tell, or nobody does.
std::vector<owner_record> kernel_lock_holders(filesystem::path const& path, kernel_lock kind);

/// Who holds locks on bytes of `held`, and then who else does on bytes of `reserved`. As
/// `kernel_upgrade` those who have the latter and not the former alone.
std::vector<owner_record> range_lock_holders(filesystem::path const& path, byte_range held,
                                             byte_range reserved);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
