// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "proc.hpp"

#include "../posix/error.hpp"
#include "../posix/open_descriptor.hpp"
#include "../posix/scoped_fd.hpp"

#include <cerrno>
#include <cstddef>

#include <fcntl.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::string_view blanks = " \t";

} // namespace

std::optional<std::string> read_proc(std::string const& path, system::error_code& ec)
{
    ec.clear();
    // The standard library's streams are not used, because exec inherits their descriptors.
    scoped_fd const file(
        open_descriptor([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file.is_open()) {
        ec = last_error();
        return std::nullopt;
    }
    std::string text;
    for (;;) {
        char buffer[4096];
        auto const n = ::read(file.native(), buffer, sizeof buffer);
        if (n == 0)
            return text;
        if (n > 0)
            text.append(buffer, static_cast<std::size_t>(n));
        else if (errno != EINTR) {
            ec = last_error(); // ESRCH: the process is gone
            return std::nullopt;
        }
    }
}

std::optional<std::string> read_proc(std::string const& path)
{
    system::error_code ec;
    return read_proc(path, ec);
}

std::optional<std::string> read_own_proc(std::string const& name)
{
    auto text = read_proc("/proc/self/" + name);
    return text ? text : read_proc("/proc/thread-self/" + name); // since Linux 3.17
}

std::string_view take_line(std::string_view& text) noexcept
{
    auto const end = text.find('\n');
    auto const line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

std::string_view take_word(std::string_view& line) noexcept
{
    auto const begin = line.find_first_not_of(blanks);
    line.remove_prefix(begin == line.npos ? line.size() : begin);
    auto const word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

std::string_view value_of(std::string_view text, std::string_view key) noexcept
{
    while (!text.empty()) {
        auto line = take_line(text);
        if (line.substr(0, key.size()) == key) {
            line.remove_prefix(key.size());
            return take_word(line);
        }
    }
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
