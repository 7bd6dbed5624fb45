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

namespace detail {
class fallback_protocol;
}

/// A lock that the kernel keeps on a file (`flock`), and gives back itself when the holder dies.
///
/// Models TimedLockable and SharedTimedLockable of Boost.Thread and the standard; recursive.
/// Excludes every process that locks the same file with `flock`: flock(1), Python's filelock, this
/// library; with option `backend` those that use record locks.
///
/// The lock file is made where it is missing, stays when the lock is released, and is never read,
/// written or truncated. A shared lock on a file that exists wants permission to read it,
/// everything else permission to write it. The constructor touches no file; a relative path means
/// the working directory at construction. Nothing but the destructor needs care with threads.
///
/// A crash of the holder frees the lock. A forked child owns nothing: its unlocking and destroying
/// leave the parent's lock alone, and it may lock the same object afresh. `exec` inherits nothing.
class BOOST_FILELOCK_DECL file_lock : public detail::shared_names
{
public:
    using options_type = file_lock_options;

    /// Takes everything that makes a `boost::filesystem::path`, `std::filesystem::path` included.
    /// Throws `std::invalid_argument` for an empty path, a path with a NUL, and options that make
    /// no sense; `filesystem_error` where a relative path meets a working directory that is gone.
    explicit file_lock(filesystem::path const& path, file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit file_lock(Path const& path, file_lock_options const& options = {})
        : file_lock(filesystem::path(path.native()), options)
    {}

    /// Whether this object has found a file system without kernel locks and is a `soft_file_lock`
    /// instead, as `fallback::soft` asks for. Not known before the first attempt to lock, and then
    /// for good. From any thread.
    bool is_soft() const noexcept;

private:
    file_lock(filesystem::path const& path, file_lock_options const& options,
              detail::fallback_protocol* owned);

    detail::fallback_protocol* protocol_; // null with `fallback::none`
};

} // namespace filelock
} // namespace boost

#endif
