// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SOFT_READ_WRITE_LOCK_HPP
#define BOOST_FILELOCK_SOFT_READ_WRITE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/losable.hpp>
#include <boost/filelock/detail/shared_names.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

namespace boost {
namespace filelock {

/// A lock for readers and writers that is held by markers, small files beside the path. For home
/// directories and scratch space that many hosts mount, where kernel locks are not reliable.
///
/// Models SharedTimedLockable of Boost.Thread and the standard; recursive in each mode. A waiting
/// writer keeps new readers out, so that it gets the lock however many readers there are. The lock
/// excludes this library's `soft_read_write_lock` and Python filelock's `SoftReadWriteLock` on the
/// same path, which must have the same `heartbeat_interval` and `stale_threshold`. It excludes no
/// other lock type.
///
/// There is no file at the path itself. For `work.lock` there are these files beside it:
/// `work.lock.write`, while a writer holds the lock or waits for the readers to go;
/// `work.lock.readers/`, a directory with a marker for each reader; `work.lock.state`, while a
/// writer acquires, while a writer releases on network storage, and while a process evicts a stale
/// marker.
///
/// The holder refreshes its marker every `heartbeat_interval`, from a thread that all such locks of
/// the process share. Other processes evict the marker once its process is proved dead. If the
/// process is on another host or stopped, they evict the marker once it was not refreshed for
/// `stale_threshold`. So **a holder that was stopped or cut off for that long has lost the lock**.
/// `on_loss`, `loss` and `async_wait_loss` notify the holder as soon as it runs again. The lock
/// cannot prevent what the holder does before that.
///
/// The constructor touches no file. A relative path refers to the working directory at
/// construction. All members except the destructor are thread-safe.
///
/// A crash of the holder delays other hosts by at most `stale_threshold` plus `poll_interval`. It
/// does not delay processes of the same host, unless another process has got its pid meanwhile. A
/// forked child owns nothing: when it unlocks or destroys the object, the parent's markers are not
/// affected, and it may lock the same object again. A program that is started with `exec` does not
/// inherit the lock.
class BOOST_FILELOCK_DECL soft_read_write_lock : public detail::shared_names, public detail::losable
{
public:
    using options_type = soft_read_write_lock_options;

    /// Constructs a lock for the path, which may be anything that converts to
    /// `boost::filesystem::path`, or a `std::filesystem::path`. Throws `std::invalid_argument` for
    /// an empty path, a path with a NUL, and options out of range. Throws `filesystem_error` if the
    /// path is relative and the working directory no longer exists.
    explicit soft_read_write_lock(filesystem::path const& path,
                                  soft_read_write_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_read_write_lock(Path const& path,
                                  soft_read_write_lock_options const& options = {})
        : soft_read_write_lock(filesystem::path(path.native()), options)
    {}

    /// Drops the levels of every owner and ignores errors. Waits for a running `on_loss`, unless
    /// `on_loss` itself destroys the lock.
    ~soft_read_write_lock();

    /// Releases the holds of every owner and ignores errors. Later and waiting acquisitions fail
    /// with `error::closed`. Releasing a level that was closed has no effect. Any thread may call
    /// it.
    void close() noexcept;
};

} // namespace filelock
} // namespace boost

#endif
