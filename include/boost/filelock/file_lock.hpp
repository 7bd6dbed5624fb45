// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_FILE_LOCK_HPP
#define BOOST_FILELOCK_FILE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/shared_names.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

namespace boost {
namespace filelock {

/// A kernel lock on a file (`flock`). The kernel releases it when the holder dies.
///
/// The lock excludes every process that locks the same file with `flock`: flock(1), Python's
/// filelock, this library. With the option `backend` it excludes those that use record locks. See
/// <<excludes,Which programs it excludes>>.
///
/// The lock file is created if it is missing, and stays when the lock is released. The library
/// never reads, writes or truncates it. A shared lock on an existing file needs permission to read
/// it; every other lock needs permission to write it.
///
/// Models:: TimedLockable and SharedTimedLockable of Boost.Thread and the standard. Recursive in
///   each mode.
/// Crash:: The kernel releases the lock when the holder's process ends, however it ends.
/// Fork:: A forked child owns nothing and may acquire the lock itself. When it unlocks or destroys
///   the object, the parent's hold is not affected.
/// Exec:: A program that is started with `exec` does not inherit the descriptor, and thus not the
///   lock.
/// Throws of Exclusive, Shared::
///   * `error::kernel_lock_not_supported`, `error::both_not_supported`, `error::not_a_lock_file`,
///     `errc::is_a_directory`, `errc::permission_denied`, `errc::read_only_file_system`,
///     `errc::no_such_file_or_directory`, `errc::operation_not_permitted` or another error of the
///     operating system, if the file cannot be made, opened or locked. See <<codes,the table of
///     codes>>.
///
/// An exception of `file_lock_options::on_acquired` leaves the call, and the lock is released.
/// System calls of Exclusive, Shared:: 4 for the first level if the lock is free, 5 for an attempt
///   that finds it held, none for a further level. With `kernel_lock::both` 5 for the first level.
///   The first attempt on a file system makes one more.
/// System calls of Release:: 2 for the last level, or 3 with `kernel_lock::both`; none for another
///   level.
/// System calls of Observers:: `still_held` makes 3, or 4 with `kernel_lock::both`; `holder` and
///   `holders` read `/proc`, with a number that depends on the processes and locks there; the
///   others make none.
/// Crash, fork, cancellation of Exclusive, Shared:: The kernel releases the lock if the process
///   ends, a forked child owns nothing, and a call that fails, times out or is cancelled changes no
///   level. A process that ends while it waits leaves nothing. A forked child waits for its parent
///   as any process does.
/// Crash, fork, cancellation of Release:: If the process ends first, the kernel releases the lock.
///   In a forked child each level of the parent can be dropped once, without effect or error. A
///   release cannot be cancelled.
class BOOST_FILELOCK_DECL file_lock : public detail::shared_names
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = file_lock_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the lock file, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `file_lock_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit file_lock(filesystem::path const& path, file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit file_lock(Path const& path, file_lock_options const& options = {})
        : file_lock(filesystem::path(path.native()), options)
    {}

    /// @name Observers

    /// Returns whether this object acts as a `soft_file_lock`, because it was constructed with
    /// `fallback::soft` and has found a file system without kernel locks. False before the first
    /// attempt to lock. The answer does not change after that attempt.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: No effect. A forked child gets the parent's answer.
    bool is_soft() const noexcept;
};

} // namespace filelock
} // namespace boost

#endif
