// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process is stopped after each system call of an operation on a read_write_lock, and other
// processes try the lock meanwhile. Conflicting holders never overlap, and no waiter misses its
// turn. A test takes a sample of the calls (support/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/lock_bytes.hpp"
#include "support/read_write_actor.hpp"
#include "support/sample.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

using namespace filelock_test;
using boost::filelock::read_write_lock;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

namespace {

/// An operation of a process, and the operation that precedes it and cannot be stopped.
struct act
{
    std::string first, then;

    friend std::ostream& operator<<(std::ostream& out, act const& a)
    {
        return out << (a.first.empty() ? "" : a.first + ", then ") << a.then;
    }
};

/// An operation that must wait, and what the process in its way holds.
struct wait
{
    act what;
    std::string holder;

    friend std::ostream& operator<<(std::ostream& out, wait const& w)
    {
        return out << w.what << ", after " << w.holder;
    }
};

std::string const from_nothing[] = {"try shared", "try upgrade", "try"};

act const acts[] = {
    {"", "try shared"},
    {"", "try upgrade"},
    {"", "try"},
    {"try shared", "try shared to upgrade"},
    {"try shared", "try shared to exclusive"},
    {"try upgrade", "try upgrade to exclusive"},
    {"try", "exclusive to shared"},
    {"try", "exclusive to upgrade"},
    {"try upgrade", "upgrade to shared"},
    {"try shared", "release"},
    {"try upgrade", "release"},
    {"try", "release"},
};

wait const waits[] = {
    {{"", "wait shared"}, "try"},
    {{"", "lock shared"}, "try"},
    {{"", "wait upgrade"}, "try"},
    {{"", "wait upgrade"}, "try upgrade"},
    {{"", "lock upgrade"}, "try upgrade"},
    {{"", "wait"}, "try shared"},
    {{"", "wait"}, "try upgrade"},
    {{"", "wait"}, "try"},
    {{"", "lock"}, "try shared"},
    {{"", "lock"}, "try upgrade"},
    {{"", "lock"}, "try"},
    {{"try shared", "wait shared to exclusive"}, "try shared"},
    {{"try shared", "wait shared to upgrade"}, "try upgrade"},
    {{"try upgrade", "wait upgrade to exclusive"}, "try shared"},
    {{"try upgrade", "lock upgrade to exclusive"}, "try shared"},
};

} // namespace

struct fixture : temporary_directory
{
    fixture() { std::ofstream(path.string()) << "data"; }

    deed doing(act const& a) const
    {
        auto const lock = std::make_shared<read_write_lock>(path, hourly());
        deed d;
        if (!a.first.empty())
            d.first = [lock, a] { return perform(*lock, a.first); };
        d.then = [lock, a] { return perform(*lock, a.then); };
        // Releases every level, after which the lock must be free for a writer.
        d.last = [lock] {
            while (lock->lock_counter() != 0)
                if (auto const said = perform(*lock, "release"); said != done)
                    return "release: " + said;
            auto const came = perform(*lock, "wait");
            return came == has_it ? perform(*lock, "release") : came;
        };
        return d;
    }

    std::string problem_with(act const& a, stop_point const& p, std::string const& comes) const
    {
        stopped one(doing(a), p);
        if (!one.has_met())
            return "it was not stopped";
        actor other(path);
        auto const came = other(comes);
        if (came != has_it && came != busy)
            return "the other: " + came;
        auto const went = one.go_on();
        if (went != has_it && went != busy && went != done)
            return "who was stopped: " + went;
        std::string has;
        if (went == has_it)
            has = mode_after(a.then);
        else if (went == busy && !a.first.empty())
            has = mode_after(a.first);
        if (came == has_it && !has.empty() && !go_together(has, mode_after(comes)))
            return "both have it: " + has + " and " + mode_after(comes);
        if (came == has_it && other("held?") != "held")
            return "the other has lost it";
        if (came == has_it && other("release") != done)
            return "the other cannot give it back";
        if (auto const last = one.at_last(); last != done)
            return "who was stopped, at last: " + last;
        return is_locked(path, all_bytes) ? "something is left locked" : "";
    }

