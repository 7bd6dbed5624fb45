// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_RECORD_LINES_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_RECORD_LINES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Records consist of these lines, which may be complete or incomplete.

namespace boost {
namespace filelock {
namespace detail {

/// The maximum length of a record, in bytes.
inline constexpr std::size_t longest_record = 1024;

/// A line or the beginning of one. `is_whole` is true if the end of the line is there.
struct record_line
{
    std::string_view text;
    bool is_whole;
};

record_line take_record_line(std::string_view& text) noexcept;

/// Returns whether the line is a decimal number or the beginning of one. A number is as printed:
/// without sign and leading zeros.
bool is_number(record_line const& l) noexcept;

/// Returns the process id in the line, or the beginning of one, or zero if the line has no digit
/// yet. Returns nothing if no process can have that number.
std::optional<std::int64_t> pid_of(record_line const& l) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
