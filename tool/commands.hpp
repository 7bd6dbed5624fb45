// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_COMMANDS_HPP
#define BOOST_FILELOCK_TOOL_COMMANDS_HPP

#include <string>
#include <vector>

// The commands of the tool. Each takes the arguments that follow its name, and returns the exit
// status. A command throws `usage_error` for arguments that it does not take, and a
// `boost::filelock::lock_error` or `std::system_error` for what the system refuses.

namespace filelock_tool {

using arguments = std::vector<std::string>;

int run(arguments const&);
int status(arguments const&);
int break_lock(arguments const&);
int wait(arguments const&);
int verify(arguments const&);

} // namespace filelock_tool

#endif
