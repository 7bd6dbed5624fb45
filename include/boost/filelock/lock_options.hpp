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

/// Who owns a level of a lock.
enum class ownership
{
    thread,  ///< The thread that took it; threads that share an object exclude each other.
    instance ///< The lock object: one counter for all threads, any of which may unlock.
};

/// Selects the `release` that drops every level at once.
struct force_t
{
    explicit force_t() = default;
};
inline constexpr force_t force{};

/// Which rules of its protocol a lock follows.
enum class storage
{
    detect, ///< As the type of the file system says; one that is not known counts as network.
    local,  ///< One machine alone uses the file system.
    network ///< Several machines share it.
};

/// Which of the kernel's locks a `file_lock` is.
enum class kernel_lock
{
    /// That of flock(1), Python's filelock and this library. On local file systems it knows nothing
    /// of record locks.
    flock,

    /// A record lock (`fcntl`) on the whole file, owned by the open file as Linux has it. Excludes
    /// the `file_lock` of Boost.Interprocess, `lockf`, Java, and .NET's `FileStream.Lock`.
    record,

    /// One of each. Not on network storage, where the one is made of the other.
    both
};

/// What a `file_lock` does where the file system has no `flock`.
enum class fallback
{
    none, ///< Fails with `error::kernel_lock_not_supported`.

    /// Does as a `soft_file_lock` on the same path: a marker holds the lock. Shared locks, which
    /// markers cannot be, fail with `error::kernel_lock_not_supported`. All who use the path must
    /// do so, on a file system that has no kernel locks for any of them. Locks that exclude only
    /// processes of the same host are no reason for it: Python peers take them.
    soft
};

namespace detail {

/// The options that every kind has.
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

/// How a `file_lock` behaves. An aggregate, so that C++20 can name the members:
/// `file_lock lock("x.lock", {.poll_interval = 10ms})`. What makes no sense is refused by the
/// constructor of the lock with `std::invalid_argument`.
struct file_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks, where the
    /// system does not tell of changes to the file; on a local file system it grows to a second.
    /// Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// Unset: 0666 and the umask, or the directory's ACL, decide about a file that is created.
    /// Set: the lock file has exactly these bits while the lock is held, and thereafter.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are made.
    bool create_directories = true;

    /// Where the kernel's locks are known to exclude only processes of the same host, such as on
    /// SMB, locking fails with `error::kernel_lock_not_supported`. With `storage::local` that is
    /// not checked.
    storage where = storage::detect;

    kernel_lock backend = kernel_lock::flock;

    fallback on_unsupported = fallback::none;

    /// Called once for every time that the lock is really taken, not for further levels, with the
    /// open file's descriptor, which stays the lock's: read and write through it, do not close it.
    /// It runs on the thread that locks, under no mutex, before the lock counts as held: it must
    /// not use this lock object. What it throws gives the lock back and comes out of `lock()`.
    std::function<void(native_handle_type)> on_acquired = {};

    /// Calls `f` with the name of each member and what both have there.
    template <class F>
    friend void for_each_option(file_lock_options const& a, file_lock_options const& b, F f)
    {
        detail::for_each_common_option(a, b, f);
        f("backend", a.backend, b.backend);
        f("on_unsupported", a.on_unsupported, b.on_unsupported);
        f("on_acquired", a.on_acquired, b.on_acquired);
    }
};

/// How a `read_write_lock` behaves; as for `file_lock_options`.
struct read_write_lock_options
{
    /// The longest pause between two attempts of a wait that has a limit or callbacks: SQLite lets
    /// go of its locks in a way that nobody is told of. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// Unset: 0666 and the umask, or the directory's ACL, decide about a file that is created.
    /// Set: the lock file has exactly these bits while the lock is held, and thereafter.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are made.
    bool create_directories = true;

    /// As for `file_lock_options`. Matters to nothing else: the locks are the kernel's wherever the
    /// file is.
    storage where = storage::detect;

    /// Calls `f` with the name of each member and what both have there.
    template <class F>
    friend void for_each_option(read_write_lock_options const& a, read_write_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
    }
};

/// How a `soft_file_lock` behaves; as for `file_lock_options`.
struct soft_file_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not tell of changes
    /// to the marker; on a local file system it grows to a second. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// Unset: 0666 and the umask, or the directory's ACL, decide about the marker. Set: it has
    /// exactly these bits. Who may not read it cannot tell that its owner has died.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are made.
    bool create_directories = true;

    storage where = storage::detect;

    /// Set: a marker that is so old is removed, whoever owns it and whether he lives or not, by the
    /// clock of the file system. A lease whose holder does not learn that it has expired: rather
    /// use one of the kinds that tell him, or that never expire. Greater than zero.
    std::optional<std::chrono::nanoseconds> lifetime = {};

    /// How long a marker that is not whole is left to whoever may be writing it. Unset: for ever,
    /// as is right where holders leave empty markers (Python's filelock before 3.22 did). Zero or
    /// more.
    std::optional<std::chrono::nanoseconds> malformed_grace = std::chrono::seconds(2);

    /// Calls `f` with the name of each member and what both have there.
    template <class F>
    friend void for_each_option(soft_file_lock_options const& a, soft_file_lock_options const& b,
                                F f)
    {
        detail::for_each_common_option(a, b, f);
        f("lifetime", a.lifetime, b.lifetime);
        f("malformed_grace", a.malformed_grace, b.malformed_grace);
    }
};

/// How a `soft_read_write_lock` behaves; as for `file_lock_options`. All who share a path, Python
/// programs among them, must agree on `heartbeat_interval` and `stale_threshold`.
struct soft_read_write_lock_options
{
    /// The longest pause between two attempts of a wait, where the system does not tell of changes
    /// to the markers; on a local file system it grows to a second. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(250);

    /// Unset: markers are 0600, and the directory of the readers' is 0700, whatever the umask. Set:
    /// markers have exactly these bits, and the directory as well, with the right to search for
    /// whoever may read or write. Who may not read a marker cannot tell that its owner has died.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are made.
    bool create_directories = true;

    storage where = storage::detect;

    /// How often a holder stamps his marker; more often where `stale_threshold` is less than three
    /// times that. Greater than zero.
    std::chrono::nanoseconds heartbeat_interval = std::chrono::seconds(30);

    /// For how long a marker must not have been stamped before others remove it. Unset: three times
    /// `heartbeat_interval`. Greater than that. A holder who could not stamp his for the difference
    /// of the two has lost the lock.
    std::optional<std::chrono::nanoseconds> stale_threshold = {};

    /// For how long a writer waits before he looks for readers: so long a Python program on another
    /// host may go on seeing that there is no writer. A part of `try_lock` too. Unset: nothing on
    /// local file systems, 2 s on network ones. Zero or more; zero where no Python program takes
    /// part.
    std::optional<std::chrono::nanoseconds> settle = {};

    /// Called once for a hold that was lost, on the thread that stamps markers, under no mutex. It
    /// may use the lock; as it is no thread that holds levels, what releases them there is `close`,
    /// or any member where `scope` is `ownership::instance`. It should not take long, since the
    /// markers of other locks are stamped by the same thread. What it throws is ignored. Not called
    /// for a hold that is released before its loss was noticed; `loss` tells of that as well.
    std::function<void(lease_loss const&)> on_loss = {};

    /// Calls `f` with the name of each member and what both have there.
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
