// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SOFT_FILE_LOCK_HPP
#define BOOST_FILELOCK_SOFT_FILE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/exclusive_names.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {

/// A lock that is held while a marker exists at the path: a small file that names the process and
/// host of its owner. For file systems without usable kernel locks, and for PID files that have to
/// vanish when the daemon ends.
///
/// The lock excludes this library's `soft_file_lock` and Python filelock's `SoftFileLock` on the
/// same path, and no other lock type. See <<markers,Markers>>.
///
/// The marker is created when the lock is acquired and removed when it is released. The next
/// process that acquires the lock evicts the marker of a dead owner once <<proof_of_death,the death
/// is proved>>: the marker names this host, and the process has ended, has exited, or is another
/// one by its start token. Where the system reports the end of a process (Linux 5.3), a waiter
/// learns of the death at once. The marker of a process of another host is never evicted, unless
/// `lifetime` allows it. `break_lock` removes it on request.
///
/// A process that removes a marker needs permission to write the directory; in a sticky directory
/// it must own the file or the directory.
///
/// Models:: TimedLockable of Boost.Thread and the standard. Recursive.
/// Other files:: A file that is no marker stays as it is and causes `error::not_a_lock_file` at
///   once: a file whose content is neither a marker nor the beginning of one, that is longer than
///   1024 bytes, or that is not regular, a directory included. A file that the caller may not read
///   counts as another owner's marker.
/// Other lock types:: A path belongs to one lock type. Contenders wait for the permanent file of a
///   `strict_soft_file_lock` and for the marker of a lease, and never remove them; other programs
///   may act differently. The empty lock file of a `file_lock` is taken for the beginning of a
///   marker, and may be removed although it is held.
/// Network storage:: There the death of a process of this host is proved only if the record has the
///   identifier of this run of the system, or is older than this run. A process that is stopped
///   while it evicts a dead owner's marker can remove a live owner's marker when it continues;
///   `still_held` reports that loss. See <<stopped,A process that was stopped>>. A holder does not
///   recognise its own marker if another program has touched it; that marker stays until its
///   process ends.
/// Hosts of one name:: On network storage, containers with one host name that do not see each
///   other's processes must not share a path. Two hosts with one name must not share a path either,
///   because the first may hold the lock since before the second was started. On local storage the
///   holders of this library are safe from both. See <<who_is_affected,Which locks are affected>>.
/// Crash:: The marker stays. The next process that acquires the lock evicts it once the death is
///   proved.
/// Fork:: A forked child owns nothing and may acquire the lock itself. When it unlocks or destroys
///   the object, the parent's marker is not affected.
/// Exec:: The marker stays, and counts as long as the process lives. No object of the new program
///   owns it.
/// Throws of Exclusive::
///   * `error::not_a_lock_file`, `error::host_without_name`, `error::witness_not_supported`,
///     `error::kernel_lock_not_supported`, `errc::permission_denied`,
///     `errc::read_only_file_system`, `errc::no_such_file_or_directory`,
///     `errc::operation_not_permitted` or another error of the operating system, if the marker
///     cannot be made, or a dead owner's marker cannot be removed. See <<codes,the table of
///     codes>>.
/// System calls of Exclusive:: 8 for the first level if there is no marker, 16 on network storage,
///   none for a further level. An attempt that finds the marker of a live process of this host
///   makes some 35, because it looks for the process.
/// System calls of Release:: 6 for the last level, 8 on network storage; none for another level.
/// System calls of Observers:: `still_held` makes 1, or 6 on network storage; `holder` and
///   `holders` some 30; the others none.
/// System calls of Marker:: 11 to remove a marker, 14 on network storage; 1 if there is none.
/// Crash, fork, cancellation of Exclusive:: The marker stays if the process ends, and the next
///   process that acquires the lock evicts it; a forked child owns nothing; a call that fails,
///   times out or is cancelled changes no level. A process that ends while it waits leaves nothing,
///   or a <<marker_crashes,file that others remove>>. A forked child waits for its parent as any
///   process does.
/// Crash, fork, cancellation of Release:: If the process ends first, its marker stays, and the next
///   process that acquires the lock evicts it. If another process keeps the marker from being
///   removed for a tenth of a second, the marker is left empty, and contenders remove it after
///   their `malformed_grace`. In a forked child each level of the parent can be dropped once,
///   without effect or error. A release cannot be cancelled.
class BOOST_FILELOCK_DECL soft_file_lock : public detail::exclusive_names
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = soft_file_lock_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the marker, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `soft_file_lock_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit soft_file_lock(filesystem::path const& path,
                            soft_file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_file_lock(Path const& path, soft_file_lock_options const& options = {})
        : soft_file_lock(filesystem::path(path.native()), options)
    {}

    /// @name Observers

    /// Returns the pid of the process that the marker names now, whatever its host and whether or
    /// not that process is alive: `holder` tells. Returns nothing if there is no marker, or if it
    /// cannot be read.
    ///
    /// System calls:: 6.
    /// Crash, fork, cancellation:: No effect. In a forked child a marker of the parent still names
    ///   the parent.
    std::optional<std::int64_t> pid() const;

    /// Returns whether the marker names this process. It does if this object or another one of this
    /// process holds the lock, and also if the program that ran in this process before an `exec`
    /// left it.
    ///
    /// System calls:: 7.
    /// Crash, fork, cancellation:: False in a forked child for a marker of the parent.
    bool is_lock_held_by_us() const;

    /// @name Marker

    /// Removes the marker, whatever its owner, an incomplete marker and that of a lease included. A
    /// missing marker is no error. A living holder is not notified; its `still_held` reports the
    /// removal.
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
    void break_lock();
    void break_lock(system::error_code& ec);

private:
    soft_file_lock(filesystem::path const& path, soft_file_lock_options const& options,
                   filesystem::path const& absolute);

    filesystem::path absolute_;
    storage where_;
};

} // namespace filelock
} // namespace boost

#endif
