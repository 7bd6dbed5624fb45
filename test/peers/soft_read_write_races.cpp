// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many readers and a few writers share one tree of markers. They run in many processes, some of
// which are Python programs. They count in two files, which no reader must see differ, and log the
// start and the end of each hold: no writer's hold overlaps another hold.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_read_write_peer.hpp"
#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/sample.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_read_write_lock.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const both = data::make({storage::local, storage::network});

// A process that gets no processor for a while must not lose its hold.
constexpr soft_read_write_peer::pace calm{1s, patience};

/// Each thread acquires the lock at least this often, however slow the machine is, so that it has
/// both read and written.
constexpr std::size_t least_holds = 20;

soft_read_write_lock_options options_for(storage where)
{
    soft_read_write_lock_options options;
    options.poll_interval = calm.poll_interval;
    options.heartbeat_interval = calm.heartbeat_interval;
    options.stale_threshold = calm.stale_threshold;
    options.where = where;
    if (where == storage::network)
        options.settle = 10ms;
    return options;
}

/// The number of writes, kept in two files in the peer's format.
class count
{
public:
    explicit count(fs::path const& directory)
        : files_{open(directory / "one"), open(directory / "other")}
    {}
    count(count const&) = delete;
    count& operator=(count const&) = delete;
    ~count()
    {
        for (int fd : files_)
            ::close(fd);
    }

    long get(std::size_t which) const
    {
        std::array<char, 22> text{};
        if (::pread(files_[which], text.data(), 21, 0) == -1)
            throw std::runtime_error("pread");
        return text[0] == '\0' ? 0 : std::stol(text.data());
    }

    void put(std::size_t which, long n) const
    {
        std::array<char, 22> text{};
        std::snprintf(text.data(), text.size(), "%020ld\n", n);
        if (::pwrite(files_[which], text.data(), 21, 0) != 21)
            throw std::runtime_error("pwrite");
    }

private:
    static int open(fs::path const& path)
    {
        int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd == -1)
            throw std::runtime_error("open");
        return fd;
    }

    std::array<int, 2> files_;
};

struct hold
{
    bool writes;
    std::int64_t from, to; // by the steady clock, both within the hold
};

std::int64_t now()
{
    return nanoseconds(steady_clock::now().time_since_epoch()).count();
}

/// One thread with a lock object of its own.
class worker
{
public:
    std::vector<hold> holds;
    nanoseconds longest_wait{};

    worker(fs::path const& directory, storage where, unsigned number)
        : lock_(directory / "test.lock", options_for(where)), numbers_(directory), random_(number)
    {}

    void read()
    {
        begin([&] { return lock_.try_lock_shared_for(patience); });
        hold h{false, now(), 0};
        auto const n = numbers_.get(0);
        pause();
        must(numbers_.get(1) == n && numbers_.get(0) == n, "torn");
        h.to = now();
        lock_.unlock_shared();
        end(h);
    }

    void write()
    {
        begin([&] { return lock_.try_lock_for(patience); });
        hold h{true, now(), 0};
        auto const n = numbers_.get(0);
        must(numbers_.get(1) == n, "torn before a write");
        numbers_.put(0, n + 1);
        pause();
        must(numbers_.get(0) == n + 1 && numbers_.get(1) == n, "torn while it writes");
        numbers_.put(1, n + 1);
        h.to = now();
        lock_.unlock();
        end(h);
    }

    /// Sleeps for at most a millisecond.
    void pause() { std::this_thread::sleep_for(std::chrono::microseconds(random_() % 1000)); }

    bool is_one_of(unsigned hundred) { return random_() / 7 % 100 < hundred; }

private:
    static void must(bool is_so, char const* what)
    {
        if (!is_so)
            throw std::runtime_error(what);
    }

    template <class Take>
    void begin(Take const& take)
    {
        auto const since = steady_clock::now();
        must(take(), "timed out");
        longest_wait = std::max<nanoseconds>(longest_wait, steady_clock::now() - since);
    }

    void end(hold const& h)
    {
        must(!lock_.loss(), "lost");
        holds.push_back(h);
    }

    soft_read_write_lock lock_;
    count numbers_;
    std::minstd_rand random_;
};

