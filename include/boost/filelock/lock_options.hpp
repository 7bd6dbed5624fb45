// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_LOCK_OPTIONS_HPP
#define BOOST_FILELOCK_LOCK_OPTIONS_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/lease_loss.hpp>

#include <boost/filesystem/file_status.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace boost {
namespace filelock {

/// The owner of a level of a lock. See <<who_owns_it,Which thread or object owns it>>.
enum class ownership
{
    /// The thread that acquired it. Threads that share an object exclude each other. The levels of
    /// a thread that has ended stay, and only the destructor of the lock can drop them.
    thread,

    /// The lock object, with one counter for all threads, any of which may unlock.
    instance
};

/// Selects the `release` that drops every level of the caller at once.
struct force_t
{
    explicit force_t() = default;
};

/// The argument of that `release`.
inline constexpr force_t force{};

/// The rules that a lock follows. See <<local_and_network,Local and network storage>>.
enum class storage
{
    /// As the type of the file system says. Local are ext2 to ext4, XFS, Btrfs, F2FS, ZFS,
    /// bcachefs, tmpfs, ramfs and overlay. Every other type counts as network, FUSE included.
    detect,

    /// One machine alone uses the file system, and, for a marker, it has kernel locks.
    local,

    /// Several machines share the file system.
    network
};

/// The kind of kernel lock that a `file_lock` uses. See <<excludes,the programs that each kind
/// excludes>>.
enum class kernel_lock
{
    /// The lock of `flock(2)`: flock(1), Python's filelock and this library. On local file systems
    /// it is independent of record locks.
    flock,

    /// A record lock (`fcntl`) on the whole file, however long it is or becomes. The open file owns
    /// it (`F_OFD_SETLK`, Linux 3.15). It excludes the `file_lock` of Boost.Interprocess, `lockf`,
    /// Java, and .NET's `FileStream.Lock`.
    record,

    /// One of each kind. On network storage locking fails with `error::both_not_supported`, because
    /// one kind is implemented by the other there.
    both
};

/// The behaviour of a `file_lock` where the file system has no kernel lock of the requested kind.
enum class fallback
{
    /// Locking fails with `error::kernel_lock_not_supported`.
    none,

    /// The lock acts as a `soft_file_lock` on the same path: a marker holds the lock. It has the
    /// options that both types have, the defaults of the others, and follows the rules of
    /// `storage::network`. `file_lock::is_soft` reports it. Shared locks fail with
    /// `error::kernel_lock_not_supported`, because a marker has one owner.
    ///
    /// Whether the file system has the lock is tried once for each object, with a file of its own
    /// beside the lock file, which is gone when the attempt ends. Locks that are <<host_local,known
    /// to exclude only processes of the same host>> do not cause the fallback, because Python
    /// programs take them; locking fails there.
    ///
    /// All programs that use the path must fall back, as Python's `FileLock` does, and all must
    /// find the same. Where one mount of a file system has kernel locks and another has none,
    /// nothing excludes the two.
    soft
};

namespace detail {

/// Calls `f` for each option that every lock type has.
template <class Options, class F>
void for_each_common_option(Options const& a, Options const& b, F& f)
{
    f("poll_interval", a.poll_interval, b.poll_interval);
    f("permissions", a.permissions, b.permissions);
    f("scope", a.scope, b.scope);
    f("create_directories", a.create_directories, b.create_directories);
    f("where", a.where, b.where);
}

} // namespace detail

/// Options of a `file_lock`. An aggregate, so that C++20 can name the members: `file_lock
/// lock("x.lock", {.poll_interval = 10ms})`. The constructor of the lock copies it. It throws
/// `std::invalid_argument`, with the option and its value in the text, if a value is out of range.
struct file_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks, where the
    /// system does not report changes to the file. On a local file system the pause grows to a
    /// second.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the lock file. If unset, a file that is created gets 0666 less the umask,
    /// or what the directory's ACL says, and the mode of an existing file is left alone. If set,
    /// the file has exactly these bits while the lock is held and afterwards. Locking fails with
    /// `errc::operation_not_permitted` if only the owner of the file can set them and the caller is
    /// another user.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage of the file as well. Matters to `kernel_lock::both`,
    /// and to locks that are <<host_local,known to exclude only processes of the same host>>, such
    /// as on SMB: locking with them fails with `error::kernel_lock_not_supported` unless this is
    /// `storage::local`, for which the library checks nothing.
    ///
    /// Range:: Not `storage::network` together with `kernel_lock::both`.
    storage where = storage::detect;

    /// The kind of kernel lock.
    kernel_lock backend = kernel_lock::flock;

    /// The behaviour where the file system has no such lock.
    fallback on_unsupported = fallback::none;

    /// Called with the descriptor of the open file each time the kernel's lock is acquired; not for
    /// further levels, nor for a further shared owner of the same object. The callback runs on the
    /// thread that locks, with no mutex held, before the lock counts as held. It must not lock or
    /// unlock this object. If it throws, the lock is released and the exception leaves the call.
    ///
    /// The descriptor stays the lock's: the callback must not close it. It is open for reading and
    /// writing; for reading only, if the lock is shared and the process may not write the file.
    ///
    /// Range:: Empty if `on_unsupported` is `fallback::soft`.
    std::function<void(native_handle_type)> on_acquired = {};

