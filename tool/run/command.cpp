// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "command.hpp"

#include "../exit_status.hpp"
#include "../texts.hpp"
#include "../utf8.hpp"
#include "death.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace filelock_tool {
namespace {

// From SIGTERM to SIGKILL for the command of a lost lock. A holder that could not refresh its lease
// notices that one heartbeat interval before others may acquire it, by default 10 s.
constexpr auto grace = std::chrono::seconds(5);

[[noreturn]] void fail(char const* call)
{
    throw std::system_error(errno, std::system_category(), call);
}

std::vector<char*> pointers_to(arguments const& words)
{
    std::vector<char*> result;
    for (auto const& word : words)
        result.push_back(const_cast<char*>(word.c_str()));
    result.push_back(nullptr);
    return result;
}

int report_failed_exec(std::string const& program, int error)
{
    std::cerr << "filelock: " << printable(program) << ": " << std::strerror(error) << '\n';
    return error == ENOMEM ? os_error : unavailable;
}

struct pipe_ends
{
    pipe_ends()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            fail("pipe2");
        reader = ends[0];
        writer = ends[1];
    }
    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;
    ~pipe_ends()
    {
        close(reader);
        close(writer);
    }

    static void close(int& end) noexcept
    {
        if (end != -1)
            ::close(std::exchange(end, -1));
    }

    int reader, writer;
};

/// The pipes between `run` and the child before exec.
struct start_pipes
{
    pipe_ends go;     ///< to the child: a byte lets it call exec
    pipe_ends report; ///< from the child: the error of exec
};

/// The child between fork and exec. There may have been other threads, so it calls only functions
/// that are async-signal-safe.
[[noreturn]] void execute(command_plan const& plan, char* const* words, pid_t parent,
                          blocked_signals const& signals, start_pipes& pipes)
{
    char byte;
    ::close(pipes.go.writer);
    if ((plan.dies_with_run && !die_with(parent)) || ::read(pipes.go.reader, &byte, 1) != 1)
        ::_exit(unavailable); // `run` has ended
    if (plan.closed)
        ::close(*plan.closed);
    signals.restore();
    ::execvp(words[0], words);
    int const error = errno;
    [[maybe_unused]] auto const n = ::write(pipes.report.writer, &error, sizeof error);
    ::_exit(unavailable);
}

/// Lets the child call exec. Throws `interrupted` if a signal has arrived before, from the terminal
/// perhaps before there was a child to get it. A later one from the terminal has reached both.
void let_go(pid_t child, start_pipes& pipes, blocked_signals const& signals)
{
    bool const is_interrupted = signals.is_any_pending();
    char const byte = 0;
    if (!is_interrupted && ::write(pipes.go.writer, &byte, 1) != 1)
        fail("write");
    pipe_ends::close(pipes.report.writer);
    if (!is_interrupted)
        return;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    throw interrupted();
}

/// Returns the error of exec that the child has written, or 0 if its end was closed by exec.
int read_report(int report)
{
    int error = 0;
    ssize_t n = -1;
    while ((n = ::read(report, &error, sizeof error)) == -1)
        if (errno != EINTR)
            fail("read");
    return n == sizeof error ? error : 0;
}

class running_command
{
public:
    running_command(pid_t pid, command_plan const& plan, blocked_signals const& signals)
        : pid_(pid), plan_(plan), signals_(signals)
    {}

    /// Returns the status of waitpid(2).
    int wait()
    {
        int status = 0;
        while (!has_ended(status)) {
            check_loss();
            auto const signal = signals_.wait(kill_at_);
            // The terminal sends its signals to the whole foreground process group.
            if (signal && signal->si_signo != SIGCHLD && signal->si_code != SI_KERNEL)
                send(signal->si_signo);
        }
        return status;
    }

private:
    bool has_ended(int& status) const
    {
        auto const result = ::waitpid(pid_, &status, WNOHANG);
        if (result == -1 && errno != EINTR)
            fail("waitpid");
        return result == pid_;
    }

    void check_loss()
    {
        if (plan_.loss && plan_.loss->is_set() && !is_told_) {
            is_told_ = true;
            plan_.on_loss();
            send(SIGTERM);
            send(SIGCONT); // a stopped process does not handle SIGTERM
            kill_at_ = std::chrono::steady_clock::now() + grace;
        }
        if (kill_at_ && std::chrono::steady_clock::now() >= *kill_at_) {
            send(SIGKILL);
            kill_at_.reset();
        }
    }

    /// A command of another user cannot be signalled, EPERM. One that has ended is a zombie until
    /// it is waited for, so that the number is its own.
    void send(int signal) const noexcept { ::kill(pid_, signal); }

    pid_t pid_;
    command_plan const& plan_;
    blocked_signals const& signals_;
    std::optional<time_point> kill_at_ = {};
    bool is_told_ = false;
};

} // namespace

void loss_flag::set() noexcept
{
    is_set_ = true;
    ::kill(::getpid(), SIGCHLD); // cannot fail: the process may signal itself
}

int replace_by(arguments const& words)
{
    auto const pointers = pointers_to(words);
    ::execvp(pointers[0], pointers.data());
    return report_failed_exec(words[0], errno);
}

int run_command(command_plan const& plan, blocked_signals const& signals)
{
    auto const pointers = pointers_to(plan.words);
    start_pipes pipes;
    pid_t const parent = ::getpid(), pid = ::fork();
    if (pid == -1)
        fail("fork");
    if (pid == 0)
        execute(plan, pointers.data(), parent, signals, pipes);
    let_go(pid, pipes, signals);
    int const exec_error = read_report(pipes.report.reader);
    int const status = running_command(pid, plan, signals).wait();
    if (exec_error != 0)
        return report_failed_exec(plan.words[0], exec_error);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace filelock_tool
