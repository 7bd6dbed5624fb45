// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How long it takes from the unlock in one process to the lock in another, which is asleep in one
// of our waits, against the kernel's own wait and, where its interpreter is the argument, Python's.

#include "measure.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bench;

namespace {

using boost::filelock::file_lock;

constexpr int rounds = 200;

/// One way of waiting, and what it took.
struct way
{
    std::string name;
    std::unique_ptr<process> waiter;
    std::vector<double> times{}; // nanoseconds from before the unlock here to the lock there
};

void measure_once(way& w, file_lock& lock)
{
    lock.lock();
    w.waiter->tell("go");
    // It tries some times more before it goes to sleep for long; `acquire` looks for the holder,
    // for which the kernel takes up to 25 ms; and the processor sleeps, too. Not all the same,
    // since some ask at regular intervals.
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + 17 * w.times.size() % 50));
    auto const start = now();
    lock.unlock();
    w.times.push_back(w.waiter->number() - start);
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
    std::vector<way> ways;
    auto const add = [&](char const* name, std::function<void()> const& take,
                         std::function<void()> const& drop) {
        ways.push_back({name, std::make_unique<process>([&] { serve(take, drop); })});
    };

    int fd = -1;
    add(
        "flock(2)",
        [&] {
            fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
            check(::flock(fd, LOCK_EX) == 0);
        },
        [&] { ::close(fd); });
    boost::filelock::file_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    file_lock lock(path, options);
    auto const unlock = [&] { lock.unlock(); };
    add(
        "lock", [&] { lock.lock(); }, unlock);
    add(
        "try_lock_for", [&] { check(lock.try_lock_for(std::chrono::hours(1))); }, unlock);
    boost::filelock::acquire_options how;
    how.on_wait = [](auto const&) {};
    how.progress_interval = std::chrono::hours(1);
    add(
        "acquire", [&] { lock.acquire(how); }, unlock);
    boost::asio::io_context context;
    boost::filelock::held_lock<file_lock> held;
    add(
        "async_acquire",
        [&] {
            async_acquire(context, lock,
                          [&](boost::system::error_code, auto got) { held = std::move(got); });
            context.restart();
            context.run();
        },
        [&] { held.unlock(); });
    if (argc > 1)
        ways.push_back({"Python's filelock", std::make_unique<process>(std::vector<std::string>{
                                                 argv[1], "-c", python, path})});

    file_lock holder(path);
    for (int i = 0; i < rounds; ++i)
        for (auto& w : ways)
            if (i % 10 == 0 || w.name.find("Python") != 0) // who takes his time
                measure_once(w, holder);
    auto const tell = [&](char const* chart, double q) {
        double const base = quantile(ways.front().times, q);
        for (auto const& w : ways) {
            double const time = quantile(w.times, q);
            report(chart, w.name, time / 1e3, "us", time / base, "flock(2)");
        }
    };
    tell("hand-over, median", 0.5);
    tell("hand-over, 99th percentile", 0.99);
}
