// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many readers of one file. Measures how often they read in a second, relative to the same system
// calls made bare, and whether a reader is ever kept out by another. Also measures how long a
// writer waits while there is always a reader, relative to the time for which one reader holds the
// lock. Writers that wait forever are given up after a while. The arguments are NAME=COMMAND of
// writers of the same file with other libraries.

#include "bare_ranges.hpp"
#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/mman.h>

using namespace bench;

namespace {

using boost::filelock::file_lock;
using boost::filelock::read_write_lock;

constexpr int rounds = 15, most = 8;
constexpr double seconds = 0.1;

constexpr int waits = 200, failures = 3;
constexpr auto hold = std::chrono::milliseconds(1);
constexpr double limit = 1e9;

/// Lies in memory that the processes share.
struct board
{
    struct alignas(64) counts
    {
        long reads = 0, kept_out = 0;
    };
    std::array<counts, most> of;
    std::atomic<bool> ended{false};
};

board& shared_board()
{
    void* const place =
        ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(place != MAP_FAILED);
    return *new (place) board;
}

std::string readers(int count)
{
    return std::to_string(count) + (count == 1 ? " reader" : " readers");
}

/// Counts the reads of `count` processes. Each calls `read` repeatedly, which returns whether it
/// was let in.
board::counts in_a_while(board& b, int count, std::function<bool()> const& read)
{
    b.of = {};
    double const start = now() + 20e6, end = start + seconds * 1e9;
    std::vector<std::unique_ptr<process>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(std::make_unique<process>([&, i] {
            auto& mine = b.of[static_cast<std::size_t>(i)];
            std::this_thread::sleep_for(
                std::chrono::nanoseconds(static_cast<long long>(start - now())));
            while (now() < end)
                ++(read() ? mine.reads : mine.kept_out);
        }));
    board::counts sum;
    for (auto& p : all)
        p->wait();
    for (auto const& one : b.of) {
        sum.reads += one.reads;
        sum.kept_out += one.kept_out;
    }
    return sum;
}

void measure_throughput(board& b, std::string const& path)
{
    bare_ranges ranges(path + ".bare");
    read_write_lock lock(path);
    auto const bare = [&] {
        ranges.read();
        ranges.release();
        return true;
    };
    auto const reads = [&] {
        lock.lock_shared();
        lock.unlock_shared();
        return true;
    };
    auto const tries = [&] {
        if (!lock.try_lock_shared())
            return false;
        lock.unlock_shared();
        return true;
    };
    struct line
    {
        std::vector<double> rates = {}, ratios = {};
        double tried = 0, kept_out = 0;
    };
    constexpr std::array<int, 4> counts{1, 2, 4, 8};
    std::array<line, counts.size()> lines;
    for (int i = 0; i < rounds; ++i)
        for (std::size_t n = 0; n < counts.size(); ++n) {
            auto const a = in_a_while(b, counts[n], reads), base = in_a_while(b, counts[n], bare);
            lines[n].rates.push_back(static_cast<double>(a.reads) / seconds);
            lines[n].ratios.push_back(static_cast<double>(a.reads) /
                                      static_cast<double>(base.reads));
            if (i % 5 == 0) {
                auto const t = in_a_while(b, counts[n], tries);
                lines[n].tried += static_cast<double>(t.reads + t.kept_out);
                lines[n].kept_out += static_cast<double>(t.kept_out);
            }
        }
    for (std::size_t n = 0; n < counts.size(); ++n)
        report("reads in a second of read_write_lock", readers(counts[n]), median(lines[n].rates),
               "/s", median(lines[n].ratios), "the bare calls of as many");
    for (std::size_t n = 0; n < counts.size(); ++n)
        report("readers of read_write_lock kept out by readers", readers(counts[n]),
               lines[n].kept_out, "", lines[n].kept_out / lines[n].tried, "attempts");
}

/// One way for a writer to wait, and its measured times.
struct way
{
    std::string name;
    std::function<std::unique_ptr<process>()> start;
    std::unique_ptr<process> writer = start();
    std::vector<double> times = {};
    int failed = 0;
};

void measure_once(way& w)
{
    if (w.failed == failures)
        return; // more rounds would take too long
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + 370 * w.times.size() % 1000));
    w.writer->tell("1");
    if (w.writer->answers_within(limit)) {
        w.times.push_back(w.writer->number());
        return;
    }
    ++w.failed;
    w.times.push_back(std::numeric_limits<double>::infinity());
    w.writer.reset();
    w.writer = w.start();
}

