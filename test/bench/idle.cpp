// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What a process costs that waits for ten seconds while nothing happens: processor time, and how
// often it wakes up; and Python's, where its interpreter is the argument.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

using namespace bench;

namespace {

using boost::filelock::acquire_options;
using boost::filelock::file_lock;

struct cost
{
    double microseconds = 0; // of a processor
    double wakes = 0;
};

cost so_far()
{
    ::rusage used;
    check(::getrusage(RUSAGE_CHILDREN, &used) == 0);
    auto const us = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return {us(used.ru_utime) + us(used.ru_stime), static_cast<double>(used.ru_nvcsw)};
}

/// Of a process that does this for so many seconds.
template <class What>
cost of(std::function<What(int seconds)> const& what, int seconds)
{
    auto const before = so_far();
    {
        process waiter(what(seconds));
        waiter.wait();
    }
    auto const after = so_far();
    return {after.microseconds - before.microseconds, after.wakes - before.wakes};
}

/// Counted by strace, for so many seconds of a wait that goes on; below zero where it cannot.
double system_calls(process const& waiter, boost::filesystem::path const& log, int seconds)
{
    process strace(std::vector<std::string>{"timeout", "--signal=INT", std::to_string(seconds),
                                            "strace", "-f", "-qq", "-o", log.string(), "-p",
                                            std::to_string(waiter.pid())});
    strace.wait();
    std::ifstream in(log.string());
    if (!in)
        return -1;
    // A call that was under way when strace came or went is there in part.
    double count = 0;
    for (std::string line; std::getline(in, line);)
        count += line.find(") = ") != line.npos || line.find(") = ?") != line.npos;
    return count;
}

/// Ten seconds, less what it costs to start and to end.
template <class What>
void measure(char const* name, std::function<What(int seconds)> const& what,
             boost::filesystem::path const& directory)
{
    auto const ten = of(what, 11), one = of(what, 1);
    double const us = std::max(ten.microseconds - one.microseconds, 0.0);
    report("ten idle seconds, processor time", name, us, "us", us / 1e7, "the time");
    double const wakes = ten.wakes - one.wakes;
    report("ten idle seconds, wake-ups", name, wakes, "", wakes / 10, "one a second");
    process waiter(what(30));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    auto const calls = system_calls(waiter, directory / "strace", 10);
    if (calls >= 0)
        report("ten idle seconds, system calls", name, calls, "", calls / 10, "one a second");
}

char const* const python =
    "import sys, filelock\n"
    "try: filelock.FileLock(sys.argv[1], timeout=int(sys.argv[2])).acquire()\n"
    "except filelock.Timeout: pass\n";

} // namespace

int main(int argc, char** argv)
{
    temporary_directory const directory;
    std::string const path = (directory.path / "bench.lock").string();
    file_lock holder(path);
    holder.lock();

    using body = std::function<void()>;
    using command = std::vector<std::string>;
    measure<body>(
        "try_lock_for",
        [&](int seconds) -> body {
            return [&, seconds] {
                file_lock lock(path);
                check(!lock.try_lock_for(std::chrono::seconds(seconds)));
            };
        },
        directory.path);
    measure<body>(
        "acquire, asked to cancel every 50 ms",
        [&](int seconds) -> body {
            return [&, seconds] {
                file_lock lock(path);
                acquire_options how;
                how.timeout = std::chrono::seconds(seconds);
                how.cancel_check = [] { return false; };
                boost::system::error_code ec;
                check(!lock.acquire(how, ec));
            };
        },
        directory.path);
    if (argc > 1)
        measure<command>(
            "Python's filelock",
            [&](int seconds) -> command {
                return {argv[1], "-c", python, path, std::to_string(seconds)};
            },
            directory.path);
}
