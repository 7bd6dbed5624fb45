// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "record_lines.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>

namespace boost {
namespace filelock {
namespace detail {
namespace {

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

} // namespace

record_line take_record_line(std::string_view& text) noexcept
{
    auto const end = text.find('\n');
    record_line const l{text.substr(0, end), end != text.npos};
    text.remove_prefix(l.is_whole ? end + 1 : text.size());
    return l;
}

bool is_number(record_line const& l) noexcept
{
    bool const digits = std::all_of(l.text.begin(), l.text.end(), is_digit);
    return digits && (l.text.empty() ? !l.is_whole : l.text == "0" || l.text.front() != '0');
}

std::optional<std::int64_t> pid_of(record_line const& l) noexcept
{
    std::int64_t pid = 0;
    if (!is_number(l))
        return std::nullopt;
    if (l.text.empty())
        return pid;
    auto const result = std::from_chars(l.text.data(), l.text.data() + l.text.size(), pid);
    bool const fits =
        result.ec == std::errc() && pid >= 1 && pid <= (std::numeric_limits<std::int32_t>::max)();
    return fits ? std::optional<std::int64_t>(pid) : std::nullopt;
}

} // namespace detail
} // namespace filelock
} // namespace boost
