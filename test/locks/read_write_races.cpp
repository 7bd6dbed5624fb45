// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many processes with several threads each read and write one number in two files, which are not
// the lock file. No read is torn and no write is lost, and no writer waits for long, however many
// readers there are.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
using boost::filelock::wait_status;
namespace fs = boost::filesystem;

namespace {

constexpr std::size_t processes = 8, threads = 2, everybody = processes * threads;

// Lies in memory that all processes share.
struct tally
{
    std::array<std::atomic<long>, everybody> reads{}; // how often each thread has entered
    std::atomic<long> writes{0}, torn{0}, backwards{0};
    // The most reads that one thread began during a writer's wait, divided by the writers that got
    // the lock meanwhile plus one.
    std::atomic<long> longest{0};
    // The same, counted from the call of `on_wait` of a writer that was the only one.
    std::atomic<long> longest_announced{0}, announced{0};
    std::atomic<int> writers{0}; // writers that hold the lock or wait
};

class shared_tally
{
public:
    shared_tally()
        : place_(::mmap(nullptr, sizeof(tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0))
    {
        if (place_ == MAP_FAILED)
            throw std::runtime_error("mmap");
        new (place_) tally;
    }
    shared_tally(shared_tally const&) = delete;
    shared_tally& operator=(shared_tally const&) = delete;
    ~shared_tally() { ::munmap(place_, sizeof(tally)); }

    tally* operator->() { return static_cast<tally*>(place_); }
    tally& operator*() { return *operator->(); }

private:
    void* place_;
};

// A number in a file.
class number
{
public:
    explicit number(fs::path const& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT, 0666))
    {
        if (fd_ == -1)
            throw std::runtime_error("open");
    }
    number(number const&) = delete;
    number& operator=(number const&) = delete;
    ~number() { ::close(fd_); }

    long read() const
    {
        long n = 0;
        if (::pread(fd_, &n, sizeof n, 0) == -1)
            throw std::runtime_error("pread");
        return n;
    }
    void write(long n) const
    {
        if (::pwrite(fd_, &n, sizeof n, 0) != sizeof n)
            throw std::runtime_error("pwrite");
    }

private:
    int fd_;
};

void must(bool had)
{
    if (!had)
        throw std::runtime_error("timed out");
}

acquire_options patient()
{
    acquire_options how;
    how.timeout = patience;
    how.progress_interval = 1h;
    return how;
}

// These acquire the lock in every way in turn.

void begin_to_read(read_write_lock& lock, unsigned way)
{
    if (way % 3 == 0)
        lock.lock_shared();
    else if (way % 3 == 1)
        must(lock.try_lock_shared_for(patience));
    else
        lock.acquire_shared(patient());
}

template <class OnWait>
void begin_to_write(read_write_lock& lock, unsigned way, OnWait on_wait)
{
    if (way % 3 == 0) {
        lock.lock();
    } else if (way % 3 == 1) {
        must(lock.try_lock_for(patience));
    } else {
        auto how = patient();
        how.on_wait = on_wait;
        lock.acquire(how);
    }
}

// The work of one thread.
class worker
{
public:
    worker(fs::path const& directory, read_write_lock& lock, tally& counts, std::size_t index,
           std::chrono::microseconds reading)
        : lock_(lock), counts_(counts), index_(index), reading_(reading),
          random_(unsigned(index + 1)), one_(directory / "one"), other_(directory / "other")
    {}

    void read()
    {
        begin_to_read(lock_, unsigned(random_() / 7));
        ++counts_.reads[index_];
        std::this_thread::sleep_for(reading_); // there are more readers than processors
        look();
        lock_.unlock_shared();
    }

    void write()
    {
        ++counts_.writers;
        std::optional<snapshot> announced;
        auto const before = entered();
        begin_to_write(lock_, unsigned(random_() / 7), [&](wait_status const&) {
            if (counts_.writers == 1)
                announced = entered();
        });
        note_longest(before, counts_.longest);
        if (announced) {
            ++counts_.announced;
            note_longest(*announced, counts_.longest_announced);
        }
        add_one();
        lock_.unlock();
        --counts_.writers;
    }

    /// Reads under an upgrade lock, and then writes.
    void upgrade()
    {
        ++counts_.writers;
        lock_.lock_upgrade();
        look();
        auto const before = entered();
        if (random_() % 2 == 0)
            lock_.unlock_upgrade_and_lock();
        else
            must(lock_.try_unlock_upgrade_and_lock_for(patience));
        note_longest(before, counts_.longest);
        auto const seen = seen_;
        look();
        counts_.backwards += seen_ != seen; // no other thread has written meanwhile
        add_one();
        if (random_() % 2 == 0) {
            lock_.unlock_and_lock_shared();
            look();
            lock_.unlock_shared();
        } else {
            lock_.unlock();
        }
        --counts_.writers;
    }

private:
    struct snapshot
    {
        std::array<long, everybody> reads;
        long writes;
    };

