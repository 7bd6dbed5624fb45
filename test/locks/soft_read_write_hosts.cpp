// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers and writers run on several hosts, with other process ids. They exclude
// each other, no living holder is ever taken for dead, and every dead one is evicted in time.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/namespaces.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/soft_read_write_hosts.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using clock_type = std::chrono::steady_clock;

auto const both = data::make({storage::local, storage::network});

std::string waiting(std::string const& what)
{
    return "wait" + what.substr(3);
}

bool go_together(std::string const& a, std::string const& b)
{
    return !is_writing(a) && !is_writing(b);
}

template <class F>
void wait_until(F const& f)
{
    auto const until = clock_type::now() + patience;
    for (; !f(); std::this_thread::sleep_for(1ms))
        if (clock_type::now() > until)
            throw std::runtime_error("timed out: what was to become true");
}

struct fixture : on_several_hosts
{
    fs::path const readers = path.string() + ".readers", write = path.string() + ".write",
                   state = path.string() + ".state";

    milliseconds beat() const { return threshold / 4; }

    std::unique_ptr<actor> start(storage where, entry const& enter = {}) const
    {
        return std::make_unique<actor>(path, quick(where, threshold), enter);
    }

    std::unique_ptr<actor> holding(storage where, std::string const& what,
                                   entry const& enter = {}) const
    {
        auto a = start(where, enter);
        auto const came = (*a)(what);
        unless_late(came != lost, "the holder has lost it");
        if (came != has_it)
            throw std::runtime_error("the holder cannot come in: " + what);
        return a;
    }

