// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_record.hpp"

#include "claim_record.hpp"
#include "lease_record.hpp"
#include "record_lines.hpp"

#include <algorithm>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::size_t max_marker_host = 255; // POSIX, HOST_NAME_MAX
constexpr std::size_t longest_token = 58;    // digits of 192 bits

} // namespace

// Accepts printable ASCII, and UTF-8 beyond that. An incomplete line may end within a character.
bool is_host(record_line const& l) noexcept
{
    if (l.text.size() > max_marker_host || (l.is_whole && l.text.empty()))
        return false;
    unsigned to_come = 0; // bytes that are missing from the current character
    for (char const c : l.text) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) == 0x80) {
            if (to_come-- == 0)
                return false;
        } else if (to_come != 0 || byte <= ' ' || byte == 0x7f || byte >= 0xf8) {
            return false;
        } else {
            to_come = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
        }
    }
    return l.is_whole ? to_come == 0 : l.text.size() + to_come <= max_marker_host;
}

bool is_start_token(record_line const& l) noexcept
{
    return is_number(l) && l.text.size() <= longest_token;
}

std::string marker_record::text() const
{
    auto text = std::to_string(pid) + '\n' + host + '\n';
    if (!start_token.empty())
        text += start_token + '\n';
    return text;
}

marker_content read_marker(std::string_view text)
{
    if (text.size() > longest_record)
        return {};
    if (text == strict_sentinel)
        return {marker_content::sentinel};
    if (begins_as_lease(text))
        return read_lease(text);
    // The file is empty, or it has the NUL bytes that a crash of the system leaves in a file that
    // was written to.
    if (std::all_of(text.begin(), text.end(), [](char c) { return c == '\0'; }))
        return {marker_content::beginning};

    auto rest = text;
    auto const first = take_record_line(rest);
    auto const second = take_record_line(rest);
    auto const third = take_record_line(rest);
    auto const pid = pid_of(first);
    if (!pid || !is_host(second) || !is_start_token(third) || !rest.empty())
        return {};
    bool const has_token = !third.text.empty();
    if (!second.is_whole || (has_token && !third.is_whole))
        return {marker_content::beginning};
    return {marker_content::record, {*pid, std::string(second.text), std::string(third.text)}};
}

} // namespace detail
} // namespace filelock
} // namespace boost
