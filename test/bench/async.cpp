// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Ten thousand operations wait on one thread: for one lock object, for a hundred, or for one each.
// The holder uses the same object, another one, or is another process. Measures the memory of each
// operation, the cost while nothing happens, and the time to cancel them all.

#include "measure.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/resource.h>

using namespace bench;
namespace asio = boost::asio;

namespace {

using boost::filelock::async_acquire;
using boost::filelock::file_lock;
using boost::filelock::held_lock;

constexpr int operations = 10000, idle_seconds = 10;

enum class holder
{
    this_object,
    another_object,
    another_process
};

char const* name_of(holder who)
{
    return who == holder::this_object      ? "this object"
           : who == holder::another_object ? "another object"
                                           : "another process";
}

void lock_all(std::deque<file_lock>& locks)
{
    for (auto& lock : locks)
        lock.lock();
}

void make(std::deque<file_lock>& locks, int count, boost::filesystem::path const& directory)
{
    for (int i = 0; i < count; ++i)
        locks.emplace_back(directory / std::to_string(i));
}

struct usage
{
    double microseconds, wakes;
};

usage used()
{
    ::rusage u;
    check(::getrusage(RUSAGE_SELF, &u) == 0);
    auto const us = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return {us(u.ru_utime) + us(u.ru_stime), static_cast<double>(u.ru_nvcsw)};
}

// Raises the limit of open files. Every lock object that is held has one descriptor, and one that
// is waited for has two. Returns how many locks are possible.
int allow_many_files()
{
    ::rlimit limit{65536, 65536};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        check(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
        limit.rlim_cur = limit.rlim_max;
        check(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    return static_cast<int>(std::min<rlim_t>(limit.rlim_cur - 100, 30000)) / 3;
}

/// Runs in a process of its own.
void measure(int count, holder who)
{
    temporary_directory const directory;
    std::deque<file_lock> locks, others;
    make(locks, count, directory.path);
    std::unique_ptr<process> other;
    if (who == holder::this_object)
        lock_all(locks);
    if (who == holder::another_object) {
        make(others, count, directory.path);
        lock_all(others);
    }
    if (who == holder::another_process) {
        other = std::make_unique<process>([&] {
            make(others, count, directory.path);
            lock_all(others);
            say(1);
            for (std::string line; hear(line);)
                ;
        });
        check(other->number() == 1);
    }
    asio::io_context context(1);
    std::deque<asio::cancellation_signal> signals(operations);
    int ended = 0;
    auto const memory = [] { return static_cast<double>(::mallinfo2().uordblks); };
    auto const before = memory();
    for (int i = 0; i < operations; ++i)
        async_acquire(context, locks[static_cast<std::size_t>(i % count)],
                      asio::bind_cancellation_slot(
                          signals[static_cast<std::size_t>(i)].slot(),
                          [&](boost::system::error_code, held_lock<file_lock>) { ++ended; }));
    context.run_for(std::chrono::seconds(3)); // the first attempts follow each other quickly
    while (context.run_one_for(std::chrono::milliseconds(100)) != 0) {
    } // no attempt is in progress
    auto const each = (memory() - before) / operations;
    auto const what = std::to_string(count) + ", " + name_of(who);
    report("10,000 pending operations, memory of each, by the number of locks and the holder", what,
           each, "bytes", each / 400, "400 bytes");

    auto const start = used();
    context.run_for(std::chrono::seconds(idle_seconds));
    auto const end = used();
    report("10,000 pending operations, wake-ups in ten idle seconds", what, end.wakes - start.wakes,
           "", (end.wakes - start.wakes) / idle_seconds, "one a second");
    report("10,000 pending operations, processor time in ten idle seconds", what,
           (end.microseconds - start.microseconds) / 1e3, "ms",
           (end.microseconds - start.microseconds) / (idle_seconds * 1e6), "the time");

    std::vector<std::size_t> order(operations);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    auto const from = now();
    for (auto const i : order)
        signals[i].emit(asio::cancellation_type::total);
    context.run();
    auto const ms = (now() - from) / 1e6;
    check(ended == operations);
    report("10,000 pending operations, all cancelled", what, ms, "ms", ms / 50, "50 ms");
}

} // namespace

int main()
{
    int const most = allow_many_files();
    for (int const count : {1, 100, most})
        for (auto const who :
             {holder::this_object, holder::another_object, holder::another_process}) {
            pid_t const pid = ::fork();
            check(pid != -1);
            if (pid == 0) {
                measure(count, who);
                std::fflush(stdout);
                ::_exit(0);
            }
            int status;
            check(::waitpid(pid, &status, 0) == pid && status == 0);
        }
}
