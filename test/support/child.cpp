// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "child.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace filelock_test {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(char const* what)
{
    throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

// Waits until the descriptor is readable.
void wait_readable(int fd, clock::time_point until, char const* what)
{
    for (;;) {
        auto const left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
        if (left <= 0)
            throw std::runtime_error(std::string("timed out: ") + what);
        pollfd p{fd, POLLIN, 0};
        int const n = ::poll(&p, 1, static_cast<int>(left));
        if (n > 0)
            return;
        if (n < 0 && errno != EINTR)
            fail("poll");
    }
}

void write_all(int fd, std::string const& text)
{
    for (std::size_t done = 0; done < text.size();) {
        ssize_t const n = ::write(fd, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR)
            fail("write");
        if (n > 0)
            done += static_cast<std::size_t>(n);
    }
}

} // namespace

child::child(std::vector<std::string> const& command)
{
    start([&command] {
        std::vector<char*> argv;
        for (auto const& word : command)
            argv.push_back(const_cast<char*>(word.c_str()));
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    });
}

child::child(std::function<int()> const& body)
{
    start([&body] {
        int status = 125;
        try {
            status = body();
        } catch (std::exception const& e) {
            std::string const text = std::string("child: ") + e.what() + "\n";
            [[maybe_unused]] auto const n = ::write(2, text.data(), text.size());
        }
        ::_exit(status);
    });
}

void child::start(std::function<void()> const& run)
{
    ::signal(SIGPIPE, SIG_IGN); // a child that has ended is an error of `write`
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        fail("pipe2");
    pid_ = ::fork();
    if (pid_ == -1)
        fail("fork");
    if (pid_ == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        ::alarm(4 * hang_limit); // must not outlive the test
        if (::dup2(in[0], 0) == -1 || ::dup2(out[1], 1) == -1)
            ::_exit(126);
        for (int fd : {in[0], in[1], out[0], out[1]})
            ::close(fd);
        run();
        ::_exit(126);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
}

child::~child()
{
    if (!status_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    close_input();
    ::close(output_);
}

void child::write_line(std::string const& line)
{
    write_all(input_, line + "\n");
}

void child::close_input() noexcept
{
    if (input_ != -1)
        ::close(input_);
    input_ = -1;
}

std::optional<std::string> child::read_line()
{
    auto const until = clock::now() + patience;
    for (;;) {
        auto const end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        wait_readable(output_, until, "a line from a child");
        char part[4096];
        ssize_t const n = ::read(output_, part, sizeof part);
        if (n == 0)
            return std::nullopt;
        if (n > 0)
            buffer_.append(part, static_cast<std::size_t>(n));
        else if (errno != EINTR)
            fail("read");
    }
}

std::string child::ask(std::string const& line)
{
    write_line(line);
    return read_line().value_or("it died");
}

bool child::has_line() const
{
    pollfd p{output_, POLLIN, 0};
    return !buffer_.empty() || ::poll(&p, 1, 0) > 0;
}

void child::expect(std::string const& line)
{
    auto const found = read_line();
    if (found != line)
        throw std::runtime_error("expected '" + line + "' from a child, found " +
                                 (found ? "'" + *found + "'" : "the end"));
}

void child::kill(int signal)
{
    if (::kill(pid_, signal) != 0)
        fail("kill");
}

int child::wait()
{
    if (!status_) {
        int const status = wait_unreaped();
        if (::waitpid(pid_, nullptr, 0) != pid_)
            fail("waitpid");
        status_ = status;
    }
    return *status_;
}

int child::wait_unreaped() const
{
    if (status_)
        return *status_;
    int const fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (fd == -1)
        fail("pidfd_open");
    wait_readable(fd, clock::now() + patience, "the end of a child");
    ::close(fd);
    ::siginfo_t how;
    if (::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT) != 0)
        fail("waitid");
    return how.si_code == CLD_EXITED ? how.si_status : -how.si_status;
}

// `say` and `hear` do not use `write` and `read`: tests that make those calls fail count the other
// calls.

void say(std::string const& line)
{
    std::string text = line + "\n";
    ::iovec whole{text.data(), text.size()};
    if (::writev(1, &whole, 1) !=
        static_cast<ssize_t>(text.size())) // the line is shorter than the room in a pipe
        fail("writev");
}

std::string hear()
{
    std::string line;
    char c;
    ::iovec one{&c, 1};
    while (::readv(0, &one, 1) == 1 && c != '\n')
        line += c;
    return line;
}

} // namespace filelock_test
