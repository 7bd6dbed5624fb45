// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many processes record every hold. No two holds may overlap.

#include "support/child.hpp"
#include "support/lock_kinds.hpp"
#include "support/sample.hpp"
#include "support/temporary_directory.hpp"

#include <boost/thread/locks.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/mman.h>
#include <time.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;

namespace {

constexpr int processes = 8;

int holds()
{
    return by_extent(200, 500, 500);
}

struct interval
{
    long long from, to;
};

// Returns the time of a clock that all processes share.
long long now()
{
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// Acquires the lock in a different way at each turn.
template <class Lock>
void hold_once(Lock& lock, int turn)
{
    switch (turn % 3) {
    case 0:
        lock.lock();
        break;
    case 1:
        if (!lock.try_lock_for(patience))
            throw std::runtime_error("timed out");
        break;
    case 2:
        // Attempts without a pause would take the processor from the holder.
        while (!lock.try_lock())
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        break;
    }
}

template <class Lock>
int hold_and_record(boost::filesystem::path const& path, boost::filesystem::path const& record)
{
    Lock lock(path, quick<Lock>());
    std::vector<interval> intervals;
    int const count = holds();
    hear(); // all processes start together
    for (int i = 0; i < count; ++i) {
        hold_once(lock, i);
        interval one;
        one.from = now();
        ::sched_yield(); // lets the other processes run
        one.to = now();
        lock.unlock();
        intervals.push_back(one);
    }
    std::ofstream out(record.string());
    for (auto const& i : intervals)
        out << i.from << ' ' << i.to << '\n';
    return out.flush() ? 0 : 1;
}

// The owners that are inside for one path, and the violations, counted by all processes.
struct tally
{
    std::atomic<int> readers{0}, writers{0}, violations{0}, holds{0};
};

// A tally for each path, in memory that forked children share.
class shared_tallies
{
public:
    static constexpr std::size_t count = 2;

    shared_tallies()
        : memory_(::mmap(nullptr, sizeof(tally) * count, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        if (memory_ == MAP_FAILED)
            throw std::runtime_error("mmap");
        for (std::size_t i = 0; i < count; ++i)
            new (&(*this)[i]) tally;
    }
    ~shared_tallies() { ::munmap(memory_, sizeof(tally) * count); }
    shared_tallies(shared_tallies const&) = delete;
    shared_tallies& operator=(shared_tallies const&) = delete;

    tally& operator[](std::size_t i) { return static_cast<tally*>(memory_)[i]; }

private:
    void* memory_;
};

template <class Lock>
void write_once(Lock& lock, tally& t, int turn)
{
    if (turn % 3 != 2 ||
        !lock.try_lock()) // many threads that only make attempts would keep each other busy
        hold_once(lock, turn % 2);
    t.violations += t.writers++ != 0 || t.readers != 0;
    ::sched_yield();
    t.violations += t.writers-- != 1 || t.readers != 0;
    ++t.holds;
    lock.unlock();
}

template <class Lock>
void read_once(Lock& lock, tally& t)
{
    lock.lock_shared();
    ++t.readers;
    t.violations += t.writers != 0;
    ::sched_yield();
    t.violations += t.writers != 0;
    --t.readers;
    ++t.holds;
    lock.unlock_shared();
}

// Runs two threads on one object and one on another object of the same path, for two paths.
template <class Lock, class Step>
void mixed_threads(boost::filesystem::path const& directory, shared_tallies& tallies, int rounds,
                   Step const& step)
{
    struct objects
    {
        Lock common, own;
    };
    std::vector<std::thread> threads;
    std::atomic<bool> failed{false};
    std::array<std::unique_ptr<objects>, shared_tallies::count> locks;
    for (std::size_t i = 0; i < locks.size(); ++i) {
        auto const path = directory / ("lock" + std::to_string(i));
        locks[i].reset(new objects{Lock(path, quick<Lock>()), Lock(path, quick<Lock>())});
        for (auto* lock : {&locks[i]->common, &locks[i]->common, &locks[i]->own})
            threads.emplace_back([&, lock, i] {
                try {
                    for (int turn = 0; turn < rounds; ++turn)
                        step(*lock, tallies[i], turn);
                } catch (std::exception const&) {
                    failed = true;
                }
            });
    }
    for (auto& t : threads)
        t.join();
    if (failed)
        throw std::runtime_error("a thread failed");
}

template <class Lock, class Step>
void mixed_processes(boost::filesystem::path const& directory, Step const& step)
{
    constexpr int crowd = 4;
    int const rounds = by_extent(12, 30, 30);
    shared_tallies tallies;
    std::vector<std::unique_ptr<child>> children;
    for (int i = 0; i < crowd; ++i)
        children.push_back(std::make_unique<child>([&] {
            hear(); // all processes start together
            mixed_threads<Lock>(directory, tallies, rounds, step);
            return 0;
        }));
    for (auto& c : children)
        c->write_line("go");
    for (auto& c : children)
        BOOST_TEST(c->wait() == 0);
    for (std::size_t i = 0; i < shared_tallies::count; ++i) {
        BOOST_TEST(tallies[i].violations.load() == 0);
        BOOST_TEST(tallies[i].holds.load() == crowd * rounds * 3);
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(exclusion, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(recorded_holds_of_eight_processes_do_not_overlap, Lock,
                              exclusive_kinds)
{
    auto const record = [&](int i) { return directory / std::to_string(i); };
    std::vector<std::unique_ptr<child>> children;
    for (int i = 0; i < processes; ++i)
        children.push_back(
            std::make_unique<child>([&, i] { return hold_and_record<Lock>(path, record(i)); }));
    for (auto& c : children)
        c->write_line("go");
    for (auto& c : children)
        BOOST_TEST(c->wait() == 0);

    std::vector<interval> all;
    for (int i = 0; i < processes; ++i) {
        std::ifstream in(record(i).string());
        for (interval one; in >> one.from >> one.to;)
            all.push_back(one);
    }
    BOOST_TEST(all.size() == std::size_t(processes * holds()));
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.from < b.from; });
    auto const overlap = std::adjacent_find(
        all.begin(), all.end(), [](auto const& a, auto const& b) { return b.from <= a.to; });
    BOOST_TEST((overlap == all.end()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_processes_objects_and_paths_exclude_each_other, Lock,
                              exclusive_kinds)
{
    mixed_processes<Lock>(directory,
                          [](Lock& lock, tally& t, int turn) { write_once(lock, t, turn); });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(readers_and_writers_exclude_each_other, Lock, shared_kinds)
{
    mixed_processes<Lock>(directory, [](Lock& lock, tally& t, int turn) {
        turn % 3 == 0 ? write_once(lock, t, turn / 3) : read_once(lock, t);
    });
}

BOOST_AUTO_TEST_SUITE_END()
