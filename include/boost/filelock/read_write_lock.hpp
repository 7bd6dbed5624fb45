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
/// Models UpgradeLockable of Boost.Thread, and thereby SharedTimedLockable and TimedLockable;
/// recursive in each mode. The owner of an upgrade lock reads beside other readers, excludes every
/// other owner that may become a writer, and can become a writer itself.
///
/// The locks are those of SQLite, at the same bytes: Python filelock's `ReadWriteLock`, and every
/// SQLite client in rollback-journal mode, are readers and writers of the same file. The file may
/// be empty, or a database. It is created if it is missing, and stays when the lock is released.
/// The library never reads, writes or truncates it. A shared lock on an existing file needs
/// permission to read it; every other lock needs permission to write it. The only other lock types
/// that exclude this one are record locks on the whole file, such as those of
/// `kernel_lock::record`.
///
/// **A process must not use SQLite, or any lock that `fcntl` gives to the process, on a file that
/// it also locks with this type.** POSIX: when this lock closes the file, the kernel drops those
/// locks.
///
/// The lock needs open-file-description locks (Linux 3.15). Where there are none, and where record
/// locks are known to exclude only processes of the same host, locking fails with
/// `error::kernel_lock_not_supported`. The constructor touches no file. A relative path refers to
/// the working directory at construction. All members except the destructor are thread-safe.
///
/// A crash of the holder releases the lock. A forked child owns nothing: when it unlocks or
/// destroys the object, the parent's lock is not affected, and it may lock the same object again. A
/// program that is started with `exec` does not inherit the lock.
class BOOST_FILELOCK_DECL read_write_lock : public detail::upgrade_names
{
public:
    using options_type = read_write_lock_options;

    /// Constructs a lock for the path, which may be anything that converts to
    /// `boost::filesystem::path`, or a `std::filesystem::path`. Throws `std::invalid_argument` for
    /// an empty path, a path with a NUL, and options out of range. Throws `filesystem_error` if the
    /// path is relative and the working directory no longer exists.
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
