// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "utf8.hpp"

#include <boost/nowide/utf/convert.hpp>

#include <algorithm>

namespace filelock_tool {
namespace {

bool begins_character(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// Returns the position of the character of this number.
std::size_t position_of(std::string const& text, std::size_t number) noexcept
{
    std::size_t at = 0;
    while (at < text.size() && (number != 0 || !begins_character(text[at]))) {
        number -= begins_character(text[at]);
        ++at;
    }
    return at;
}

std::string dots(std::size_t width)
{
    return std::string((std::min)(width, std::size_t(3)), '.');
}

} // namespace

std::string utf8_of(std::string const& text)
{
    return boost::nowide::utf::convert_string<char>(text.data(), text.data() + text.size());
}

// The control characters from U+0080 to U+009F have two bytes in UTF-8.
std::string printable(std::string const& text)
{
    auto result = utf8_of(text);
    std::replace_if(
        result.begin(), result.end(),
        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
    for (std::size_t i = 0; i + 1 < result.size(); ++i) {
        bool const is_control =
            result[i] == '\xc2' && static_cast<unsigned char>(result[i + 1]) < 0xa0;
        if (is_control)
            result.replace(i, 2, "?");
    }
    return result;
}

std::size_t width_of(std::string const& text) noexcept
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut_end(std::string const& text, std::size_t width)
{
    if (width_of(text) <= width)
        return text;
    auto const end = dots(width);
    return text.substr(0, position_of(text, width - end.size())) + end;
}

std::string cut_begin(std::string const& text, std::size_t width)
{
    auto const all = width_of(text);
    if (all <= width)
        return text;
    auto const begin = dots(width);
    return begin + text.substr(position_of(text, all - (width - begin.size())));
}

} // namespace filelock_tool
