// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_LINUX_START_TOKEN_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_LINUX_START_TOKEN_HPP

#include <boost/multiprecision/cpp_int.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// When a process was started: in which run of the system, and at which tick of its clock. In
/// decimal it is one number, (boot << 64) | tick.
struct start_token
{
    multiprecision::uint128_t boot; ///< 0 where it is unknown
    std::uint64_t tick = 0;

    std::string text() const;
};

/// Nothing where the text is none.
std::optional<start_token> parse_start_token(std::string const& text);

/// Whether they can be one process's. The ticks of one process differ by one at most: those that
/// readers in two time namespaces see are rounded apart.
bool may_be_same(start_token const& a, start_token const& b);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
