// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_IDLE_DESCRIPTORS_HPP
#define BOOST_FILELOCK_IDLE_DESCRIPTORS_HPP

#include <boost/filelock/config.hpp>

#include <cstddef>

/// @file
/// The files that `file_lock` and `read_write_lock` leave open between two acquisitions. See
/// <<kept_open,Files that stay open>>.

namespace boost {
namespace filelock {

/// @name Functions

/// Closes the files that lock objects of this process have left open between two acquisitions, and
/// their directories. Call it before a file system is unmounted. Locks that are held, and waits,
/// are not affected. A later acquisition opens its file again; an object whose option `keep_open`
/// is false leaves no file open.
///
/// Returns:: The number of descriptors that were closed.
/// Thread safety:: Any thread may call it at any time.
/// System calls:: Two for each descriptor: `lseek` or `fstat`, and `close`.
/// Crash, fork, cancellation:: A forked child has none of its parent's descriptors. The call is not
///   a cancellation point.
BOOST_FILELOCK_DECL std::size_t close_idle_descriptors() noexcept;

} // namespace filelock
} // namespace boost

#endif
