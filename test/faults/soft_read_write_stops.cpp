// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process is stopped or killed after each system call of an operation on a soft_read_write_lock,
// and other processes try the lock. Conflicting holders never overlap, and no process is kept out
// for longer than documented. A test takes a sample of the calls (support/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/namespaces.hpp"
#include "support/removal_right.hpp"
#include "support/sample.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/soft_read_write_acts.hpp"
#include "support/stops.hpp"
#include "support/tracer.hpp"

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Makes linkat fail, as on a file system without unnamed files.
char const in_place[] = "-e inject=linkat:error=EPERM";

act const acts[] = {
    {"", "try shared"},
    {"", "try shared", act::a_dead_writer},
    {"", "try shared", act::a_dead_writer_in_state},
    {"", "try"},
    {"", "try", act::a_reader},
    {"", "try", act::a_dead_reader},
    {"", "try", act::a_dead_writer},
    {"", "try", act::a_dead_one_in_state},
    {"", "try", act::a_dead_writer_in_state},
    {"try shared", "release"},
    {"try", "release"},
    {"try shared", "beat"},
    {"try", "beat"},
};

act const acts_in_place[] = {
    {"", "try shared", act::none, in_place},
    {"", "try", act::none, in_place},
    {"", "try", act::a_dead_writer_in_state, in_place},
};

auto const both = data::make({storage::local, storage::network});

/// A delay of half the threshold must be distinguishable from a second wait. Where the machine is
/// later than that, the observation is repeated with twice the time.
constexpr milliseconds shortest_threshold = 200ms;

bool go_together(std::string const& a, std::string const& b)
{
    return !is_writing(a) && !is_writing(b);
}

/// Stops one process for longer than its marker is valid, and lets another acquire the lock. On a
/// slow machine the other may lose its hold.
void check_successor(act_fixture const& f, act const& a, storage where, stop_point const& p,
                     std::string const& comes, milliseconds threshold)
{
    auto const demand = act_fixture::demand;
    auto they = f.prepare(a, where);
    stopped one(f.doing(a, quick(where, threshold)), p);
    unless_late(one.has_met(), "it was not stopped"); // its marker may have expired before
    they.lives.reset();                               // the reader dies
    actor other(f.path, quick(where, threshold));
    bool const is_in_state = fs::exists(f.state) && (is_writing(comes) || fs::exists(f.write));
    bool const is_held_up = has_removal_right(one.pid()) || is_in_state;
    auto const came = other(is_held_up ? "briefly" + comes.substr(4) : comes);
    unless_late(came != lost, "the other has lost it at once");
    demand(came == has_it || (is_held_up && came == busy), "the other: " + came);
    one.trace_no_more();
    auto const went = one.go_on();
    auto const held = other("held?"); // asked before the losses, because it may detect one
    unless_late(!act_fixture::has_lost_any(other) && (came != has_it || held == "held"),
                "the other has lost it");
    demand(went == has_it || went == busy || went == done || went == lost,
           "who was stopped: " + went);
    auto const has = went != has_it ? "" : a.is_beat() ? a.first : a.then;
    demand(came != has_it || has.empty() || go_together(has, comes),
           "both have it: " + has + " and " + comes);
    if (came == has_it) {
        auto const gave = other("release");
        unless_late(!act_fixture::has_lost_any(other), "the other has lost it");
        demand(gave == done, "the other cannot give it back: " + gave);
    }
    auto const last = one.at_last();
    unless_late(last == done, "who was stopped, at last: " + last); // it may also lose its hold
    auto const left = f.what_is_left();
    demand(left.empty(), left);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_stops, act_fixture, *ut::precondition(can_trace))

// On the same host death is proved, so no process has to wait for the threshold.
BOOST_DATA_TEST_CASE_F(act_fixture, others_get_lock_at_once_when_process_is_killed,
                       both* data::make(acts), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        auto const they = prepare(a, where);
        auto const& lives = they.lives;
        stopped one(doing(a, options_for(a, where)), p);
        if (!one.has_met())
            return "it was not stopped";
        one.kill();
        if (where == storage::network)
            make_tree_old(path);
        actor other(path, hourly(where));
        if (auto const problem = come(other, "try shared"); !problem.empty())
            return problem;
        if (lives && (*lives)("release") != done)
            return "the reader cannot give it back";
        if (auto const problem = come(other, "try"); !problem.empty())
            return problem;
        return what_is_left();
    });
}

// The marker that the killed process leaves may not name it yet, so the marker can only become
// stale by age. In `state` others wait two seconds for the creator of an empty marker to write its
// record.
BOOST_DATA_TEST_CASE_F(act_fixture,
                       others_get_lock_when_process_is_killed_while_it_writes_its_marker,
                       both* data::make(acts_in_place), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        return with_growing_time(shortest_threshold, [&](milliseconds threshold) {
            auto const they = prepare(a, where);
            stopped one(doing(a, options_for(a, where)), p);
            unless_late(one.has_met(), "it was not stopped");
            one.kill();
            bool const is_empty = fs::exists(state) && text_of(state).empty();
            auto const limit = (is_empty ? 2 * threshold + 2s : threshold) + threshold / 2;
            actor reader(path, quick(where, threshold)), writer(path, quick(where, threshold));
            for (auto* const other : {&reader, &writer}) {
                auto const how = other == &reader ? "wait shared" : "wait";
                come_unless_late(*other, how);
                auto const took = other->how_long();
                unless_late(took <= limit, "it took " + std::to_string(took.count()) + " ms");
            }
            auto const left = what_is_left();
            demand(left.empty(), left);
        });
    });
}

