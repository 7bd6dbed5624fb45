// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_FILE_LOCK_HPP
#define BOOST_FILELOCK_FILE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/detail/shared_names.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

namespace boost {
namespace filelock {

/// A kernel lock on a file (`flock`). The kernel releases it when the holder dies.
///
/// Models TimedLockable and SharedTimedLockable of Boost.Thread and the standard; recursive. The
/// lock excludes every process that locks the same file with `flock`: flock(1), Python's filelock,
/// this library. With the option `backend` it excludes those that use record locks.
///
/// The lock file is created if it is missing, and stays when the lock is released. The library
/// never reads, writes or truncates it. A shared lock on an existing file needs permission to read
/// it; every other lock needs permission to write it. The constructor touches no file. A relative
/// path refers to the working directory at construction. All members except the destructor are
/// thread-safe.
///
/// A crash of the holder releases the lock. A forked child owns nothing: when it unlocks or
/// destroys the object, the parent's lock is not affected, and it may lock the same object again. A
/// program that is started with `exec` does not inherit the lock.
class BOOST_FILELOCK_DECL file_lock : public detail::shared_names
{
public:
    using options_type = file_lock_options;

    /// Constructs a lock for the path, which may be anything that converts to
    /// `boost::filesystem::path`, or a `std::filesystem::path`. Throws `std::invalid_argument` for
    /// an empty path, a path with a NUL, and options out of range. Throws `filesystem_error` if the
    /// path is relative and the working directory no longer exists.
    explicit file_lock(filesystem::path const& path, file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit file_lock(Path const& path, file_lock_options const& options = {})
        : file_lock(filesystem::path(path.native()), options)
    {}

    /// Returns whether this object has found a file system without kernel locks and acts as a
    /// `soft_file_lock`, as `fallback::soft` requests. The answer is false before the first attempt
    /// to lock, and does not change after it. Any thread may call it.
    bool is_soft() const noexcept;
};

} // namespace filelock
} // namespace boost

#endif
