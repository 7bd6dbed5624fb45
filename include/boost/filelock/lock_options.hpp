// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_LOCK_OPTIONS_HPP
#define BOOST_FILELOCK_LOCK_OPTIONS_HPP

#include <boost/filelock/config.hpp>

#include <boost/filesystem/file_status.hpp>

#include <chrono>
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

/// How a `file_lock` behaves. An aggregate, so that C++20 can name the members:
/// `file_lock lock("x.lock", {.poll_interval = 10ms})`. What makes no sense is refused by the
/// constructor of the lock with `std::invalid_argument`.
struct file_lock_options
{
    /// The longest pause between two attempts of a timed wait. Greater than zero.
    std::chrono::nanoseconds poll_interval = std::chrono::milliseconds(50);

    /// Unset: 0666 and the umask, or the directory's ACL, decide about a file that is created.
    /// Set: the lock file has exactly these bits while the lock is held, and thereafter.
    std::optional<filesystem::perms> permissions = {};

    ownership scope = ownership::thread;

    /// Whether missing parent directories are made.
    bool create_directories = true;
};

} // namespace filelock
} // namespace boost

#endif