// A process on another host cannot prove the death, so it waits for the threshold, once.
BOOST_DATA_TEST_CASE_F(act_fixture, other_host_gets_lock_after_threshold_when_process_is_killed,
                       both* data::make(acts), where, a)
{
    if (!have_namespaces(0))
        return;
    check(a, where, {1, 40}, [&, where = where, a = a](stop_point const& p) -> std::string {
        auto const how = p.occurrence % 2 == 0 ? "wait shared" : "wait";
        return with_growing_time(shortest_threshold, [&](milliseconds threshold) {
            auto const they = prepare(a, where);
            stopped one(doing(a, options_for(a, where)), p);
            unless_late(one.has_met(), "it was not stopped");
            one.kill();
            demand(!they.lives || (*they.lives)("release") == done,
                   "the reader cannot give it back");
            actor other(path, quick(where, threshold), [] { enter_host("elsewhere"); });
            come_unless_late(other, how);
            auto const took = other.how_long();
            unless_late(took < threshold + threshold / 2,
                        std::string(how) + " took " + std::to_string(took.count()) + " ms");
        });
    });
}

BOOST_DATA_TEST_CASE_F(act_fixture, no_conflicting_hold_while_process_is_stopped,
                       both* data::make(acts), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        for (auto const& comes : {std::string("try shared"), std::string("try")}) {
            auto const they = prepare(a, where);
            auto const& lives = they.lives;
            stopped one(doing(a, options_for(a, where)), p);
            if (!one.has_met())
                return "it was not stopped";
            actor other(path, hourly(where));
            auto const came = other(comes);
            if (came != has_it && came != busy)
                return "the other: " + came;
            if (came == has_it && lives && is_writing(comes))
                return "the other is in beside the reader";
            if (came == has_it && a.is_beat() && !go_together(a.first, comes))
                return "the other is in beside a holder";
            if (a.is_beat())
                one.trace_no_more();
            auto const went = one.go_on();
            if (went != (a.is_beat() ? has_it : a.first.empty() ? went : done))
                return "who was stopped: " + went;
            if (went != has_it && went != busy && went != done)
                return "who was stopped: " + went;
            auto const has = a.is_beat() ? a.first : went == has_it ? a.then : "";
            if (came == has_it && !has.empty() && !go_together(has, comes))
                return "both have it: " + has + " and " + comes;
            if (came == has_it && other("held?") != "held")
                return "the other has lost it";
            if (came == has_it && other("release") != done)
                return "the other cannot give it back";
            if (lives && (*lives)("held?") != "held")
                return "the reader has lost it";
            if (lives && (*lives)("release") != done)
                return "the reader cannot give it back";
            if (auto const last = one.at_last(); last != done)
                return "who was stopped, at last: " + last;
            if (auto const left = what_is_left(); !left.empty())
                return left;
        }
        return "";
    });
}

// A reader releases the lock while the writer that waits for it is stopped.
BOOST_DATA_TEST_CASE_F(act_fixture, stopped_writer_gets_lock_after_reader_releases, both, where)
{
    static act const a{"", "try", act::a_reader};
    check(
        a, where, {3, 2},
        [&, where = where](stop_point const& p) -> std::string {
            auto const they = prepare(a, where);
            auto const& lives = they.lives;
            auto waits = a;
            waits.then = "wait";
            stopped one(doing(waits, hourly(where)), p);
            if (!one.has_met())
                return "it was not stopped";
            if (auto const went = (*lives)("release"); went != done)
                return "the reader cannot give it back: " + went;
            actor other(path, hourly(where));
            auto const came = other("try");
            if (came == has_it && other("release") != done)
                return "the other cannot give it back";
            if (auto const went = one.go_on(); went != has_it)
                return "who was stopped: " + went;
            if (other("try") != busy || other("try shared") != busy)
                return "two have it";
            if (auto const last = one.at_last(); last != done)
                return "who was stopped, at last: " + last;
            return what_is_left();
        },
        false);
}

// The process is stopped for longer than its marker is valid. Where it has the removal right to a
// marker, or is in `state`, others on its host wait for it to continue, because it may be about to
// act.
BOOST_DATA_TEST_CASE_F(act_fixture, process_stopped_beyond_threshold_is_superseded,
                       both* data::make(acts), where, a)
{
    std::vector<std::string> ways = {"wait shared", "wait"};
    if (chosen_extent() == extent::few)
        ways.erase(ways.begin() + static_cast<int>(sampled_choice(2)));
    check(a, where, {1, 14}, [&, where = where, a = a](stop_point const& p) -> std::string {
        for (auto const& comes : ways)
            if (auto const problem = with_growing_time(shortest_threshold,
                                                       [&](milliseconds threshold) {
                                                           check_successor(*this, a, where, p,
                                                                           comes, threshold);
                                                       });
                !problem.empty())
                return problem;
        return "";
    });
}

BOOST_AUTO_TEST_SUITE_END()
