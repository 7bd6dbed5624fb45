// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP
#define BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/error_code.hpp>

/// @file
/// The kernel's lock (`flock`) on a file that the caller has opened: a regular file, a directory or
/// a device, for reading or for writing. The lock excludes `file_lock`, flock(1) and every other
/// program that takes that lock on the same file. The descriptor stays the caller's.
///
/// Ownership:: The lock belongs to the open file, not to the process or the thread. Copies of the
///   descriptor, those of `dup` and of forked children included, have the same lock. It is released
///   when one of them is unlocked or the last one is closed, as at the end of the process. Two
///   threads with one descriptor do not exclude each other.
/// Levels:: None. To lock again in the same mode has no effect. To lock in the other mode changes
///   the mode.
/// Limits:: Nothing checks that a path still names the file, that the caller waits for itself, or
///   that the lock excludes processes of other hosts.
/// Throws of Functions::
///   * `errc::bad_file_descriptor`, `error::kernel_lock_not_supported` or another error of
///     flock(2). The text of a `lock_error` has "descriptor 5" instead of the path.
/// System calls of Functions:: One, `flock`.
/// Thread safety:: Any thread may call the functions.
/// Crash, fork, cancellation of Functions:: The kernel releases the lock when the last copy of the
///   descriptor is closed, at a crash too. A forked child has the same lock: if it unlocks, the
///   parent has lost the lock. A wait cannot be cancelled.

namespace boost {
namespace filelock {

/// @name Functions

/// Acquires the exclusive lock. Waits in the kernel, without limit. Signals do not end the wait. A
/// shared lock of the same open file becomes exclusive; flock(2): the kernel drops it before it
/// converts it, so that another program may come in between.
///
/// Parameters:: `file`: an open descriptor.
///
/// `ec`: the error, cleared if there is none.
/// Throws:: Without `ec`, `lock_error` with:
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file, system::error_code& ec) noexcept;

/// Tries once to acquire the exclusive lock. A shared lock of the same open file becomes exclusive;
/// flock(2): the kernel drops it before it converts it, so that an attempt that fails leaves none.
///
/// Parameters:: `file`: an open descriptor.
///
/// `ec`: the error, cleared if there is none.
/// Returns:: True if the open file has the exclusive lock. False, without an error, if another open
///   file has a lock.
/// Throws:: Without `ec`, `lock_error` with:
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file,
                                             system::error_code& ec) noexcept;

/// Acquires a shared lock. Waits in the kernel, without limit. Signals do not end the wait. An
/// exclusive lock of the same open file becomes shared; flock(2): the kernel drops it before it
/// converts it, so that another program may come in between.
///
/// Parameters:: `file`: an open descriptor.
///
/// `ec`: the error, cleared if there is none.
/// Throws:: Without `ec`, `lock_error` with:
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file,
                                                system::error_code& ec) noexcept;

/// Tries once to acquire a shared lock. An exclusive lock of the same open file becomes shared;
/// flock(2): the kernel drops it before it converts it, so that an attempt that fails leaves none.
///
/// Parameters:: `file`: an open descriptor.
///
/// `ec`: the error, cleared if there is none.
/// Returns:: True if the open file has a shared lock. False, without an error, if another open file
///   has the exclusive lock.
/// Throws:: Without `ec`, `lock_error` with:
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file,
                                                    system::error_code& ec) noexcept;

/// Releases the lock of either mode. A file without a lock is no error.
///
/// Parameters:: `file`: an open descriptor.
///
/// `ec`: the error, cleared if there is none.
/// Throws:: Without `ec`, `lock_error` with:
/// System calls:: Four: `flock`, and three that notify the waiters, because inotify(7) reports a
///   close but no unlock.
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file,
                                           system::error_code& ec) noexcept;

} // namespace filelock
} // namespace boost

#endif
