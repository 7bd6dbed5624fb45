// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What a waiting acquisition does when the file changes: quick attempts, and longer pauses while
// nothing changes. There is no file and no thread that waits, and the clock shows the time that the
// test sets.

#include "support/engine.hpp"
#include "support/fake_protocol.hpp"

#include <chrono>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

// Change notifications

struct watcher : engine
{
    attempt_ptr const a = want(me, deadline::after(1h, start));
    time_point now = start;

    watcher()
    {
        protocol.otherwise = attempt_result::busy;
        a->waker.can_watch = true;
    }

    /// Makes an attempt at the end of the previous pause. Returns how long the pause after it is.
    std::chrono::nanoseconds pause()
    {
        auto const n = a->step(now);
        BOOST_TEST(n.kind == next::wait);
        auto const length = n.until - now;
        ignores_changes = n.ignore_changes;
        now = n.until;
        return length;
    }
    void change() { a->waker.is_changed = true; }

    bool ignores_changes = false;
};

BOOST_FIXTURE_TEST_CASE(file_is_watched_before_the_last_attempt_before_a_wait, watcher)
{
    pause();
    BOOST_TEST(!ignores_changes);
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axax");
    pause();
    BOOST_TEST(a->waker.watched.size() == 1u);
    BOOST_TEST(protocol.log == "axaxax");
    protocol.file = {2, 2}; // the path names another file
    pause();
    BOOST_TEST(a->waker.watched.size() == 2u);
    BOOST_TEST(protocol.log == "axaxaxaxax");
}

BOOST_FIXTURE_TEST_CASE(file_found_after_the_watch_is_set_is_watched_as_well, watcher)
{
    unsigned attempts = 0;
    protocol.during_attempt = [&] {
        if (++attempts == 2)
            protocol.file = {2, 2}; // another file replaced it before the watch was set
    };
    pause();
    BOOST_TEST(protocol.log == "axaxax");
    BOOST_TEST_REQUIRE(a->waker.watched.size() == 2u);
    BOOST_TEST((a->waker.watched.back() == fd::file_identity{2, 2}));
}

BOOST_FIXTURE_TEST_CASE(file_that_changes_at_each_attempt_is_retried_soon, watcher)
{
    protocol.during_attempt = [&] { ++protocol.file.inode; };
    BOOST_TEST((pause() == 1ms));
}

BOOST_FIXTURE_TEST_CASE(lock_that_is_free_after_the_watch_is_set_is_acquired, watcher)
{
    protocol.answers = {attempt_result::busy, attempt_result::acquired};
    BOOST_TEST(a->step(start).kind == next::granted);
}

BOOST_FIXTURE_TEST_CASE(try_and_sleep_in_the_kernel_watch_nothing, watcher)
{
    auto const tries = want(other, deadline::at_once());
    tries->waker.can_watch = true;
    BOOST_TEST(tries->step(start).kind == next::timed_out);
    BOOST_TEST(tries->waker.watched.empty());
    protocol.sleeps = true;
    auto const sleeps = want(other);
    sleeps->waker.can_watch = true;
    BOOST_TEST(sleeps->step(start).kind == next::sleep);
    BOOST_TEST(sleeps->waker.watched.empty());
}

// The kernel reports the close of a process that ends before it drops the lock, maybe before the
// watch was set.
BOOST_FIXTURE_TEST_CASE(first_pause_of_a_wait_is_short, watcher)
{
    BOOST_TEST((pause() == 10ms));
    BOOST_TEST(!ignores_changes);
    BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(change_causes_a_few_quick_attempts, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        BOOST_TEST(ignores_changes);
    }
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST(!ignores_changes);
}

BOOST_FIXTURE_TEST_CASE(change_does_not_shorten_the_steps_of_an_attempt, watcher)
{
    pause();
    protocol.answers = {attempt_result::continue_after(7ms)};
    change();
    BOOST_TEST((pause() == 7ms));
    BOOST_TEST(!ignores_changes);
    BOOST_TEST((pause() == 100us)); // the attempt ended as busy
}