    /// Whether the file may stay open between two acquisitions, which makes the next one cheaper.
    /// It stays open on local storage, from the second release on, if no waiter needs to see it
    /// closed. An open file keeps its file system from being unmounted: see
    /// `close_idle_descriptors`. It does not stay open with another `backend` than
    /// `kernel_lock::flock`, or with `on_acquired`.
    bool keep_open = true;

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(file_lock_options const& a, file_lock_options const& b, F f)
    {
        detail::for_each_common_option(a, b, f);
        f("backend", a.backend, b.backend);
        f("on_unsupported", a.on_unsupported, b.on_unsupported);
        f("on_acquired", a.on_acquired, b.on_acquired);
        f("keep_open", a.keep_open, b.keep_open);
    }
};

/// Options of a `read_write_lock`. An aggregate, whose members C++20 can name. The constructor of
/// the lock copies it. It throws `std::invalid_argument`, with the option and its value in the
/// text, if a value is out of range.
struct read_write_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks. The pause
    /// does not grow, because the system does not report that SQLite releases its locks.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the lock file. If unset, a file that is created gets 0666 less the umask,
    /// or what the directory's ACL says, and the mode of an existing file is left alone. If set,
    /// the file has exactly these bits while the lock is held and afterwards. Locking fails with
    /// `errc::operation_not_permitted` if only the owner of the file can set them and the caller is
    /// another user.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage of the file as well. The locks are kernel locks on
    /// every storage. Those that are <<host_local,known to exclude only processes of the same
    /// host>> are refused with `error::kernel_lock_not_supported` unless this is `storage::local`.
    storage where = storage::detect;

    /// Whether the file may stay open between two acquisitions, which makes the next one cheaper.
    /// It stays open on local storage, from the second release on, if no waiter needs to see it
    /// closed. An open file keeps its file system from being unmounted: see
    /// `close_idle_descriptors`.
    bool keep_open = true;

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(read_write_lock_options const& a, read_write_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
        f("keep_open", a.keep_open, b.keep_open);
    }
};

/// Options of a `soft_file_lock`. An aggregate, whose members C++20 can name. The constructor of
/// the lock copies it. It throws `std::invalid_argument`, with the option and its value in the
/// text, if a value is out of range.
struct soft_file_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the marker. On a local file system the pause grows to a second.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the marker. If unset, the marker gets 0666 less the umask, or what the
    /// directory's ACL says. If set, it has exactly these bits. A process that may not read the
    /// marker cannot detect that its owner has died.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage as well. This decides which rules keep apart the
    /// processes that evict dead owners' markers. With `storage::local`, locking fails with
    /// `error::kernel_lock_not_supported` where there are no kernel locks.
    storage where = storage::detect;

    /// The age at which a marker is removed, by the clock of the file system, whichever process
    /// owns it and even if that process is alive. If unset, there is no such age. The holder is not
    /// notified that its marker has expired: prefer a lock type that notifies its holder, or whose
    /// holds never expire. All users of the path must use the same value.
    ///
    /// Range:: Greater than zero.
    std::optional<std::chrono::nanoseconds> lifetime = {};

    /// The time for which an incomplete marker is left to the process that may still be writing it:
    /// since it was last written, by the clock of the file system, or since this object has seen it
    /// unchanged. If unset, the marker is left until it is as old as `lifetime`, or for ever if
    /// that is unset too. That is right where holders leave empty markers, as Python's filelock did
    /// before 3.22, or <<old_pid_files,files with nothing but a pid>>.
    ///
    /// Range:: Zero or more.
    std::optional<std::chrono::nanoseconds> malformed_grace = std::chrono::seconds(2);

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(soft_file_lock_options const& a, soft_file_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
        f("lifetime", a.lifetime, b.lifetime);
        f("malformed_grace", a.malformed_grace, b.malformed_grace);
    }
};

/// Options of a `strict_soft_file_lock`. An aggregate, whose members C++20 can name. The
/// constructor of the lock copies it. It throws `std::invalid_argument`, with the option and its
/// value in the text, if a value is out of range.
struct strict_soft_file_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the claims. On a local file system the pause grows to a second.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the files. A directory gets the same, with permission to search for those
    /// who may read, to write for those who may write, and all for its owner. If unset, the umask
    /// or the parent directory's ACL decides. A process that may not read a claim fails with
    /// `error::claim_damaged`.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage as well. This decides whether a claim is flushed
    /// before it gets its name, and whether change notifications suffice.
    storage where = storage::detect;

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(strict_soft_file_lock_options const& a,
                                strict_soft_file_lock_options const& b, F f)
    {
        detail::for_each_common_option(a, b, f);
    }
};

