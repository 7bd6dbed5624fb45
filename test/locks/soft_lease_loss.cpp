// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How a hold of `soft_file_lease` is refreshed, and how its loss is reported.

#include "support/lease_actor.hpp"
#include "support/loss_log.hpp"

#include <boost/system/errc.hpp>

#include <future>
#include <memory>
#include <stdexcept>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::ownership;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;
using boost::filelock::storage;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

struct fixture : temporary_directory
{
    loss_log log;
    fs::path const other_path = directory / "other";

    /// Puts the marker of another holder in the place of the present one.
    std::string replace_marker() const
    {
        auto const text = foreign_lease(patience);
        write_text(directory / "new", text);
        fs::rename(directory / "new", path);
        return text;
    }

    /// Returns options with heartbeats only when a test asks for one.
    static soft_file_lease_options without_beats(storage where)
    {
        auto options = lasting(3h, where);
        options.heartbeat_interval = 1h;
        return options;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_loss, fixture)

BOOST_AUTO_TEST_SUITE(heartbeats)

BOOST_DATA_TEST_CASE_F(fixture, stamp_the_marker, both_storages, where)
{
    soft_file_lease lock(path, steady(where));
    lock.lock();
    auto const text = text_of(path);
    wait_for_beats(path, 3);
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(holds(lock));
    BOOST_TEST(!lock.loss());
    BOOST_TEST((lock.remaining() > 0ns));
    BOOST_TEST((lock.remaining() <= patience - 20ms));
}

BOOST_DATA_TEST_CASE_F(fixture, end_with_the_hold, both_storages, where)
{
    soft_file_lease lock(path, steady(where)), other(other_path, steady());
    other.lock();
    lock.lock();
    auto const link = directory / "link";
    fs::create_hard_link(path, link);
    wait_for_beats(link, 1);
    lock.unlock();
    BOOST_TEST((lock.remaining() == 0ns));
    auto const last = stamp_of(link);
    wait_for_beats(other_path, 5);
    BOOST_TEST((stamp_of(link) == last));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loss)

BOOST_DATA_TEST_CASE_F(fixture, of_the_marker_is_reported_once, both_storages, where)
{
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options), other(other_path, steady());
    other.lock();
    lock.lock();
    auto const token = lock.token();
    fs::remove(path);
    auto const first = log.first();
    auto const loss = lock.loss();
    BOOST_TEST_REQUIRE(loss.has_value());
    for (auto const& l : {first, *loss}) {
        BOOST_TEST((l.path == path));
        BOOST_TEST(l.token == token);
        BOOST_TEST((l.reason == loss_reason::marker_missing));
        BOOST_TEST(!l.error);
    }
    BOOST_TEST(!holds(lock));
    BOOST_TEST(lock.is_locked());
    BOOST_TEST((lock.remaining() == 0ns));
    wait_for_beats(other_path, 5);
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(lock.loss().has_value()); // the loss of the last hold
    lock.lock();
    BOOST_TEST(!lock.loss());
    BOOST_TEST(holds(lock));
    wait_for_beats(other_path, 5);
    BOOST_TEST(log.all().size() == 1u);
}

BOOST_DATA_TEST_CASE_F(fixture, of_each_hold_is_reported, both_storages, where)
{
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options);
    for (std::size_t n = 1; n <= 3; ++n) {
        lock.lock();
        auto const token = lock.token();
        fs::remove(path);
        BOOST_TEST(comes_true([&] { return log.all().size() == n; }));
        BOOST_TEST(log.all().back().token == token);
        lock.unlock();
    }
}

BOOST_DATA_TEST_CASE_F(fixture, of_the_directory_is_that_of_the_marker, both_storages, where)
{
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_file_lease lock(directory / "within" / "lock", options);
    lock.lock();
    fs::remove_all(directory / "within");
    BOOST_TEST((log.first().reason == loss_reason::marker_missing));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(fs::is_empty(directory));
    lock.lock();
    BOOST_TEST(holds(lock));
}

BOOST_DATA_TEST_CASE_F(fixture, to_another_marker_leaves_that_marker_alone, both_storages, where)
{
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options);
    lock.lock();
    auto const token = lock.token();
    auto const text = replace_marker();
    auto const stamp = stamp_of(path);
    auto const loss = log.first();
    BOOST_TEST((loss.reason == loss_reason::owner_changed));
    BOOST_TEST(loss.token == token);
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST((stamp_of(path) == stamp));
    BOOST_TEST(log.all().size() == 1u);
}

// No heartbeat has noticed it.
BOOST_DATA_TEST_CASE_F(fixture, is_found_by_the_release, both_storages, where)
{
    auto options = without_beats(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options);
    lock.lock();
    auto const text = replace_marker();
    BOOST_TEST(!holds(lock));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST_REQUIRE(lock.loss().has_value());
    BOOST_TEST((lock.loss()->reason == loss_reason::owner_changed));
    BOOST_TEST(log.all().empty());
}

