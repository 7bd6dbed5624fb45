// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Eight processes acquire one lock repeatedly. Measures how often the lock is acquired and how
// often it changes hands in a second, relative to bare `flock`. The two differ: a process that
// still has its file open often locks it again before the woken waiter runs.

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

struct way
{
    std::string name;
    std::function<void()> start, lock, unlock;
    std::vector<double> hand_overs = {}, holds = {}; // in a second

    /// `pause`: nanoseconds that a process holds the lock, and then leaves it alone.
    void measure(board& b, double pause)
    {
        b = {};
        auto const end = now() + seconds * 1e9;
        std::vector<std::unique_ptr<process>> all;
        for (int i = 0; i < processes; ++i)
            all.push_back(std::make_unique<process>([&, i] {
                start();
                while (now() < end) {
                    lock();
                    ++b.holds;
                    if (b.last != i) {
                        b.last = i;
                        ++b.changes;
                    }
                    spin(pause);
                    unlock();
                    spin(pause);
                }
            }));
        for (auto& p : all)
            p->wait();
        hand_overs.push_back(static_cast<double>(b.changes) / seconds);
        holds.push_back(static_cast<double>(b.holds) / seconds);
    }

private:
    static void spin(double duration)
    {
        if (duration != 0)
            for (auto const end = now() + duration; now() < end;)
                ;
    }
};

void compare(char const* chart, std::vector<way> const& ways, std::vector<double> way::*figures)
{
    auto const& base = ways.front().*figures;
    for (auto const& w : ways) {
        std::vector<double> ratios;
        for (int i = 0; i < rounds; ++i)
            ratios.push_back((w.*figures)[i] / base[i]);
        report(chart, w.name, median(w.*figures), "/s", median(ratios), "flock(2)");
    }
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
    auto const nothing = [] {};
    auto const open = [&] {
        fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        check(fd != -1);
    };
    auto const take = [&] { check(::flock(fd, LOCK_EX) == 0); };
    auto const drop = [&] { check(::flock(fd, LOCK_UN) == 0); };
    auto const open_and_take = [&] {
        open();
        take();
    };
    auto const drop_and_close = [&] {
        drop();
        ::close(fd);
    };
    // Also checks whether the path still names the file, as a lock must.
    auto const is_named = [&] {
        struct ::stat held, named;
        check(::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &named) == 0);
    };
    auto const take_and_look = [&] {
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
            is_named();
            take();
        }
        is_named();
    };
    auto const open_take_and_look = [&] {
        open();
        take_and_look();
    };
    file_lock lock(path);
    auto const unlock = [&] { lock.unlock(); };
    auto const ways = [&] {
        return std::vector<way>{
            {"flock(2)", nothing, open_and_take, drop_and_close},
            {"flock(2) and look-ups", nothing, open_take_and_look, drop_and_close},
            {"flock(2), kept open", open, take, drop},
            {"flock(2) and look-ups, kept open", open, take_and_look, drop},
            {"lock", nothing, [&] { lock.lock(); }, unlock},
            {"try_lock_for", nothing, [&] { check(lock.try_lock_for(std::chrono::hours(1))); },
             unlock}};
    };
    auto empty = ways(), long_ones = ways();
    for (int i = 0; i < rounds; ++i) {
        for (auto& w : empty)
            w.measure(b, 0);
        for (auto& w : long_ones)
            w.measure(b, 20e3);
    }
    compare("contention of eight processes, hand-overs in a second", empty, &way::hand_overs);
    compare("contention of eight processes, holds in a second", empty, &way::holds);
    compare("contention with holds of 20 us, hand-overs in a second", long_ones, &way::hand_overs);
    compare("contention with holds of 20 us, holds in a second", long_ones, &way::holds);
}
