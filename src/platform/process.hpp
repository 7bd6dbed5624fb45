// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// What this machine tells of itself and of its processes. Texts are empty where it does not.

namespace boost {
namespace filelock {
namespace detail {

/// One word of printable ASCII: other bytes, and '?', as `?` and two hexadecimal digits.
std::string host_name();

/// The command line of a process, arguments separated by spaces; shortened where it is long.
std::string command_of(std::int64_t pid);

/// A process, as a record names it to other processes.
struct process_name
{
    std::int64_t pid = 0;
    std::string host;
    std::string start_token; ///< decimal: tells it from others with this pid; empty where unknown
};

/// Without the host, whose name may change. Cached; another one in every forked child.
process_name this_process();

struct process_status
{
    enum kind_type
    {
        gone,   ///< that is proved
        alive,  ///< or may be
        unknown ///< of another machine
    };

    kind_type kind = unknown;
    bool is_certain = false; ///< `alive`, and its number and its start are those of the record
    std::int64_t pid = 0;    ///< the one by which we know it; 0 where its end will not be told
};

/// Looks for the process that the record of another one names. `was_certain`: it has been seen so,
/// and thus has not the number of another namespace. Else all processes may have to be looked at.
process_status find_process(process_name const& named, bool was_certain = false);

/// Returns whether the token is that of a process that this run of the system has started. False
/// where either does not tell.
bool is_of_this_boot(std::string const& start_token);

/// Returns for how long the system has been running, suspends included; in every time namespace the
/// same. Nothing where that is not known.
std::optional<std::chrono::nanoseconds> system_uptime();

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
