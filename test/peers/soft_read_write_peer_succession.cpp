// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs share a tree of markers with this library, and evict stale markers. Either
// succeeds a holder of the other that has stopped or died, and notices that it was taken for dead
// itself.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_read_write_peer.hpp"
#include "support/child.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_parties.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <signal.h>
#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(soft_read_write_peers, two_party_tree, *ut::precondition(have_soft_peer))

// All contests of a test run at the same time, because each takes a whole threshold.
BOOST_AUTO_TEST_SUITE(heartbeats)

struct contest : two_party_tree
{
    pace fast;
    std::string what;
    std::unique_ptr<child> first, second;

    contest(party who, std::string const& mode, storage where, milliseconds threshold)
        : fast{threshold / 12, threshold}, what((who == party::ours ? "ours " : "theirs ") + mode +
                                                (where == storage::local ? " local" : " network")),
          first(holder(who, mode, where, fast)), second(start(other(who), where, fast))
    {
        BOOST_TEST(ask(*second, "still") == "no"); // the answer shows that it has started
    }
};

BOOST_AUTO_TEST_CASE(keep_others_away)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto who : {party::ours, party::theirs})
            for (auto const& mode : {reading, writing})
                for (auto where : {storage::local, storage::network})
                    all.push_back(std::make_unique<contest>(who, mode, where, threshold));
        for (auto& one : all)
            one->second->write_line("acquire write " + in_seconds(2 * threshold));
        for (auto& one : all) {
            unless_late(hear_of(*one->second) == "waiting", one->what + ": it need not wait");
            unless_late(hear_of(*one->second) == "timed out", one->what + ": it gets it");
            unless_late(ask(*one->first, "still") == "yes", one->what + ": it is lost");
            unless_late(ask(*one->first, "release") == "released", one->what + ": it is lost");
            BOOST_TEST(one->is_clean(), one->what);
        }
    });
    BOOST_TEST(problem.empty(), problem);
}

// The marker's age does not count: it must be unchanged for the threshold while it is watched.
BOOST_AUTO_TEST_CASE(of_theirs_that_stop_let_us_succeed_after_the_whole_threshold)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto const& mode : {reading, writing})
            for (auto where : {storage::local, storage::network})
                all.push_back(std::make_unique<contest>(party::theirs, mode, where, threshold));
        for (auto& one : all) {
            BOOST_TEST(ask(*one->first, "heartbeat stop") == "stopped");
            BOOST_TEST(ask(*one->first, "age 100000") == "aged");
        }
        auto const begin = steady_clock::now();
        for (auto& one : all)
            one->second->write_line("acquire write");
        for (auto& one : all)
            BOOST_TEST_CONTEXT(one->what)
            {
                unless_late(hear_of(*one->second) == "waiting", one->what + ": it was old");
                unless_late(hear_of(*one->second) == "held", one->what + ": it is lost at once");
                BOOST_TEST((steady_clock::now() - begin >= threshold));
                BOOST_TEST(ask(*one->first, "still") == "no");
                BOOST_TEST(ask(*one->first, "heartbeat once") == "lost");
                BOOST_TEST(ask(*one->first, "release") == "lost");
                unless_late(ask(*one->second, "still") == "yes", one->what + ": it is lost");
                unless_late(ask(*one->second, "release") == "released", one->what + ": it is lost");
                BOOST_TEST(one->is_clean());
            }
    });
    BOOST_TEST(problem.empty(), problem);
}

// A stopped holder learns of its loss when it continues, and leaves its successor's marker alone.
BOOST_AUTO_TEST_CASE(of_ours_that_stop_let_them_succeed)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto const& mode : {reading, writing})
            for (auto where : {storage::local, storage::network})
                all.push_back(std::make_unique<contest>(party::ours, mode, where, threshold));
        for (auto& one : all) {
            one->first->kill(SIGSTOP);
            one->second->write_line("acquire write");
        }
        for (auto& one : all)
            BOOST_TEST_CONTEXT(one->what)
            {
                unless_late(hear_of(*one->second) == "waiting", one->what + ": it was old");
                BOOST_TEST(hear_of(*one->second) == "held");
                one->first->kill(SIGCONT);
                BOOST_TEST(ask(*one->first, "still") == "no");
                BOOST_TEST(starts(ask(*one->first, "losses"), "1 "));
                BOOST_TEST(ask(*one->first, "release") == "lost");
                unless_late(ask(*one->second, "still") == "yes", one->what + ": it is lost");
                unless_late(ask(*one->second, "release") == "released", one->what + ": it is lost");
                BOOST_TEST(one->is_clean());
            }
    });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_peer_that_has_died)

