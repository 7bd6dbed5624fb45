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

/// A lock that is held while there is a marker at the path: a small file that names its owner's
/// process and host. For file systems without usable kernel locks, and in place of PID files.
///
/// Models TimedLockable of Boost.Thread and the standard; recursive. Excludes this library's
/// `soft_file_lock` and Python filelock's `SoftFileLock` on the same path, and no other kind.
///
/// The marker is made when the lock is acquired and removed when it is released. One whose owner
/// has died is removed by whoever acquires the lock next, once the death is proved: the owner was
/// on this host, and his process has gone. The marker of another host's process is never removed,
/// unless `lifetime` says so; `break_lock` is for those who know better. A file that is no marker
/// is an error, `error::not_a_lock_file`, and stays.
///
/// On network storage, a process that was stopped while it removed a dead owner's marker can remove
/// a live one's when it goes on. `still_held` tells.
///
/// A forked child owns nothing: its unlocking and destroying leave the parent's marker alone, and
/// it may lock the same object afresh. A crash of the holder leaves the marker, which the next one
/// removes. The constructor touches no file.
class BOOST_FILELOCK_DECL soft_file_lock : public detail::exclusive_names
{
public:
    using options_type = soft_file_lock_options;

    /// Takes everything that makes a `boost::filesystem::path`, `std::filesystem::path` included.
    /// Throws `std::invalid_argument` for an empty path, a path with a NUL, and options that make
    /// no sense; `filesystem_error` where a relative path meets a working directory that is gone.
    explicit soft_file_lock(filesystem::path const& path,
                            soft_file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit soft_file_lock(Path const& path, soft_file_lock_options const& options = {})
        : soft_file_lock(filesystem::path(path.native()), options)
    {}

    /// The owner's process that the marker names now, whatever its host. Nothing where there is no
    /// marker, or none that can be read.
    std::optional<std::int64_t> pid() const;

    /// Whether the marker names this process: whether this object or another one of it holds the
    /// lock.
    bool is_lock_held_by_us() const;

    /// Removes the marker, whosever it is; that there is none is no error. The holder, if he lives,
    /// does not learn of it unless he asks `still_held`. Throws `lock_error`:
    /// `error::not_a_lock_file` for somebody's data and for the permanent file of another kind of
    /// lock; `timed_out` where another process keeps the marker from being removed; what the
    /// operating system says.
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
