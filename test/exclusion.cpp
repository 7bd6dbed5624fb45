// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Two holders never: many processes, with every hold recorded.

#include "lock_kinds.hpp"
#include "process/child.hpp"
#include "process/temporary_directory.hpp"

#include <boost/thread/locks.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include <sched.h>
#include <time.h>

#define BOOST_TEST_MODULE exclusion
#include <boost/test/unit_test.hpp>

using namespace filelock_test;

namespace {

constexpr int processes = 8, holds = 500;

struct interval
{
    long long from, to;
};

// One clock for all processes.
long long now()
{
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// Waits in every way in turn.
template <class Lock>
void hold_once(Lock& lock, int turn)
{
    switch (turn % 3) {
    case 0:
        lock.lock();
        break;
    case 1:
        if (!lock.try_lock_for(std::chrono::seconds(100)))
            throw std::runtime_error("timed out");
        break;
    case 2:
        while (!lock.try_lock())
            ;
        break;
    }
}

template <class Lock>
int hold_and_record(boost::filesystem::path const& path, boost::filesystem::path const& record)
{
    Lock lock(path, quick<Lock>());
    std::vector<interval> intervals;
    hear(); // all start together
    for (int i = 0; i < holds; ++i) {
        hold_once(lock, i);
        interval one;
        one.from = now();
        ::sched_yield(); // invites the others in
        one.to = now();
        lock.unlock();
        intervals.push_back(one);
    }
    std::ofstream out(record.string());
    for (auto const& i : intervals)
        out << i.from << ' ' << i.to << '\n';
    return out.flush() ? 0 : 1;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(exclusion, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_recorded_holds_of_eight_processes_do_not_overlap, Lock,
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
    BOOST_TEST(all.size() == std::size_t(processes * holds));
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.from < b.from; });
    auto const overlap = std::adjacent_find(
        all.begin(), all.end(), [](auto const& a, auto const& b) { return b.from <= a.to; });
    BOOST_TEST((overlap == all.end()));
}

BOOST_AUTO_TEST_SUITE_END()