struct mixture
{
    unsigned readers = 0, writers = 0, any = 0; // threads of a process
    unsigned percent = 0;                       // share of writes of an `any` thread
};

struct result
{
    long reads = 0, writes = 0;
    std::int64_t longest_wait_to_write = 0;
    long least_writes = 0; // the fewest writes by one writer
};

/// Runs the threads of one process. Says "at work" every second, and finally "done" and the
/// results.
int work(fs::path const& directory, storage where, mixture const& who, unsigned number,
         std::chrono::seconds time)
{
    std::vector<std::unique_ptr<worker>> workers;
    auto const size = who.readers + who.writers + who.any;
    for (unsigned i = 0; i < size; ++i)
        workers.push_back(std::make_unique<worker>(directory, where, number * size + i + 1));
    std::mutex mutex;
    std::condition_variable changed;
    unsigned at_work = size, failures = 0;
    say("ready");
    hear();
    auto const until = steady_clock::now() + time;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < size; ++i)
        threads.emplace_back([&, i] {
            bool failed = false;
            try {
                auto& w = *workers[i];
                do {
                    bool const writes = i >= who.readers + who.writers ? w.is_one_of(who.percent)
                                                                       : i >= who.readers;
                    writes ? w.write() : w.read();
                    w.pause(); // gives others a chance to acquire the lock
                } while (steady_clock::now() < until || w.holds.size() < least_holds);
            } catch (std::exception const& e) {
                failed = true;
                std::fprintf(stderr, "%s\n", e.what());
            }
            std::lock_guard<std::mutex> guard(mutex);
            failures += failed;
            if (--at_work == 0)
                changed.notify_one();
        });
    {
        std::unique_lock<std::mutex> guard(mutex);
        while (!changed.wait_for(guard, 1s, [&] { return at_work == 0; }))
            say("at work");
    }
    for (auto& t : threads)
        t.join();

    result r;
    std::ofstream log((directory / ("log" + std::to_string(number))).string());
    for (unsigned i = 0; i < size; ++i) {
        long writes = 0;
        for (auto const& h : workers[i]->holds) {
            log << (h.writes ? "write " : "read ") << h.from << ' ' << h.to << '\n';
            writes += h.writes;
        }
        r.writes += writes;
        r.reads += static_cast<long>(workers[i]->holds.size()) - writes;
        if (i >= who.readers) {
            r.longest_wait_to_write =
                std::max<std::int64_t>(r.longest_wait_to_write, workers[i]->longest_wait.count());
            r.least_writes = i == who.readers ? writes : std::min(r.least_writes, writes);
        }
    }
    workers.clear();
    log.close();
    std::ostringstream line;
    line << "done " << r.reads << ' ' << r.writes << ' ' << r.longest_wait_to_write << ' '
         << r.least_writes;
    say(line.str());
    return log && failures == 0 ? 0 : 1;
}

result result_of(child& c)
{
    auto line = c.read_line();
    while (line == "at work")
        line = c.read_line();
    result r;
    std::string word;
    std::istringstream words(line.value_or("(it has ended)"));
    words >> word >> r.reads >> r.writes;
    BOOST_TEST(word == "done", line.value_or("(it has ended)"));
    words >> r.longest_wait_to_write >> r.least_writes; // the peer does not send these
    return r;
}

struct crowd : temporary_directory
{
    std::vector<std::unique_ptr<child>> ours;
    result all;

    void start(storage where, mixture const& who, std::chrono::seconds time)
    {
        auto const number = static_cast<unsigned>(ours.size());
        ours.push_back(
            std::make_unique<child>([&] { return work(directory, where, who, number, time); }));
        ours.back()->expect("ready");
    }

    void go()
    {
        for (auto& one : ours)
            one->write_line("go");
    }

    void add(result const& r)
    {
        all.reads += r.reads;
        all.writes += r.writes;
        all.longest_wait_to_write = std::max(all.longest_wait_to_write, r.longest_wait_to_write);
    }

    void end()
    {
        for (auto& one : ours) {
            add(result_of(*one));
            BOOST_TEST(one->wait() == 0);
        }
    }

