// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_RUN_DEATH_HPP
#define BOOST_FILELOCK_TOOL_RUN_DEATH_HPP

#include <cerrno>
#include <csignal>

#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

namespace filelock_tool {

/// Lets the kernel kill this process when the thread that forked it ends. Returns false, with
/// `errno` set, if that failed or the parent has ended already. Async-signal-safe.
inline bool die_with(pid_t parent) noexcept
{
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    // prctl(2): no signal is sent for a parent that ended before the call.
    errno = ESRCH;
    return ::getppid() == parent;
}

} // namespace filelock_tool

#endif
