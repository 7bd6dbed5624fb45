// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "access_marker.hpp"

#include "record_lines.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::size_t access_token_length = 32;
constexpr std::size_t longest_number = 20;   // digits of 64 bits, and a sign
constexpr std::size_t max_access_host = 253; // length of a DNS name (RFC 1035)

bool is_token(record_line const& l) noexcept
{
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    return l.text.find_first_not_of(hexadecimal) == l.text.npos &&
           (l.is_whole ? l.text.size() == access_token_length
                       : l.text.size() <= access_token_length);
}

bool is_ascii(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace

std::string access_marker::text() const
{
    std::string text;
    text.reserve(token.size() + longest_number + host.size() + 3);
    text.append(token).append(1, '\n').append(std::to_string(pid)).append(1, '\n');
    return text.append(host).append(1, '\n');
}

access_content read_access(std::string_view text)
{
    if (text.size() > longest_record)
        return {};
    // The file is empty, or it has the NUL bytes that a crash of the system leaves in a file that
    // was written to.
    if (std::all_of(text.begin(), text.end(), [](char c) { return c == '\0'; }))
        return {access_content::beginning, {}};
    auto rest = text;
    auto const token = take_record_line(rest);
    auto const second = take_record_line(rest);
    auto const host = take_record_line(rest);
    auto const pid = pid_of(second);
    bool const has_more = rest.find_first_not_of('\n') != rest.npos;
    if (!is_token(token) || !pid || !is_ascii(host.text) || host.text.size() > max_access_host ||
        (host.is_whole && host.text.empty()) || has_more)
        return {};
    if (!host.is_whole)
        return {access_content::beginning, {}};
    return {access_content::record, {std::string(token.text), *pid, std::string(host.text)}};
}

} // namespace detail
} // namespace filelock
} // namespace boost
