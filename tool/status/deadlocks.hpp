// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_DEADLOCKS_HPP
#define BOOST_FILELOCK_TOOL_DEADLOCKS_HPP

namespace filelock_tool {

/// Prints the processes of this machine that wait for each other in a circle through kernel locks.
/// Returns the exit status: `conflict` if there are such.
int show_deadlocks(bool as_json);

} // namespace filelock_tool

#endif
