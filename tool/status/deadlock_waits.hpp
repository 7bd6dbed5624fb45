// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_DEADLOCK_WAITS_HPP
#define BOOST_FILELOCK_TOOL_DEADLOCK_WAITS_HPP

#include "../inspection/kernel.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace filelock_tool {

/// A process that sleeps in the kernel until it gets a lock.
struct kernel_wait
{
    std::int64_t pid = 0;
    kernel_lock_entry request;
};

struct kernel_waits
{
    std::vector<kernel_wait> known;
    std::size_t unknown =
        0; ///< requests whose process could not be looked at: another user's, or gone by now
};

/// Returns the processes behind the requests in the list. The kernel names no process for the
/// request of an open file's lock, so each task is asked in which call it sleeps.
kernel_waits waits_in(std::vector<kernel_lock_entry> const& list);

} // namespace filelock_tool

#endif