/// Returns the time for which a reader held the lock, as a median over all readers.
template <class Lock>
double with_readers(board& b, int count, std::string const& path, std::function<void()> const& body)
{
    b.ended = false;
    std::vector<std::unique_ptr<process>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(std::make_unique<process>([&] {
            Lock lock(path);
            std::vector<double> holds;
            while (!b.ended) {
                lock.lock_shared();
                auto const start = now();
                std::this_thread::sleep_for(hold);
                holds.push_back(now() - start);
                lock.unlock_shared();
            }
            say(median(holds));
        }));
    std::this_thread::sleep_for(20 * hold);
    body();
    b.ended = true;
    std::vector<double> holds;
    for (auto& p : all)
        holds.push_back(p->number());
    return median(holds);
}

/// Starts a process that answers every line with the time that its acquisition took.
template <class Lock, class Take>
std::unique_ptr<process> writer_of(std::string const& path, Take const& take)
{
    return std::make_unique<process>([&] {
        Lock lock(path);
        for (std::string go; hear(go);) {
            auto const start = now();
            take(lock);
            auto const had = now();
            lock.unlock();
            say(had - start);
        }
    });
}

template <class Lock>
std::vector<way> ways_of(std::string const& kind, std::string const& path)
{
    auto const locks = [](Lock& lock) { lock.lock(); };
    auto const tries = [](Lock& lock) { check(lock.try_lock_for(std::chrono::hours(1))); };
    std::vector<way> ways;
    ways.push_back({kind + ", lock", [=] { return writer_of<Lock>(path, locks); }});
    ways.push_back({kind + ", try_lock_for", [=] { return writer_of<Lock>(path, tries); }});
    return ways;
}

void report_waits(std::string const& chart, std::vector<way> const& ways, double q, double unit)
{
    for (auto const& w : ways) {
        double const time = quantile(w.times, q);
        bool const is_known = time <= limit;
        double const at_least = is_known ? time : limit;
        report(chart.c_str(), is_known ? w.name : w.name + ": not within", at_least / 1e6, "ms",
               at_least / unit, "a reader's hold");
    }
}

void measure_writers(board& b, std::string const& directory, std::vector<std::string> const& peers)
{
    for (int const count : {1, 4, 8}) {
        auto const path = directory + "/writers";
        auto ways = ways_of<read_write_lock>("read_write_lock", path);
        for (auto const& argument : peers) {
            auto const end = argument.find('=');
            auto const command = "exec " + argument.substr(end + 1) + " " + path;
            ways.push_back({argument.substr(0, end), [=] {
                                return std::make_unique<process>(
                                    std::vector<std::string>{"sh", "-c", command});
                            }});
        }
        auto others = ways_of<file_lock>("file_lock", directory + "/file_lock");
        auto const ask = [](std::vector<way>& asked, int times) {
            return [&asked, times] {
                for (int i = 0; i < times; ++i)
                    for (auto& w : asked)
                        measure_once(w);
            };
        };
        // One round without readers comes first, because a program takes time to start.
        ask(ways, 1)();
        for (auto& w : ways)
            w.times.clear();
        auto const unit = with_readers<read_write_lock>(b, count, path, ask(ways, waits));
        with_readers<file_lock>(b, count, directory + "/file_lock", ask(others, waits / 4));
        for (auto& w : others)
            ways.push_back(std::move(w));
        auto const chart = "a writer beside " + readers(count);
        report_waits(chart + ", median", ways, 0.5, unit);
        report_waits(chart + ", 99th percentile", ways, 0.99, unit);
    }
}

} // namespace

int main(int argc, char** argv)
{
    temporary_directory const directory;
    auto& b = shared_board();
    measure_throughput(b, (directory.path / "readers").string());
    measure_writers(b, directory.path.string(), {argv + 1, argv + argc});
}