    /// Checks the counts and the log. All processes must have ended.
    void check() const
    {
        count const numbers(directory);
        BOOST_TEST(numbers.get(0) == all.writes);
        BOOST_TEST(numbers.get(1) == all.writes);

        // Events: time, whether the hold begins, whether it writes. At equal times an end sorts
        // before a beginning.
        std::vector<std::tuple<std::int64_t, bool, bool>> events;
        std::vector<std::string> left;
        for (auto const& name : names_in(directory)) {
            if (name.compare(0, 3, "log") == 0) {
                std::ifstream log((directory / name).string());
                std::string mode;
                for (std::int64_t from, to; log >> mode >> from >> to;) {
                    events.emplace_back(from, true, mode == "write");
                    events.emplace_back(to, false, mode == "write");
                }
            } else if (name != "one" && name != "other") {
                left.push_back(name);
            }
        }
        BOOST_TEST(events.size() == static_cast<std::size_t>(2 * (all.reads + all.writes)));
        std::sort(events.begin(), events.end());
        long readers = 0, writers = 0, most = 0, wrong = 0;
        for (auto const& [when, begins, writes] : events) {
            auto& same = writes ? writers : readers;
            same += begins ? 1 : -1;
            wrong += begins && (writers > 1 || (writers == 1 && readers != 0));
            most = std::max(most, readers);
        }
        BOOST_TEST(wrong == 0);
        BOOST_TEST((left == std::vector<std::string>{"test.lock.readers"}));
        BOOST_TEST(names_in(directory / "test.lock.readers").empty());
        BOOST_TEST_MESSAGE(all.reads
                           << " reads, " << most << " at the same time, " << all.writes
                           << " writes; the longest wait of ours to write "
                           << all.longest_wait_to_write / 1'000'000 << " ms; left over: "
                           << left.size() - 1 + names_in(directory / "test.lock.readers").size());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_races, crowd)

BOOST_DATA_TEST_CASE_F(crowd, two_hundred_readers_and_four_writers_exclude_each_other, both, where)
{
    auto const time = by_extent(2s, 10s, 60s);
    for (unsigned i = 0; i < 8; ++i)
        start(where, {25, i % 2}, time);
    auto const begin = steady_clock::now();
    go();
    for (unsigned i = 0; i < 8; ++i) {
        auto const r = result_of(*ours[i]);
        add(r);
        if (i % 2 == 1)
            BOOST_TEST(r.least_writes > 0);
        BOOST_TEST(ours[i]->wait() == 0);
    }
    std::chrono::duration<double> const took = steady_clock::now() - begin;
    check();
    BOOST_TEST_MESSAGE(static_cast<double>(all.reads + all.writes) / took.count()
                       << " holds a second for " << took.count() << " s");
}

BOOST_TEST_DECORATOR(*ut::precondition(have_soft_peer))
BOOST_DATA_TEST_CASE_F(crowd, python_programs_take_part, both, where)
{
    std::vector<std::unique_ptr<soft_read_write_peer>> theirs;
    for (int i = 0; i < 3; ++i) {
        theirs.push_back(std::make_unique<soft_read_write_peer>(path, calm));
        BOOST_TEST(theirs.back()->ask("still") == "no"); // the answer shows that it has started
    }
    for (int i = 0; i < 3; ++i)
        start(where, {0, 0, 2, 30}, 2s);
    go();
    for (auto& one : theirs)
        one->write_line("crowd 2 30 " + (directory / "one").string() + ' ' +
                        (directory / "other").string() + ' ' +
                        (directory / ("log-" + std::to_string(one->pid()))).string());
    for (auto& one : theirs) {
        auto const r = result_of(*one);
        BOOST_TEST(r.reads + r.writes > 0);
        add(r);
    }
    auto const of_theirs = all;
    end();
    BOOST_TEST(all.reads > of_theirs.reads);
    BOOST_TEST(all.writes > of_theirs.writes);
    check();
    BOOST_TEST_MESSAGE("of theirs " << of_theirs.reads << " reads, " << of_theirs.writes
                                    << " writes");
}

BOOST_AUTO_TEST_SUITE_END()
