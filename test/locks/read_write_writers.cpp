// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Processes that wait to write through a read_write_lock keep new readers out. When one of them
// gives up or dies, the readers get the lock at once. The processes poll once an hour.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_bytes.hpp"
#include "support/read_write_actor.hpp"
#include "support/read_write_modes.hpp"
#include "support/stops.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/path.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::read_write_lock;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(read_write_processes, modes_left)

// Waiting writers

BOOST_DATA_TEST_CASE_F(modes_left, a_waiting_writer_keeps_new_readers_out, ways, how)
{
    actor reader(path), writer(path), next(path);
    BOOST_TEST(reader("lock shared") == has_it);
    writer.begin(how);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    next.begin_wait("wait shared");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(writer.end() == has_it);
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(writer("release") == done);
    BOOST_TEST(next.end() == has_it);
}

/// A process of two threads: one reads through the object through which the other waits to write.
class sibling_process
{
public:
    sibling_process(fs::path const& path, std::string const& how)
        : process_([&] {
              read_write_lock lock(path, hourly());
              lock.lock_shared();
              std::thread writer([&] {
                  say("begins");
                  say(perform(lock, how));
                  hear();
                  say(perform(lock, "release"));
              });
              if (how == "cancel") // the writer thread reads the input
                  writer.join();
              else
                  hear();
              lock.unlock_shared();
              if (writer.joinable())
                  writer.join();
              say("ends");
              return 0;
          })
    {
        process_.expect("begins");
    }
    child process_;
};

BOOST_DATA_TEST_CASE_F(modes_left, a_writer_behind_a_reader_of_its_object_keeps_new_readers_out,
                       data::make({"lock", "wait"}), how)
{
    actor other(path);
    BOOST_TEST(other("lock shared") == has_it);
    sibling_process both(path, how);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    actor next(path), sleeping(path);
    next.begin_wait("wait shared");
    sleeping.begin("lock shared");
    wait_until_blocked(sleeping.pid(), path.string());
    BOOST_TEST(other("release") == done);
    BOOST_TEST(left() == "nothing");
    both.process_.write_line("the reader leaves");
    both.process_.expect(has_it);
    BOOST_TEST(left() == "nothing");
    both.process_.write_line("release");
    both.process_.expect(done);
    BOOST_TEST(next.end() == has_it);
    BOOST_TEST(sleeping.end() == has_it);
}

BOOST_AUTO_TEST_CASE(the_first_attempt_keeps_new_readers_out, *ut::precondition(can_trace))
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    // The writer is stopped before its first pause, where the shared bytes have just been refused.
    deed d;
    auto const lock = std::make_shared<read_write_lock>(path, hourly());
    d.last = [lock] { return perform(*lock, "try shared"); };
    auto const is_pause = [](stop_point const& p) { return p.meaning() == "ppoll"; };
    std::vector<stop_point> points;
    // On a slow machine the limit may pass before it waits.
    for (auto limit = 250ms;
         std::none_of(points.begin(), points.end(), is_pause) && limit < patience; limit *= 2) {
        d.then = [lock, limit] { return perform(*lock, "limit " + std::to_string(limit.count())); };
        points = stop_points(d);
    }
    auto const first_pause = std::find_if(points.begin(), points.end(), is_pause);
    BOOST_TEST_REQUIRE((first_pause != points.end()));
    auto const shared_asked = std::find_if(points.begin(), first_pause, [](auto const& p) {
        return p.text.find("F_WRLCK") != p.text.npos &&
               p.text.find("l_start=1073741826") != p.text.npos;
    });
    BOOST_TEST_REQUIRE((shared_asked != first_pause));
    stopped writer(d, *shared_asked);
    BOOST_TEST_REQUIRE(writer.has_met());
    BOOST_TEST(is_locked(path, pending_byte));
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(writer.go_on() == busy);
    BOOST_TEST(left() == "su");
    BOOST_TEST(writer.at_last() == has_it);
}

