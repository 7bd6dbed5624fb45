// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process is stopped after each system call of what it does with a read_write_lock, and others
// come meanwhile: two that may not are never in together, and none misses its turn. At a sample of
// the calls (process/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "process/lock_bytes.hpp"
#include "process/read_write_actor.hpp"
#include "process/sample.hpp"
#include "process/stops.hpp"
#include "process/temporary_directory.hpp"
#include "process/tracer.hpp"

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

/// What a process does, after something that it did before it could be stopped.
struct act
{
    std::string first, then;

    friend std::ostream& operator<<(std::ostream& out, act const& a)
    {
        return out << (a.first.empty() ? "" : a.first + ", then ") << a.then;
    }
};

/// And who is in its way.
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
        // What it has, it can give back, and then it can have all.
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

    // Whoever was in the way leaves while he is stopped, and he comes in.
    std::string problem_with(wait const& w, stop_point const& p) const
    {
        actor holder(path), other(path);
        if (holder(w.holder) != has_it)
            return "the holder cannot come in";
        stopped one(doing(w.what), p);
        if (!one.has_met())
            return "it was not stopped";
        // Others come and go, beside the holder and after him.
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

    // The calls of the attempts until he sleeps for long; in vain, for a while.
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
            // Where the machine is slow, the limit may pass before it waits.
            for (; std::none_of(points.begin(), points.end(), is_pause) && brief < patience;
                 brief *= 2)
                points = stop_points(d);
            auto const last = std::find_if(points.rbegin(), points.rend(), is_pause);
            BOOST_TEST_REQUIRE((last != points.rend()));
            points.erase(std::prev(last.base()), points.end());
        } else {
            // And without its giving up.
            auto const last = std::find_if(points.rbegin(), points.rend(), [](auto const& p) {
                return p.meaning() == "stat" || p.text.find("F_WRLCK") != p.text.npos;
            });
            points.erase(last.base(), points.end());
        }
        return points;
    }
};

BOOST_FIXTURE_TEST_SUITE(read_write_stops, fixture, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(fixture, others_come_while_one_is_stopped, data::make(acts), a)
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

BOOST_DATA_TEST_CASE_F(fixture, a_holder_leaves_while_one_who_waits_is_stopped, data::make(waits),
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
