// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "claim_record.hpp"

#include "marker_record.hpp"
#include "record_lines.hpp"
#include "temporary_name.hpp"

#include <cstddef>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::string_view_literals;

constexpr auto format = "filelock-strict-v1"sv;
constexpr auto intent_prefix = "intent-v1-"sv, held_prefix = "held-v1-"sv,
               claim_suffix = ".claim"sv;
constexpr auto draft_infix = ".private-v1-"sv, draft_suffix = ".tmp"sv;

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept
{
    bool const has_it = text.substr(0, prefix.size()) == prefix;
    if (has_it)
        text.remove_prefix(prefix.size());
    return has_it;
}

bool take_suffix(std::string_view& text, std::string_view suffix) noexcept
{
    bool const has_it =
        text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
    if (has_it)
        text.remove_suffix(suffix.size());
    return has_it;
}

std::string to_hex(std::string_view text)
{
    std::string hex;
    hex.reserve(2 * text.size());
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        hex += hex_digits[byte / 16];
        hex += hex_digits[byte % 16];
    }
    return hex;
}

// Returns nothing for capital digits as well.
std::optional<std::string> from_hex(std::string_view hex)
{
    if (hex.size() % 2 != 0 || hex.find_first_not_of(hex_digits) != hex.npos)
        return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i != hex.size(); i += 2)
        text += static_cast<char>(hex_digits.find(hex[i]) * 16 + hex_digits.find(hex[i + 1]));
    return text;
}

} // namespace

std::string claim_record::text() const
{
    std::string text(format);
    for (auto const& line : {token, std::to_string(pid), to_hex(host), start_token})
        text.append(1, '\n').append(line);
    return text.append(1, '\n');
}

std::optional<claim_record> read_claim(std::string_view text, std::string_view token)
{
    if (text.size() > longest_record)
        return std::nullopt;
    auto const first = take_record_line(text);
    auto const second = take_record_line(text);
    auto const pid = pid_of(take_record_line(text));
    auto const host = from_hex(take_record_line(text).text);
    auto const start = take_record_line(text);
    bool const is_numbered = start.text.empty() || is_start_token(start);
    if (!start.is_whole || !text.empty() || first.text != format || second.text != token ||
        pid.value_or(0) == 0 || !host || !is_host({*host, true}) || !is_numbered)
        return std::nullopt;
    return claim_record{std::string(token), *pid, *host, std::string(start.text)};
}

std::string claim_name::text() const
{
    std::string name(kind == intent ? intent_prefix : held_prefix);
    return name.append(token).append(claim_suffix);
}

std::optional<claim_name> read_claim_name(std::string_view text)
{
    auto const kind = take_prefix(text, intent_prefix) ? claim_name::intent : claim_name::held;
    if (kind == claim_name::held && !take_prefix(text, held_prefix))
        return std::nullopt;
    if (!take_suffix(text, claim_suffix) || !is_token(text))
        return std::nullopt;
    return claim_name{kind, std::string(text)};
}

std::string draft_name(std::string_view public_name, std::string_view token)
{
    std::string name(1, '.');
    name.append(public_name).append(draft_infix).append(token).append(draft_suffix);
    return name;
}

std::string_view published_name_of(std::string_view name) noexcept
{
    auto const infix = name.rfind(draft_infix);
    if (infix == name.npos || infix < 2 || name.front() != '.' ||
        !take_suffix(name, draft_suffix) || infix + draft_infix.size() > name.size() ||
        !is_token(name.substr(infix + draft_infix.size())))
        return {};
    return name.substr(1, infix - 1);
}

} // namespace detail
} // namespace filelock
} // namespace boost
