// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "start_token.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {

using multiprecision::uint128_t;
using multiprecision::uint256_t;

std::string start_token::text() const
{
    return ((uint256_t(boot) << 64) | tick).str();
}

std::optional<start_token> parse_start_token(std::string const& text)
{
    // 192 bits have 58 digits at most.
    if (text.empty() || text.size() > 58 ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    auto const first = (std::min)(text.find_first_not_of('0'),
                                  text.size() - 1); // a leading zero would make it octal
    uint256_t const n(text.substr(first));
    if ((n >> 192) != 0)
        return std::nullopt;
    return start_token{uint128_t(n >> 64), static_cast<std::uint64_t>(n & ~std::uint64_t{})};
}

bool may_be_same(start_token const& a, start_token const& b)
{
    bool const other_boot = a.boot != b.boot && a.boot != 0 && b.boot != 0;
    auto const between = a.tick > b.tick ? a.tick - b.tick : b.tick - a.tick;
    return !other_boot && between <= 1;
}

} // namespace detail
} // namespace filelock
} // namespace boost