// A writer that waits for the release of an upgrade lock keeps no reader out.
BOOST_DATA_TEST_CASE_F(modes_left, readers_come_while_a_writer_waits_for_an_upgrade_owner, ways,
                       how)
{
    actor owner(path), writer(path);
    BOOST_TEST(owner("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(left() == "s");
    BOOST_TEST(owner("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

// Writers that give up: waiting readers get the lock at once.

BOOST_DATA_TEST_CASE_F(modes_left, readers_get_the_lock_when_a_waiting_writer_dies_or_is_cancelled,
                       ways, how)
{
    bool const is_cancelled = how == std::string("cancel");
    auto const options = polls_for(is_cancelled ? "release" : "kill");
    for (std::string const reads : {"wait shared", "lock shared"}) {
        actor holder(path), writer(path), reader(path, options), other(path, options);
        BOOST_TEST(holder("lock shared") == has_it);
        writer.begin(how);
        byte_viewer(path).wait_until_locked(pending_byte);
        reader.begin_wait(reads);
        other.begin_wait("wait upgrade");
        if (is_cancelled) {
            writer.tell("give up");
            BOOST_TEST(writer.end() == "Operation canceled");
        } else {
            writer.kill();
        }
        BOOST_TEST(reader.end() == has_it);
        BOOST_TEST(other.end() == has_it);
    }
    check_all_free();
}

// A writer reaches its time limit. It is stopped until the reader waits.
BOOST_AUTO_TEST_CASE(readers_get_the_lock_when_a_writer_times_out)
{
    for (int limit = 100;; limit *= 2) {
        BOOST_TEST_REQUIRE(limit < 10000);
        actor holder(path), writer(path), reader(path);
        BOOST_TEST(holder("lock shared") == has_it);
        byte_viewer const file(path);
        writer.begin("limit " + std::to_string(limit));
        file.wait_until_locked(pending_byte);
        stop(writer.pid());
        if (!file.is_locked(pending_byte))
            continue; // its limit has passed already
        reader.begin_wait("wait shared");
        writer.kill(SIGCONT);
        BOOST_TEST(writer.end() == busy);
        BOOST_TEST(reader.end() == has_it);
        break;
    }
}

BOOST_AUTO_TEST_CASE(readers_get_the_lock_when_a_writer_behind_its_own_reader_gives_up)
{
    for (bool const dies : {false, true}) {
        sibling_process both(path, "cancel");
        byte_viewer(path).wait_until_locked(pending_byte);
        actor reader(path, polls_for(dies ? "kill" : "release")), sleeping(path);
        reader.begin_wait("wait shared");
        sleeping.begin("lock shared");
        wait_until_blocked(sleeping.pid(), path.string());
        if (dies) {
            both.process_.kill();
        } else {
            both.process_.write_line("give up");
            both.process_.expect("Operation canceled");
        }
        BOOST_TEST(reader.end() == has_it);
        BOOST_TEST(sleeping.end() == has_it);
    }
}

// A reader or upgrade owner that converts to exclusive gives up or dies.
BOOST_DATA_TEST_CASE_F(modes_left, others_get_the_lock_when_a_conversion_is_given_up,
                       data::make({"shared", "upgrade"}), mode)
{
    for (bool const dies : {false, true}) {
        auto const observe = [&, mode = mode](std::chrono::milliseconds limit) {
            std::chrono::nanoseconds const its_limit = dies ? std::chrono::nanoseconds(2h) : limit;
            child converts([&] {
                read_write_lock lock(path, hourly());
                say(perform(lock, try_for(mode)));
                hear();
                bool const had = mode == std::string("shared")
                                     ? lock.try_unlock_shared_and_lock_for(its_limit)
                                     : lock.try_unlock_upgrade_and_lock_for(its_limit);
                say(said_of(had));
                hear();
                return 0;
            });
            converts.expect(has_it);
            auto const options = polls_for(dies ? "kill" : "release");
            actor holder(path), reader(path, options), upgrader(path, options);
            BOOST_TEST(holder("lock shared") == has_it);
            converts.write_line("go");
            {
                byte_viewer const viewer(path);
                while (!viewer.is_locked(pending_byte))
                    unless_late(!converts.has_line(), "its limit has passed");
                stop(converts.pid());
                unless_late(viewer.is_locked(pending_byte), "its limit has passed");
            }
            BOOST_TEST(left() == "nothing");
            reader.begin_wait("wait shared");
            upgrader.begin_wait("wait upgrade");
            if (dies) {
                converts.kill();
            } else {
                converts.kill(SIGCONT);
                converts.expect(busy);
            }
            BOOST_TEST_CHECKPOINT("the reader, where the other " << (dies ? "dies" : "gives up"));
            BOOST_REQUIRE_EQUAL(reader.end(), has_it);
            if (dies || mode == std::string("shared"))
                BOOST_TEST(upgrader.end() == has_it);
            else
                BOOST_TEST(left() == "s");
        };
        auto const problem = with_growing_time(300ms, observe);
        BOOST_TEST(problem.empty(), problem);
    }
}

BOOST_AUTO_TEST_SUITE_END()
