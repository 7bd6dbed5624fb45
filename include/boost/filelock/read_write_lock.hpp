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

/// A lock for readers and writers that the kernel keeps on a file, and gives back itself when the
/// holder dies. A writer who waits keeps new readers out, so that he gets in however many they are.
///
/// Models UpgradeLockable of Boost.Thread, and so SharedTimedLockable and TimedLockable; recursive
/// in each mode. The owner of an upgrade lock reads beside other readers, keeps out whoever else
/// may come to write, and can become a writer himself.
///
/// The locks are those of SQLite, at the same bytes: Python filelock's `ReadWriteLock`, and every
/// SQLite client in rollback-journal mode, are readers and writers of the same file. It may be
/// empty, or a database; it is made where it is missing, stays when the lock is released, and is
/// never read, written or truncated. A shared lock on a file that exists wants permission to read
/// it, everything else permission to write it. Of the other kinds of lock only record locks on the
/// whole file, such as those of `kernel_lock::record`, have anything to do with it: they exclude
/// it.
///
/// **A process must not use SQLite, or any lock that `fcntl` gives to the process, on a file that
/// it also locks with this**: when this closes the file, the kernel drops those (POSIX).
///
/// Wants open-file-description locks, as Linux has them since 3.15; elsewhere, and where record
/// locks are known to exclude only processes of the same host, locking fails with
/// `error::kernel_lock_not_supported`. The constructor touches no file; a relative path means the
/// working directory at construction. Nothing but the destructor needs care with threads.
///
/// A crash of the holder frees the lock. A forked child owns nothing: its unlocking and destroying
/// leave the parent's lock alone, and it may lock the same object afresh. `exec` inherits nothing.
class BOOST_FILELOCK_DECL read_write_lock : public detail::upgrade_names
{
public:
    using options_type = read_write_lock_options;

    /// Takes everything that makes a `boost::filesystem::path`, `std::filesystem::path` included.
    /// Throws `std::invalid_argument` for an empty path, a path with a NUL, and options that make
    /// no sense; `filesystem_error` where a relative path meets a working directory that is gone.
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
