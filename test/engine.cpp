// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The book of owners and the acquisition, over a protocol and a clock that the test moves by hand:
// one thread, no file, no wait.

#include "../src/ownership/acquisition.hpp"
#include "../src/ownership/lock_book.hpp"

#include <boost/system/errc.hpp>

#include <deque>
#include <optional>
#include <string>
#include <thread>

#define BOOST_TEST_MODULE engine
#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
using boost::filelock::ownership;
using fd::acquisition;
using fd::answer;
using fd::deadline;
using fd::lock_book;
using fd::owner;
using next = acquisition::next;
using time_point = acquisition::time_point;
using namespace std::chrono_literals;

namespace {

struct fake_protocol final : fd::protocol
{
    std::deque<answer> answers; // then `otherwise`
    answer otherwise = answer::have_it;
    bool sleeps = false;
    std::string log;

    answer attempt(fd::lock_mode) override
    {
        log += 'a';
        if (answers.empty())
            return otherwise;
        auto const a = answers.front();
        answers.pop_front();
        return a;
    }
    answer sleep(fd::lock_mode) override
    {
        log += 's';
        return answer::have_it;
    }
    bool can_sleep() const noexcept override { return sleeps; }
    std::optional<fd::file_identity> met() const noexcept override { return std::nullopt; }
    void withdraw() noexcept override { log += 'w'; }
    boost::system::error_code release() noexcept override
    {
        log += 'r';
        return {};
    }
};

time_point fake_now;

struct counting_waker final : fd::waker
{
    int count = 0;
    void wake() noexcept override { ++count; }
};

owner some_thread()
{
    std::optional<owner> who;
    std::thread([&] { who = owner::calling(ownership::thread); }).join();
    return *who;
}

struct engine
{
    fake_protocol protocol;
    lock_book book;
    time_point const start{100s};
    owner const me = owner::calling(ownership::thread);
    owner const object = owner::calling(ownership::instance);

    struct attempt
    {
        counting_waker waker;
        acquisition taking;
        attempt(engine& e, owner who, deadline const& until, std::chrono::nanoseconds poll)
            : taking(e.book, e.protocol,
                     {fd::lock_mode::exclusive, who, until, poll, [] { return fake_now; }}, waker)
        {}
        next step(time_point at)
        {
            fake_now = at;
            return taking.step();
        }
    };

    std::unique_ptr<attempt> want(owner who, deadline const& until = deadline::never(),
                                  std::chrono::nanoseconds poll = 50ms)
    {
        return std::make_unique<attempt>(*this, who, until, poll);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

BOOST_AUTO_TEST_CASE(a_free_lock_is_had_with_one_attempt)
{
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "a");
    BOOST_TEST(book.levels(me) == 1u);
    BOOST_TEST(book.levels(object) == 0u);
}

BOOST_AUTO_TEST_CASE(the_owner_gets_levels_without_the_protocol)
{
    want(me)->step(start);
    BOOST_TEST(want(me)->step(start).kind == next::granted);
    BOOST_TEST(book.levels(me) == 2u);
    BOOST_TEST(protocol.log == "a");
    BOOST_TEST((book.drop(me) == lock_book::level::dropped));
    BOOST_TEST((book.drop(me) == lock_book::level::last_gone));
    BOOST_TEST((book.drop(me) == lock_book::level::not_owned));
}

BOOST_AUTO_TEST_CASE(a_busy_lock_is_tried_again_after_the_poll_interval)
{
    protocol.answers = {answer::busy, answer::busy};
    auto const a = want(me, deadline::after(1s, start));
    auto n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 50ms));
    n = a->step(n.until);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 100ms));
    BOOST_TEST(a->step(n.until).kind == next::granted);
    BOOST_TEST(protocol.log == "aaa");
}

BOOST_AUTO_TEST_CASE(the_last_attempt_is_at_the_deadline)
{
    protocol.otherwise = answer::busy;
    auto const a = want(me, deadline::after(70ms, start));
    BOOST_TEST((a->step(start).until == start + 50ms));
    BOOST_TEST((a->step(start + 50ms).until == start + 70ms));
    BOOST_TEST(a->step(start + 70ms).kind == next::timed_out);
    BOOST_TEST(protocol.log == "aaaw");
    protocol.otherwise = answer::have_it;
    BOOST_TEST(want(me)->step(start).kind == next::granted); // nobody is in the way
}

BOOST_AUTO_TEST_CASE(what_is_to_be_asked_again_is_asked_when_it_said)
{
    protocol.answers = {answer::again_after(3ms)};
    auto const a = want(me, deadline::never());
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 3ms));
}

BOOST_AUTO_TEST_CASE(one_attempt_is_one_attempt)
{
    protocol.otherwise = answer::busy;
    auto const a = want(me, deadline::at_once());
    BOOST_TEST(a->step(start).kind == next::timed_out);
    BOOST_TEST(protocol.log == "aw");
}

