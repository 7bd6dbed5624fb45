// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lease_record.hpp"

#include "record_lines.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using std::chrono::nanoseconds;
using namespace std::string_view_literals;

constexpr auto format_line = "filelock/2\n"sv;

// Returns the seconds as Python prints a float: with a point, and no more digits than are needed.
// That is exact for any duration, and the shortest form of up to 15 digits.
std::string seconds_text(nanoseconds duration)
{
    auto const whole = duration.count() / std::nano::den, part = duration.count() % std::nano::den;
    auto digits = std::to_string(std::nano::den + part).substr(1);
    digits.erase((std::max)(digits.find_last_not_of('0') + 1, std::size_t(1)));
    return std::to_string(whole) + '.' + digits;
}

// A decimal number: digits * 10^exponent.
struct decimal
{
    std::uint64_t digits = 0;
    int exponent = 0;
};

// Takes digits, with or without a point, from the beginning of the text. Returns false if there is
// none. Drops the digits after the nineteenth.
bool take_digits(std::string_view& text, decimal& d)
{
    constexpr std::uint64_t one_more = 1'000'000'000'000'000'000; // less than that has a digit more
    bool has_digit = false, has_point = false;
    for (; !text.empty(); text.remove_prefix(1)) {
        char const c = text.front();
        if (c == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        has_digit = true;
        bool const counts = d.digits < one_more;
        if (counts)
            d.digits = d.digits * 10 + static_cast<unsigned>(c - '0');
        d.exponent += int(!counts) - int(has_point);
    }
    return has_digit;
}

// Reads the exponent that a text is, if any. Returns false if the text is something else.
bool read_exponent(std::string_view text, decimal& d)
{
    constexpr std::size_t most_digits = 9; // of an int
    if (text.empty())
        return true;
    if (text.front() != 'e' && text.front() != 'E')
        return false;
    text.remove_prefix(1);
    bool const is_negative = !text.empty() && text.front() == '-';
    if (is_negative || (!text.empty() && text.front() == '+'))
        text.remove_prefix(1);
    if (text.empty() || text.size() > most_digits ||
        text.find_first_not_of("0123456789") != text.npos)
        return false;
    int const by = std::stoi(std::string(text));
    d.exponent += is_negative ? -by : by;
    return true;
}

// Reads a positive decimal number of seconds, with or without a point and an exponent. Returns
// nothing if it is none, or not finite, as a duration of zero nanoseconds.
std::optional<nanoseconds> seconds_in(std::string_view text)
{
    constexpr std::uint64_t most = (std::numeric_limits<std::int64_t>::max)();
    constexpr int nano_places = 9, most_places = 309; // of a finite double
    decimal d;
    if (!take_digits(text, d) || !read_exponent(text, d))
        return std::nullopt;
    int places = d.exponent; // before the point
    for (auto rest = d.digits; rest != 0; rest /= 10)
        ++places;
    if (places > most_places)
        return std::nullopt;
    d.exponent += nano_places;
    for (; d.exponent < 0 && d.digits != 0; ++d.exponent)
        d.digits = d.digits / 10 + (d.exponent == -1 && d.digits % 10 >= 5);
    for (; d.exponent > 0 && d.digits != 0; --d.exponent)
        d.digits = d.digits > most / 10 ? most : d.digits * 10;
    if (d.digits == 0)
        return std::nullopt;
    return nanoseconds(static_cast<std::int64_t>((std::min)(d.digits, most)));
}

} // namespace

std::string lease_record::text() const
{
    auto text = std::string(format_line) + "pid=" + std::to_string(owner.pid) +
                "\nhost=" + owner.host + "\nmode=lease\ntoken=" + token +
                "\nduration=" + seconds_text(duration) + '\n';
    if (!owner.start_token.empty())
        text += "start=" + owner.start_token + '\n';
    return text;
}

bool begins_as_lease(std::string_view text) noexcept
{
    return !text.empty() &&
           text.substr(0, format_line.size()) == format_line.substr(0, text.size());
}

bool has_lease_format(std::string_view text) noexcept
{
    return text.size() >= format_line.size() && begins_as_lease(text);
}

marker_content read_lease(std::string_view text)
{
    constexpr auto malformed = marker_content::beginning;
    marker_content content{marker_content::other_contract};
    std::string_view mode;
    std::optional<nanoseconds> duration;
    if (!take_record_line(text).is_whole)
        return {malformed};
    while (!text.empty()) {
        auto const line = take_record_line(text);
        auto const sign = line.text.find('=');
        if (!line.is_whole || sign == line.text.npos)
            return {malformed};
        auto const key = line.text.substr(0, sign);
        record_line const value{line.text.substr(sign + 1), true};
        if (key == "pid")
            content.owner.pid = pid_of(value).value_or(0);
        else if (key == "host")
            content.owner.host = is_host(value) ? value.text : ""sv;
        else if (key == "mode")
            mode = value.text;
        else if (key == "token")
            content.token = value.text;
        else if (key == "duration")
            duration = seconds_in(value.text);
        else if (key == "start" && !is_start_token(value))
            return {malformed};
        else if (key == "start")
            content.owner.start_token = value.text;
    }
    if (content.owner.pid == 0 || content.owner.host.empty() || mode.empty())
        return {malformed};
    if (mode != "lease")
        return content;
    if (content.token.empty() || !duration)
        return {malformed};
    content.kind = marker_content::lease;
    content.duration = *duration;
    return content;
}

} // namespace detail
} // namespace filelock
} // namespace boost
