// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../process.hpp"

#include <cstddef>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

// The same rule as Python's filelock has since August 2026 (its pull request 709). A record has the
// name as one word of printable ASCII, at most as long as a domain name (RFC 1035). A real name has
// no '?'.
std::string host_name()
{
    constexpr std::size_t longest = 253;
    char name[256] = {}; // HOST_NAME_MAX is 64 on Linux, 255 in POSIX
    if (::gethostname(name, sizeof name - 1) != 0)
        return {};
    std::string escaped;
    for (char const* at = name; *at != '\0'; ++at) {
        auto const byte = static_cast<unsigned char>(*at);
        char piece[] = {*at, '\0', '\0', '\0'};
        if (byte < 0x21 || byte > 0x7e || *at == '?')
            std::snprintf(piece, sizeof piece, "?%02x", byte);
        if (escaped.size() + std::strlen(piece) > longest)
            break;
        escaped += piece;
    }
    return escaped;
}

} // namespace detail
} // namespace filelock
} // namespace boost
