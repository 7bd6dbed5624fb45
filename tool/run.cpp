// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "command_line.hpp"
#include "commands.hpp"

namespace filelock_tool {

int run(arguments const&)
{
    throw usage_error("not there yet");
}

} // namespace filelock_tool
