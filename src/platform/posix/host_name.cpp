// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../process.hpp"

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

std::string host_name()
{
    char name[256] = {}; // HOST_NAME_MAX is 64 on Linux, 255 in POSIX
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

} // namespace detail
} // namespace filelock
} // namespace boost
