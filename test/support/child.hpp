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

/// Another process. The test exchanges lines with it over its standard input and output. Every wait
/// for it is bounded by `patience` and throws std::runtime_error at that limit. The destructor
/// kills the process.
class child
{
public:
    /// Starts a program, which is searched for in PATH.
    explicit child(std::vector<std::string> const& command);

    /// Forks. The child runs `body` and calls `_exit` with its result, or with 125 if it throws.
    /// The child's file descriptors 0 and 1 are the pipes.
    explicit child(std::function<int()> const& body);

    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child();

    pid_t pid() const noexcept { return pid_; }

    void write_line(std::string const& line);
    void close_input() noexcept;

    /// Returns the next line without its end, or nothing at the end of the output.
    std::optional<std::string> read_line();

    /// Writes a line and returns the next line that the child writes, or "it died" at the end of
    /// the output.
    std::string ask(std::string const& line);

    /// Returns whether there is something to read now. The end of the output counts.
    bool has_line() const;

    /// Reads a line and throws if it differs from `line`.
    void expect(std::string const& line);

    void kill(int signal = SIGKILL);

    /// Returns the exit status, or minus the signal number if a signal ended the process.
    int wait();

    /// Waits and returns like `wait`, but leaves a zombie, so that the process number is not
    /// reused.
    int wait_unreaped() const;

private:
    void start(std::function<void()> const& run);

    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    std::string buffer_;
    std::optional<int> status_;
};

// For the bodies of forked children. These functions use the other ends of the pipes.
void say(std::string const& line);
std::string hear();

} // namespace filelock_test

#endif
