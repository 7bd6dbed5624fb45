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

// Kernel locks that belong to the open file and not to the process. The modes are shared and
// exclusive. Contention is reported as the condition `errc::operation_would_block`.

namespace boost {
namespace filelock {
namespace detail {

// Locks on a whole file, of kind `flock` or `record`. The protocol implements `kernel_lock::both`.

system::error_code try_kernel_lock(native_handle_type file, kernel_lock kind,
                                   lock_mode mode) noexcept;

/// Blocks in the kernel until the lock is acquired.
system::error_code wait_for_kernel_lock(native_handle_type file, kernel_lock kind,
                                        lock_mode mode) noexcept;

system::error_code kernel_unlock(native_handle_type file, kernel_lock kind) noexcept;

/// A range of bytes, which may be beyond the end of the file.
struct byte_range
{
    std::int64_t first;
    std::int64_t length;

    /// Returns whether the two ranges have a byte in common.
    bool meets(byte_range other) const noexcept
    {
        return first < other.first + other.length && other.first < first + length;
    }
};

// Locks on a part of a file. Bytes that are already locked change to the new mode. A shared lock
// needs a file that is open for reading, an exclusive one a file that is open for writing.

system::error_code try_range_lock(native_handle_type file, byte_range bytes,
                                  lock_mode mode) noexcept;

/// Blocks in the kernel until the lock is acquired. The kernel detects no deadlock.
system::error_code wait_for_range_lock(native_handle_type file, byte_range bytes,
                                       lock_mode mode) noexcept;

system::error_code unlock_range(native_handle_type file, byte_range bytes) noexcept;

/// Reports whether another open file's lock excludes one of this mode.
system::error_code is_kept_out(native_handle_type file, byte_range bytes, lock_mode mode,
                               bool& kept_out) noexcept;

/// Acquires a record lock on the first byte, which other processes can see without taking it. The
/// file must be open for writing.
system::error_code take_witness(native_handle_type file) noexcept;

/// Reports whether another open file has the witness.
system::error_code has_witness(native_handle_type file, bool& has_one) noexcept;

/// Returns the holders of locks of this kind, or of both, on the file at the path. The result is
/// empty if there are none or the system does not report them.
std::vector<owner_record> kernel_lock_holders(filesystem::path const& path, kernel_lock kind);

/// Returns the holders of locks on bytes of `held`, followed by further holders of locks on bytes
/// of `reserved`. A holder of the latter has the mode `kernel_upgrade`, unless it holds the former
/// exclusively.
std::vector<owner_record> range_lock_holders(filesystem::path const& path, byte_range held,
                                             byte_range reserved);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
