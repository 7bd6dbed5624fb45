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

/// The start of a process: the boot of the system, and the tick of its clock. The text is one
/// decimal number, (boot << 64) | tick.
struct start_token
{
    multiprecision::uint128_t boot; ///< 0 where unknown
    std::uint64_t tick = 0;

    std::string text() const;
};

/// Returns nothing if the text is not a start token.
std::optional<start_token> parse_start_token(std::string const& text);

/// Returns whether the two may be of one process. The ticks of one process differ by one at most,
/// because readers in two time namespaces round them differently.
bool may_be_same(start_token const& a, start_token const& b);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
