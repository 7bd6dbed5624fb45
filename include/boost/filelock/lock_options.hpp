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

/// The owner of a level of a lock.
enum class ownership
{
    thread,  ///< The thread that acquired it. Threads that share an object exclude each other.
    instance ///< The lock object, with one counter for all threads. Any thread may unlock.
};

/// Selects the `release` that drops every level at once.
struct force_t
{
    explicit force_t() = default;
};
inline constexpr force_t force{};

/// The rules of its protocol that a lock follows.
enum class storage
{
    detect, ///< Chosen by the type of the file system. An unknown type counts as network.
    local,  ///< Only one machine uses the file system.
    network ///< Several machines share the file system.
};

/// The kind of kernel lock that a `file_lock` uses.
enum class kernel_lock
{
    /// The lock of flock(1), Python's filelock and this library. On local file systems it is
    /// independent of record locks.
    flock,

    /// A record lock (`fcntl`) on the whole file, owned by the open file as on Linux. It excludes
    /// the `file_lock` of Boost.Interprocess, `lockf`, Java, and .NET's `FileStream.Lock`.
    record,

    /// Both kinds. Fails on network storage, where one kind is implemented by the other.
    both
};

/// The behaviour of a `file_lock` where the file system has no kernel lock of the requested kind.
enum class fallback
{
    none, ///< Locking fails with `error::kernel_lock_not_supported`.

    /// The lock acts as a `soft_file_lock` on the same path: a marker holds the lock. Shared locks
    /// fail with `error::kernel_lock_not_supported`, because a marker has one owner. All programs
    /// that use the path must fall back, and none of them may have kernel locks on that file
    /// system. Locks that exclude only processes of the same host do not cause the fallback,
    /// because Python programs take them.
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

/// Options of a `file_lock`. An aggregate, so that C++20 can name the members:
/// `file_lock lock("x.lock", {.poll_interval = 10ms})`. The constructor of the lock throws
/// `std::invalid_argument` for a value out of range.
struct file_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks, where the
    /// system does not report changes to the file. On a local file system the pause grows to a
    /// second. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the lock file. If unset, a file that is created gets 0666 less the umask,
    /// or what the directory's ACL says. If set, the file has exactly these bits while the lock is
    /// held and afterwards.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// The storage of the file. Where kernel locks are known to exclude only processes of the same
    /// host, such as on SMB, locking fails with `error::kernel_lock_not_supported`. With
    /// `storage::local` the library does not check that.
    storage where = storage::detect;

    kernel_lock backend = kernel_lock::flock;

    fallback on_unsupported = fallback::none;

    /// Called each time the lock itself is acquired, but not for further levels. The argument is
    /// the descriptor of the open file. It stays the lock's: the callback may read and write
    /// through it, but must not close it. The callback runs on the thread that locks, with no mutex
    /// held, before the lock counts as held. It must not use this lock object. If it throws, the
    /// lock is released and the exception leaves `lock()`. Cannot be combined with
    /// `fallback::soft`.
    std::function<void(native_handle_type)> on_acquired = {};

    /// Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(file_lock_options const& a, file_lock_options const& b, F f)
    {
        detail::for_each_common_option(a, b, f);
        f("backend", a.backend, b.backend);
        f("on_unsupported", a.on_unsupported, b.on_unsupported);
        f("on_acquired", a.on_acquired, b.on_acquired);
    }
};

/// Options of a `read_write_lock`. See `file_lock_options`.
struct read_write_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks. The pause
    /// does not grow, because SQLite releases its locks in a way that the system does not report.
    /// Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the lock file. If unset, a file that is created gets 0666 less the umask,
    /// or what the directory's ACL says. If set, the file has exactly these bits while the lock is
    /// held and afterwards.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    /// The storage of the file, as for `file_lock_options`. It has no other effect: the locks are
    /// kernel locks on every storage.
    storage where = storage::detect;

    /// Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(read_write_lock_options const& a, read_write_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
    }
};

/// Options of a `soft_file_lock`. See `file_lock_options`.
struct soft_file_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the marker. On a local file system the pause grows to a second. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// The permissions of the marker. If unset, the marker gets 0666 less the umask, or what the
    /// directory's ACL says. If set, it has exactly these bits. A process that may not read the
    /// marker cannot detect that its owner has died.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    storage where = storage::detect;

    /// The age at which a marker is removed, by the clock of the file system, even if its owner is
    /// alive. Greater than zero. If unset, there is no such age. The holder is not notified that
    /// its marker has expired: prefer a lock type that notifies it, or whose holds never expire.
    std::optional<std::chrono::nanoseconds> lifetime = {};

    /// The time for which an incomplete marker is left to the process that may still be writing it.
    /// Zero or more. If unset, the marker is left until it is as old as `lifetime`, or without
    /// limit if that is unset too. That is right where holders leave empty markers (Python's
    /// filelock before 3.22 did).
    std::optional<std::chrono::nanoseconds> malformed_grace = std::chrono::seconds(2);

    /// Calls `f` with the name of each member and its values in `a` and `b`.
    template <class F>
    friend void for_each_option(soft_file_lock_options const& a, soft_file_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
        f("lifetime", a.lifetime, b.lifetime);
        f("malformed_grace", a.malformed_grace, b.malformed_grace);
    }
};

/// Options of a `soft_read_write_lock`. See `file_lock_options`. All programs that share a path,
/// including Python programs, must use the same `heartbeat_interval` and `stale_threshold`.
struct soft_read_write_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not report changes
    /// to the markers. On a local file system the pause grows to a second. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(250);

    /// The permissions of the markers. If unset, markers are 0600 and the readers' directory is
    /// 0700, whatever the umask. If set, markers have exactly these bits. The directory has them as
    /// well, with the right to search added for each class that may read or write. A process that
    /// may not read a marker cannot detect that its owner has died.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are created.
    bool create_directories = true;

    storage where = storage::detect;

    /// The interval at which a holder refreshes its marker. The interval is shorter where
    /// `stale_threshold` is less than three times this value. Greater than zero.
    std::chrono::nanoseconds heartbeat_interval = std::chrono::seconds(30);

    /// The age at which other processes evict a marker that has not been refreshed. Greater than
    /// `heartbeat_interval`. If unset, three times `heartbeat_interval`. A holder that could not
    /// refresh its marker for the difference of the two has lost the lock.
    std::optional<std::chrono::nanoseconds> stale_threshold = {};

    /// The pause before a writer looks for readers. For that long a Python program on another host
    /// may still see that there is no writer. `try_lock` waits for it too. Zero or more. If unset,
    /// there is no pause on local file systems and one of 2 s on network storage. Zero is right
    /// where no Python program takes part.
    std::optional<std::chrono::nanoseconds> settle = {};

    /// Called once for a hold that was lost, on the thread that refreshes markers, with no mutex
    /// held. The callback may use the lock. Its thread owns no levels, so it can release them only
    /// with `close`, or with any member if `scope` is `ownership::instance`. It should return soon,
    /// because the same thread refreshes the markers of other locks. An exception is ignored. The
    /// callback is not called for a hold that is released before its loss was noticed; `loss`
    /// reports that loss as well.
    std::function<void(lease_loss const&)> on_loss = {};

    /// Calls `f` with the name of each member and its values in `a` and `b`.
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
