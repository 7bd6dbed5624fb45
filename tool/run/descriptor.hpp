// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_DESCRIPTOR_HPP
#define BOOST_FILELOCK_TOOL_RUN_DESCRIPTOR_HPP

#include <boost/filelock/acquire_options.hpp>

#include <boost/filesystem/path.hpp>

namespace filelock_tool {

class blocked_signals;

/// Returns whether `file_lock` can lock the path: a regular file that this process may read and
/// write, or none. flock(1) also locks directories, read-only files and the targets of symbolic
/// links.
bool is_for_file_lock(boost::filesystem::path const& path) noexcept;

/// Opens the file as flock(1) does, and makes it if it is missing. A command inherits the
/// descriptor. Returns -1, with `errno` set, if that failed.
int open_as_flock(boost::filesystem::path const& path) noexcept;

/// The lock of flock(2) on an open file.
struct locked_file
{
    int descriptor;
    boost::filesystem::path path; ///< for reports
    bool is_shared;
};

/// Acquires the lock. Uses the limit and `on_wait` of `how`, for which `signals` must be given: the
/// wait ends when one arrives, which is pending again afterwards. Without `signals` the wait blocks
/// in the kernel. Returns false if the lock was not acquired. Throws `lock_error` and
/// `std::system_error`.
bool acquire(locked_file const& file, boost::filelock::acquire_options const& how,
             blocked_signals const* signals);

} // namespace filelock_tool

#endif
