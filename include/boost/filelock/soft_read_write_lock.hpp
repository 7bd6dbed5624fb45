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

/// A lock for readers and writers that is held by markers, small files next to the path. For home
/// directories and scratch space that many hosts mount, where kernel locks are not reliable. A
/// waiting writer keeps new readers out, so that it gets the lock however many readers there are.
///
/// The lock excludes this library's `soft_read_write_lock` and the `SoftReadWriteLock` of Python's
/// filelock <<python_versions,before 3.33>>, on the same path. All of them must have the same
/// `heartbeat_interval` and `stale_threshold`. The lock excludes no other lock type. A path belongs
/// to one lock type. See <<marker_tree,Readers and writers by markers>>.
///
/// The holder refreshes its marker every `heartbeat_interval`. Other processes evict the marker
/// once its process is proved dead. If the process is on another host or stopped, they evict the
/// marker once it was not refreshed for `stale_threshold`. So *a holder that has not refreshed its
/// marker for `stale_threshold` less `heartbeat_interval`, because it was stopped or cut off, has
/// lost the lock*. `on_loss`, `loss` and `async_wait_loss` report the loss when it is noticed, and
/// not before. The lock cannot prevent what the holder does until then. See <<losing,Losing a
/// hold>> and <<fencing,The data after a loss>>.
///
/// Models:: TimedLockable and SharedTimedLockable of Boost.Thread and the standard. Recursive in
///   each mode.
/// Files:: There is no file at the path itself. For `work.lock` there are `work.lock.write`, while
///   a writer holds the lock or waits for the readers to go; `work.lock.readers/`, a directory with
///   a marker for each reader, which stays; and `work.lock.state`, while a writer acquires, while a
///   writer releases on network storage, and while a process evicts a stale marker. A file there
///   that is no marker stays as it is and causes `error::not_a_lock_file`.
/// Permissions:: A reader needs to write the directory of the readers, a writer that of the path,
///   and both need to read the two. A process that removes the markers of dead owners needs to
///   write the directory in which they are. A process that may not read a marker waits for
///   `stale_threshold` if its owner has died.
/// Resources:: One thread of the library refreshes the markers of all such locks of the process,
///   while anything is held and a second longer. An object that is held has one descriptor, or two
///   if it is held shared.
/// Order:: See <<writers_claim,Writers come first>>. A single attempt to write keeps no reader out
/// while
///   there are readers.
/// Network storage:: If no writer is there, an attempt to write takes `settle`, 2 s by default,
///   `try_lock` included. A shorter limit is always too short.
/// Crash:: The markers stay. Contenders of the same host evict them at once, unless another process
///   has got the pid meanwhile. Other hosts evict them when they have not been refreshed for
///   `stale_threshold`, within `poll_interval`. See <<tree_crashes,Crashes of readers and
///   writers>>.
/// Fork:: A forked child owns nothing and may acquire the lock itself. The parent's markers are not
///   affected, and the parent alone refreshes them.
/// Exec:: The markers stay, and are no longer refreshed. No object of the new program owns them.
/// Throws of Shared::
///   * `errc::resource_deadlock_would_occur`, in a wait without limit, if the calling thread reads
///     through another object while a writer waits;
/// Throws of Exclusive, Shared::
///   * `errc::timed_out` if a marker that an earlier attempt left cannot be removed because another
///     process blocks the removal;
///   * `error::closed` after `close`;
///   * `error::not_a_lock_file`, `error::host_without_name`, `error::witness_not_supported`,
///     `error::kernel_lock_not_supported`, `errc::permission_denied`,
///     `errc::read_only_file_system`, `errc::no_such_file_or_directory`,
///     `errc::operation_not_permitted` or another error of the operating system, if a marker cannot
///     be made or a dead owner's marker cannot be removed, or if the heartbeat thread cannot be
///     started. See <<codes,the table of codes>>.
/// System calls of Exclusive:: 40 for the first level if the lock is free, 48 in a single attempt,
///   none for a further level. On network storage 117 and 127, or 87 and 97 with a `settle` of
///   zero.
/// System calls of Shared:: 18 for the first level if the lock is free, 55 on network storage, none
///   for a further level.
/// System calls of Release:: 7 for the last exclusive level, 44 on network storage; 6 for the last
///   shared level, 25 on network storage; none for another level.
/// System calls of Observers:: `still_held` makes 1, or 2 for a reader, and 6 or 15 on network
///   storage; `holder` and `holders` some 25, and more with each reader; the others none.
/// Crash, fork, cancellation of Exclusive, Shared:: The marker stays if the process ends, and
///   contenders evict it; a forked child owns nothing; a call that fails, times out or is cancelled
///   changes no level, and readers that it kept out come in. A process that ends while it waits may
///   leave `PATH.write` or `PATH.state`. Contenders of the same host evict a marker at once, other
///   hosts after `stale_threshold`. A forked child waits for its parent as any process does.
/// Crash, fork, cancellation of Release:: If the process ends first, its marker stays, and
///   contenders evict it. Contenders of the same host do that at once, other hosts after
///   `stale_threshold`. If another process keeps a marker from being removed for a tenth of a
///   second, the marker is left empty. If, on network storage, another process has `PATH.state`,
///   the removal of `PATH.write` goes on in the background after a second. Releasing a lost hold is
///   no error and leaves the markers of others alone. In a forked child each level of the parent
///   can be dropped once, without effect or error. A release cannot be cancelled.
class BOOST_FILELOCK_DECL soft_read_write_lock : public detail::shared_names, public detail::losable
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = soft_read_write_lock_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path next to which the markers are, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `soft_read_write_lock_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit soft_read_write_lock(filesystem::path const& path,
                                  soft_read_write_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_read_write_lock(Path const& path,
                                  soft_read_write_lock_options const& options = {})
        : soft_read_write_lock(filesystem::path(path.native()), options)
    {}

    /// Drops the levels of all owners, those of every `held_lock` included, and ignores errors. If
    /// another process blocks the release, the destructor retries for a tenth of a second. It waits
    /// for a running `on_loss`, unless `on_loss` itself destroys the lock. No thread may be waiting
    /// for the lock through this object. An asynchronous operation may be pending only if its
    /// execution context has stopped, and is destroyed on the same thread.
    ///
    /// Thread safety:: No other thread may use the object.
    /// Crash, fork, cancellation:: In a forked child the parent's markers are not affected.
    ~soft_read_write_lock();

    /// @name Release

    /// Releases the holds of all owners, those of every `held_lock` included, and ignores errors.
    /// All later acquisitions fail with `error::closed`, the `try_` forms included, and so do those
    /// that wait; waiters are notified at once. Releasing a level that was closed has no effect,
    /// once for each level. A `held_lock` still reports `owns_lock()`. There is no way to open the
    /// object again. If another process blocks the release, the call retries for up to a second,
    /// and then leaves the rest to a background thread.
    ///
    /// System calls:: Those of a release of the last level.
    /// Thread safety:: Any thread may call it, more than once, and `on_loss` may call it.
    /// Crash, fork, cancellation:: If the process ends first, its markers stay, and are evicted as
    ///   after any crash. In a forked child it closes the child's object; the parent's holds are
    ///   not affected. Cannot be cancelled.
    void close() noexcept;
};

} // namespace filelock
} // namespace boost

#endif