/// Options of a `soft_file_lease`. An aggregate, whose members C++20 can name. The constructor of
/// the lock copies it. It throws `std::invalid_argument`, with the option and its value in the
/// text, if a value is out of range. All programs that share a path, including Python programs,
/// must use the same `duration`.
struct soft_file_lease_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the marker. On a local file system the pause grows to a second.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the marker. If unset, the marker gets 0666 less the umask, or what the
    /// directory's ACL says. If set, it has exactly these bits. The directory of the fence numbers
    /// gets those that the same users need. A process that may not read the marker waits until it
    /// is removed.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage as well. This decides which rules keep apart the
    /// processes that evict markers. With `storage::local`, locking fails with
    /// `error::kernel_lock_not_supported` where there are no kernel locks.
    storage where = storage::detect;

    /// How long a hold lasts without a refresh. Contenders evict a marker that was not refreshed
    /// for so long. Choose seconds: where making the marker takes longer than the interval of the
    /// heartbeats, the lock is never acquired.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds duration = std::chrono::seconds(30);

    /// The interval at which a holder refreshes its marker. If unset, a third of `duration`. A
    /// holder that could not refresh its marker for the difference of the two has lost the lock.
    /// The interval is shorter where it is more than a third of `duration`. A marker is refreshed
    /// up to a sixteenth of the interval earlier along with others of the process.
    ///
    /// Range:: Greater than zero, and less than `duration`.
    std::optional<std::chrono::nanoseconds> heartbeat_interval = {};

    /// Called once for a hold that was lost, on the thread that refreshes markers, with no mutex
    /// held. The callback may use the lock. With `ownership::thread` its thread owns no level, so
    /// it cannot release the lock; with `ownership::instance` it can use any member. It should
    /// return soon, because the same thread refreshes the markers of other locks. An exception is
    /// ignored.
    ///
    /// The callback is not called for a hold that is released before its loss was noticed. See
    /// <<losing,Losing a hold>>.
    std::function<void(lease_loss const&)> on_loss = {};

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(soft_file_lease_options const& a, soft_file_lease_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
        f("duration", a.duration, b.duration);
        f("heartbeat_interval", a.heartbeat_interval, b.heartbeat_interval);
        f("on_loss", a.on_loss, b.on_loss);
    }
};

/// Options of a `soft_read_write_lock`. An aggregate, whose members C++20 can name. The constructor
/// of the lock copies it. It throws `std::invalid_argument`, with the option and its value in the
/// text, if a value is out of range. All programs that share a path, including Python programs,
/// must use the same `heartbeat_interval` and `stale_threshold`.
struct soft_read_write_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the markers. On a local file system the pause grows to a second.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(250);

    /// The permissions of the markers. If unset, markers are 0600 and the readers' directory is
    /// 0700, whatever the umask. If set, markers have exactly these bits. The directory, as far as
    /// this process may change it, has these bits of 0777, search permission for each class that
    /// may read or write, and all permissions for its owner. A process that may not read a marker
    /// cannot detect that its owner has died.
    ///
    /// Range:: 07777 at most.
    std::optional<filesystem::perms> permissions = {};

    /// The owner of a level.
    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// Whether other machines use the storage as well. This decides which rules keep apart the
    /// processes that remove markers, and the default of `settle`. With `storage::local`, locking
    /// fails with `error::kernel_lock_not_supported` where there are no kernel locks.
    storage where = storage::detect;

    /// The interval at which a holder refreshes its marker. The interval is shorter where
    /// `stale_threshold` is less than three times this value. A marker is refreshed up to a
    /// sixteenth of the interval earlier along with others of the process.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds heartbeat_interval = std::chrono::seconds(30);

    /// The age at which other processes evict a marker that has not been refreshed. If unset, three
    /// times `heartbeat_interval`. A holder that could not refresh its marker for the difference of
    /// the two has lost the lock.
    ///
    /// Range:: Greater than `heartbeat_interval`.
    std::optional<std::chrono::nanoseconds> stale_threshold = {};

    /// The pause between publishing a writer's marker and looking for readers, `try_lock` included.
    /// For that long a Python program on another host may still see that there is no writer. If
    /// unset, there is no pause on local file systems and one of 2 s on network storage. Zero is
    /// right where no Python program takes part.
    ///
    /// Range:: Zero or more.
    std::optional<std::chrono::nanoseconds> settle = {};

    /// Called once for a hold that was lost, on the thread that refreshes markers, with no mutex
    /// held. The callback may use the lock. With `ownership::thread` its thread owns no level, so
    /// it can release the lock only with `close`; with `ownership::instance` it can use any member.
    /// It should return soon, because the same thread refreshes the markers of other locks. An
    /// exception is ignored.
    ///
    /// The callback is not called for a hold that is released before its loss was noticed. See
    /// <<losing,Losing a hold>>.
    std::function<void(lease_loss const&)> on_loss = {};

    // Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(soft_read_write_lock_options const& a,
                                soft_read_write_lock_options const& b, F f)
    {
        detail::for_each_common_option(a, b, f);
        f("heartbeat_interval", a.heartbeat_interval, b.heartbeat_interval);
        f("stale_threshold", a.stale_threshold, b.stale_threshold);
        f("settle", a.settle, b.settle);
        f("on_loss", a.on_loss, b.on_loss);
    }
};

} // namespace filelock
} // namespace boost

#endif
