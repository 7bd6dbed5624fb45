// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../process.hpp"

#include "../fork.hpp"
#include "../posix/open_descriptor.hpp"
#include "../posix/scoped_fd.hpp"
#include "proc.hpp"
#include "process_starts.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// Returns whether /proc shows processes by the pids that this process sees.
bool is_proc_ours()
{
    system::error_code ec;
    auto const self = filesystem::read_symlink("/proc/self", ec);
    return !ec && self.native() == std::to_string(::getpid());
}

// Returns whether the process has this pid in any namespace. A process of an inner namespace has a
// pid in each namespace from this one to its own, and the record has the innermost
// (pid_namespaces(7)). Linux before 4.1 does not show them, and the answer is then true.
bool has_number(std::string const& process, std::int64_t pid, system::error_code& ec)
{
    auto const status = read_proc("/proc/" + process + "/status", ec);
    if (!status)
        return false; // the process has ended meanwhile
    constexpr std::string_view key = "NSpid:";
    for (std::string_view rest = *status; !rest.empty();) {
        auto line = take_line(rest);
        if (line.substr(0, key.size()) != key)
            continue;
        line.remove_prefix(key.size());
        for (auto word = take_word(line); !word.empty(); word = take_word(line))
            if (word == std::to_string(pid))
                return true;
        return false;
    }
    return true;
}

// Returns whether the process has exited. A process that waits to be reaped by its parent still
// exists, but has closed its files.
bool has_exited(int pidfd)
{
    ::pollfd p{pidfd, POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
}

int open_process(std::int64_t pid)
{
    return open_descriptor([&] { // Linux 5.3
        return static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0));
    });
}

bool is_zombie(std::int64_t pid)
{
    scoped_fd const process(open_process(pid));
    return process.is_open() && has_exited(process.native());
}

// Returns the pid of the living process with this start that has another pid here. Returns 0 if
// /proc shows none, and nothing if the search failed.
std::optional<std::int64_t> find_by_start(std::int64_t pid, start_token const& start,
                                          process_starts const& starts, bool numbers_agree)
{
    system::error_code ec;
    // If /proc does not show this process, there is no /proc, or it is that of another namespace.
    if (!starts.are_known() || filesystem::read_symlink("/proc/self", ec).empty())
        return std::nullopt;
    for (filesystem::directory_iterator it("/proc", ec), end; it != end && !ec; it.increment(ec)) {
        auto const name = it->path().filename().string();
        if (name.find_first_not_of("0123456789") != name.npos)
            continue;
        auto const its = starts.of(name, ec);
        bool const is_it = its && may_be_same(*its, start) && has_number(name, pid, ec);
        if (is_no_answer(ec))
            return std::nullopt;
        auto const number = std::strtoll(name.c_str(), nullptr, 10);
        if (is_it && !(numbers_agree && is_zombie(number)))
            return number;
        ec.clear();
    }
    return ec ? std::nullopt : std::optional<std::int64_t>(0);
}

} // namespace

std::string command_of(std::int64_t pid)
{
    constexpr std::size_t longest = 200;
    auto const directory = "/proc/" + std::to_string(pid);
    auto command = read_proc(directory + "/cmdline").value_or("");
    // A kernel thread has no command line. A process that hides its command line may have
    // overwritten it.
    while (!command.empty() && command.back() == '\0')
        command.pop_back();
    if (command.empty()) {
        command = read_proc(directory + "/comm").value_or("");
        command.resize((std::min)(command.size(), command.find('\n')));
    }
    if (command.size() > longest)
        command.resize(longest), command += "...";
    // The text comes from another process and goes into messages, which must not contain its line
    // ends and escape sequences.
    std::replace_if(
        command.begin(), command.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return command;
}

process_name this_process()
{
    static std::mutex& mutex = share_fork_safe_mutex();
    // Never destroyed, because locks may have static storage.
    alignas(process_name) static unsigned char place[sizeof(process_name)];
    static process_name& known = *new (place) process_name;
    static std::uint32_t known_in = 0; // the process generation

    auto const generation = process_generation();
    {
        std::lock_guard<std::mutex> const guard(mutex);
        if (known_in == generation)
            return known;
    }
    process_name name{::getpid(), {}, {}};
    system::error_code ec;
    auto const token = process_starts().of("self", ec);
    if (token)
        name.start_token = token->text();
    else if (is_no_answer(ec))
        return name; // temporary: the next call finds the token
    std::lock_guard<std::mutex> const guard(mutex);
    known = name;
    known_in = generation;
    return name;
}

bool is_of_this_boot(std::string const& text)
{
    auto const token = parse_start_token(text);
    return token && process_starts().are_proved_of_this_run(*token);
}

std::optional<std::chrono::nanoseconds> system_uptime()
{
    return process_starts().uptime();
}

process_status find_process(process_name const& named, bool was_certain)
{
    if (named.host.empty() || named.host != host_name())
        return {};
    auto const pid = static_cast<pid_t>(named.pid);
    bool const has_token = !named.start_token.empty();
    auto const token = parse_start_token(named.start_token);
    bool const numbers_agree = has_token && is_proc_ours();
    std::optional<process_starts> starts;
    if (token)
        starts.emplace();
    system::error_code ec;

    scoped_fd const process(open_process(pid));
    bool const is_there =
        process.is_open() || (errno != ESRCH && (::kill(pid, 0) == 0 || errno != ESRCH));
    auto const its =
        is_there && token && numbers_agree ? starts->of(std::to_string(pid), ec) : std::nullopt;
    bool const exited = process.is_open() && has_exited(process.native());
    bool const is_other = its && !may_be_same(*its, *token);
    if (is_there && !exited && !is_other)
        return {process_status::alive, its.has_value(), named.pid};
    // Without its start the exited process proves nothing: it may have been another one, or it was
    // reaped before its start was read.
    if (exited && !is_other)
        return {its || !has_token || was_certain ? process_status::gone : process_status::alive};
    // The process may be in an inner namespace, unless it was started before this boot of the
    // system.
    if (token && !was_certain && starts->are_of_this_run(*token)) {
        auto const other = find_by_start(named.pid, *token, *starts, numbers_agree);
        if (!other || *other != 0)
            return {process_status::alive, false, numbers_agree ? other.value_or(0) : 0};
    }
    return {process_status::gone};
}

} // namespace detail
} // namespace filelock
} // namespace boost
