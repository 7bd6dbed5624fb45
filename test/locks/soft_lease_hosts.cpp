// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// When a `soft_file_lease` evicts the marker of an owner that is not proved dead: on another host,
// with another clock, or stopped.

#include "support/kernel_state.hpp"
#include "support/lease_actor.hpp"
#include "support/namespaces.hpp"

#include <boost/system/errc.hpp>

#include <memory>
#include <thread>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::soft_file_lease;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using clock_type = std::chrono::steady_clock;

struct fixture : lease_directory
{
    /// Checks that the lock is acquired when this object has watched the marker for its duration,
    /// not earlier, and not after a second wait.
    static void check_taken_after(milliseconds duration, soft_file_lease& lock)
    {
        auto const begin = clock_type::now();
        unless_late(take(lock) == errc::timed_out, "it was taken at once");
        BOOST_TEST(!take(lock, patience));
        auto const took = clock_type::now() - begin;
        unless_late(took >= duration, "it was taken too early");
        unless_late(took < duration + duration / 2, "it was taken too late");
        unless_late(holds(lock), "it was lost at once");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_hosts, fixture)

BOOST_AUTO_TEST_SUITE(marker_of_another_host)

// Its time may be that of a wrong clock, which says nothing.
BOOST_DATA_TEST_CASE_F(fixture, is_taken_when_it_was_watched_for_the_duration,
                       both_storages* data::make({-3600, 0, 3600}), where, seconds_off)
{
    check_in_time([&, where = where, off = std::chrono::seconds(seconds_off)](milliseconds time) {
        write_text(path, foreign_lease(time));
        shift_time(path, off);
        soft_file_lease lock(path, lasting(time, where));
        check_taken_after(time, lock);
    });
}

BOOST_DATA_TEST_CASE_F(fixture, is_taken_at_once_when_it_is_twice_as_old, both_storages, where)
{
    check_in_time([&, where = where](milliseconds time) {
        auto const before = clock_type::now();
        write_text(path, foreign_lease(time));
        auto const written = clock_type::now();
        std::this_thread::sleep_until(written + time + time / 4);
        auto const young = take(*std::make_unique<soft_file_lease>(path, lasting(time, where)));
        unless_late(clock_type::now() - before < 2 * time, "it is old already");
        BOOST_TEST((young == errc::timed_out));
        std::this_thread::sleep_until(written + 2 * time + 50ms); // a file's clock is coarse
        soft_file_lease lock(path, lasting(time, where));
        BOOST_TEST(!take(lock));
    });
}

BOOST_DATA_TEST_CASE_F(fixture, is_never_old_with_a_time_to_come, both_storages, where)
{
    check_in_time([&, where = where](milliseconds time) {
        write_text(path, foreign_lease(time));
        shift_time(path, 1h);
        std::this_thread::sleep_for(2 * time + 50ms);
        soft_file_lease lock(path, lasting(time, where));
        check_taken_after(time, lock);
    });
}

// Each change begins the watch anew.
BOOST_DATA_TEST_CASE_F(fixture, is_not_taken_while_it_changes, both_storages, where)
{
    check_in_time([&, where = where](milliseconds time) {
        write_text(path, foreign_lease(time));
        soft_file_lease lock(path, lasting(time, where));
        auto last = clock_type::now();
        for (int i = 0; i < 10; ++i) {
            unless_late(take(lock, time / 4) == errc::timed_out, "it was taken");
            shift_time(path, -1h);
            last = clock_type::now();
        }
        BOOST_TEST(!take(lock, patience));
        unless_late(clock_type::now() - last < time + time / 2, "it was taken too late");
    });
}

BOOST_AUTO_TEST_SUITE(that_lives, *ut::precondition(have_namespaces))

BOOST_DATA_TEST_CASE_F(fixture, is_not_taken_from_a_living_holder, both_storages, where)
{
    check_in_time([&, where = where](milliseconds time) {
        lease_actor holder(path, lasting(time, where), [] { enter_host("elsewhere"); });
        holder.expect("held");
        soft_file_lease lock(path, lasting(time, where));
        unless_late(take(lock, 2 * time + time / 2) == errc::timed_out, "it was taken");
        unless_late(holder.ask("held?") == "held", "it was lost");
        holder.die();
        auto const begin = clock_type::now();
        BOOST_TEST(!take(lock, patience));
        unless_late(clock_type::now() - begin < time + time / 2, "it was taken too late");
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(in_another_time, *ut::precondition(have_time_namespaces))

// The time since boot of a container may be another one.
BOOST_DATA_TEST_CASE_F(fixture, is_not_taken_from_a_holder_in_another_time,
                       both_storages* data::make({100'000L, -10L}), where, shift)
{
    check_in_time([&, where = where, shift = shift](milliseconds time) {
        lease_actor holder(path, lasting(time, where), [=] {
            enter_host("elsewhere");
            enter_time(shift, 987'654'321);
        });
        holder.expect("held");
        soft_file_lease lock(path, lasting(time, where));
        unless_late(take(lock, 2 * time + time / 2) == errc::timed_out, "it was taken");
        unless_late(holder.ask("held?") == "held", "it was lost");
        holder.die();
        BOOST_TEST(!take(lock, patience));
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_DATA_TEST_CASE_F(fixture, with_another_duration_is_refused, both_storages, where)
{
    for (auto const duration : {1ms, 59'999ms, 60'001ms, 3'600'000ms}) {
        auto const text = foreign_lease(duration);
        write_text(path, text);
        make_old(path);
        soft_file_lease lock(path, lasting(60s, where));
        BOOST_TEST((take(lock) == error::lease_duration_mismatch));
        BOOST_TEST((take(lock, patience) == error::lease_duration_mismatch));
        BOOST_TEST((error_of([&] { lock.lock(); }) == error::lease_duration_mismatch));
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(text_of(path) == text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(marker_of_this_host)

// A process may be about to go on, so its marker's age does not count.
BOOST_DATA_TEST_CASE_F(fixture, with_a_living_owner_is_taken_only_after_a_watch, both_storages,
                       where)
{
    check_in_time([&, where = where](milliseconds time) {
        write_text(path, lease_text(::getpid(), host_name(), time));
        std::this_thread::sleep_for(2 * time + 50ms);
        soft_file_lease lock(path, lasting(time, where));
        check_taken_after(time, lock);
    });
}

BOOST_DATA_TEST_CASE_F(fixture, with_a_dead_owner_is_taken_at_once, both_storages, where)
{
    auto const pid = unused_number();
    write_text(path, lease_text(pid, host_name(), 1h));
    if (where == storage::network)
        make_old(path); // as on another host of the same name, of which no process is known
    soft_file_lease lock(path, lasting(1h, where));
    BOOST_TEST(!take(lock));
}

// A holder that is stopped cannot keep the others out. It notices when it continues.
BOOST_DATA_TEST_CASE_F(fixture, of_a_stopped_process_is_taken_and_its_owner_learns_of_it,
                       both_storages, where)
{
    check_in_time([&, where = where](milliseconds time) {
        lease_actor holder(path, lasting(time, where));
        holder.expect("held");
        soft_file_lease lock(path, lasting(time, where));
        holder.stop();
        auto const begin = clock_type::now();
        BOOST_TEST(!take(lock, patience));
        unless_late(clock_type::now() - begin < 2 * time, "it was taken too late");
        auto const text = text_of(path);
        holder.go_on();
        BOOST_TEST(holder.ask("lost?") == "lost");
        BOOST_TEST(holder.ask("held?") == "lost");
        BOOST_TEST(holder.ask("extend") == error_code(error::hold_lost).message());
        BOOST_TEST(holder.ask("release") == "done");
        BOOST_TEST(holder.ask("losses") == "1");
        BOOST_TEST(text_of(path) == text);
        unless_late(holds(lock), "the successor has lost it");
        lock.unlock();
        BOOST_TEST(!fs::exists(path));
    });
}

// No other process has taken it, but one may have.
BOOST_DATA_TEST_CASE_F(fixture, of_a_process_that_was_stopped_for_too_long_is_lost, both_storages,
                       where)
{
    check_in_time([&, where = where](milliseconds time) {
        lease_actor holder(path, lasting(time, where));
        holder.expect("held");
        holder.stop();
        std::this_thread::sleep_for(time);
        holder.go_on();
        BOOST_TEST(holder.ask("held?") == "lost");
        BOOST_TEST(holder.ask("lost?") == "lost");
        BOOST_TEST(holder.ask("losses") == "1");
        BOOST_TEST(holder.ask("release") == "done");
        soft_file_lease lock(path, lasting(time, where));
        BOOST_TEST(!take(lock, patience));
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
