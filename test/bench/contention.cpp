// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Eight processes acquire one lock repeatedly. Measures how often the lock changes hands in a
// second, relative to bare `flock`.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/stat.h>

using namespace bench;

namespace {

using boost::filelock::file_lock;

constexpr int processes = 8, rounds = 5;
constexpr double seconds = 0.5;

struct board
{
    int last = -1; // the last holder, written by the holder
    long changes = 0;
    long holds = 0;
};

/// Returns how often the lock changed hands in a second.
double hand_overs(board& b, std::function<void()> const& lock, std::function<void()> const& unlock)
{
    b = {};
    auto const end = now() + seconds * 1e9;
    std::vector<std::unique_ptr<process>> all;
    for (int i = 0; i < processes; ++i)
        all.push_back(std::make_unique<process>([&, i] {
            while (now() < end) {
                lock();
                ++b.holds;
                if (b.last != i) {
                    b.last = i;
                    ++b.changes;
                }
                unlock();
            }
        }));
    for (auto& p : all)
        p->wait();
    return static_cast<double>(b.changes) / seconds;
}

} // namespace

int main()
{
    temporary_directory const directory;
    std::string const path = (directory.path / "bench.lock").string();
    void* const place =
        ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(place != MAP_FAILED);
    auto& b = *new (place) board;

    int fd = -1;
    auto const take = [&] {
        fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        check(fd != -1 && ::flock(fd, LOCK_EX) == 0);
    };
    auto const drop = [&] {
        check(::flock(fd, LOCK_UN) == 0);
        ::close(fd);
    };
    // Also checks whether the path still names the file, as a lock must.
    auto const is_named = [&] {
        struct ::stat held, named;
        check(::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &named) == 0);
    };
    auto const take_and_look = [&] {
        fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        check(fd != -1);
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
            is_named();
            check(::flock(fd, LOCK_EX) == 0);
        }
        is_named();
    };
    file_lock lock(path);
    auto const unlock = [&] { lock.unlock(); };
    std::vector<double> base, looks, locks, tries, look_ratios, lock_ratios, try_ratios;
    for (int i = 0; i < rounds; ++i) {
        base.push_back(hand_overs(b, take, drop));
        looks.push_back(hand_overs(b, take_and_look, drop));
        locks.push_back(hand_overs(
            b, [&] { lock.lock(); }, unlock));
        tries.push_back(hand_overs(
            b, [&] { check(lock.try_lock_for(std::chrono::hours(1))); }, unlock));
        look_ratios.push_back(looks.back() / base.back());
        lock_ratios.push_back(locks.back() / base.back());
        try_ratios.push_back(tries.back() / base.back());
    }
    constexpr auto chart = "contention of eight processes, hand-overs in a second";
    report(chart, "flock(2)", median(base), "/s", 1, "flock(2)");
    report(chart, "flock(2) and look-ups", median(looks), "/s", median(look_ratios), "flock(2)");
    report(chart, "lock", median(locks), "/s", median(lock_ratios), "flock(2)");
    report(chart, "try_lock_for", median(tries), "/s", median(try_ratios), "flock(2)");
}
