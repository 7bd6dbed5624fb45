// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_RECORD_LINES_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_RECORD_LINES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The lines of which records are made, whole or begun.

namespace boost {
namespace filelock {
namespace detail {

/// No record is longer.
inline constexpr std::size_t longest_record = 1024;

/// A part of a line, or all of it. `is_whole` where its end is there.
struct record_line
{
    std::string_view text;
    bool is_whole;
};

record_line take_record_line(std::string_view& text) noexcept;

/// Decimal, as it is printed: no sign, no leading zero.
bool is_number(record_line const& l) noexcept;

/// A number that a process can have, or the beginning of one, or nothing so far: zero.
std::optional<std::int64_t> pid_of(record_line const& l) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
