// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_READ_WRITE_LOCK_HPP
#define BOOST_FILELOCK_READ_WRITE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/upgrade_names.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

namespace boost {
namespace filelock {

/// A kernel lock on a file for readers and writers. The kernel releases it when the holder dies. A
/// waiting writer keeps new readers out, so that it gets the lock however many readers there are.
///
/// There are three modes. Any number of owners read (_shared_), or one owner writes (_exclusive_).
/// The owner of the _upgrade_ lock reads together with other readers, excludes every other owner
/// that may become a writer, and can become a writer itself. See <<readers_writers,how the modes go
/// together>>, <<writers_first,the order>> and <<converting,conversions>>.
///
/// The locks are those of SQLite, at the same bytes. Python filelock's `ReadWriteLock`, and every
/// SQLite client in rollback-journal mode, are readers and writers of the same file. The only other
/// lock types that exclude this one are record locks on the whole file, such as those of
/// `kernel_lock::record`. See <<excludes,Which programs it excludes>>.
///
/// The file may be empty, or a database. It is created if it is missing, and stays when the lock is
/// released. The library never reads, writes or truncates it. A shared lock on an existing file
/// needs permission to read it. Every other lock, and each conversion of a shared lock, needs
/// permission to write it.
///
/// *A process must not use SQLite, or any lock that `fcntl` gives to the process, on a file that it
/// also locks with this type.* POSIX: when this lock closes the file, the kernel drops those locks.
/// See <<closing,Closing the file elsewhere>>.
///
/// Models:: UpgradeLockable of Boost.Thread, and thereby SharedTimedLockable and TimedLockable of
///   Boost.Thread and the standard. Recursive in each mode.
/// Requires:: Open-file-description locks (Linux 3.15). Where there are none, and where record
///   locks are <<host_local,known to exclude only processes of the same host>>, locking fails with
///   `error::kernel_lock_not_supported`.
/// Crash:: The kernel releases the lock when the holder's process ends, however it ends.
/// Fork:: A forked child owns nothing and may acquire the lock itself. When it unlocks or destroys
///   the object, the parent's hold is not affected.
/// Exec:: A program that is started with `exec` does not inherit the descriptor, and thus not the
///   lock.
/// Throws of Shared::
///   * `errc::resource_deadlock_would_occur`, in a wait without limit, if the calling thread reads
///     through another object and a writer waits on this object, and so comes first;
/// Throws of Upgrade::
///   * `errc::resource_deadlock_would_occur`, in a wait without limit, if the calling thread reads
///     through another object and a writer waits for it to leave, or waits on this object. A wait
///     with a limit returns false then, as a rule at once;
/// Throws of Exclusive, Shared, Upgrade, Conversion to a stronger mode::
///   * `error::kernel_lock_not_supported`, `error::not_a_lock_file`, `errc::is_a_directory`,
///     `errc::permission_denied`, `errc::read_only_file_system`, `errc::no_such_file_or_directory`,
///     `errc::operation_not_permitted` or another error of the operating system, if the file cannot
///     be made, opened or locked. See <<codes,the table of codes>>.
/// System calls of Exclusive:: 4 for the first level if the lock is free, 6 for an attempt that
///   finds it held, none for a further level. The first attempt on a file system makes one more.
/// System calls of Shared:: 5 for the first level if no writer is there, none for a further level.
///   The first attempt on a file system makes one more.
/// System calls of Upgrade:: 6 for the first level if the lock is free, none for a further level.
///   The first attempt on a file system makes one more.
/// System calls of Conversion to a stronger mode:: 3 if nothing is in the way.
/// System calls of Conversion to a weaker mode:: 4 for the last exclusive level, 3 for the last
///   upgrade level; none for another level.
/// System calls of Release:: 2 for the last level; none for another level of the same mode.
/// System calls of Observers:: `still_held` makes 3, or 4 with an upgrade lock; `holder` and
///   `holders` read `/proc`, with a number that depends on the processes and locks there; the
///   others make none.
/// Crash, fork, cancellation of Exclusive, Shared, Upgrade:: The kernel releases the lock if the
///   process ends, a forked child owns nothing, and a call that fails, times out or is cancelled
///   changes no level and lets readers in at once. A process that ends while it waits leaves
///   nothing, and the readers that it kept out come in. A forked child waits for its parent as any
///   process does.
/// Crash, fork, cancellation of Conversion to a stronger mode:: The kernel releases the lock if the
///   process ends, a forked child has no level to convert, and a conversion that fails or times out
///   leaves the level as it was and lets readers in at once.
/// Crash, fork, cancellation of Conversion to a weaker mode:: The kernel releases the lock if the
///   process ends; in a forked child, converting a level of the parent has no effect and is no
///   error; a conversion cannot be cancelled.
/// Crash, fork, cancellation of Release:: If the process ends first, the kernel releases the lock.
///   In a forked child each level of the parent can be dropped once, without effect or error. A
///   release cannot be cancelled.
class BOOST_FILELOCK_DECL read_write_lock : public detail::upgrade_names
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = read_write_lock_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the lock file, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `read_write_lock_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit read_write_lock(filesystem::path const& path,
                             read_write_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit read_write_lock(Path const& path, read_write_lock_options const& options = {})
        : read_write_lock(filesystem::path(path.native()), options)
    {}
};

} // namespace filelock
} // namespace boost

#endif
