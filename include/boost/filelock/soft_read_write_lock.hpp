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

namespace detail {
class heartbeat_protocol;
}

/// A lock for readers and writers that is held by markers, small files beside the path: for home
/// directories and scratch space that many hosts mount, where no kernel lock is to be trusted.
///
/// Models SharedTimedLockable of Boost.Thread and the standard; recursive in each mode. A writer
/// who waits keeps new readers out, and so gets in however many they are. Excludes this library's
/// `soft_read_write_lock` and Python filelock's `SoftReadWriteLock` on the same path, which must
/// have the same `heartbeat_interval` and `stale_threshold`; and no other kind.
///
/// At the path itself there is no file. Beside it there are, for `work.lock`: `work.lock.write`
/// while a writer holds the lock or waits for the readers to go; `work.lock.readers/`, a directory
/// with a file for each reader; `work.lock.state`, for as long as a writer comes or, on
/// network storage, goes, and while somebody removes a dead one's marker.
///
/// The holder stamps his marker every `heartbeat_interval`, from a thread that all such locks of
/// the process share. Others remove it once its process is proved to have died, or, on another host
/// or stopped, once it has not been stamped for the whole of `stale_threshold`. So **a holder that
/// was stopped or cut off for that long has lost the lock**: he is told by `on_loss`, `loss` and
/// `async_wait_loss`, as soon as he runs again; what he does until then nobody can prevent.
///
/// A crash of the holder delays others by `stale_threshold` and `poll_interval` at most, and not at
/// all on the same host, unless another process has his number by then. A forked child owns
/// nothing: its unlocking and destroying leave the parent's markers alone, and it may lock the same
/// object afresh. `exec` inherits nothing. The constructor touches no file; a relative path means
/// the working directory at construction.
class BOOST_FILELOCK_DECL soft_read_write_lock : public detail::shared_names, public detail::losable
{
public:
    using options_type = soft_read_write_lock_options;

    /// Takes everything that makes a `boost::filesystem::path`, `std::filesystem::path` included.
    /// Throws `std::invalid_argument` for an empty path, a path with a NUL, and options that make
    /// no sense; `filesystem_error` where a relative path meets a working directory that is gone.
    explicit soft_read_write_lock(filesystem::path const& path,
                                  soft_read_write_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_read_write_lock(Path const& path,
                                  soft_read_write_lock_options const& options = {})
        : soft_read_write_lock(filesystem::path(path.native()), options)
    {}

    /// Drops every level, of whichever owner, and swallows errors. Waits for `on_loss`, unless it
    /// is `on_loss` that destroys the lock.
    ~soft_read_write_lock();

    /// Gives up every hold, whosever it is, and errors with it. Whoever acquires later, or waits
    /// already, gets `error::closed`; to release what was given up does nothing. From any thread.
    void close() noexcept;

private:
    soft_read_write_lock(filesystem::path const& path, soft_read_write_lock_options const& options,
                         detail::heartbeat_protocol* owned);

    detail::heartbeat_protocol& protocol_;
};

} // namespace filelock
} // namespace boost

#endif