    snapshot entered() const
    {
        snapshot s;
        for (std::size_t i = 0; i < everybody; ++i)
            s.reads[i] = counts_.reads[i];
        s.writes = counts_.writes;
        return s;
    }

    void note_longest(snapshot const& before, std::atomic<long>& longest) const
    {
        auto const after = entered();
        for (std::size_t i = 0; i < everybody; ++i) {
            long const n = (after.reads[i] - before.reads[i]) / (after.writes - before.writes + 1);
            for (long most = longest; n > most;)
                if (longest.compare_exchange_weak(most, n))
                    break;
        }
    }

    void look()
    {
        long const n = one_.read();
        ::sched_yield(); // gives others a chance to enter
        counts_.torn += other_.read() != n;
        counts_.backwards += n < seen_;
        seen_ = n;
    }

    void add_one()
    {
        long const n = one_.read();
        counts_.torn += other_.read() != n;
        one_.write(n + 1);
        ::sched_yield();
        other_.write(n + 1);
        ++counts_.writes;
        seen_ = n + 1;
    }

    read_write_lock& lock_;
    tally& counts_;
    std::size_t index_;
    std::chrono::microseconds reading_;
    std::minstd_rand random_;
    number one_, other_;
    long seen_ = 0;
};

struct mixture
{
    unsigned turns, writers, upgraders; // of a hundred turns
    std::chrono::microseconds reading;
};

// Runs the threads of a process. They share one lock object, or have one each.
int work(fs::path const& directory, mixture const& what, tally& counts, std::size_t process)
{
    read_write_lock_options options;
    options.poll_interval = 1h;
    std::vector<std::unique_ptr<read_write_lock>> locks;
    for (std::size_t i = 0; i < (process % 2 == 0 ? 1 : threads); ++i)
        locks.push_back(std::make_unique<read_write_lock>(directory / "test.lock", options));
    std::atomic<int> failures{0};
    hear(); // all start together
    std::vector<std::thread> all;
    for (std::size_t t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            auto const index = process * threads + t;
            std::minstd_rand random(unsigned(index + 100));
            try {
                worker w(directory, *locks[t % locks.size()], counts, index, what.reading);
                for (unsigned i = 0; i < what.turns; ++i) {
                    auto const n = random() / 7 % 100;
                    if (n < what.writers)
                        w.write();
                    else if (n < what.writers + what.upgraders)
                        w.upgrade();
                    else
                        w.read();
                }
            } catch (std::exception const&) {
                ++failures;
            }
        });
    for (auto& t : all)
        t.join();
    return failures;
}

} // namespace

struct crowd : temporary_directory
{
    void run(mixture const& what)
    {
        shared_tally counts;
        std::vector<std::unique_ptr<child>> all;
        for (std::size_t i = 0; i < processes; ++i)
            all.push_back(
                std::make_unique<child>([&, i] { return work(directory, what, *counts, i); }));
        for (auto& c : all)
            c->write_line("go");
        for (auto& c : all)
            BOOST_TEST(c->wait() == 0);
        // A writer that has made its call but has had no processor yet keeps no reader out.
        // Therefore the bound does not hold for short reads.
        if (what.reading >= 10ms)
            BOOST_TEST(counts->longest.load() <= 10);
        BOOST_TEST(counts->torn.load() == 0);
        BOOST_TEST(counts->backwards.load() == 0);
        BOOST_TEST(number(directory / "one").read() == counts->writes.load());
        BOOST_TEST(number(directory / "other").read() == counts->writes.load());
        // After the announcement few reads begin that had not nearly begun before. A thread that
        // sleeps for the lock holds PENDING for a moment, and may lose the processor then.
        BOOST_TEST(counts->longest_announced.load() <= 10);
        BOOST_TEST_MESSAGE(counts->writes << " writes, " << counts->longest
                                          << " reads at most while one waited; of "
                                          << counts->announced << " alone, "
                                          << counts->longest_announced);
    }
};

BOOST_FIXTURE_TEST_SUITE(read_write_races, crowd)

BOOST_AUTO_TEST_CASE(an_occasional_writer_among_many_readers)
{
    run({400, 1, 0, 100us});
}

BOOST_AUTO_TEST_CASE(slow_readers_do_not_starve_writers)
{
    run({80, 1, 0, 10ms});
}

BOOST_AUTO_TEST_CASE(as_many_writers_as_readers)
{
    run({60, 50, 0, 100us});
}

BOOST_AUTO_TEST_CASE(with_some_upgrades)
{
    run({150, 5, 5, 100us});
}

BOOST_AUTO_TEST_SUITE_END()
