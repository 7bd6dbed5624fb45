// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How a hold of `soft_read_write_lock` is refreshed, and how its loss is reported.

#include "support/child.hpp"
#include "support/loss_log.hpp"
#include "support/marker_tree.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_roles.hpp"
#include "support/soft_read_write_waiters.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <future>
#include <stdexcept>

#include <signal.h>
#include <sys/wait.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::ownership;
using boost::filelock::soft_read_write_lock;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

BOOST_FIXTURE_TEST_SUITE(soft_read_write, marker_tree)

BOOST_AUTO_TEST_SUITE(heartbeats)

BOOST_DATA_TEST_CASE_F(marker_tree, stamp_the_marker, everyone, where, r)
{
    soft_read_write_lock lock(path, steady(where));
    lock_as(lock, r);
    auto const before = stat_of(marker(r));
    wait_for_beats(marker(r), 3);
    BOOST_TEST(stat_of(marker(r)).st_ino == before.st_ino);
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!lock.loss());
}

BOOST_DATA_TEST_CASE_F(marker_tree, end_with_the_hold, both_roles, r)
{
    soft_read_write_lock lock(path, steady()), another(directory / "other", steady());
    another.lock();
    lock_as(lock, r);
    auto const link = directory / "link";
    fs::create_hard_link(marker(r), link);
    wait_for_beats(link, 1);
    unlock_as(lock, r);
    auto const last = stamp_of(link);
    wait_for_beats(directory / "other.write", 5);
    BOOST_TEST((stamp_of(link) == last));
}

