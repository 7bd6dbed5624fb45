// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_LOCK_BASE_HPP
#define BOOST_FILELOCK_DETAIL_LOCK_BASE_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/deadline.hpp>
#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

class lock_state;

/// The common part of every lock type, whatever its protocol, and the functions that the members
/// with standard names call.
///
/// A label `LABEL of GROUP` is part of the entries of all members of that group. The facts that
/// hold for one lock type only are in the docstring of that type. The reference prints both in each
/// entry.
///
/// Objects:: Not copyable, movable or default-constructible. May be derived from.
/// Temporaries:: The members that acquire the lock require an lvalue: `file_lock("x.lock").lock()`
///   does not compile, because the lock would be released at the end of the statement. The
///   overloads for temporaries are deleted, so the address of such a member needs a cast to the
///   type of the intended overload.
/// Interruption:: No member is an interruption point of Boost.Thread or a cancellation point of
///   `pthread_cancel`.
/// Thread safety:: Any thread may call any member except the destructor. Other threads may use the
///   same object meanwhile.
class BOOST_FILELOCK_DECL lock_base
{
public:
    lock_base(lock_base const&) = delete;
    lock_base& operator=(lock_base const&) = delete;

    /// @name Release

    /// Drops one level of the caller, of the strongest mode that it has. The last level releases
    /// the lock. Reports the errors of the release, unlike `unlock`. The level is dropped even if
    /// there is an error. If another process blocks the release of a soft lock, the call retries
    /// for up to a second, and then leaves the rest to a background thread.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `errc::operation_not_permitted` if the caller has no level;
    ///   * `errc::timed_out` if another process blocks the release of a soft lock;
    ///   * the error of the operating system if the lock could not be released properly.
    void release();
    void release(system::error_code& ec) noexcept;

    /// Drops all levels of the caller, of every mode. A caller without levels is no error. Reports
    /// the errors of the release. If another process blocks the release of a soft lock, the call
    /// retries for up to a second, and then leaves the rest to a background thread.
    ///
    /// Parameters:: The constant `force`.
    /// Throws:: `lock_error` with:
    ///   * `errc::timed_out` if another process blocks the release of a soft lock;
    ///   * the error of the operating system if the lock could not be released properly.
    void release(force_t);

    /// @name Observers

    /// Returns whether the calling thread (`ownership::thread`) or any owner
    /// (`ownership::instance`) has a level of this object, in any mode. A `held_lock` counts as an
    /// owner of its own. Asks only this object, not the file system.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: False in a forked child, until the child acquires the lock.
    bool is_locked() const noexcept;

    /// Returns the number of levels of the calling thread (`ownership::thread`) or of the object
    /// (`ownership::instance`).
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: Zero in a forked child, until the child acquires the lock.
    unsigned lock_counter() const noexcept;

    /// Returns the path, as it was given to the constructor. The lock itself uses the absolute path
    /// of that moment. So give the constructor an absolute path if the program changes its working
    /// directory and uses `path()` afterwards.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: No effect.
    filesystem::path const& path() const noexcept;

    /// Returns the holders of the lock in all processes, as far as they are known, this process
    /// included. The object need not hold the lock. The result describes one moment and keeps no
    /// holder from leaving. Errors of the file system are not reported.
    ///
    /// For kernel locks the records come from `/proc`, one for each process of this machine, in no
    /// particular order; there are none on systems other than Linux. A `file_lock` reports holders
    /// of the kind of lock that its `backend` names. A `read_write_lock` reports the clients of
    /// SQLite and of Python as well.
    ///
    /// For soft locks the records come from the markers. A dead owner is a holder until a contender
    /// has removed its marker. `command` is set for a live process of this host, and empty for any
    /// other owner. A `strict_soft_file_lock` reports the owners of held claims; its `claims`
    /// reports intents and damaged files as well. A `soft_read_write_lock` reports readers first; a
    /// writer that waits for readers to leave is among the holders; a later process with the pid of
    /// a dead owner passes for the owner. See <<who_holds,Trust in reports of holders>>.
    ///
    /// Crash, fork, cancellation:: No effect. In a forked child the parent is a holder like any
    ///   other.
    std::vector<owner_record> holders() const;

    /// Returns the first record of `holders`, or nothing if there is none. The object need not hold
    /// the lock. The result describes one moment and keeps no holder from leaving. Errors of the
    /// file system are not reported.
    ///
    /// Crash, fork, cancellation:: No effect. In a forked child the parent is a holder like any
    ///   other.
    std::optional<owner_record> holder() const;

    /// Asks the file system whether the caller holds the lock now. The levels stay as they are,
    /// whatever the answer. A lost lock must still be unlocked.
    ///
    /// Parameters:: `ec`: the error if the file system gave no answer; cleared otherwise.
    /// Returns:: True if the caller has a level of this object and the file system confirms it:
    ///   * for a kernel lock, the kernel has just granted the lock once more in the same mode, and
    ///     the path still names the locked file. On SMB only the path is checked;
    ///   * for a `soft_file_lock`, the path names this object's marker;
    ///   * for a `strict_soft_file_lock`, both claims, their directory and the file at the path are
    ///     in their places;
    ///   * for a `soft_file_lease`, the same, and the marker was refreshed within `duration` less
    ///     `heartbeat_interval`;
    ///   * for a `soft_read_write_lock`, the marker is in its place and was refreshed within
    ///     `stale_threshold` less `heartbeat_interval`. A reader's directory is in its place, too.
    ///
    /// False with `ec` cleared if one of these is not so. False with `ec` set if there was no
    /// answer. The result says nothing about the time before or after the call, and false alone is
    /// not yet a loss that `loss` or `on_loss` report. See <<still_held,Check whether a lock is
    /// still held>>.
    ///
    /// Thread safety:: Any thread may call it. The call may wait for another thread's attempt on
    ///   the same object, which does not wait itself.
    /// Crash, fork, cancellation:: False in a forked child, unless the child itself has acquired
    ///   the lock.
    bool still_held(system::error_code& ec) const;

protected:
    explicit lock_base(std::shared_ptr<lock_state> state) noexcept;

    lock_state& state() const noexcept { return *state_; }

    /// @name Construction

    /// Drops the levels of all owners, those of every `held_lock` included, and ignores errors. If
    /// another process blocks the release of a soft lock, the destructor retries for a tenth of a
    /// second. No thread may be waiting for the lock through this object. An asynchronous operation
    /// may be pending only if its execution context has stopped, and is destroyed on the same
    /// thread.
    ///
    /// Thread safety:: No other thread may use the object.
    /// Crash, fork, cancellation:: In a forked child the parent's holds are not affected.
    ~lock_base();

    // The functions behind the names.

    /// Acquires one level of this mode. Returns false if the deadline has passed. Throws
    /// `lock_error`.
    bool take(lock_mode mode, deadline const& until);
    void take(lock_mode mode, acquire_options const& how);
    bool take(lock_mode mode, acquire_options const& how, system::error_code& ec);

    /// Drops one level. Throws only if the caller owns no level of this mode.
    void drop(lock_mode mode);

    /// Converts a level of mode `from` to one of mode `to`.
    bool strengthen(lock_mode from, lock_mode to, deadline const& until);
    void weaken(lock_mode from, lock_mode to);

    /// Drops the levels of every owner; dropping them later has no effect. Later and waiting
    /// acquisitions fail with `error::closed`.
    void close() noexcept;

private:
    friend class async_operation;

    std::shared_ptr<lock_state> state_; // shared with asynchronous operations and their holds
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
