// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_UTF8_HPP
#define BOOST_FILELOCK_TOOL_UTF8_HPP

#include <cstddef>
#include <string>

// Texts of other programs, which can have any bytes.

namespace filelock_tool {

/// Returns the text as UTF-8, with U+FFFD in place of bytes that are none.
std::string utf8_of(std::string const& text);

/// Returns the text as UTF-8 with '?' in place of control characters: a terminal would obey those
/// of a file name or a command line.
std::string printable(std::string const& text);

/// Returns the number of characters in UTF-8.
std::size_t width_of(std::string const& text) noexcept;

/// Returns the text with "..." in place of what exceeds the width at its end.
std::string cut_end(std::string const& text, std::size_t width);

/// Returns the text with "..." in place of what exceeds the width at its beginning: the end of a
/// path says more.
std::string cut_begin(std::string const& text, std::size_t width);

} // namespace filelock_tool

#endif
