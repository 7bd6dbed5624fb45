// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// Facts about this machine and its processes. Texts are empty where the system does not report
// them.

namespace boost {
namespace filelock {
namespace detail {

/// Returns the name of this host as one word of printable ASCII. Other bytes, and '?', become `?`
/// and two hexadecimal digits.
std::string host_name();

/// Returns the command line of a process, arguments separated by spaces, shortened if it is long.
std::string command_of(std::int64_t pid);

/// The name that a record uses for a process.
struct process_name
{
    std::int64_t pid = 0;
    std::string host;
    std::string
        start_token; ///< decimal; distinguishes it from others with this pid; empty where unknown
};

/// Returns the name of this process without the host, whose name may change. The result is cached;
/// every forked child has its own.
process_name this_process();

struct process_status
{
    enum kind_type
    {
        gone,   ///< proved
        alive,  ///< or possibly alive
        unknown ///< of another machine
    };

    kind_type kind = unknown;
    bool is_certain = false; ///< `alive`, and its pid and start are those of the record
    std::int64_t pid = 0; ///< its pid as this process sees it; 0 where its end will not be reported
};

/// Returns the status of the process that another process's record names. `was_certain` says that
/// an earlier result was certain, so that the pid is not of another namespace. Otherwise the
/// function may have to look at all processes.
process_status find_process(process_name const& named, bool was_certain = false);

/// Returns whether the token is that of a process that was started since this boot of the system.
/// Returns false where the token or the system does not say.
bool is_of_this_boot(std::string const& start_token);

/// Returns the time since the system was started, including suspends. The result is the same in
/// every time namespace. Returns nothing where it is not known.
std::optional<std::chrono::nanoseconds> system_uptime();

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
