// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The cost of ten thousand held markers, or as many as the process may have open files, which one
// thread stamps every ten seconds.

#include "measure.hpp"

#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/directory.hpp>

#include <chrono>
#include <deque>
#include <fstream>
#include <string>
#include <thread>

#include <sys/resource.h>

using namespace bench;
namespace fs = boost::filesystem;

namespace {

constexpr std::chrono::seconds interval(10);
constexpr int intervals = 3;

/// Returns the processor time of all threads except the calling one, in nanoseconds (proc(5)).
double of_other_threads()
{
    double all = 0;
    for (auto const& thread : fs::directory_iterator("/proc/self/task")) {
        double nanoseconds = 0;
        std::ifstream((thread.path() / "schedstat").string()) >> nanoseconds;
        if (thread.path().filename() != std::to_string(::gettid()))
            all += nanoseconds;
    }
    return all;
}

std::size_t as_many_as_may_be()
{
    ::rlimit limit = {};
    check(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    check(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    return std::min<std::size_t>(10000, limit.rlim_cur - 64);
}

template <class Lock>
void measure(std::string const& kind, typename Lock::options_type options)
{
    temporary_directory const directory;
    options.heartbeat_interval = interval;
    std::deque<Lock> locks;
    for (auto n = as_many_as_may_be(); locks.size() < n;) {
        locks.emplace_back(directory.path / std::to_string(locks.size()), options);
        locks.back().lock();
    }
    std::this_thread::sleep_for(interval); // every marker is stamped once
    auto const before = of_other_threads(), start = now();
    std::this_thread::sleep_for(interval * intervals);
    double const cost = of_other_threads() - before, time = now() - start;
    bool lost = false;
    for (auto const& lock : locks)
        lost = lost || lock.loss();
    check(!lost);
    auto const many = std::to_string(locks.size()) + ' ' + kind;
    report("heartbeats every 10 s", many + ", per beat",
           cost / (intervals * static_cast<double>(locks.size())) / 1e3, "us", cost / time,
           "one processor");
    auto const from = now();
    for (auto& lock : locks)
        lock.unlock();
    auto const end = now() - from;
    report("heartbeats every 10 s", many + ", all released", end / 1e6, "ms", end / 1e9,
           "a second");
}

} // namespace

int main()
{
    measure<boost::filelock::soft_read_write_lock>("soft_read_write_locks", {});
    measure<boost::filelock::soft_file_lease>("soft_file_leases", {});
}
