// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_DEADLOCK_SEARCH_HPP
#define BOOST_FILELOCK_TOOL_DEADLOCK_SEARCH_HPP

#include "../inspection/kernel.hpp"

#include <boost/filesystem/path.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace filelock_tool {

/// A lock that a process has or waits for.
struct lock_use
{
    kernel_lock_entry lock;
    boost::filesystem::path path = {};   ///< empty if unknown
    std::vector<std::int64_t> pids = {}; ///< of the circle: those that hold it or want it
    /// Holders outside of the circle. One that has the same open file can end the circle.
    std::vector<std::int64_t> others = {};
};

struct stuck_process
{
    std::int64_t pid = 0;
    std::string command = {};
    bool has_other_threads = false; ///< which may unlock what the process holds
    std::vector<lock_use> waits_for = {}, holds = {};
};

/// Processes of which each waits for one of them, in the order of a circle where they are one.
using deadlock = std::vector<stuck_process>;

struct deadlock_search
{
    std::vector<deadlock> found;
    std::size_t unknown_waits = 0; ///< of processes that could not be looked at
};

/// Searches this machine.
deadlock_search search_deadlocks();

} // namespace filelock_tool

#endif
