// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as faults.cpp for leases: a process that acquires, extends and releases one is
// killed at any system call, or any call fails.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/expired_leases.hpp"
#include "support/fault_points.hpp"
#include "support/kernel_state.hpp"
#include "support/lease_actor.hpp"
#include "support/markers.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;
using boost::filelock::storage;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Acquires a lease and extends it, which is a heartbeat. Another lease is held throughout, so that
/// the heartbeat thread exists.
class lease_taker final : public lock_taker<soft_file_lease>
{
public:
    lease_taker(fs::path const& path, fs::path const& another,
                soft_file_lease_options const& options)
        : lock_taker(path, options), kept_(another, without_heartbeats(storage::local))
    {
        kept_.lock();
    }

    error_code take() override
    {
        auto ec = filelock_test::take(lock_, patience);
        if (!ec)
            lock_.extend(ec);
        if (ec && lock_.is_locked()) {
            // After any other error the hold is as good as before.
            if (ec != error::hold_lost && !holds(lock_))
                throw std::logic_error("it was lost: " + ec.message());
            lock_.release();
        }
        return ec;
    }

private:
    soft_file_lease kept_;
};

// The processes must be fast enough for leases of this duration. Where they are not, a check is
// repeated with more time.
constexpr milliseconds shortest_lease = 400ms;

} // namespace

struct fixture : temporary_directory
{
    fs::path const another = directory / "kept";
    soft_file_lease_options options = without_heartbeats(storage::local);

    fixture()
    {
        options.poll_interval = 100ms; // with a shorter interval it is never seen asleep
        expired_leases_of(shortest_lease);
    }

    /// Removes what killed processes have left.
    void clean() const
    {
        for (fs::directory_iterator it(directory), end; it != end;)
            fs::remove((it++)->path());
    }

    /// Returns whether another process gets the lock in time. A marker that a killed process did
    /// not finish has no owner, and is evicted when it is old.
    bool comes_free() const
    {
        auto const text = fs::exists(path) ? text_of(path) : "\n";
        if (text.empty() || text.back() != '\n')
            make_old(path);
        auto of_other = options;
        of_other.poll_interval = 10ms;
        soft_file_lease other(path, of_other);
        return !take(other, patience);
    }

    /// Returns whether nothing is left. On network storage a marker that was moved and then could
    /// not be read stays under its temporary name.
    bool is_clean() const
    {
        auto const names = names_in(directory);
        return std::all_of(names.begin(), names.end(), [this](std::string const& name) {
            return options.where == storage::network && name.find(".break.") != name.npos;
        });
    }