    /// Checks that a successor waits for one whole threshold and not for a second one. It may be
    /// earlier where the marker is twice as old as the threshold.
    template <class Leave>
    void check_it_takes_the_threshold(Leave const& leave, storage where, std::string const& how)
    {
        check_in_time([&] {
            auto const left_at = leave();
            auto const other = start(where);
            auto const came = (*other)(waiting(how));
            unless_late(came != lost, "it has lost it at once");
            BOOST_TEST_REQUIRE(came == has_it);
            auto const took = other->how_long();
            // The last heartbeat before the death may itself have been late.
            unless_late(took >= threshold || clock_type::now() - left_at >= 2 * threshold - beat(),
                        "it came too early");
            unless_late((*other)("release") == done, "it has lost it");
            unless_late(took < threshold + threshold / 2,
                        how + " took " + std::to_string(took.count()) + " ms");
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_hosts, fixture, *ut::precondition(have_namespaces))

BOOST_AUTO_TEST_SUITE(with_other_host_names)

BOOST_DATA_TEST_CASE_F(fixture, they_exclude_each_other,
                       both* data::make(modes) * data::make(modes), where, has, comes)
{
    threshold = patience; // no holder is taken for dead
    for (bool const holds_there : {false, true}) {
        auto const holder = holding(where, has, holds_there ? elsewhere : here);
        auto const other = start(where, holds_there ? here : elsewhere);
        BOOST_TEST((*other)(comes) == (go_together(has, comes) ? has_it : busy));
        BOOST_TEST((*holder)("held?") == "held");
        (*other)("release");
        BOOST_TEST((*holder)("release") == done);
        BOOST_TEST((*other)(comes) == has_it);
        BOOST_TEST((*other)("release") == done);
    }
}

BOOST_DATA_TEST_CASE_F(fixture, a_waiter_on_another_host_gets_the_lock, both, where)
{
    threshold = patience;
    auto const holder = holding(where, "try");
    auto const other = start(where, elsewhere);
    other->begin("wait");
    BOOST_TEST((*holder)("release") == done);
    BOOST_TEST(other->result() == has_it);
}

BOOST_DATA_TEST_CASE_F(fixture, a_holder_killed_there_is_superseded_after_the_threshold,
                       both* data::make(modes), where, has)
{
    check_it_takes_the_threshold(
        [&, where = where, has = has] {
            auto const holder = holding(where, has, elsewhere);
            holder->kill();
            return clock_type::now();
        },
        where, "try");
}

BOOST_DATA_TEST_CASE_F(fixture, a_holder_killed_there_is_not_superseded_by_a_single_try,
                       both* data::make(modes), where, has)
{
    check_in_time([&, where = where, has = has] {
        auto const holder = holding(where, has, elsewhere);
        holder->kill();
        auto const other = start(where);
        unless_late((*other)("try") == busy, "a try supersedes it");
    });
}

BOOST_DATA_TEST_CASE_F(fixture, a_holder_killed_there_is_superseded_by_a_try_when_its_marker_is_old,
                       both* data::make(modes), where, has)
{
    check_in_time([&, where = where, has = has] {
        auto const holder = holding(where, has, elsewhere);
        holder->kill();
        auto const killed_at = clock_type::now();
        std::string came = busy;
        wait_until([&, where = where] {
            came = (*start(where))("try"); // by an object that has not watched the marker
            return came != busy;
        });
        unless_late(came != lost, "it has lost it at once");
        BOOST_TEST(came == has_it);
        unless_late(clock_type::now() - killed_at >= 2 * threshold - beat(),
                    "its last heartbeat was late, or a try supersedes it");
    });
}

BOOST_DATA_TEST_CASE_F(fixture, a_writer_killed_there_while_it_drains_is_superseded, both, where)
{
    std::unique_ptr<actor> kept; // a reader that stays
    for (auto const& how : modes)
        check_it_takes_the_threshold(
            [&, where = where] {
                auto reads = holding(where, "try shared");
                auto const drains = start(where, elsewhere);
                drains->begin("wait");
                wait_until([this] { return fs::exists(write); });
                drains->kill();
                kept.reset();
                if (is_writing(how))
                    unless_late((*reads)("release") == done, "the reader has lost it");
                else
                    kept = std::move(reads);
                return clock_type::now();
            },
            where, how);
    kept.reset();
}

BOOST_DATA_TEST_CASE_F(fixture, a_process_killed_there_in_state_is_superseded, both, where)
{
    check_it_takes_the_threshold(
        [&, where = where] {
            child dies([&] {
                elsewhere();
                soft_file_lock_options options;
                options.where = where;
                soft_file_lock lock(state, options);
                lock.lock();
                say("held");
                hear();
                return 0;
            });
            dies.expect("held");
            dies.kill();
            dies.wait();
            auto const reads = start(where);
            auto const came = (*reads)("try shared");
            unless_late(came != lost, "the reader has lost it");
            BOOST_TEST(came == has_it); // a claimed `state` blocks no reader
            unless_late((*reads)("release") == done, "the reader has lost it");
            return clock_type::now();
        },
        where, "try");
}

// The lost host has a reader, a writer that waits for readers, and a process in `state`.
BOOST_DATA_TEST_CASE_F(fixture, a_host_that_is_lost_delays_others_once, both* data::make(modes),
                       where, how)
{
    check_it_takes_the_threshold(
        [&, where = where] {
            auto const reads = holding(where, "try shared", elsewhere);
            auto const drains = start(where, elsewhere);
            drains->begin("wait");
            wait_until([this] { return fs::exists(write); });
            child in_state([&] {
                elsewhere();
                soft_file_lock_options options;
                options.where = where;
                soft_file_lock lock(state, options);
                lock.lock();
                say("held");
                hear();
                return 0;
            });
            in_state.expect("held");
            in_state.kill();
            drains->kill();
            reads->kill();
            return clock_type::now();
        },
        where, how);
}

BOOST_DATA_TEST_CASE_F(fixture, a_holder_stopped_there_learns_of_its_loss, both* data::make(modes),
                       where, has)
{
    check_in_time([&, where = where, has = has] {
        auto const holder = holding(where, has, elsewhere);
        holder->stop();
        auto const other = start(where);
        unless_late((*other)("wait") == has_it, "the other has lost it at once");
        holder->go_on();
        std::string losses;
        wait_until([&] { return (losses = (*holder)("losses")) != "0"; });
        BOOST_TEST((*holder)("held?") == lost);
        BOOST_TEST((*holder)("release") == done);
        BOOST_TEST((*holder)("losses") == losses);
        BOOST_TEST(losses.substr(0, 2) == "1 ");
        auto const held = (*other)("held?");
        auto const came = (*holder)("try shared");
        auto const gave = (*other)("release");
        unless_late(held == "held" && (*other)("losses") == "0", "the other has lost it");
        BOOST_TEST(came == busy);
        BOOST_TEST(gave == done);
        unless_late((*holder)("try") == has_it, "the holder has lost it at once");
    });
}

BOOST_DATA_TEST_CASE_F(fixture, a_writer_stopped_while_it_drains_claims_again, both, where)
{
    check_in_time([&, where = where] {
        auto const reads = holding(where, "try shared");
        auto const drains = start(where, elsewhere);
        drains->begin("wait");
        wait_until([&] { return fs::exists(write) || drains->has_result(); });
        unless_late(!drains->has_result(), "the reader has lost it");
        drains->stop();
        auto const other = start(where);
        unless_late((*other)("wait shared") == has_it, "the other has lost it at once");
        drains->go_on();
        unless_late((*reads)("held?") == "held", "the reader has lost it");
        unless_late((*reads)("release") == done, "the reader has lost it");
        bool const has_come = drains->has_result();
        unless_late((*other)("release") == done, "the other has lost it");
        unless_late(!has_come, "it came in beside a reader");
        unless_late(drains->result() == has_it, "it has lost it at once");
    });
}

BOOST_AUTO_TEST_SUITE_END()

// The host name is the same, but the processes have other process ids for each other, or none.
BOOST_AUTO_TEST_SUITE(with_other_process_ids)

BOOST_DATA_TEST_CASE_F(fixture, a_holder_outside_lives_though_it_cannot_be_seen_within,
                       data::make(modes), has)
{
    check_in_time([&, has = has] {
        auto const holder = holding(storage::local, has);
        actor other(in_new_pid_namespace([this] {
            enter_own_proc();
            return actor::serve(path, quick(storage::local, threshold));
        }));
        unless_late(other("try") == busy, "the holder has lost it");
        unless_late(other(beyond(threshold)) == busy, "the holder has lost it");
        unless_late((*holder)("held?") == "held", "the holder has lost it");
        holder->kill();
        unless_late(other("wait") == has_it, "the other has lost it at once");
    });
}

BOOST_DATA_TEST_CASE_F(fixture, a_holder_within_lives, data::make(modes), has)
{
    check_in_time([&, has = has] {
        actor holder(in_new_pid_namespace([this] {
            enter_own_proc();
            return actor::serve(path, quick(storage::local, threshold));
        }));
        unless_late(holder(has) == has_it, "the holder has lost it at once");
        auto const other = start(storage::local);
        unless_late((*other)("try") == busy, "the holder has lost it");
        unless_late((*other)(beyond(threshold)) == busy, "the holder has lost it");
        unless_late(holder("held?") == "held", "the holder has lost it");
        holder.kill();
        unless_late((*other)("wait") == has_it, "the other has lost it at once");
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
