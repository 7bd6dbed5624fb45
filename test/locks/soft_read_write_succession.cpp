// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// When the next owner of a `soft_read_write_lock` removes what another has left: markers of a
// stopped or dead process, of another host, and of a transition.

#include "support/kernel_state.hpp"
#include "support/marker_tree.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_roles.hpp"
#include "support/soft_read_write_waiters.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <ctime>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::acquire_options;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

bool stamp(fs::path const& path)
{
    return ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write, marker_tree)

BOOST_AUTO_TEST_SUITE(a_stopped_holder)

auto const supersessions = both_storages * (data::make({role::reader, role::writer, role::writer}) ^
                                            data::make({role::writer, role::reader, role::writer}));

BOOST_DATA_TEST_CASE_F(marker_tree, is_superseded_and_learns_of_its_loss, supersessions, where, r,
                       successor)
{
    check_in_time([&, where = where, r = r, successor = successor](auto threshold) {
        auto const options = hasty(where, threshold);
        actor holder(path, options, r);
        holder.expect("held");
        auto const old = marker(r);
        auto const token = token_in(old);
        holder.stop(old);
        soft_read_write_lock lock(path, options);
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, successor, patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        BOOST_TEST((r != role::reader || !is_there(old)));
        auto const its = stat_of(marker(successor)).st_ino;
        holder.kill(SIGCONT);
        holder.expect("lost");
        BOOST_TEST(holder.ask("token") == token);
        BOOST_TEST(holder.ask("held?") == "no");
        BOOST_TEST(holder.ask("release") == "done");
        BOOST_TEST(stat_of(marker(successor)).st_ino == its);
        error_code ec;
        unless_late(lock.still_held(ec), "the successor has lost it");
        lock.release(ec);
        unless_late(!ec, "the successor has lost it");
        holder.close_input();
        BOOST_TEST(holder.wait() == 0);
        BOOST_TEST(is_clean());
    });
}

BOOST_DATA_TEST_CASE_F(marker_tree, has_lost_the_lock_even_without_a_successor, everyone, where, r)
{
    constexpr auto threshold = 120ms;
    actor holder(path, hasty(where, threshold), r);
    holder.expect("held");
    auto const its = marker(r);
    holder.stop(its);
    auto const last = stamp_of(its);
    eventually("time passes", [&] { return file_clock() - last > threshold; });
    holder.kill(SIGCONT);
    holder.expect("lost");
    BOOST_TEST(holder.ask("token") == token_in(its));
    BOOST_TEST(holder.ask("held?") == "no");
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(is_clean());
}

// An object that tries repeatedly watches the marker, so it succeeds in the end.
BOOST_DATA_TEST_CASE_F(marker_tree, is_not_superseded_by_a_single_try, both_roles, r)
{
    check_in_time([&, r = r](auto threshold) {
        auto const options = hasty(storage::local, threshold);
        actor holder(path, options, r);
        holder.expect("held");
        holder.stop(marker(r));
        soft_read_write_lock watches(path, options);
        auto const begun = steady_clock::now();
        eventually("the lock is had", [&] {
            if (watches.try_lock())
                return true;
            unless_late(!is_free_for(role::writer, options), "it was old");
            return false;
        });
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
    });
}