BOOST_FIXTURE_TEST_CASE(changes_during_quick_attempts_do_not_restart_them, watcher)
{
    pause();
    change();
    for (auto const length : {100us, 300us, 1000us, 3000us, 10'000us}) {
        BOOST_TEST((pause() == length));
        change();
    }
    // The last of these changes may be the release, so it causes quick attempts of its own.
    BOOST_TEST((pause() == 100us));
    for (int i = 0; i < 4; ++i)
        pause();
    BOOST_TEST((pause() == 50ms));
}

BOOST_FIXTURE_TEST_CASE(early_change_during_quick_attempts_is_remembered, watcher)
{
    pause();
    change();
    BOOST_TEST((pause() == 100us));
    change();
    for (auto const length : {300us, 1000us, 3000us, 10'000us, 100us})
        BOOST_TEST((pause() == length));
}

BOOST_FIXTURE_TEST_CASE(fruitless_changes_slow_the_attempts_down, watcher)
{
    pause();
    for (int i = 1; i <= 10; ++i) {
        change();
        BOOST_TEST((pause() == (i < 8 ? 100us : 5000us)));
        for (int steps = 1; steps < 5; ++steps)
            pause();
        pause();
    }
    pause(); // a long pause without a change
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(polling_backs_off_where_every_change_is_reported, watcher)
{
    protocol.local = true;
    for (auto const length : {10ms, 50ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
        BOOST_TEST((pause() == length));
    change();
    for (int steps = 0; steps < 5; ++steps)
        pause();
    BOOST_TEST((pause() == 50ms));
    BOOST_TEST((pause() == 100ms));
}

BOOST_FIXTURE_TEST_CASE(polling_stays_at_one_second_while_nothing_changes, watcher)
{
    protocol.local = true;
    for (int i = 0; i < 6; ++i)
        pause();
    for (int i = 0; i < 600; ++i)
        BOOST_TEST_REQUIRE((pause() == 1s));
}

BOOST_FIXTURE_TEST_CASE(polling_backs_off_with_an_inherited_watch, watcher)
{
    protocol.local = true;
    a->waker.watched = {protocol.file};
    for (auto const length : {10ms, 50ms, 100ms})
        BOOST_TEST((pause() == length));
    BOOST_TEST(protocol.log == "axaxax"); // no attempt was needed after a new watch
    change();
    BOOST_TEST((pause() == 100us));
}

BOOST_FIXTURE_TEST_CASE(polling_stops_backing_off_when_a_new_file_cannot_be_watched, watcher)
{
    protocol.local = true;
    for (auto const length : {10ms, 50ms, 100ms})
        BOOST_TEST((pause() == length));
    protocol.file = {1, 2};
    a->waker.can_watch = false;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((pause() == 50ms));
}

// A holder that does not know of the wait releases without a change of the file.
BOOST_FIXTURE_TEST_CASE(polling_does_not_back_off_while_holders_may_not_know_of_the_wait, watcher)
{
    protocol.local = true;
    protocol.notice = fd::watch_result::no;
    for (auto const length : {10ms, 50ms, 50ms, 50ms})
        BOOST_TEST((pause() == length));
    BOOST_TEST(protocol.notice_requests >= 4u); // with each attempt
    unsigned attempts = 0;
    protocol.during_attempt = [&] {
        protocol.notice = ++attempts == 1 ? fd::watch_result::anew : fd::watch_result::already;
    };
    for (auto const length : {100ms, 200ms, 400ms})
        BOOST_TEST((pause() == length));
}

BOOST_FIXTURE_TEST_CASE(attempt_follows_when_holders_know_of_the_wait, watcher)
{
    protocol.notice = fd::watch_result::no;
    pause();
    protocol.log.clear();
    unsigned attempts = 0;
    protocol.during_attempt = [&] {
        protocol.notice = ++attempts == 1 ? fd::watch_result::anew : fd::watch_result::already;
    };
    pause();
    BOOST_TEST(protocol.log == "axax");
}

BOOST_FIXTURE_TEST_CASE(no_notice_is_requested_without_a_watch, watcher)
{
    a->waker.can_watch = false;
    pause();
    BOOST_TEST(protocol.notice_requests == 0u);
}

BOOST_FIXTURE_TEST_CASE(poll_interval_above_a_second_is_kept, engine)
{
    protocol.otherwise = attempt_result::busy;
    protocol.local = true;
    auto wanted = request(lock_mode::exclusive, me, deadline::never());
    wanted.poll_interval = std::chrono::nanoseconds::max();
    attempt a(*this, wanted);
    a.waker.can_watch = true;
    BOOST_TEST((a.step(start).until == start + 10ms));
    for (auto at = start; at < start + 3s; at += 1s)
        BOOST_TEST((a.step(at).until > start + 24h));
}

BOOST_FIXTURE_TEST_CASE(polling_does_not_back_off_without_reported_changes, watcher)
{
    pause();
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((pause() == 50ms));
    engine other_lock; // its file cannot be watched
    other_lock.protocol.otherwise = attempt_result::busy;
    other_lock.protocol.local = true;
    auto const b = other_lock.want(me, deadline::after(1h, start));
    for (auto at = start; at < start + 250ms; at += 50ms)
        BOOST_TEST((b->step(at).until == at + 50ms));
}

BOOST_AUTO_TEST_SUITE_END()
