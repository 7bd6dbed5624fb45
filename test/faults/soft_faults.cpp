// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as faults.cpp for markers: a process is killed at any system call, or any call
// fails.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/fault_points.hpp"
#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

struct fixture : temporary_directory
{
    soft_file_lock_options options;

    fixture()
    {
        options.poll_interval = milliseconds(100);
        options.malformed_grace = milliseconds(50);
    }

    /// Returns a sequence without a marker at first.
    sequence free()
    {
        sequence s;
        s.make = [this] { return std::make_unique<patient_taker<soft_file_lock>>(path, options); };
        auto of_other = options;
        of_other.poll_interval = milliseconds(10);
        auto const other = std::make_shared<soft_file_lock>(path, of_other);
        auto const take_within = [other](std::chrono::nanoseconds limit) {
            if (!other->try_lock_for(limit))
                return false;
            other->unlock();
            return true;
        };
        // A marker that is half written is kept for the grace period.
        s.is_free = [=] { return take_within(2 * *of_other.malformed_grace); };
        s.comes_free = [=] { return take_within(patience); };
        s.is_clean = [this] { return fs::is_empty(directory); };
        s.has_other_ways = true;
        s.prepare = [this] {
            clean();
            return std::function<void()>();
        };
        return s;
    }

    /// Removes what killed processes have left.
    void clean() const
    {
        for (fs::directory_iterator it(directory), end; it != end;)
            fs::remove((it++)->path());
    }

    /// Returns a sequence in which another object holds the lock until it is waited for.
    sequence waiting()
    {
        auto s = free();
        s.prepare = [this, other = std::make_shared<soft_file_lock>(path, options)] {
            clean();
            other->lock();
            return [other] { other->unlock(); };
        };
        return s;
    }

    /// Returns a sequence that begins after a holder's death.
    sequence after_a_death()
    {
        auto s = free();
        s.prepare = [this] {
            clean();
            child dies([this] {
                soft_file_lock lock(path);
                lock.lock();
                ::raise(SIGKILL);
                return 0;
            });
            if (dies.wait() != -SIGKILL || !fs::exists(path))
                throw std::runtime_error("no process has died");
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence that begins after a process died with its marker half written.
    sequence after_a_beginning()
    {
        auto s = free();
        s.prepare = [this] {
            clean();
            std::ofstream(path.string()) << "47";
            fs::last_write_time(path, ::time(nullptr) - 3);
            return std::function<void()>();
        };
        return s;
    }

    /// Adds to the sequence a process that sleeps until it is notified that it can acquire the
    /// lock.
    sequence beside_a_sleeper(sequence s)
    {
        options.poll_interval = hours(1);
        s.sleeper = [this] {
            auto c = std::make_unique<child>([this] {
                restart_hang_timer();
                soft_file_lock lock(path, options);
                acquire_options how;
                how.progress_interval = hours(1);
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

    enum class which
    {
        all,
        deaths
    };

    static void check(sequence const& what, which wanted = which::all)
    {
        fault_points const points(what);
        auto all = points.all();
        if (wanted == which::deaths)
            all.erase(std::remove_if(all.begin(), all.end(),
                                     [](fault const& f) { return !f.error.empty(); }),
                      all.end());
        check_faults(points, all, {4, std::max<std::size_t>(all.size() / 15, 1)});
    }
};

BOOST_FIXTURE_TEST_SUITE(soft_faults, fixture, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(no_marker)
{
    check(free());
}

BOOST_AUTO_TEST_CASE(permissions_are_set)
{
    options.permissions = fs::perms(0640);
    check(free());
}

BOOST_AUTO_TEST_CASE(after_a_wait)
{
    check(waiting());
}

BOOST_AUTO_TEST_CASE(the_owner_has_died)
{
    auto s = after_a_death();
    s.varies = true; // the number of its calls depends on the other processes
    check(s);
}

BOOST_AUTO_TEST_CASE(the_marker_was_only_begun)
{
    check(after_a_beginning());
}

BOOST_AUTO_TEST_CASE(on_network_storage)
{
    options.where = storage::network;
    check(free());
}

BOOST_AUTO_TEST_CASE(the_owner_has_died_on_network_storage)
{
    options.where = storage::network;
    auto s = after_a_death();
    s.varies = true;
    check(s);
}

// Makes linkat fail, as on a file system without unnamed files.
constexpr char const* in_place = "-e inject=linkat:error=EOPNOTSUPP";

BOOST_AUTO_TEST_CASE(made_in_place)
{
    auto s = free();
    s.injections = in_place;
    check(s);
}

BOOST_AUTO_TEST_CASE(made_in_place_on_network_storage)
{
    options.where = storage::network;
    auto s = free();
    s.injections = in_place;
    check(s);
}

BOOST_AUTO_TEST_CASE(made_in_place_when_the_owner_has_died)
{
    auto s = after_a_death();
    s.varies = true;
    s.injections = in_place;
    check(s);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths)
{
    check(beside_a_sleeper(free()), which::deaths);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_of_waiters)
{
    check(beside_a_sleeper(waiting()), which::deaths);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_during_eviction)
{
    auto s = beside_a_sleeper(after_a_death());
    s.varies = true;
    check(s, which::deaths);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_in_place)
{
    auto s = beside_a_sleeper(free());
    s.injections = in_place;
    check(s, which::deaths);
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_after_deaths_of_waiters_in_place)
{
    auto s = beside_a_sleeper(waiting());
    s.injections = in_place;
    check(s, which::deaths);
}

// Every write returns 0.
BOOST_AUTO_TEST_CASE(empty_writes_are_an_error)
{
    child c([this] {
        say("ready");
        hear();
        patient_taker<soft_file_lock> who(path, options);
        return who.take().value();
    });
    c.expect("ready");
    tracer const t(c.pid(), "-e inject=pwrite64:retval=0");
    c.write_line("go");
    BOOST_TEST(c.wait() == EIO);
    BOOST_TEST(fs::is_empty(directory));
}

// The first write is partial, and the second fails.
BOOST_AUTO_TEST_CASE(error_after_a_short_write_is_reported)
{
    for (auto const where : {storage::local, storage::network}) {
        options.where = where;
        child c([this] {
            ::signal(SIGXFSZ, SIG_IGN);
            ::rlimit const ten{10, 10};
            ::setrlimit(RLIMIT_FSIZE, &ten);
            patient_taker<soft_file_lock> who(path, options);
            return who.take().value();
        });
        BOOST_TEST(c.wait() == EFBIG);
        BOOST_TEST(fs::is_empty(directory));
    }
}

BOOST_AUTO_TEST_SUITE_END()
