// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SOFT_FILE_LEASE_HPP
#define BOOST_FILELOCK_SOFT_FILE_LEASE_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/exclusive_names.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/losable.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {

/// A lock that is held while a marker exists at the path, and that expires: a small file that names
/// its owner, which the owner refreshes. A holder that is stopped or cut off from the storage, or
/// whose host has vanished, cannot keep the others out for longer than `duration`. A stuck thread
/// of a running process can: another thread refreshes the marker.
///
/// The lock excludes this library's `soft_file_lease` and Python filelock's `SoftFileLease` on the
/// same path, and no other lock type. All of them must have the same `duration`. See
/// <<markers,Markers>>.
///
/// Contenders evict a marker at once where its owner is <<proof_of_death,proved dead>>, and
/// otherwise when it was not refreshed for `duration`: this object has watched it for that long, or
/// it is of another host and twice as old by the clock of the file system. So *a holder that has
/// not refreshed its marker for `duration` less `heartbeat_interval`, because it was stopped or cut
/// off, has lost the lock*. `on_loss`, `loss` and `async_wait_loss` report the loss when it is
/// noticed, and not before. The lock cannot prevent what the holder does until then; `fence` and
/// `fence_guard` let the protected resource refuse it. See <<losing,Losing a hold>> and
/// <<fencing,The data after a loss>>.
///
/// Models:: TimedLockable of Boost.Thread and the standard. Recursive.
/// Files:: The marker at the path, while the lock is held; and `PATH.fence/`, a directory with
///   empty files whose names are numbers, once `fence` was called. The directory stays.
/// Other files:: A file that is no marker stays as it is and causes `error::not_a_lock_file` at
///   once: a file whose content is neither a marker nor the beginning of one, that is longer than
///   1024 bytes, or that is not regular, a directory included. A file that the caller may not read
///   counts as another owner's marker. An incomplete marker is removed when it is two seconds old.
/// Other lock types:: A path belongs to one lock type. Contenders wait for the permanent file of a
///   `strict_soft_file_lock`, and for a marker of a kind that this version does not know; they
///   evict the marker of a `soft_file_lock` only if its owner is proved dead. A contender of
///   Python's `SoftFileLock` removes a lease after two seconds.
/// Network storage:: As for a `soft_file_lock`. A process that is stopped while it evicts an
///   expired marker can remove its successor's when it continues; the successor's `loss` reports
///   that.
/// Resources:: One thread of the library refreshes the markers of all such locks of the process,
///   while anything is held and a second longer. An object that is held has one descriptor.
/// Crash:: The marker stays. Contenders of the same host evict it at once, other hosts when it has
///   expired, within `poll_interval`.
/// Fork:: A forked child owns nothing and may acquire the lock itself. The parent's marker is not
///   affected, and the parent alone refreshes it.
/// Exec:: The marker stays, and is no longer refreshed. No object of the new program owns it.
/// Throws of Exclusive::
///   * `error::lease_duration_mismatch` if the marker is that of a lease with another `duration`,
///     and its owner is not proved dead;
///   * `error::not_a_lock_file`, `error::host_without_name`, `error::witness_not_supported`,
///     `error::kernel_lock_not_supported`, `errc::permission_denied`,
///     `errc::read_only_file_system`, `errc::no_such_file_or_directory`,
///     `errc::operation_not_permitted` or another error of the operating system, if the marker
///     cannot be made, or another's marker cannot be removed, or if the heartbeat thread cannot be
///     started. See <<codes,the table of codes>>.
/// System calls of Exclusive:: 8 for the first level if there is no marker, 15 on network storage,
///   and those of starting the heartbeat thread if it does not run; none for a further level. An
///   attempt that finds the marker of a live process of this host makes some 40, because it looks
///   for the process.
/// System calls of Release:: 7 for the last level, 14 on network storage; none for another level.
/// System calls of Observers:: `still_held` makes 1, or 6 on network storage; `holder` and
///   `holders` some 30; the others none.
/// System calls of Marker:: 11 to remove a marker, 13 on network storage; 1 if there is none.
/// Crash, fork, cancellation of Exclusive:: The marker stays if the process ends, and contenders
///   evict it; a forked child owns nothing; a call that fails, times out or is cancelled changes no
///   level. A process that ends while it waits leaves nothing, or a <<marker_crashes,file that
///   others remove>>. A forked child waits for its parent as any process does.
/// Crash, fork, cancellation of Release:: If the process ends first, its marker stays, and
///   contenders evict it. If another process keeps the marker from being removed for a tenth of a
///   second, the marker is left empty, and contenders remove it after two seconds. Releasing a lost
///   hold is no error and leaves the marker of another holder alone. In a forked child each level
///   of the parent can be dropped once, without effect or error. A release cannot be cancelled.
class BOOST_FILELOCK_DECL soft_file_lease : public detail::exclusive_names, public detail::losable
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = soft_file_lease_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the marker, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `soft_file_lease_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit soft_file_lease(filesystem::path const& path,
                             soft_file_lease_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_file_lease(Path const& path, soft_file_lease_options const& options = {})
        : soft_file_lease(filesystem::path(path.native()), options)
    {}

    /// Drops the levels of all owners, those of every `held_lock` included, and ignores errors. If
    /// another process blocks the release, the destructor retries for a tenth of a second. It waits
    /// for a running `on_loss`, unless `on_loss` itself destroys the lock. No thread may be waiting
    /// for the lock through this object. An asynchronous operation may be pending only if its
    /// execution context has stopped, and is destroyed on the same thread.
    ///
    /// Thread safety:: No other thread may use the object.
    /// Crash, fork, cancellation:: In a forked child the parent's marker is not affected.
    ~soft_file_lease();

    /// @name Lease

    /// Returns the token of the object's present hold, as in its marker: 32 hexadecimal digits that
    /// no other hold has. Empty if the object does not hold the lock.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: Empty in a forked child, unless the child itself has acquired
    ///   the lock.
    std::string token() const;

    /// Returns the holder of the path, by any process, as `holder` does.
    /// `owner_record::mode` is `owner_mode::lease`, or `owner_mode::unknown` for a marker of a kind
    /// that this version does not know.
    ///
    /// System calls:: Some 30.
    /// Crash, fork, cancellation:: No effect.
    std::optional<owner_record> owner() const { return holder(); }

    /// Returns how long the object's present hold is still good if it is not refreshed any more, by
    /// a clock that goes on while the machine is suspended: at most `duration` less
    /// `heartbeat_interval`. Zero if the hold is lost, or there is none.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: Zero in a forked child, unless the child itself has acquired the
    ///   lock.
    std::chrono::nanoseconds remaining() const noexcept;

    /// Refreshes the object's present hold now, before it would be due: for a holder that is about
    /// to do something long, such as a call that may stop the process. Any owner may call it.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `error::hold_lost` if the hold is lost;
    ///   * `errc::operation_not_permitted` if the object does not hold the lock;
    ///   * `errc::timed_out` if another process keeps the marker from being refreshed for a tenth
    ///     of a second;
    ///   * another error of the operating system. The hold is still good for `remaining`.
    /// System calls:: 5, or 13 on network storage.
    /// Crash, fork, cancellation:: In a forked child as without a hold, unless the child itself has
    ///   acquired the lock. Cannot be cancelled.
    void extend();
    void extend(system::error_code& ec);

    /// Returns the fence number of the object's present hold. It is greater than the numbers of all
    /// earlier holds of the path through this library, in all processes and on all hosts, crashes
    /// and restarts included. It is the same in every call during one hold. The first call makes
    /// the number: a file in `PATH.fence/`, whose name is on the disk when the call returns. It
    /// returns the number only if the hold is good after that. A process that ends in between
    /// leaves a gap.
    ///
    /// Holds of Python's `SoftFileLease` have no number. If the directory is removed, the numbers
    /// begin at 1 again, and a `fence_guard` refuses them. See <<fencing,The data after a loss>>.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Returns:: The number, from 1 to 10^18 - 1; 0 with an error.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `error::hold_lost` if the hold is lost;
    ///   * `errc::operation_not_permitted` if the object does not hold the lock;
    ///   * `error::not_a_lock_file` if `PATH.fence` is not a directory;
    ///   * `errc::value_too_large` after the last number;
    ///   * `errc::timed_out` if half an hour passed while the numbers were read;
    ///   * another error of the operating system.
    /// System calls:: 15 in the first call during a hold, with one `fsync`, 20 on network storage,
    ///   and more if there are many numbers, which stay for an hour; 1 in another call, 6 on
    ///   network storage. The first number of the path needs a second `fsync`.
    /// Crash, fork, cancellation:: A process that ends in the call has made a number that no
    ///   process gets, or none. In a forked child as without a hold, unless the child itself has
    ///   acquired the lock. Cannot be cancelled.
    std::uint64_t fence();
    std::uint64_t fence(system::error_code& ec);

    /// @name Marker

    /// Removes the marker, whatever its owner, an incomplete marker and that of a `soft_file_lock`
    /// included. A missing marker is no error. A living holder learns of it at its next refresh.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `error::not_a_lock_file` for the data of another program, and for the permanent file of
    ///     a strict lock;
    ///   * `errc::permission_denied` for a file that cannot be read;
    ///   * `errc::timed_out` if another process keeps the marker from being removed for a tenth of
    ///     a second;
    ///   * another error of the operating system.
    /// Crash, fork, cancellation:: A process that ends in the call has removed the marker, or not;
    ///   it may leave a file with `.break.` in its name, which a later eviction removes. A forked
    ///   child may call it, on a marker of its parent too. Cannot be cancelled.
    void force_break();
    void force_break(system::error_code& ec);

private:
    soft_file_lease(filesystem::path const& path, soft_file_lease_options const& options,
                    filesystem::path const& absolute);

    filesystem::path absolute_;
    storage where_;
};

} // namespace filelock
} // namespace boost

#endif
