// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The cost of a lock while this process has many others: held, used in turn, or waited for by a
// thread each. Also the cost of a fork while lock files are open between two acquisitions.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace bench;

namespace {

using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;

constexpr int rounds = 100, turns = 50;

double lock_and_unlock(file_lock& lock)
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        auto const start = now();
        lock.lock();
        lock.unlock();
        times.push_back(now() - start);
    }
    return median(times);
}

class many
{
public:
    many(boost::filesystem::path const& directory, int count)
    {
        for (int i = 0; i < count; ++i) {
            all_.push_back(std::make_unique<file_lock>(directory / std::to_string(i)));
            all_.back()->lock();
        }
    }
    void release() { all_.clear(); }

private:
    std::vector<std::unique_ptr<file_lock>> all_;
};

void wait_for(boost::filesystem::path const& path, std::atomic<int>& waiting)
{
    file_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    file_lock lock(path, options);
    acquire_options how;
    how.on_wait = [&](auto const&) { ++waiting; };
    how.progress_interval = std::chrono::hours(1);
    lock.acquire(how);
    lock.unlock();
}

/// Returns the time from an unlock in one thread to the lock in another, in nanoseconds.
double hand_over(boost::filesystem::path const& path)
{
    std::atomic<int> started{0}, waiting{0}, had{0};
    std::atomic<double> at{0};
    std::thread other([&] {
        for (int i = 1; i <= turns; ++i) {
            while (started != i)
                std::this_thread::yield();
            wait_for(path, waiting);
            at = now();
            had = i;
        }
    });
    std::vector<double> times;
    file_lock lock(path);
    for (int i = 1; i <= turns; ++i) {
        lock.lock();
        started = i;
        while (waiting != i)
            std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // it tries a few more times
        auto const start = now();
        lock.unlock();
        while (had != i)
            std::this_thread::yield();
        times.push_back(at - start);
    }
    other.join();
    return median(times);
}

/// Locks that are used in turn.
class used_in_turn
{
public:
    used_in_turn(boost::filesystem::path const& directory, int count)
    {
        for (int i = 0; i < count; ++i)
            all_.push_back(std::make_unique<file_lock>(directory / std::to_string(i)));
        for (int i = 0; i < 2; ++i)
            use();
    }

    /// Returns the nanoseconds for one lock and unlock.
    double use()
    {
        auto const start = now();
        for (auto& lock : all_) {
            lock->lock();
            lock->unlock();
        }
        return (now() - start) / static_cast<double>(all_.size());
    }

private:
    std::vector<std::unique_ptr<file_lock>> all_;
};

/// Returns the nanoseconds of a fork and the end of the child.
double fork_and_wait()
{
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        auto const start = now();
        auto const child = ::fork();
        check(child != -1);
        if (child == 0)
            ::_exit(0);
        check(::waitpid(child, nullptr, 0) == child);
        times.push_back(now() - start);
    }
    return median(times);
}

void measure_forks(boost::filesystem::path const& directory)
{
    double none = 0;
    for (int const count : {0, 10, 100, 1000}) {
        used_in_turn locks(directory, count);
        double const time = fork_and_wait();
        if (count == 0)
            none = time;
        report("fork beside lock files that stay open", std::to_string(count), time / 1e3, "us",
               time / none, "none");
    }
}

void measure_turns(boost::filesystem::path const& directory)
{
    double one = 0;
    for (int const count : {1, 10, 100, 1000, 10000}) {
        used_in_turn locks(directory, count);
        std::vector<double> times;
        for (int i = 0; i < 20000; i += count)
            times.push_back(locks.use());
        double const time = median(times);
        if (count == 1)
            one = time;
        report("lock + unlock of objects in turn", std::to_string(count), time, "ns", time / one,
               "one object");
    }
}

} // namespace

int main()
{
    temporary_directory const directory;
    measure_forks(directory.path);
    measure_turns(directory.path);
    file_lock lock(directory.path / "bench.lock");
    double const alone = lock_and_unlock(lock);

    for (int const count : {1, 10, 100, 1000}) {
        many held(directory.path, count);
        double const time = lock_and_unlock(lock);
        report("lock + unlock beside locks that are held", std::to_string(count), time, "ns",
               time / alone, "none");
    }

    double first = 0;
    for (int const count : {1, 10, 100, 1000}) {
        many held(directory.path, count);
        std::vector<std::thread> others;
        std::atomic<int> waiting{0};
        for (int i = 0; i < count; ++i)
            others.emplace_back([&, i] { wait_for(directory.path / std::to_string(i), waiting); });
        while (waiting != count)
            std::this_thread::yield();
        double const time = hand_over(directory.path / "bench.lock");
        if (count == 1)
            first = time;
        report("hand-over beside threads that wait", std::to_string(count), time / 1e3, "us",
               time / first, "one thread");
        held.release();
        for (auto& t : others)
            t.join();
    }
}