BOOST_AUTO_TEST_CASE(by_force_break_is_reported)
{
    auto options = steady();
    options.on_loss = log.callback();
    soft_file_lease lock(path, options), other(path, options);
    lock.lock();
    other.force_break();
    BOOST_TEST(other.try_lock());
    BOOST_TEST((log.first().reason == loss_reason::owner_changed ||
                log.first().reason == loss_reason::marker_missing));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(holds(other));
}

BOOST_DATA_TEST_CASE_F(fixture, callback_may_release, both_storages, where)
{
    std::promise<error_code> released;
    soft_file_lease* its = nullptr;
    auto options = steady(where);
    options.scope = ownership::instance;
    options.on_loss = [&](lease_loss const&) {
        error_code ec;
        its->release(ec);
        released.set_value(ec);
    };
    soft_file_lease lock(path, options);
    its = &lock;
    lock.lock();
    fs::remove(path);
    auto result = released.get_future();
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!result.get());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(lock.try_lock());
}

// For example, to continue with a new hold.
BOOST_AUTO_TEST_CASE(callback_may_acquire_again)
{
    std::promise<bool> acquired;
    soft_file_lease* its = nullptr;
    auto options = steady();
    options.scope = ownership::instance;
    options.on_loss = [&](lease_loss const&) {
        its->release();
        acquired.set_value(its->try_lock());
    };
    soft_file_lease lock(path, options);
    its = &lock;
    lock.lock();
    fs::remove(path);
    auto result = acquired.get_future();
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(result.get());
    BOOST_TEST(holds(lock));
    BOOST_TEST(value_in(text_of(path), "token") == lock.token());
    wait_for_beats(path, 2);
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(callback_may_destroy_the_lock)
{
    std::promise<void> used, destroyed;
    std::unique_ptr<soft_file_lease> lock;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        used.get_future().wait();
        lock.reset();
        destroyed.set_value();
    };
    lock = std::make_unique<soft_file_lease>(path, options);
    soft_file_lease other(other_path, steady());
    other.lock();
    lock->lock();
    auto const text = replace_marker();
    used.set_value(); // only now may another thread destroy it
    BOOST_TEST_REQUIRE((destroyed.get_future().wait_for(patience) == std::future_status::ready));
    wait_for_beats(other_path, 3);
    BOOST_TEST(text_of(path) == text);
}

BOOST_AUTO_TEST_CASE(callback_may_throw_and_other_holds_go_on)
{
    std::promise<void> thrown;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        thrown.set_value();
        throw std::runtime_error("of the test");
    };
    soft_file_lease lock(path, options), other(other_path, steady());
    other.lock();
    lock.lock();
    fs::remove(path);
    BOOST_TEST_REQUIRE((thrown.get_future().wait_for(patience) == std::future_status::ready));
    wait_for_beats(other_path, 3);
    BOOST_TEST(lock.loss().has_value());
    BOOST_CHECK_NO_THROW(lock.release());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(extension)

BOOST_DATA_TEST_CASE_F(fixture, stamps_the_marker_and_renews_the_time, both_storages, where)
{
    soft_file_lease lock(path, without_beats(where));
    lock.lock();
    BOOST_TEST((lock.remaining() <= 2h));
    BOOST_TEST((lock.remaining() > 1h));
    auto const last = stamp_of(path);
    BOOST_TEST(comes_true([&] { return lock.remaining() < 2h - 20ms; }));
    BOOST_TEST(comes_true([&] { // the first time, unless this thread is late
        lock.extend();
        return lock.remaining() > 2h - 20ms;
    }));
    BOOST_TEST((lock.remaining() <= 2h));
    BOOST_TEST((stamp_of(path) > last));
    BOOST_TEST(holds(lock));
}

BOOST_DATA_TEST_CASE_F(fixture, lets_the_heartbeats_go_on, both_storages, where)
{
    soft_file_lease lock(path, steady(where));
    lock.lock();
    for (int i = 0; i < 3; ++i) {
        BOOST_CHECK_NO_THROW(lock.extend());
        wait_for_beats(path, 2);
    }
}

