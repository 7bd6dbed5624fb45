// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../process.hpp"

#include "proc.hpp"

#include <algorithm>

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

std::string host_name()
{
    char name[256] = {}; // HOST_NAME_MAX is 64 on Linux, 255 in POSIX
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string command_of(std::int64_t pid)
{
    constexpr std::size_t longest = 200;
    auto const directory = "/proc/" + std::to_string(pid);
    auto command = read_proc(directory + "/cmdline").value_or("");
    // A kernel's thread has none; a process that wants to hide it may have overwritten it.
    while (!command.empty() && command.back() == '\0')
        command.pop_back();
    if (command.empty()) {
        command = read_proc(directory + "/comm").value_or("");
        command.resize(std::min(command.size(), command.find('\n')));
    }
    if (command.size() > longest)
        command.resize(longest), command += "...";
    // It is somebody else's text, and goes into messages: no line ends and no escape sequences.
    std::replace_if(
        command.begin(), command.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return command;
}

} // namespace detail
} // namespace filelock
} // namespace boost
