// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP
#define BOOST_FILELOCK_DESCRIPTOR_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/error_code.hpp>

// The kernel's lock (`flock`) on a file that the caller has opened: a regular file, a directory, a
// device, whether opened for reading or for writing.
//
// It excludes `file_lock`, flock(1) and everybody else who takes that lock on the same file. It
// belongs to the open file and not to the process: copies of the descriptor, those of forked
// children included, have the same lock, which goes when one of them is unlocked or the last is
// closed. There are no levels: to lock again is to have it once, and to lock in the other mode
// changes the mode, for which the kernel drops the lock first.
//
// The descriptor stays the caller's. Nothing checks that a path still names the file. Any thread
// may call these. Errors are the system's, such as `errc::bad_file_descriptor`, and
// `error::kernel_lock_not_supported`; a `lock_error` has "descriptor 5" in the place of the path.

namespace boost {
namespace filelock {

/// Takes the lock exclusively; waits for ever, in the kernel. Signals do not end the wait.
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor(native_handle_type file, system::error_code& ec) noexcept;

/// One attempt. False, without an error, where somebody else has the lock.
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor(native_handle_type file,
                                             system::error_code& ec) noexcept;

/// The same for a lock that others may share.
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL void lock_descriptor_shared(native_handle_type file,
                                                system::error_code& ec) noexcept;
[[nodiscard]] BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file);
BOOST_FILELOCK_DECL bool try_lock_descriptor_shared(native_handle_type file,
                                                    system::error_code& ec) noexcept;

/// Gives back either. To have none is no error.
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file);
BOOST_FILELOCK_DECL void unlock_descriptor(native_handle_type file,
                                           system::error_code& ec) noexcept;

} // namespace filelock
} // namespace boost

#endif