BOOST_DATA_TEST_CASE_F(two_party_tree, is_succeeded_at_once, modes* modes* both, its, mode, where)
{
    auto const peer = holder(party::theirs, its, where);
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try write") == "busy");
    die_long_ago(*peer, path);
    BOOST_TEST(ask(*ours, "try " + mode) == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, is_succeeded_by_a_waiter, conflicting* both, its, mode,
                       where)
{
    auto const peer = holder(party::theirs, its, where);
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    die_long_ago(*peer, path);
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, in_state_blocks_no_process, modes* both, mode, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    die_long_ago(peer, path);
    auto const ours = holder(party::ours, mode, where);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, in_state_with_its_marker_blocks_no_process,
                       modes* modes* both, its, mode, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("create " + its) == "created");
    BOOST_TEST(peer.ask("write") == "written");
    die_long_ago(peer, path);
    auto const ours = holder(party::ours, mode, where);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_of_ours_that_was_killed)

// The killed process's marker is not yet stale by the peer's threshold when it dies.
constexpr pace lively{100ms, patience}, its{100ms, 300ms};

BOOST_DATA_TEST_CASE_F(two_party_tree, is_succeeded_by_a_waiter, modes* both, mode, where)
{
    auto const ours = holder(party::ours, mode, where, lively);
    soft_read_write_peer peer(path, its);
    BOOST_TEST(ask(peer, "acquire write") == "waiting");
    die(*ours);
    gets_it(peer);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, while_it_drains_is_succeeded_as_well, both, where)
{
    auto const reader = holder(party::theirs, reading, where);
    auto const ours = start(party::ours, where, lively);
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    wait_for_writer();
    soft_read_write_peer peer(path, its);
    BOOST_TEST(ask(peer, "acquire read") == "waiting");
    die(*ours);
    gets_it(peer);
    BOOST_TEST(ask(*reader, "release") == "released");
    BOOST_TEST(is_clean());
}

// The library's marker of `state` is the marker of a soft_file_lock.
BOOST_DATA_TEST_CASE_F(two_party_tree, in_state_blocks_no_process, modes, mode)
{
    child ours([&] {
        boost::filelock::soft_file_lock lock(state);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    BOOST_TEST(hear_of(ours) == "held");
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "busy");
    die(ours);
    BOOST_TEST(peer.ask("try " + mode) == "held");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

// This happens where the clocks of two hosts differ, or where the peer has another threshold.
BOOST_AUTO_TEST_SUITE(a_peer_that_takes_us_for_dead)

struct wrong_eviction : two_party_tree
{
    static constexpr pace lively{100ms, patience};
    soft_read_write_peer peer{path, deadly};
    std::unique_ptr<child> ours;
    std::string named;

    void judge(std::string const& mode, storage where, pace const& p)
    {
        ours = holder(party::ours, mode, where, p);
        named = name(mode);
        wait_until([&] { return peer.ask("judge " + named) == "remove"; }, "an old marker");
    }
};

BOOST_DATA_TEST_CASE_F(wrong_eviction, is_noticed_by_still_held, modes* both, mode, where)
{
    judge(mode, where, slow);
    BOOST_TEST(ask(*ours, "still") == "yes");
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(starts(peer.ask("verify"), "removed "));
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(peer.ask("try write") == "held");
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(!starts(ask(*ours, "release"), "error"));
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

// No marker has a name that another marker had.
BOOST_DATA_TEST_CASE_F(wrong_eviction, once_does_not_find_our_next_hold, both, where)
{
    judge(reading, where, slow);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try read") == "held");
    BOOST_TEST(peer.ask("rename") == "absent");
    BOOST_TEST(ask(*ours, "still") == "yes");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

// Each loss is reported once.
BOOST_DATA_TEST_CASE_F(wrong_eviction, is_reported_at_the_next_heartbeat, modes* both, mode, where)
{
    judge(mode, where, lively);
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "release") == "lost");
}

BOOST_DATA_TEST_CASE_F(wrong_eviction, and_succeeds_us_is_reported, both, where)
{
    judge(writing, where, {500ms, 60s}); // long enough for the peer to create its marker
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(peer.ask("create write") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    auto const told = ask(*ours, "losses");
    BOOST_TEST((told == "1 changed" || told == "1 missing")); // a heartbeat may come between
    BOOST_TEST(ask(*ours, "release") == "lost");
    BOOST_TEST(peer.ask("still") == "yes");
}

// The peer sees that the marker it moved aside is fresh, and leaves it under the new name.
BOOST_DATA_TEST_CASE_F(wrong_eviction, leaves_a_marker_aside_that_was_stamped_meanwhile,
                       modes* both, mode, where)
{
    judge(mode, where, lively);
    auto const modified = [&] {
        struct ::stat s = {};
        ::lstat(marker(mode).c_str(), &s);
        return std::make_tuple(s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    };
    auto const before = modified(); // a heartbeat since the judgement will do
    wait_until([&] { return modified() != before; }, "a beat");
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    auto const verified = peer.ask("verify");
    BOOST_TEST(starts(verified, "left "));
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "release") == "lost");
    auto const next = holder(party::ours, writing, where); // the moved marker blocks none
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
