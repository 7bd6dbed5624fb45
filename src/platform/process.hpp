// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_PROCESS_HPP

#include <cstdint>
#include <string>

// What this machine tells of itself and of its processes. Texts are empty where it does not.

namespace boost {
namespace filelock {
namespace detail {

std::string host_name();

/// The command line of a process, arguments separated by spaces; shortened where it is long.
std::string command_of(std::int64_t pid);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