BOOST_AUTO_TEST_CASE(only_a_wait_without_a_limit_may_sleep_in_the_kernel)
{
    protocol.sleeps = true;
    protocol.otherwise = answer::busy;
    BOOST_TEST(want(me, deadline::after(1s, start))->step(start).kind == next::wait);
    auto const a = want(me);
    BOOST_TEST(a->step(start).kind == next::sleep);
    BOOST_TEST(a->taking.sleep().kind == next::granted);
    BOOST_TEST(book.levels(me) == 1u);
}

BOOST_AUTO_TEST_CASE(a_failure_is_reported_and_leaves_the_way_free)
{
    protocol.answers = {make_error_code(boost::system::errc::timed_out)}; // a file server's
    auto const other = some_thread();
    auto const a = want(me), b = want(other);
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == boost::system::errc::timed_out));
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(an_abandoned_attempt_withdraws_and_makes_way)
{
    protocol.otherwise = answer::busy;
    auto a = want(me), b = want(some_thread());
    a->step(start);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "a"); // only the first touches the file
    a.reset();
    BOOST_TEST(protocol.log == "aw");
    BOOST_TEST(b->waker.count == 1);
    b->step(start);
    BOOST_TEST(protocol.log == "awa");
}

BOOST_AUTO_TEST_CASE(they_are_served_in_the_order_in_which_they_came)
{
    want(me)->step(start);
    auto const other = some_thread();
    auto a = want(object), b = want(other);
    BOOST_TEST(a->step(start).kind == next::wait);
    BOOST_TEST(b->step(start).kind == next::wait);
    book.drop(me);
    // Neither comes in before the lock has really been given back.
    BOOST_TEST(a->step(start).kind == next::wait);
    book.given_back();
    BOOST_TEST(a->waker.count == 1);
    BOOST_TEST(b->waker.count == 0);
    BOOST_TEST(b->step(start).kind == next::wait); // whoever happens to run first
    BOOST_TEST(want(me, deadline::at_once())->step(start).kind == next::timed_out);
    BOOST_TEST(a->step(start).kind == next::granted);
    BOOST_TEST(b->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "aa");
    book.drop(object);
    book.given_back();
    BOOST_TEST(b->waker.count >= 1);
    BOOST_TEST(b->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(one_in_the_queue_times_out_without_touching_the_file)
{
    want(me)->step(start);
    auto const a = want(object, deadline::after(1s, start));
    auto const n = a->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == start + 1s));
    BOOST_TEST(a->step(start + 1s).kind == next::timed_out);
    BOOST_TEST(protocol.log == "a");
    BOOST_TEST((book.drop(me) == lock_book::level::last_gone));
}

BOOST_AUTO_TEST_CASE(a_waiter_behind_the_first_leaves_and_the_first_goes_on)
{
    protocol.otherwise = answer::busy;
    auto const other = some_thread();
    auto a = want(me, deadline::after(1s, start)), b = want(other);
    a->step(start);
    b->step(start);
    b.reset();
    BOOST_TEST(a->waker.count == 0);
    protocol.otherwise = answer::have_it;
    BOOST_TEST(a->step(start + 50ms).kind == next::granted);
    BOOST_TEST(protocol.log == "aa");
}

BOOST_AUTO_TEST_CASE(waiters_of_one_owner_join_when_the_first_has_it)
{
    protocol.answers = {answer::busy};
    auto const a = want(object, deadline::after(1s, start)), b = want(object), c = want(object);
    a->step(start);
    b->step(start);
    c->step(start);
    BOOST_TEST(a->step(start + 50ms).kind == next::granted);
    BOOST_TEST(b->waker.count == 1);
    BOOST_TEST(b->step(start).kind == next::granted);
    BOOST_TEST(c->waker.count == 1);
    BOOST_TEST(c->step(start).kind == next::granted);
    BOOST_TEST(book.levels(object) == 3u);
    BOOST_TEST(protocol.log == "aa");
}

BOOST_AUTO_TEST_CASE(levels_are_dropped_one_by_one_or_all_at_once)
{
    for (int i = 0; i < 3; ++i)
        want(me)->step(start);
    BOOST_TEST((book.drop_all(object) == lock_book::level::not_owned));
    BOOST_TEST((book.drop(me) == lock_book::level::dropped));
    BOOST_TEST((book.drop_all(me) == lock_book::level::last_gone));
    BOOST_TEST(book.levels(me) == 0u);
    BOOST_TEST((book.drop_everything() == lock_book::level::not_owned));
    book.given_back();
    want(object)->step(start);
    BOOST_TEST((book.drop_everything() == lock_book::level::last_gone));
}

BOOST_AUTO_TEST_SUITE_END()
