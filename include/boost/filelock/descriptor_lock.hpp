// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP
#define BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/error_code.hpp>

// The kernel's lock (`flock`) on a file that the caller has opened: a regular file, a directory or
// a device, whether opened for reading or for writing.
//
// The lock excludes `file_lock`, flock(1) and every other program that takes that lock on the same
// file. It belongs to the open file and not to the process: copies of the descriptor, those of
// forked children included, have the same lock. The lock ends when one of them is unlocked or the
// last one is closed. The lock has no levels: to lock it again has no effect, and to lock it in the
// other mode changes the mode. flock(2): the kernel drops the lock before it converts it.
//
// The descriptor stays the caller's. The functions do not check that a path still names the file.
// Errors are those of the system, such as `errc::bad_file_descriptor`, and
// `error::kernel_lock_not_supported`. A `lock_error` has "descriptor 5" in the place of the path.
// Any thread may call the functions.

namespace boost {
namespace filelock {

/// Acquires the exclusive lock. Waits in the kernel, without limit. Signals do not end the wait.
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file, system::error_code& ec) noexcept;

/// Tries once to acquire the exclusive lock. Returns false, without an error, if another open file
/// has the lock.
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file,
                                             system::error_code& ec) noexcept;

/// Acquire a shared lock, or try to, like the functions above.
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file,
                                                system::error_code& ec) noexcept;
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file,
                                                    system::error_code& ec) noexcept;

/// Releases the lock of either mode. A file without a lock is no error.
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file,
                                           system::error_code& ec) noexcept;

} // namespace filelock
} // namespace boost

#endif
