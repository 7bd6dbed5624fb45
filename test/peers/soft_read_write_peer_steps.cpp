// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs share a tree of markers with this library. They make every transition in
// PATH.state, and do not verify their markers after publishing. One side is stopped between two
// steps while the other goes on.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_read_write_peer.hpp"
#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_parties.hpp"
#include "support/tracer.hpp"

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include <sys/syscall.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// A process that received a request and is stopped before the system call that the request makes
/// it reach.
class stopped_before
{
public:
    stopped_before(child& c, std::string const& what, std::string const& call, long number)
        : tracer_(std::make_unique<tracer>(
              c.pid(), "-e trace=" + call + " -e inject=" + call + ":delay_enter=" +
                           std::to_string(std::chrono::microseconds(patience).count())))
    {
        c.write_line(what);
        wait_until(
            [&] {
                long now = -1;
                std::ifstream("/proc/" + std::to_string(c.pid()) + "/syscall") >> now;
                return now == number;
            },
            call.c_str());
    }

    void let_go() { tracer_.reset(); }

private:
    std::unique_ptr<tracer> tracer_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_peers, two_party_tree, *ut::precondition(have_soft_peer))

BOOST_AUTO_TEST_SUITE(a_peer_step_by_step)

// The peer relies on there being no writer until it leaves `state`.
BOOST_DATA_TEST_CASE_F(two_party_tree, reads_although_our_writer_comes_after_its_look, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("look") == "absent");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try write") == "busy");
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    BOOST_TEST(peer.ask("look") == "absent");
    BOOST_TEST(peer.ask("create read") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(!fs::exists(write));
    BOOST_TEST(peer.ask("leave") == "left");
    wait_for_writer();
    BOOST_TEST(ask(*start(party::ours, where), "try write") == "busy");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(peer.ask("release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

// Wherever the time limit falls, the writer must not get the lock.
BOOST_DATA_TEST_CASE_F(two_party_tree, is_seen_by_our_writer_who_had_to_wait_for_state, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("look") == "absent");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "acquire write 0.5") == "waiting");
    BOOST_TEST(peer.ask("create read") == "created");
    BOOST_TEST(peer.ask("leave") == "left");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(hear_of(*ours) == "timed out");
    BOOST_TEST(!fs::exists(write));
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
}

// The peer's host reported for slightly too long that there is no writer.
BOOST_AUTO_TEST_CASE(reads_if_its_look_was_late_and_our_writer_has_settled_by_then)
{
    for (auto settle = 250ms;; settle *= 2) {
        auto options = options_for(storage::network);
        options.settle = settle;
        one_of_ours ours(path, options);
        soft_read_write_peer peer(path);
        BOOST_TEST(peer.ask("look") == "absent");
        auto const begin = steady_clock::now();
        ours.write_line("acquire write " + in_seconds(4 * settle));
        wait_for_writer();
        // The writer may still be in `state`, where it has published its claim.
        wait_until([&] { return peer.ask("state") == "held"; }, "the writer to leave state");
        if (steady_clock::now() - begin >= settle && settle < 8s)
            continue; // too late for a conclusion
        wait_until([&] { return steady_clock::now() > begin + settle; }, "the end of it");
        BOOST_TEST(peer.ask("create read") == "created");
        BOOST_TEST(peer.ask("write") == "written");
        BOOST_TEST(peer.ask("leave") == "left");
        BOOST_TEST(hear_of(ours) == "waiting");
        BOOST_TEST(hear_of(ours) == "timed out");
        BOOST_TEST(peer.ask("still") == "yes");
        BOOST_TEST(peer.ask("release") == "released");
        BOOST_TEST(ask(ours, "try write") == "held");
        return;
    }
}