BOOST_DATA_TEST_CASE_F(marker_tree, are_the_parents_not_a_forked_childs, both_roles, r)
{
    child parent([&] {
        soft_read_write_lock lock(path, steady());
        lock_as(lock, r);
        child forked([&] {
            error_code ec;
            lock.release(ec);
            soft_read_write_lock its_own(directory / "other", steady());
            its_own.lock();
            say(message(ec));
            hear();
            return 0;
        });
        say(forked.read_line().value_or("it died"));
        hear();
        return 0;
    });
    parent.expect("done");
    auto const held = marker(r);
    wait_for_beats(held, 2);
    parent.kill(SIGSTOP);
    siginfo_t info;
    BOOST_TEST_REQUIRE(
        ::waitid(P_PID, static_cast<id_t>(parent.pid()), &info, WSTOPPED | WNOWAIT) == 0);
    auto const last = stamp_of(held);
    wait_for_beats(directory / "other.write", 5);
    BOOST_TEST((stamp_of(held) == last));
    parent.kill(SIGCONT);
    wait_for_beats(held, 2);
    parent.write_line("enough");
    BOOST_TEST(parent.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loss)

BOOST_DATA_TEST_CASE_F(marker_tree, of_the_marker_is_reported_once, everyone, where, r)
{
    loss_log log;
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock_as(lock, r);
    auto const token = token_in(marker(r));
    fs::remove(marker(r));
    auto const first = log.first();
    BOOST_TEST((first.path == path));
    BOOST_TEST(first.token == token);
    BOOST_TEST((first.reason == loss_reason::marker_missing));
    BOOST_TEST(!first.error);
    auto const loss = lock.loss();
    BOOST_TEST_REQUIRE(loss.has_value());
    BOOST_TEST((loss->path == path));
    BOOST_TEST(loss->token == token);
    BOOST_TEST((loss->reason == loss_reason::marker_missing));
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    BOOST_TEST(lock.is_locked());
    wait_for_beats(directory / "other.write", 5);
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(lock.loss().has_value()); // the loss of the last hold
    lock_as(lock, r);
    BOOST_TEST(!lock.loss());
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(log.all().size() == 1u);
}

BOOST_DATA_TEST_CASE_F(marker_tree, of_a_shared_hold_of_several_threads_is_reported_once,
                       both_storages, where)
{
    loss_log log;
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    another_thread a, b;
    lock.lock_shared();
    a.run([&] { lock.lock_shared(); });
    b.run([&] { lock.lock_shared(); });
    fs::remove(reader());
    BOOST_TEST((log.first().reason == loss_reason::marker_missing));
    wait_for_beats(directory / "other.write", 5);
    BOOST_CHECK_NO_THROW(a.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(b.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(log.all().size() == 1u);
    BOOST_TEST(lock.loss().has_value());
}

BOOST_DATA_TEST_CASE_F(marker_tree, to_another_marker_is_reported_as_owner_changed, everyone, where,
                       r)
{
    loss_log log;
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options);
    lock_as(lock, r);
    auto const token = token_in(marker(r));
    write_text(directory / "new", record(4711, "elsewhere"));
    fs::rename(directory / "new", marker(r));
    auto const loss = log.first();
    BOOST_TEST((loss.reason == loss_reason::owner_changed));
    BOOST_TEST(loss.token == token);
    BOOST_CHECK_NO_THROW(lock.release());
}

// This concerns writers alone: no other reader's marker ever has the same name.
BOOST_DATA_TEST_CASE_F(marker_tree, to_another_writer_leaves_its_marker_alone,
                       both_storages* data::make({20, 30'000}), where, milliseconds_between)
{
    loss_log log;
    auto options = steady(where);
    std::chrono::milliseconds const interval(milliseconds_between);
    options.heartbeat_interval = interval;
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options);
    lock.lock();
    write_text(directory / "new", record(4711, "elsewhere"));
    auto const before = stat_of(directory / "new");
    fs::rename(directory / "new", write);
    if (interval < 1s)
        log.first(); // with the long interval, release detects it
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(text_of(write) == record(4711, "elsewhere"));
    BOOST_TEST(stat_of(write).st_ino == before.st_ino);
    BOOST_TEST((as_duration(stat_of(write).st_mtim) == as_duration(before.st_mtim)));
}

BOOST_DATA_TEST_CASE_F(marker_tree, callback_may_release, both_roles, r)
{
    std::promise<error_code> released;
    soft_read_write_lock* its = nullptr;
    auto options = steady();
    options.scope = ownership::instance;
    options.on_loss = [&](lease_loss const&) {
        error_code ec;
        its->release(ec);
        released.set_value(ec);
    };
    soft_read_write_lock lock(path, options);
    its = &lock;
    lock_as(lock, r);
    fs::remove(marker(r));
    auto result = released.get_future();
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!result.get());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(is_free_for(role::writer));
}

BOOST_DATA_TEST_CASE_F(marker_tree, callback_may_close, both_roles, r)
{
    std::promise<void> closed;
    soft_read_write_lock* its = nullptr;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        its->close();
        closed.set_value();
    };
    soft_read_write_lock lock(path, options);
    its = &lock;
    lock_as(lock, r);
    fs::remove(marker(r));
    BOOST_TEST_REQUIRE((closed.get_future().wait_for(patience) == std::future_status::ready));
    BOOST_CHECK_NO_THROW(unlock_as(lock, r));
    BOOST_TEST((error_of([&] { lock.lock(); }) == error::closed));
}

BOOST_AUTO_TEST_CASE(callback_may_throw_and_other_holds_go_on)
{
    std::promise<void> thrown;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        thrown.set_value();
        throw std::runtime_error("of the test");
    };
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock.lock();
    fs::remove(write);
    BOOST_TEST_REQUIRE((thrown.get_future().wait_for(patience) == std::future_status::ready));
    wait_for_beats(directory / "other.write", 3);
    BOOST_TEST(lock.loss().has_value());
    BOOST_CHECK_NO_THROW(lock.release());
}

BOOST_AUTO_TEST_CASE(of_a_shared_hold_is_not_shared)
{
    loss_log log;
    auto options = steady();
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options);
    lock.lock_shared();
    fs::remove(reader());
    log.first();
    another_thread second;
    BOOST_TEST(!second.run([&] { return lock.try_lock_shared(); }));
    waiting third(lock, role::reader);
    BOOST_TEST(reader_names().empty());
    lock.unlock_shared();
    BOOST_TEST(!third.get());
    BOOST_TEST(reader_names().size() == 1u);
    BOOST_TEST(!lock.loss());
    BOOST_TEST(second.run([&] { return lock.try_lock_shared(); })); // there is a hold to join
    BOOST_TEST(reader_names().size() == 1u);
    second.run([&] { lock.unlock_shared(); });
    third.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
