// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_TERMINAL_HPP
#define BOOST_FILELOCK_TOOL_TERMINAL_HPP

#include <optional>
#include <string>

namespace filelock_tool {

/// Returns the width of the terminal behind the descriptor, in columns; 80 where the terminal does
/// not say. Empty if it is no terminal.
std::optional<std::size_t> columns_of(int descriptor) noexcept;

/// A line of progress on the terminal behind standard error, which each update replaces. Nothing
/// is written if it is no terminal.
class status_line
{
public:
    status_line() = default;
    status_line(status_line const&) = delete;
    status_line& operator=(status_line const&) = delete;
    ~status_line() { clear(); }

    /// Shows the text, cut to the width of the terminal.
    void show(std::string const& text);

    /// Removes the line.
    void clear() noexcept;

private:
    bool is_shown_ = false;
};

} // namespace filelock_tool

#endif