BOOST_AUTO_TEST_CASE(that_was_waiting_for_readers_claims_again)
{
    check_in_time([&](auto threshold) {
        auto const options = hasty(storage::local, threshold);
        soft_read_write_lock first(path, options), later(path, options);
        error_code ec;
        first.lock_shared();
        actor writer(path, options, role::writer);
        unless_late(writer.read_line() == "waits", "the reader has lost it");
        unless_late(!is_free_for(role::reader, options), "the writer's marker is old");
        writer.stop(write);
        another_thread reads;
        BOOST_TEST_REQUIRE(reads.run([&] { return later.try_lock_shared_for(patience); }));
        writer.kill(SIGCONT);
        eventually("it waits again", [&] { return is_there(write) || writer.has_line(); });
        unless_late(first.still_held(ec), "the reader has lost it");
        first.release(ec);
        unless_late(!ec, "the reader has lost it");
        bool const has_come = writer.has_line();
        reads.run([&] { later.release(ec); });
        unless_late(!ec, "the later reader has lost it");
        unless_late(!has_come, "it came in beside a reader");
        unless_late(writer.read_line() == "held", "the writer has lost it");
        BOOST_TEST(reader_names().empty());
        writer.close_input();
        BOOST_TEST(writer.wait() == 0);
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(death)

BOOST_DATA_TEST_CASE_F(marker_tree, frees_the_lock_at_once, both_storages* both_roles* both_roles,
                       where, dead, next)
{
    actor holder(path, steady(where), dead);
    holder.expect("held");
    auto const old = marker(dead);
    BOOST_TEST(is_free_for(next, steady(where)) == (dead == role::reader && next == dead));
    holder.die();
    BOOST_TEST(is_there(old));
    if (where == storage::network) {
        BOOST_TEST(is_free_for(next, steady(where)) == (dead == role::reader && next == dead));
        make_tree_old(path);
    }
    BOOST_TEST(is_free_for(next, steady(where)));
    if (dead == role::writer || next == role::writer)
        BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, wakes_a_waiter, both_roles* both_roles, dead, next)
{
    if (dead == role::reader && next == role::reader)
        return;
    actor holder(path, hourly(), dead);
    holder.expect("held");
    soft_read_write_lock lock(path, hourly());
    waiting waits(lock, next);
    holder.die();
    BOOST_TEST(!waits.get());
    waits.unlock();
}

BOOST_DATA_TEST_CASE_F(marker_tree, of_one_of_two_readers_leaves_the_other, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    lock.lock_shared();
    actor holder(path, steady(where), role::reader);
    holder.expect("held");
    holder.die();
    BOOST_TEST(!another_thread().run([&] { return is_free_for(role::writer, steady(where)); }));
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!is_there(write));
}

BOOST_DATA_TEST_CASE_F(marker_tree, of_a_waiting_writer_lets_readers_in, both_storages, where)
{
    soft_read_write_lock first(path, steady(where));
    first.lock_shared();
    actor writer(path, steady(where), role::writer);
    writer.expect("waits");
    BOOST_TEST(!is_free_for(role::reader, steady(where)));
    writer.die();
    BOOST_TEST(is_there(write));
    if (where == storage::network)
        make_tree_old(path);
    BOOST_TEST(is_free_for(role::reader, steady(where)));
    BOOST_TEST(!is_there(write));
}

BOOST_AUTO_TEST_CASE(of_a_waiting_writer_wakes_readers)
{
    soft_read_write_lock first(path, hourly()), later(path, hourly());
    first.lock_shared();
    actor writer(path, hourly(), role::writer);
    writer.expect("waits");
    waiting reads(later, role::reader);
    writer.die();
    BOOST_TEST(!reads.get());
    reads.unlock();
}

BOOST_DATA_TEST_CASE_F(marker_tree, amid_a_transition_blocks_no_request, everyone, where, r)
{
    write_text(state, record_of_the_dead(directory));
    BOOST_TEST(is_free_for(r, steady(where)));
    BOOST_TEST(is_there(state) == (r == role::reader));
}

// Another implementation wrote the marker, so the marker has no witness.
BOOST_DATA_TEST_CASE_F(marker_tree, of_an_owner_without_witness_counts, everyone, where, r)
{
    auto const dead = record_of_the_dead(directory);
    auto const forged = forge(r, record(std::stoll(dead), host_name()));
    if (where == storage::network)
        make_old(forged);
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, is_not_assumed_of_a_living_owner_with_an_old_marker, everyone,
                       where, r)
{
    auto const options = hasty(where, 120ms);
    auto const text = record(::getppid(), host_name());
    auto const forged = forge(r, text);
    make_old(forged);
    auto const made = as_duration(stat_of(forged).st_ctim);
    while (file_clock() - made < 3 * *options.stale_threshold)
        BOOST_TEST(!is_free_for(role::writer, options));
    BOOST_TEST(text_of(forged) == text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(state_of_a_transition)

BOOST_DATA_TEST_CASE_F(marker_tree, with_a_living_owner_keeps_out_writers_but_no_readers,
                       both_storages, where)
{
    soft_file_lock in_it(state);
    in_it.lock();
    another_thread other;
    BOOST_TEST(other.run([&] { return is_free_for(role::reader, steady(where)); }));
    soft_read_write_lock lock(path, steady(where));
    acquire_options how;
    how.timeout = 50ms;
    BOOST_TEST(!other.run([&] { return lock.try_lock(); }));
    BOOST_TEST(
        (other.run([&] { return error_of([&] { lock.acquire(how); }); }) == errc::timed_out));
    BOOST_TEST(!is_there(write));
    waiting writes(lock, role::writer);
    in_it.unlock();
    BOOST_TEST(!writes.get());
    writes.unlock();
}

BOOST_DATA_TEST_CASE_F(marker_tree, of_another_host_delays_writers_by_the_threshold, both_storages,
                       where)
{
    check_in_time([&, where = where](auto threshold) {
        auto const text = "4711\nelsewhere\n12345\n"s;
        write_text(state, text);
        BOOST_TEST(is_free_for(role::reader, hasty(where, threshold)));
        unless_late(!is_free_for(role::writer, hasty(where, threshold)), "it was old");
        BOOST_TEST(text_of(state) == text);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST(lock.try_lock_for(patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        BOOST_TEST(!is_there(state));
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(of_another_host)

BOOST_DATA_TEST_CASE_F(marker_tree, a_marker_is_removed_when_it_has_not_changed_for_the_threshold,
                       everyone, where, r)
{
    check_in_time([&, where = where, r = r](auto threshold) {
        auto const text = record(4711, "elsewhere");
        auto const forged = forge(r, text);
        unless_late(!is_free_for(role::writer, hasty(where, threshold)), "it was old");
        unless_late(is_free_for(role::reader, hasty(where, threshold)) == (r == role::reader),
                    "it was old");
        BOOST_TEST(text_of(forged) == text);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, other(r), patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        error_code ec;
        lock.release(ec);
        unless_late(!ec, "we have lost it");
        BOOST_TEST(is_clean());
    });
}

BOOST_DATA_TEST_CASE_F(marker_tree, a_marker_that_is_stamped_is_waited_for, everyone, where, r)
{
    auto const forged = forge(r, record(4711, "elsewhere"));
    constexpr auto threshold = 120ms;
    soft_read_write_lock lock(path, hasty(where, threshold));
    another_thread owner;
    auto const stamped = [&] {
        auto const end = steady_clock::now() + 3 * threshold;
        auto last = steady_clock::now();
        for (auto now = last; now < end && stamp(forged); now = steady_clock::now()) {
            last = now;
            std::this_thread::sleep_for(threshold / 20);
        }
        return last;
    };
    auto last_stamp = owner.start(stamped);
    BOOST_TEST_REQUIRE(try_as(lock, other(r), patience));
    auto const acquired = steady_clock::now();
    BOOST_TEST((acquired - last_stamp.get() >= threshold));
    error_code ec;
    lock.release(ec); // on a busy machine it may have been lost by now
}

BOOST_DATA_TEST_CASE_F(marker_tree, a_marker_of_twice_the_threshold_is_removed_at_once, everyone,
                       where, r)
{
    auto const forged = forge(r, record(4711, "elsewhere"));
    constexpr auto threshold = 120ms;
    make_old(forged); // the change time is the present
    auto const changed = as_duration(stat_of(forged).st_ctim);
    for (bool is_free = false; !is_free;) {
        is_free = is_free_for(role::writer, hasty(where, threshold));
        auto const age = file_clock() - changed;
        BOOST_TEST((!is_free || age >= 2 * threshold));
        BOOST_TEST_REQUIRE((age < patience));
    }
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, a_marker_from_the_future_is_watched_like_others, everyone,
                       where, r)
{
    check_in_time([&, where = where, r = r](auto threshold) {
        fs::last_write_time(forge(r, record(4711, "elsewhere")), ::time(nullptr) + 1'000'000);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST(lock.try_lock_for(patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
