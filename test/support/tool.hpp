// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_TOOL_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_TOOL_HPP

#include "patience.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// Runs `filelock`, or another program, and collects what it writes.

namespace filelock_test {

using words = std::vector<std::string>;

/// Returns the path of the tool, which is the first argument of the test program.
inline std::string tool_path()
{
    auto const& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc < 2)
        throw std::runtime_error("the path of the tool is missing: TEST -- PATH");
    // A test may work in another directory.
    return boost::filesystem::absolute(suite.argv[1]).string();
}

/// Returns the words of the tool's command `name` with these arguments.
inline words tool(std::string const& name, words const& arguments = {})
{
    words result{tool_path(), name};
    result.insert(result.end(), arguments.begin(), arguments.end());
    return result;
}

/// How a program is started.
struct program_setup
{
    /// The width of a pseudo-terminal that becomes the program's standard streams and its
    /// controlling terminal. Unset: each stream is a pipe.
    std::optional<unsigned short> columns = {};
    /// Called in the child before exec.
    std::function<void()> prepare = {};
};

/// A program that a test runs. Every wait for it is bounded by `patience` and throws at that limit.
/// The destructor kills it.
class program
{
public:
    /// The program is searched for in PATH.
    explicit program(words const& line, program_setup const& setup = {})
    {
        ::signal(SIGPIPE, SIG_IGN); // an ended program is an error of `write`
        if (setup.columns)
            start_on_terminal(line, setup);
        else
            start_on_pipes(line, setup);
    }
    program(program const&) = delete;
    program& operator=(program const&) = delete;
    ~program()
    {
        if (!status_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (int fd : {input_, out_.descriptor, err_.descriptor})
            if (fd != -1)
                ::close(fd);
    }

    pid_t pid() const noexcept { return pid_; }

    /// Writes to standard input, or types on the terminal.
    void write(std::string const& text)
    {
        if (::write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            fail("write");
    }
    void close_input() noexcept
    {
        if (input_ != -1 && input_ != out_.descriptor)
            ::close(std::exchange(input_, -1));
    }

    /// Returns what the program has written so far that was collected: to standard output, or all
    /// that is on the terminal; to standard error.
    std::string const& out() const noexcept { return out_.text; }
    std::string const& err() const noexcept { return err_.text; }

    /// Waits until standard output, or the terminal, contains the text `count` times.
    void wait_for_out(std::string const& text, int count = 1) { wait_for_text(out_, text, count); }
    void wait_for_err(std::string const& text, int count = 1) { wait_for_text(err_, text, count); }

    void kill(int signal = SIGKILL) const
    {
        if (::kill(pid_, signal) != 0)
            fail("kill");
    }

    /// Waits for the end of the program, not of its children. Collects what it has written. Returns
    /// the exit status, or minus the signal number.
    int wait()
    {
        if (status_)
            return *status_;
        int const ended = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        if (ended == -1)
            fail("pidfd_open");
        auto const end = std::chrono::steady_clock::now() + patience;
        while (!collect(ended, end))
            ;
        ::close(ended);
        while (collect_now())
            ;
        int status = 0;
        if (::waitpid(pid_, &status, 0) != pid_)
            fail("waitpid");
        status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        return *status_;
    }

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct stream
    {
        int descriptor = -1;
        std::string text = {};
    };

    [[noreturn]] static void fail(char const* call)
    {
        throw std::runtime_error(std::string(call) + ": " + std::strerror(errno));
    }

    template <class Connect>
    void start(words const& line, program_setup const& setup, Connect connect)
    {
        std::vector<char*> pointers;
        for (auto const& word : line)
            pointers.push_back(const_cast<char*>(word.c_str()));
        pointers.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == -1)
            fail("fork");
        if (pid_ != 0)
            return;
        ::signal(SIGPIPE, SIG_DFL);
        ::alarm(4 * hang_limit); // must not outlive the test
        try {
            connect();
            if (setup.prepare)
                setup.prepare();
            ::execvp(pointers[0], pointers.data());
        } catch (...) {
        }
        ::_exit(126);
    }

    void start_on_pipes(words const& line, program_setup const& setup)
    {
        int in[2], out[2], err[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 ||
            ::pipe2(err, O_CLOEXEC) != 0)
            fail("pipe2");
        start(line, setup, [&] {
            if (::dup2(in[0], 0) == -1 || ::dup2(out[1], 1) == -1 || ::dup2(err[1], 2) == -1)
                fail("dup2");
        });
        for (int fd : {in[0], out[1], err[1]})
            ::close(fd);
        input_ = in[1];
        out_.descriptor = out[0];
        err_.descriptor = err[0];
    }

    void start_on_terminal(words const& line, program_setup const& setup)
    {
        int const terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        char name[64];
        ::winsize const size{24, *setup.columns, 0, 0};
        if (terminal == -1 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0 ||
            ::ptsname_r(terminal, name, sizeof name) != 0 ||
            ::ioctl(terminal, TIOCSWINSZ, &size) != 0)
            fail("posix_openpt");
        start(line, setup, [&] {
            // The first terminal that a session leader opens becomes its controlling terminal.
            ::setsid();
            int const fd = ::open(name, O_RDWR);
            if (::dup2(fd, 0) == -1 || ::dup2(fd, 1) == -1 || ::dup2(fd, 2) == -1)
                fail("dup2");
            ::close(fd);
        });
        input_ = out_.descriptor = terminal;
    }

    /// Waits until a stream has something to read, and reads it. Returns whether `ended` is
    /// readable.
    bool collect(int ended, time_point end)
    {
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            throw std::runtime_error("timed out; the program has written:\n" + out_.text +
                                     err_.text);
        return poll_and_read(ended, static_cast<int>(left.count())).second;
    }

    /// Reads what is there now. Returns whether there was something.
    bool collect_now() { return poll_and_read(-1, 0).first; }

    /// Returns whether something was read, and whether `ended` is readable.
    std::pair<bool, bool> poll_and_read(int ended, int milliseconds)
    {
        ::pollfd all[] = {
            {ended, POLLIN, 0}, {out_.descriptor, POLLIN, 0}, {err_.descriptor, POLLIN, 0}};
        if (::poll(all, 3, milliseconds) == -1 && errno != EINTR)
            fail("poll");
        bool const has_out = all[1].revents != 0 && read_from(out_),
                   has_err = all[2].revents != 0 && read_from(err_);
        return {has_out || has_err, all[0].revents != 0};
    }

    bool read_from(stream& from)
    {
        char part[4096];
        ssize_t const n = ::read(from.descriptor, part, sizeof part);
        if (n > 0)
            from.text.append(part, static_cast<std::size_t>(n));
        else if (n == 0 || errno == EIO) // a terminal that no program has open
            close_stream(from);
        return n > 0;
    }

    void close_stream(stream& from)
    {
        if (input_ == from.descriptor)
            input_ = -1;
        ::close(std::exchange(from.descriptor, -1));
    }

    static int count_of(std::string const& part, std::string const& text)
    {
        int count = 0;
        for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size())
            ++count;
        return count;
    }

    void wait_for_text(stream& from, std::string const& text, int count)
    {
        auto const end = std::chrono::steady_clock::now() + patience;
        while (count_of(text, from.text) < count) {
            if (from.descriptor == -1)
                throw std::runtime_error("no '" + text + "' in what the program has written:\n" +
                                         out_.text + err_.text);
            collect(-1, end);
        }
    }

    pid_t pid_ = -1;
    int input_ = -1;
    stream out_, err_;
    std::optional<int> status_;
};

inline bool contains(std::string const& text, std::string const& part)
{
    return text.find(part) != text.npos;
}

/// The result of a program.
struct outcome
{
    int status; ///< or minus the signal number
    std::string out, err;
};

/// Runs a program to its end, with nothing on standard input.
inline outcome run_program(words const& line, program_setup const& setup = {})
{
    program p(line, setup);
    p.close_input();
    int const status = p.wait();
    return {status, p.out(), p.err()};
}

} // namespace filelock_test

#endif
