// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../process.hpp"

// For systems where no death can be proved: every process counts as alive.
#if !defined(__linux__)

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

std::string command_of(std::int64_t)
{
    return {};
}

process_name this_process()
{
    return {::getpid(), {}, {}};
}

process_status find_process(process_name const&, bool)
{
    return {};
}

bool is_of_this_boot(std::string const&)
{
    return false;
}

std::optional<std::chrono::nanoseconds> system_uptime()
{
    return std::nullopt;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
