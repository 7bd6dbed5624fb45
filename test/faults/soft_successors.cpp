// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process that evicts a dead marker is stopped after each of its system calls. Meanwhile others
// remove that marker and a successor acquires the lock. The successor's marker stays, whatever was
// found before, and two processes never hold the lock. A test takes a sample of the calls
// (support/sample.hpp).

#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/stops.hpp"
#include "support/succession.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::storage;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(soft_successors, succession, *ut::precondition(can_trace))

// A holder has died.
struct after_a_death : succession
{
    void put_dead() const
    {
        clear();
        write_text(path, dead.record());
    }

    std::string const live_record = own_record(directory);
};

BOOST_FIXTURE_TEST_CASE(one_of_ours_comes_in_after_a_death, after_a_death)
{
    for (auto const how : {removed, carried_off, being_carried, broken})
        check(
            breaker(), [this] { put_dead(); },
            [&](stop_point const& p) { return with_one_of_ours(p, how); });
}

BOOST_FIXTURE_TEST_CASE(one_of_another_make_comes_in_after_a_death, after_a_death)
{
    for (auto const how : {removed, carried_off, being_carried})
        check(
            breaker(), [this] { put_dead(); },
            [&](stop_point const& p) { return with_one_of_another_make(p, how, live_record); });
}

BOOST_FIXTURE_TEST_CASE(on_network_storage_an_evicted_successor_detects_its_loss, after_a_death)
{
    options.where = storage::network;
    for (auto const how : {removed, carried_off, broken})
        check(
            breaker(), [this] { put_dead(); },
            [&](stop_point const& p) { return with_one_on_network_storage(p, how); });
}

// The evicting process has found the marker dead and is about to exchange it with its own when a
// successor acquires the lock. The exchange therefore gets the successor's marker.
struct after_an_exchange : after_a_death
{
    stop_point before; // the call before the exchange

    after_an_exchange()
    {
        put_dead();
        for (auto const& p : stop_points(breaker())) {
            if (p.meaning() == "renameat2")
                break;
            before = p;
        }
    }

    /// Calls `meanwhile` at the second stop. `meanwhile` returns a description of the problem, or
    /// nothing.
    void check(std::function<std::string(successor&)> const& meanwhile) const
    {
        auto const points = points_after();
        BOOST_TEST_REQUIRE(points.size() > 3u);
        for (auto const i : sample(points.size(), stops_of_markers)) {
            restart_hang_timer();
            auto const problem = problem_with(points[i], meanwhile);
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

private:
    std::vector<stop_point> points_after() const
    {
        put_dead();
        stopped breaks(breaker(), before);
        fs::remove(path);
        successor next(path, options);
        breaks.go_on();
        next.give_back();
        breaks.at_last();
        auto points = breaks.calls();
        auto at = points.begin();
        while (at != points.end() &&
               (at->call != before.call || at->occurrence != before.occurrence))
            ++at;
        points.erase(points.begin(), at == points.end() ? at : at + 1);
        return points;
    }

    std::string problem_with(stop_point const& p,
                             std::function<std::string(successor&)> const& meanwhile) const
    {
        put_dead();
        stopped breaks(breaker(), before, p);
        if (!breaks.has_met())
            return "it was not stopped";
        fs::remove(path);
        successor next(path, options);
        if (!next.is_in())
            return "the successor: " + next.came();
        breaks.go_on_to_next();
        if (!breaks.has_met())
            return "it was not stopped again";
        auto const problem = meanwhile(next);
        if (!problem.empty())
            return problem;
        auto const came = breaks.go_on();
        if (came != has_it && came != busy)
            return "the breaker: " + came;
        if (next.is_in() && next.still_held()) {
            if (came == has_it)
                return "two have it";
            if (next.give_back() != done)
                return "the successor cannot give it back";
        }
        auto const last = breaks.at_last();
        return last != done ? "the breaker at last: " + last : what_is_left();
    }
};

BOOST_FIXTURE_TEST_CASE(successors_marker_is_restored, after_an_exchange)
{
    check([this](successor&) -> std::string {
        successor third(path, options);
        return third.is_in() ? "a third has it" : "";
    });
}

BOOST_FIXTURE_TEST_CASE(successor_releases_while_its_marker_is_aside, after_an_exchange)
{
    check([](successor& next) -> std::string {
        auto const given = next.give_back();
        return given == done || given == timed_out ? "" : "the successor's release: " + given;
    });
}

BOOST_FIXTURE_TEST_CASE(successor_dies_while_its_marker_is_aside, after_an_exchange)
{
    check([](successor& next) -> std::string {
        next.kill();
        return "";
    });
}

BOOST_AUTO_TEST_SUITE_END()
