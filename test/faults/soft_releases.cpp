// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as soft_successors.cpp for releases: holders release their markers on time or late
// while others evict them, or the holders themselves are stopped.

#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/stops.hpp"
#include "support/succession.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(soft_releases, succession, *ut::precondition(can_trace))

// A holder's lifetime has ended. It releases the lock while an evicting process is stopped, and a
// successor acquires it.
struct expired : succession
{
    std::unique_ptr<successor> holder;
    soft_file_lock_options impatient = options;

    expired()
    {
        impatient = options;
        impatient.lifetime = 1h;
    }

    void put_expired()
    {
        holder.reset();
        clear();
        holder = std::make_unique<successor>(path, options);
        make_old(path);
    }

    /// Returns how the stopped process, which does not hold the lock, harms a successor.
    std::string problem_with(deed const& what, stop_point const& p)
    {
        stopped breaks(what, p);
        if (!breaks.has_met())
            return "it was not stopped";
        auto const given = holder->give_back();
        if (given != done && given != timed_out)
            return "the holder's release: " + given;
        return problem_with_next(breaks);
    }

    std::string problem_with_next(stopped& breaks)
    {
        successor next(path, options);
        std::unique_ptr<file_at> its;
        if (next.is_in())
            its = std::make_unique<file_at>(path);
        else if (next.came() != busy)
            return "the successor: " + next.came();
        auto const came = breaks.go_on();
        if (came != has_it && came != busy && came != done)
            return "who was stopped: " + came;
        if (its) {
            if (came == has_it)
                return "two have it";
            if (!its->is_there() || !next.still_held())
                return "the successor's marker has gone";
            if (next.give_back() != done)
                return "the successor cannot give it back";
        }
        auto const last = breaks.at_last();
        if (last != done)
            return "who was stopped, at last: " + last;
        soft_file_lock lock(path, options);
        if (try_for(lock, patience) != has_it)
            return "no process can acquire it";
        lock.unlock();
        return what_is_left();
    }
};

BOOST_FIXTURE_TEST_CASE(the_holder_gives_it_back_while_it_is_broken, expired)
{
    auto const lock = std::make_shared<soft_file_lock>(path, impatient);
    deed d;
    d.then = [lock] { return try_for(*lock, 0ms); };
    d.last = [lock] { return lock->is_locked() ? release(*lock) : done; };
    check(
        d, [this] { put_expired(); }, [&](stop_point const& p) { return problem_with(d, p); });
}

deed break_lock(fs::path const& path)
{
    deed d;
    d.then = [path] {
        error_code ec;
        soft_file_lock(path).break_lock(ec);
        return !ec ? done : ec.message();
    };
    d.last = [] { return done; };
    return d;
}

BOOST_FIXTURE_TEST_CASE(the_holder_gives_it_back_while_it_is_broken_by_hand, expired)
{
    auto const d = break_lock(path);
    bool is_open = false; // before the open, it would remove the successor's marker
    check(
        d, [this] { put_expired(); },
        [&](stop_point const& p) {
            is_open = is_open || p.meaning() == "open";
            return is_open ? problem_with(d, p) : "";
        });
}

// The holder is stopped during its release.
struct giving_back : expired
{
    deed holds() const
    {
        auto const lock = std::make_shared<soft_file_lock>(path, options);
        deed d;
        d.first = [lock] { return try_for(*lock, 0ms); };
        d.then = [lock] { return release(*lock); };
        d.last = [] { return done; };
        return d;
    }
};

BOOST_FIXTURE_TEST_CASE(lifetime_ends_during_the_release, giving_back)
{
    check(
        holds(), [this] { clear(); },
        [&](stop_point const& p) -> std::string {
            stopped gives_back(holds(), p);
            if (!gives_back.has_met())
                return "it was not stopped";
            if (fs::exists(path))
                make_old(path);
            options.lifetime = 1h;
            auto const problem = problem_with_next(gives_back);
            options.lifetime.reset();
            return problem;
        });
}

// On network storage no removal right keeps the others away. `release` looks again if it took long.
BOOST_FIXTURE_TEST_CASE(lifetime_ends_during_the_release_on_network_storage, giving_back)
{
    options.where = storage::network;
    options.lifetime = 50ms;
    check(
        holds(), [this] { clear(); },
        [&](stop_point const& p) -> std::string {
            stopped gives_back(holds(), p);
            if (!gives_back.has_met())
                return "it was not stopped";
            auto const has_passed = steady_clock::now() + 2 * *options.lifetime;
            comes_true([&] { return steady_clock::now() > has_passed; });
            return problem_with_next(gives_back);
        });
}

BOOST_FIXTURE_TEST_CASE(lock_is_broken_during_the_release, giving_back)
{
    check(
        holds(), [this] { clear(); },
        [&](stop_point const& p) -> std::string {
            stopped gives_back(holds(), p);
            if (!gives_back.has_met())
                return "it was not stopped";
            error_code ec;
            soft_file_lock(path, options).break_lock(ec);
            if (ec && ec != errc::timed_out)
                return "to break it: " + ec.message();
            return problem_with_next(gives_back);
        });
}

// Where there are no unnamed files, others see a marker before it is complete, and evict it.
BOOST_FIXTURE_TEST_CASE(one_that_is_being_made_is_broken, expired)
{
    auto const lock = std::make_shared<soft_file_lock>(path, options);
    deed d;
    d.faults = "-e inject=linkat:error=EPERM";
    d.then = [lock] { return try_for(*lock, 0ms); };
    d.last = [lock] { return lock->is_locked() ? release(*lock) : done; };
    check(
        d, [this] { clear(); },
        [&](stop_point const& p) -> std::string {
            if (p.meaning() == "link")
                return ""; // this link call fails
            stopped makes(d, p);
            if (!makes.has_met())
                return "it was not stopped";
            if (fs::exists(path) && text_of(path).empty())
                make_old(path);
            return problem_with_next(makes);
        });
}

BOOST_AUTO_TEST_SUITE_END()
