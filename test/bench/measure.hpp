// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_BENCH_MEASURE_HPP
#define BOOST_FILELOCK_TEST_BENCH_MEASURE_HPP

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The tools of all benchmarks: clocks, medians, processes, and the output format.

namespace bench {

inline void check(bool worked)
{
    if (!worked)
        throw std::runtime_error("a system call of the benchmark failed");
}

/// Returns nanoseconds of a clock that all processes share.
inline double now()
{
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

inline double quantile(std::vector<double> values, double q)
{
    auto const at =
        values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * q);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

inline double median(std::vector<double> const& values)
{
    return quantile(values, 0.5);
}

/// Prints one line of results with fields separated by tabs: the chart, what was measured, the
/// figure and its unit, the ratio and its base.
inline void report(char const* chart, std::string const& what, double figure, char const* unit,
                   double ratio, char const* base)
{
    std::printf("%s\t%s\t%.4g\t%s\t%.3f\t%s\n", chart, what.c_str(), figure, unit, ratio, base);
    std::fflush(stdout);
}

struct temporary_directory
{
    boost::filesystem::path const path = boost::filesystem::temp_directory_path() /
                                         boost::filesystem::unique_path("filelock-bench-%%%%-%%%%");
    temporary_directory() { boost::filesystem::create_directory(path); }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove_all(path, ignored);
    }
};

/// Another process. The two talk through its standard input and output, which are one socket.
class process
{
public:
    explicit process(std::function<void()> const& body)
    {
        int ends[2];
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        pid_ = ::fork();
        check(pid_ != -1);
        if (pid_ == 0) {
            ::dup2(ends[1], 0);
            ::dup2(ends[1], 1);
            ::close(ends[0]);
            body();
            ::_exit(0);
        }
        ::close(ends[1]);
        socket_ = ends[0];
    }
    /// Starts a program.
    explicit process(std::vector<std::string> const& command)
        : process([&] {
              std::vector<char*> argv;
              for (auto const& word : command)
                  argv.push_back(const_cast<char*>(word.c_str()));
              argv.push_back(nullptr);
              ::execvp(argv[0], argv.data());
              ::_exit(127);
          })
    {}
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process()
    {
        if (pid_ != -1)
            ::kill(pid_, SIGKILL); // other processes may have copies of the socket
        wait();
        ::close(socket_);
    }

    /// Waits for the process to end.
    void wait()
    {
        if (pid_ != -1)
            ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

    pid_t pid() const { return pid_; }

    void tell(std::string const& line)
    {
        auto const text = line + '\n';
        check(::write(socket_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    /// Returns whether the process writes within the given nanoseconds.
    bool answers_within(double limit) const
    {
        ::pollfd watched{socket_, POLLIN, 0};
        return ::poll(&watched, 1, static_cast<int>(limit / 1e6)) == 1;
    }
    /// Reads a line with a number. Throws at the end of the input.
    double number()
    {
        std::string line;
        for (char c; check(::read(socket_, &c, 1) == 1), c != '\n';)
            line += c;
        return std::stod(line);
    }

private:
    pid_t pid_;
    int socket_;
};

// Reads a line in the body of a process. Returns false at the end of the input.
inline bool hear(std::string& line)
{
    line.clear();
    for (char c; ::read(0, &c, 1) == 1;) {
        if (c == '\n')
            return true;
        line += c;
    }
    return false;
}

inline void say(double number)
{
    auto const text = std::to_string(number) + '\n';
    check(::write(1, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

} // namespace bench

#endif
