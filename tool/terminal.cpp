// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "terminal.hpp"

#include "utf8.hpp"

#include <cstdio>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace filelock_tool {
namespace {

constexpr char to_begin_and_clear[] = "\r\033[K"; // ECMA-48, EL

} // namespace

std::optional<std::size_t> columns_of(int descriptor) noexcept
{
    if (::isatty(descriptor) == 0)
        return std::nullopt;
    ::winsize size = {};
    bool const is_known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    return is_known ? size.ws_col : 80;
}

// The last column stays empty: a terminal may wrap the line there.
void status_line::show(std::string const& text)
{
    auto const columns = columns_of(STDERR_FILENO);
    if (!columns)
        return;
    std::fprintf(stderr, "%s%s", to_begin_and_clear, cut_end(text, *columns - 1).c_str());
    std::fflush(stderr);
    is_shown_ = true;
}

void status_line::clear() noexcept
{
    if (!std::exchange(is_shown_, false))
        return;
    std::fputs(to_begin_and_clear, stderr);
    std::fflush(stderr);
}

} // namespace filelock_tool