    /// Returns a sequence without a marker at first.
    sequence free()
    {
        sequence s;
        s.make = [this] { return std::make_unique<lease_taker>(path, another, options); };
        // A new object has not watched the marker, and cannot evict that of a live process.
        s.is_free = [this] {
            soft_file_lease other(path, options);
            return other.try_lock();
        };
        s.comes_free = [this] { return comes_free(); };
        s.is_clean = [this] { return is_clean(); };
        s.has_other_ways = true;
        s.others_calls = calls_of_threads;
        s.prepare = [this] {
            clean();
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence in which another object holds the lock until it is waited for.
    sequence waiting()
    {
        auto s = free();
        s.prepare = [this, other = std::make_shared<soft_file_lease>(path, options)] {
            clean();
            other->lock();
            return [other] { other->unlock(); };
        };
        s.varies = true; // the number of its calls depends on the other processes
        return s;
    }

    /// Returns a sequence that begins after a holder's death.
    sequence after_a_death()
    {
        auto s = free();
        s.prepare = [this] {
            clean();
            child dies([this] {
                soft_file_lease lock(path, options);
                lock.lock();
                ::raise(SIGKILL);
                return 0;
            });
            if (dies.wait() != -SIGKILL || !fs::exists(path))
                throw std::runtime_error("no process has died");
            return std::function<void()>();
        };
        s.varies = true;
        return s;
    }

    /// Returns a sequence that begins with a marker that is half written.
    sequence after_a_beginning()
    {
        auto s = free();
        s.prepare = [this] {
            clean();
            write_text(path, "filelock/2\npid=47");
            make_old(path);
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence that begins with the lease of another host, which has expired.
    sequence after_an_expiry()
    {
        auto s = free();
        s.prepare = [this] {
            clean();
            expired_leases_of(milliseconds(options.duration / 1ms)).move_to(directory);
            return std::function<void()>();
        };
        return s;
    }

    /// Adds to the sequence a process that sleeps until it is notified that it can acquire the
    /// lock.
    sequence beside_a_sleeper(sequence s)
    {
        options.poll_interval = 1h;
        s.sleeper = [this] {
            auto c = std::make_unique<child>([this] {
                restart_hang_timer();
                soft_file_lease lock(path, options);
                acquire_options how;
                how.progress_interval = 1h;
                how.on_wait = [](wait_status const&) { say("waits"); };
                lock.acquire(how);
                lock.unlock();
                return 0;
            });
            c->expect("waits");
            wait_until_settled(c->pid());
            return c;
        };
        return s;
    }

    static sample_size few_of(std::vector<fault> const& faults)
    {
        return {4, std::max<std::size_t>(faults.size() / 15, 1)};
    }

    static void check(sequence const& what)
    {
        fault_points const points(what);
        check_faults(points, points.all(), few_of(points.all()));
    }

    static void check_deaths(sequence const& what)
    {
        fault_points const points(what);
        auto all = points.all();
        all.erase(
            std::remove_if(all.begin(), all.end(), [](fault const& f) { return !f.error.empty(); }),
            all.end());
        check_faults(points, all, few_of(all));
    }

    /// Checks a sequence whose leases last so short that a late process can lose its hold.
    void check_in_time(sequence const& what)
    {
        std::optional<fault_points> points;
        auto const find_points = [&](milliseconds duration) {
            if (points && options.duration == duration)
                return;
            options.duration = duration;
            options.heartbeat_interval.reset();
            points.emplace(what);
            unless_late(points->succeeds_without_faults(), "it fails without a fault");
        };
        auto const problem = with_growing_time(shortest_lease, find_points);
        BOOST_TEST_REQUIRE(problem.empty(), problem);
        auto const all = points->all();
        for (auto const i : sample(all.size(), few_of(all))) {
            auto const problem_there = with_growing_time(shortest_lease, [&](milliseconds time) {
                find_points(time);
                auto const found = points->problem_with(all[i]);
                unless_late(found.empty(), found);
            });
            BOOST_TEST(problem_there.empty(), all[i] << ": " << problem_there);
        }
    }
};

BOOST_FIXTURE_TEST_SUITE(soft_lease_faults, fixture, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(fixture, no_marker, both_storages, where)
{
    options.where = where;
    check(free());
}

BOOST_DATA_TEST_CASE_F(fixture, after_a_wait, both_storages, where)
{
    options.where = where;
    check(waiting());
}

BOOST_DATA_TEST_CASE_F(fixture, the_owner_has_died, both_storages, where)
{
    options.where = where;
    check(after_a_death());
}

BOOST_AUTO_TEST_CASE(the_marker_was_only_begun)
{
    check(after_a_beginning());
}

// Makes linkat fail, as on a file system without unnamed files.
constexpr char const* in_place = "-e inject=linkat:error=EOPNOTSUPP";

BOOST_DATA_TEST_CASE_F(fixture, made_in_place, both_storages, where)
{
    options.where = where;
    auto s = free();
    s.injections = in_place;
    check(s);
}

BOOST_AUTO_TEST_CASE(made_in_place_when_the_owner_has_died)
{
    auto s = after_a_death();
    s.injections = in_place;
    check(s);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths)
{
    check_deaths(beside_a_sleeper(free()));
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_of_waiters)
{
    check_deaths(beside_a_sleeper(waiting()));
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_during_eviction)
{
    check_deaths(beside_a_sleeper(after_a_death()));
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_in_place)
{
    auto s = beside_a_sleeper(free());
    s.injections = in_place;
    check_deaths(s);
}

BOOST_DATA_TEST_CASE_F(fixture, the_lease_has_expired, both_storages, where)
{
    options.where = where;
    check_in_time(after_an_expiry());
}

BOOST_DATA_TEST_CASE_F(fixture, made_in_place_when_the_lease_has_expired, both_storages, where)
{
    options.where = where;
    auto s = after_an_expiry();
    s.injections = in_place;
    check_in_time(s);
}

BOOST_AUTO_TEST_SUITE_END()