BOOST_DATA_TEST_CASE_F(fixture, outlives_the_time_without_heartbeats, both_storages, where)
{
    auto const problem = with_growing_time(150ms, [&, where = where](auto time) {
        auto options = lasting(time, where);
        options.heartbeat_interval = time / 3;
        soft_file_lease lock(path, options);
        lock.lock();
        auto const end = std::chrono::steady_clock::now() + 2 * time;
        while (std::chrono::steady_clock::now() < end) {
            error_code ec;
            lock.extend(ec);
            unless_late(!ec && holds(lock), "it was lost: " + ec.message());
        }
    });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_DATA_TEST_CASE_F(fixture, finds_a_loss_which_is_reported_once, both_storages, where)
{
    auto options = without_beats(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options), other(other_path, steady());
    other.lock();
    lock.lock();
    auto const text = replace_marker();
    BOOST_TEST(!lock.loss()); // no heartbeat has looked
    BOOST_TEST((error_of([&] { lock.extend(); }) == error::hold_lost));
    BOOST_TEST_REQUIRE(lock.loss().has_value());
    BOOST_TEST((lock.loss()->reason == loss_reason::owner_changed));
    BOOST_TEST((log.first().reason == loss_reason::owner_changed));
    BOOST_TEST((error_of([&] { lock.extend(); }) == error::hold_lost));
    BOOST_TEST((lock.remaining() == 0ns));
    wait_for_beats(other_path, 3);
    BOOST_TEST(log.all().size() == 1u);
    BOOST_TEST(text_of(path) == text);
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(text_of(path) == text);
}

BOOST_AUTO_TEST_CASE(after_a_loss_fails)
{
    auto options = steady();
    options.on_loss = log.callback();
    soft_file_lease lock(path, options);
    lock.lock();
    fs::remove(path);
    log.first();
    BOOST_TEST((error_of([&] { lock.extend(); }) == error::hold_lost));
    BOOST_TEST(!fs::exists(path));
}

// That process may be about to remove the marker, or may have been stopped.
BOOST_AUTO_TEST_CASE(times_out_while_another_process_has_the_removal_right)
{
    soft_file_lease lock(path, without_beats(storage::local));
    lock.lock();
    auto const last = stamp_of(path);
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::flock(fd, LOCK_EX) == 0);
    BOOST_TEST((error_of([&] { lock.extend(); }) == errc::timed_out));
    BOOST_TEST((stamp_of(path) == last));
    BOOST_TEST(!lock.loss());
    BOOST_TEST((lock.remaining() > 0ns));
    BOOST_TEST(holds(lock));
    ::close(fd);
    BOOST_CHECK_NO_THROW(lock.extend());
    BOOST_TEST((stamp_of(path) > last));
}

BOOST_AUTO_TEST_CASE(without_a_hold_fails)
{
    soft_file_lease lock(path, steady());
    BOOST_TEST((error_of([&] { lock.extend(); }) == errc::operation_not_permitted));
    lock.lock();
    lock.unlock();
    BOOST_TEST((error_of([&] { lock.extend(); }) == errc::operation_not_permitted));
    BOOST_TEST((lock.remaining() == 0ns));
}

// The hold belongs to the object, so a thread that owns no level can extend it.
BOOST_AUTO_TEST_CASE(by_another_thread_is_as_by_the_owner)
{
    soft_file_lease lock(path, without_beats(storage::local));
    lock.lock();
    auto const last = stamp_of(path);
    BOOST_TEST(comes_true([&] {
        in_thread([&] { lock.extend(); });
        return stamp_of(path) > last;
    }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(forked_child)

BOOST_DATA_TEST_CASE_F(fixture, owns_nothing, both_storages, where)
{
    soft_file_lease lock(path, steady(where));
    lock.lock();
    auto const text = text_of(path);
    child c([&] {
        error_code ec;
        bool const owns = lock.is_locked() || holds(lock) || !lock.token().empty() || lock.loss();
        say(owns || lock.remaining() != 0ns ? "it owns something" : "nothing");
        lock.extend(ec);
        say(ec == errc::operation_not_permitted ? "nothing" : "extend: " + ec.message());
        lock.fence(ec);
        say(ec == errc::operation_not_permitted ? "nothing" : "fence: " + ec.message());
        lock.unlock(); // the parent's level, without effect
        say(take(lock) == errc::timed_out ? "busy" : "it has it");
        hear();
        say(take(lock) ? "busy" : "it has it");
        say(lock.token());
        hear();
        lock.unlock();
        return 0;
    });
    for (int i = 0; i < 3; ++i)
        c.expect("nothing");
    c.expect("busy");
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(holds(lock));
    lock.unlock();
    c.write_line("free");
    c.expect("it has it");
    BOOST_TEST(c.read_line().value_or("it died") == value_in(text_of(path), "token"));
    BOOST_TEST(!lock.try_lock());
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(lock.try_lock());
}

BOOST_DATA_TEST_CASE_F(fixture, does_not_keep_the_hold_of_a_killed_parent, both_storages, where)
{
    child parent([&] {
        soft_file_lease lock(path, steady(where));
        lock.lock();
        child forked([&] {
            say("forked");
            hear();
            return 0;
        });
        say(forked.read_line().value_or("it died"));
        hear();
        return 0;
    });
    parent.expect("forked");
    soft_file_lease lock(path, steady(where));
    BOOST_TEST(!lock.try_lock());
    parent.kill();
    BOOST_TEST(!take(lock, patience));
    parent.wait();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
