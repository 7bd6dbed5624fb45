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
/// host of its owner. For file systems without usable kernel locks, and as a replacement of PID
/// files.
///
/// Models TimedLockable of Boost.Thread and the standard; recursive. The lock excludes this
/// library's `soft_file_lock` and Python filelock's `SoftFileLock` on the same path, and no other
/// lock type.
///
/// The marker is created when the lock is acquired and removed when it is released. The next
/// process that acquires the lock evicts the marker of a dead owner once the death is proved: the
/// owner was on this host, and its process is gone. The marker of a process of another host is
/// never evicted unless `lifetime` allows it; `break_lock` removes it on request. A file that is no
/// marker is left alone and causes `error::not_a_lock_file`.
///
/// On network storage, a process that is stopped while it evicts a dead owner's marker can remove a
/// live owner's marker when it continues. `still_held` reports that loss.
///
/// The constructor touches no file. All members except the destructor are thread-safe. A crash of
/// the holder leaves the marker, which the next holder evicts. A forked child owns nothing: when it
/// unlocks or destroys the object, the parent's marker is not affected, and it may lock the same
/// object again.
class BOOST_FILELOCK_DECL soft_file_lock : public detail::exclusive_names
{
public:
    using options_type = soft_file_lock_options;

    /// Constructs a lock for the path, which may be anything that converts to
    /// `boost::filesystem::path`, or a `std::filesystem::path`. Throws `std::invalid_argument` for
    /// an empty path, a path with a NUL, and options out of range. Throws `filesystem_error` if the
    /// path is relative and the working directory no longer exists.
    explicit soft_file_lock(filesystem::path const& path,
                            soft_file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_file_lock(Path const& path, soft_file_lock_options const& options = {})
        : soft_file_lock(filesystem::path(path.native()), options)
    {}

    /// Returns the pid that the marker names now, whatever its host. Returns nothing if there is no
    /// marker or it cannot be read.
    std::optional<std::int64_t> pid() const;

    /// Returns whether the marker names this process. It does if this object or another one of this
    /// process holds the lock.
    bool is_lock_held_by_us() const;

    /// Removes the marker, whatever its owner. A missing marker is no error. A living holder is not
    /// notified; its `still_held` reports the removal. Throws `lock_error`:
    /// `error::not_a_lock_file` for a file that is no marker and for the permanent file of another
    /// lock type; `timed_out` if another process prevents the removal of the marker; and the errors
    /// of the operating system.
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