    // The holder releases the lock while the waiter is stopped. The waiter then gets the lock.
    std::string problem_with(wait const& w, stop_point const& p) const
    {
        actor holder(path), other(path);
        if (holder(w.holder) != has_it)
            return "the holder cannot come in";
        stopped one(doing(w.what), p);
        if (!one.has_met())
            return "it was not stopped";
        // Others acquire and release the lock, while the holder has it and after its release.
        for (bool const is_free : {false, true}) {
            if (is_free && holder("release") != done)
                return "the holder cannot give it back";
            for (auto const& comes : from_nothing) {
                auto const came = other(comes);
                if (came == has_it && other("release") != done)
                    return "the other cannot give it back";
                if (came == has_it && !w.what.first.empty() &&
                    !go_together(mode_after(w.what.first), mode_after(comes)))
                    return "both had it: " + comes;
            }
        }
        if (auto const went = one.go_on(); went != has_it)
            return "who was stopped: " + went;
        if (other("try") != busy)
            return "two have it";
        if (auto const last = one.at_last(); last != done)
            return "who was stopped, at last: " + last;
        return is_locked(path, all_bytes) ? "something is left locked" : "";
    }

    // Returns the calls of the attempts before a long sleep. The traced operation gives up: it is a
    // single try, or waits for a short time.
    std::vector<stop_point> points_of(wait const& w) const
    {
        read_write_lock holder(path, hourly());
        BOOST_TEST_REQUIRE(perform(holder, w.holder) == has_it);
        auto what = w.what;
        bool const sleeps = what.then.compare(0, 4, "lock") == 0;
        auto const rest = what.then.substr(4);
        what.then = sleeps ? "try" + rest : "briefly" + rest;
        auto d = doing(what);
        d.last = {};
        auto points = stop_points(d);
        auto const is_pause = [](stop_point const& p) { return p.meaning() == "ppoll"; };
        if (!sleeps) {
            // On a slow machine the limit may pass before it waits.
            for (; std::none_of(points.begin(), points.end(), is_pause) && brief < patience;
                 brief *= 2)
                points = stop_points(d);
            auto const last = std::find_if(points.rbegin(), points.rend(), is_pause);
            BOOST_TEST_REQUIRE((last != points.rend()));
            points.erase(std::prev(last.base()), points.end());
        } else {
            // The calls by which it gives up are left out.
            auto const last = std::find_if(points.rbegin(), points.rend(), [](auto const& p) {
                return p.meaning() == "stat" || p.text.find("F_WRLCK") != p.text.npos;
            });
            points.erase(last.base(), points.end());
        }
        return points;
    }
};

BOOST_FIXTURE_TEST_SUITE(read_write_stops, fixture, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(fixture, no_conflicting_hold_while_process_is_stopped, data::make(acts), a)
{
    auto const points = stop_points(doing(a));
    BOOST_TEST_REQUIRE(points.size() > 1u);
    auto const ways = std::size(from_nothing);
    for (auto const i : sample(points.size() * ways, {4, 3})) {
        auto const& p = points[i / ways];
        auto const& comes = from_nothing[i % ways];
        restart_hang_timer();
        auto const problem = problem_with(a, p, comes);
        BOOST_TEST(problem.empty(), p << ", " << comes << ": " << problem);
    }
}

BOOST_DATA_TEST_CASE_F(fixture, stopped_waiter_gets_lock_after_holder_releases, data::make(waits),
                       w)
{
    auto const points = points_of(w);
    BOOST_TEST_REQUIRE(points.size() > 1u);
    for (auto const i : sample(points.size(), {4, 3})) {
        restart_hang_timer();
        std::string problem;
        try {
            problem = problem_with(w, points[i]);
        } catch (std::exception const& e) {
            problem = e.what();
        }
        BOOST_TEST(problem.empty(), points[i] << ": " << problem);
    }
}

BOOST_AUTO_TEST_SUITE_END()