BOOST_DATA_TEST_CASE_F(two_party_tree, in_state_lets_our_readers_in, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    auto const ours = holder(party::ours, reading, where);
    BOOST_TEST(peer.ask("look") == "absent");
    BOOST_TEST(peer.ask("create write") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(peer.ask("drain") == "busy");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(peer.ask("drain") == "clear");
    BOOST_TEST(ask(*ours, "try read") == "busy");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(peer.ask("leave") == "left");
    BOOST_TEST(is_clean());
}

// Only the peer that is in `state` may remove a writer's marker.
BOOST_DATA_TEST_CASE_F(two_party_tree, in_state_keeps_us_from_removing_a_dead_writers_marker,
                       modes* both, mode, where)
{
    auto const dead = holder(party::theirs, writing, where);
    die_long_ago(*dead, path);
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try " + mode) == "busy");
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    BOOST_TEST(fs::exists(write));
    BOOST_TEST(peer.ask("leave") == "left");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

// The marker that the peer has just created is empty and names no owner.
BOOST_DATA_TEST_CASE_F(two_party_tree, between_create_and_write_is_waited_for, modes* modes* both,
                       its, mode, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("create " + its) == "created");
    fs::last_write_time(marker(its), ::time(nullptr) - 1'000'000);
    auto const ours = start(party::ours, where);
    if (its == reading && mode == reading) {
        BOOST_TEST(ask(*ours, "try read") == "held");
        BOOST_TEST(ask(*ours, "release") == "released");
        return;
    }
    BOOST_TEST(ask(*ours, "try " + mode) == "busy");
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(ask(*start(party::ours, where), "try write") == "busy");
    BOOST_TEST(peer.ask("release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree,
                       that_dies_between_create_and_write_is_succeeded_after_the_threshold,
                       modes* both, its, where)
{
    constexpr auto threshold = 300ms;
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("create " + its) == "created");
    die(peer);
    fs::last_write_time(marker(its), ::time(nullptr) - 1'000'000);
    auto const begin = steady_clock::now();
    auto const ours = start(party::ours, where, {threshold / 8, threshold});
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    BOOST_TEST(hear_of(*ours) == "held");
    BOOST_TEST((steady_clock::now() - begin >= threshold));
    auto const gave = ask(*ours, "release");
    BOOST_TEST((gave == "released" || gave == "lost")); // lost on a slow machine
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

// These are places where the peers cannot see our process. It is stopped before a system call, and
// the tree has changed when it continues.
BOOST_AUTO_TEST_SUITE(we_check_again, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(two_party_tree, whether_a_writer_has_come_before_our_marker, both, where)
{
    auto const ours = start(party::ours, where);
    stopped_before making(*ours, "acquire read", "linkat", SYS_linkat);
    auto const peer = holder(party::theirs, writing, where);
    making.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(peer->pid() != 0);
    BOOST_TEST(ask(*peer, "readers") == "0");
    BOOST_TEST(ask(*peer, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, whether_our_marker_is_still_there, modes* both, mode, where)
{
    auto const ours = start(party::ours, where);
    stopped_before stamping(*ours, "acquire " + mode, "utimensat", SYS_utimensat);
    auto const peer = start(party::theirs, where, deadly);
    wait_until([&] { return ask(*peer, "judge " + name(mode)) == "remove"; }, "an old marker");
    BOOST_TEST(starts(ask(*peer, "evict " + name(mode)), "removed "));
    auto const next = holder(party::theirs, writing, where);
    stamping.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(ask(*next, "still") == "yes");
    BOOST_TEST(ask(*next, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, whether_our_marker_may_have_been_taken_for_dead, modes* both,
                       mode, where)
{
    auto const ours = start(party::ours, where, {50ms, 400ms});
    stopped_before stamping(*ours, "acquire " + mode, "utimensat", SYS_utimensat);
    auto const old_name = marker(mode);
    auto const old = text_of(old_name);
    auto const until = steady_clock::now() + 400ms;
    wait_until([&] { return steady_clock::now() > until; }, "the threshold");
    stamping.let_go();
    auto line = hear_of(*ours);
    if (line == "waiting")
        line = hear_of(*ours);
    BOOST_TEST(line == "held");
    BOOST_TEST((!fs::exists(old_name) || text_of(old_name) != old));
    auto const gave = ask(*ours, "release");
    BOOST_TEST((gave == "released" || gave == "lost")); // on a slow machine
    BOOST_TEST(is_clean());
}

// It must check again once it has the removal right. The peer's heartbeats resume while our process
// acquires that right.
BOOST_AUTO_TEST_CASE(whether_a_marker_is_still_stale)
{
    auto const problem = with_growing_time(400ms, [this](milliseconds threshold) {
        auto const peer =
            holder(party::theirs, writing, storage::local, {threshold / 10, patience});
        BOOST_TEST(ask(*peer, "heartbeat stop") == "stopped");
        auto const ours = start(party::ours, storage::local, {100ms, threshold});
        stopped_before evicting(*ours, "acquire read " + in_seconds(4 * threshold), "flock",
                                SYS_flock);
        BOOST_TEST(ask(*peer, "heartbeat start") == "started");
        BOOST_TEST(ask(*peer, "heartbeat once") == "refreshed");
        evicting.let_go();
        unless_late(hear_of(*ours) == "waiting", "it need not wait");
        unless_late(hear_of(*ours) == "timed out", "it gets it");
        unless_late(ask(*peer, "still") == "yes", "it is lost");
        BOOST_TEST(ask(*peer, "release") == "released");
        BOOST_TEST(is_clean());
    });
    BOOST_TEST(problem.empty(), problem);
}

// The old writer is dead. Its marker has been removed by the time that our process is in `state`.
BOOST_DATA_TEST_CASE_F(two_party_tree, which_writer_is_there_once_we_are_in_state, modes* both,
                       mode, where)
{
    auto const dead = holder(party::theirs, writing, where);
    die_long_ago(*dead, path);
    auto const ours = start(party::ours, where);
    stopped_before entering(*ours, "acquire " + mode, "linkat", SYS_linkat);
    auto const next = start(party::theirs, where, deadly);
    wait_until([&] { return ask(*next, "judge write") == "remove"; }, "an old marker");
    BOOST_TEST(ask(*next, "try write") == "held");
    entering.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(ask(*next, "still") == "yes");
    BOOST_TEST(ask(*next, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
