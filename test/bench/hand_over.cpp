// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How long it takes from the unlock in one process to the lock in another, which is asleep in one
// of our waits, against the kernel's own wait and, where its interpreter is the argument, Python's.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <sys/syscall.h>

using namespace bench;

namespace {

using boost::filelock::file_lock;

// Whether it sleeps in one of these system calls, rather than waiting to be told to go on. (The
// first word is its number, or "running".)
bool is_asleep_in(pid_t pid, std::vector<long> const& calls)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    return in >> number && std::find(calls.begin(), calls.end(), number) != calls.end();
}

/// Nanoseconds from before the unlock here to the lock there.
std::vector<double> measure(process& waiter, std::vector<long> const& sleeps_in,
                            std::string const& path, int rounds = 1000)
{
    std::vector<double> times;
    file_lock lock(path);
    for (int i = 0; i < rounds; ++i) {
        lock.lock();
        waiter.tell("go");
        while (!is_asleep_in(waiter.pid(), sleeps_in))
            ;
        auto const start = now();
        lock.unlock();
        times.push_back(waiter.number() - start);
    }
    return times;
}

void serve(std::function<void()> const& lock, std::function<void()> const& unlock)
{
    for (std::string go; hear(go);) {
        lock();
        auto const had = now();
        unlock();
        say(had);
    }
}

char const* const python = "import sys, time, filelock\n"
                           "lock = filelock.FileLock(sys.argv[1])\n"
                           "for go in sys.stdin:\n"
                           "    lock.acquire()\n"
                           "    had = time.clock_gettime_ns(time.CLOCK_MONOTONIC)\n"
                           "    lock.release()\n"
                           "    print(had, flush=True)\n";

} // namespace

int main(int argc, char** argv)
{
    temporary_directory const directory;
    std::string const path = (directory.path / "bench.lock").string();
    constexpr auto kernel = "flock(2)";

    int fd = -1;
    process bare([&] {
        serve(
            [&] {
                fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
                check(::flock(fd, LOCK_EX) == 0);
            },
            [&] { ::close(fd); });
    });
    auto const base = measure(bare, {SYS_flock}, path);
    auto const tell = [&](std::string const& name, std::vector<double> const& times) {
        report("hand-over, median", name, median(times) / 1e3, "us", median(times) / median(base),
               kernel);
        report("hand-over, 99th percentile", name, quantile(times, 0.99) / 1e3, "us",
               quantile(times, 0.99) / quantile(base, 0.99), kernel);
    };
    tell("flock(2)", base);

    boost::filelock::file_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    file_lock lock(path, options);
    auto const compare = [&](char const* name, long sleeps_in, std::function<void()> const& take) {
        process waiter([&] { serve(take, [&] { lock.unlock(); }); });
        tell(name, measure(waiter, {sleeps_in}, path));
    };
    compare("lock", SYS_flock, [&] { lock.lock(); });
    compare("try_lock_for", SYS_ppoll, [&] { check(lock.try_lock_for(std::chrono::hours(1))); });
    boost::filelock::acquire_options how;
    how.on_wait = [](auto const&) {};
    how.progress_interval = std::chrono::hours(1);
    compare("acquire", SYS_ppoll, [&] { lock.acquire(how); });
    if (argc > 1) {
        process waiter({argv[1], "-c", python, path});
        tell("Python's filelock",
             measure(waiter, {SYS_select, SYS_pselect6, SYS_clock_nanosleep}, path, 50));
    }
}
