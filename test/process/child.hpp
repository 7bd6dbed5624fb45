// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_CHILD_HPP
#define BOOST_FILELOCK_TEST_PROCESS_CHILD_HPP

#include "patience.hpp"

#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace filelock_test {

/// Another process, spoken to line by line over its standard input and output. Every wait for it is
/// bounded by `patience` and throws std::runtime_error when that has passed; the destructor kills
/// it.
class child
{
public:
    /// Starts a program, looked for in PATH.
    explicit child(std::vector<std::string> const& command);

    /// Forks; the child runs `body` and leaves by `_exit` with what it returns, or 125 where it
    /// throws. The child's file descriptors 0 and 1 are the pipes.
    explicit child(std::function<int()> const& body);

    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child();

    pid_t pid() const noexcept { return pid_; }

    void write_line(std::string const& line);
    void close_input() noexcept;

    /// The next line without its end; nothing at the end of the output.
    std::optional<std::string> read_line();

    /// Whether there is something to read now, the end included.
    bool has_line() const;

    /// Reads a line and throws where it is another one.
    void expect(std::string const& line);

    void kill(int signal = SIGKILL);

    /// The exit status; for one that was killed, minus the signal.
    int wait();

private:
    void start(std::function<void()> const& run);

    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::string buffer_;
    std::optional<int> status_;
};

// For the bodies of forked children: the other ends of the pipes.
void say(std::string const& line);
std::string hear();

} // namespace filelock_test

#endif
