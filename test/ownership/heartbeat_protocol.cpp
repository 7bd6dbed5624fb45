// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Holds that a heartbeat refreshes and that can be lost, and lock objects that are closed. There is
// no file.

#include "../src/ownership/heartbeat_protocol.hpp"
#include "../src/platform/clock.hpp"
#include "support/child.hpp"
#include "support/engine.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
namespace errc = boost::system::errc;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::system::error_code;
using fd::attempt_result;
using fd::refresh_result;

namespace {

/// A protocol that is refreshed every millisecond. The test sets the results.
struct fake_kept final : fd::refreshable_protocol
{
    attempt_result attempt(lock_mode, fd::attempt_context const&) override
    {
        ++attempts;
        return next_answer;
    }
    error_code withdraw() noexcept override { return {}; }
    std::uint8_t exclusion_domains() const noexcept override { return 255; }
    std::optional<fd::file_identity> observed_file() const noexcept override
    {
        return std::nullopt;
    }
    error_code release() noexcept override
    {
        ++releases;
        return {};
    }
    bool still_held(error_code&) override { return true; }
    std::vector<boost::filelock::owner_record> holders() const override { return {}; }
    refresh_result refresh() noexcept override
    {
        ++beats;
        refresh_result u;
        u.lost = is_lost ? std::optional(loss_reason::owner_changed) : std::nullopt;
        u.next = fd::time_since_boot() + 1ms;
        u.good_until = fd::time_since_boot() + good_for;
        return u;
    }
    std::optional<loss_reason> lost() noexcept override { return lost_at_release; }
    refresh_result first_refresh() const noexcept override
    {
        return {{}, {}, fd::time_since_boot(), fd::time_since_boot() + good_for};
    }
    std::string const& token() const noexcept override { return token_; }

    attempt_result next_answer = attempt_result::acquired;
    std::chrono::nanoseconds good_for = 3600s;
    std::optional<loss_reason> lost_at_release;
    std::atomic<bool> is_lost{false};
    std::atomic<int> beats{0};
    int attempts = 0, releases = 0;
    std::string token_ = "token";
};

/// Waits until the condition is true, and fails after `patience`.
template <class F>
void until(F const& is_so)
{
    BOOST_TEST_REQUIRE(comes_true(is_so));
}

struct kept
{
    fake_kept* tree = nullptr; // the last protocol that was made
    int made = 0;
    std::function<void(lease_loss const&)> handler = [](lease_loss const&) {};
    std::atomic<int> losses{0};
    std::optional<fd::heartbeat_protocol> protocol;

    kept() { make(); }

    void make()
    {
        protocol.emplace(
            [this] {
                auto fresh = std::make_unique<fake_kept>();
                tree = fresh.get();
                ++made;
                return fresh;
            },
            "some.lock",
            [this](lease_loss const& loss) {
                ++losses;
                handler(loss);
            });
    }
    bool have(lock_mode mode = shared)
    {
        return protocol->attempt(mode, {}).kind == attempt_result::acquired;
    }
    void lose()
    {
        tree->is_lost = true;
        until([&] { return losses != 0; });
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(heartbeat_protocol_suite, *boost::unit_test::timeout(hang_limit))

BOOST_FIXTURE_TEST_CASE(heartbeat_runs_from_the_acquisition_to_the_release, kept)
{
    BOOST_TEST(tree->beats == 0);
    BOOST_TEST(have());
    until([&] { return tree->beats > 3; });
    BOOST_TEST(have()); // another reader
    BOOST_TEST(!protocol->release());
    int const then = tree->beats;
    BOOST_TEST(have());
    until([&] { return tree->beats > then; });
    BOOST_TEST(tree->releases == 1);
    BOOST_TEST(losses == 0);
    BOOST_TEST(!protocol->report()->get());
}

BOOST_FIXTURE_TEST_CASE(no_heartbeat_comes_after_the_release, kept)
{
    for (int i = 0; i < 200; ++i) {
        BOOST_TEST_REQUIRE(have());
        BOOST_TEST(!protocol->release());
        int const then = tree->beats;
        // The heartbeat of another protocol continues, so the thread has had enough time.
        kept other;
        BOOST_TEST_REQUIRE(other.have());
        until([&] { return other.tree->beats > 1; });
        BOOST_TEST(tree->beats == then);
    }
}

BOOST_FIXTURE_TEST_CASE(busy_lock_has_no_heartbeat, kept)
{
    tree->next_answer = attempt_result::busy;
    BOOST_TEST(!have());
    kept other;
    BOOST_TEST(other.have());
    until([&] { return other.tree->beats > 3; });
    BOOST_TEST(tree->beats == 0);
}

BOOST_FIXTURE_TEST_CASE(loss_is_reported_once_and_stays_until_the_next_hold, kept)
{
    std::promise<lease_loss> told;
    handler = [&](lease_loss const& loss) { told.set_value(loss); };
    BOOST_TEST(have());
    lose();
    auto const loss = told.get_future().get();
    BOOST_TEST(loss.path == "some.lock");
    BOOST_TEST(loss.token == "token");
    BOOST_TEST((loss.reason == loss_reason::owner_changed));
    BOOST_TEST(protocol->report()->get()->token == "token");
    error_code ec;
    BOOST_TEST(!protocol->still_held(ec));
    BOOST_TEST(!protocol->release());
    BOOST_TEST(protocol->report()->get() != nullptr);
    tree->is_lost = false;
    BOOST_TEST(have());
    BOOST_TEST(!protocol->report()->get());
    BOOST_TEST(losses == 1);
}

BOOST_FIXTURE_TEST_CASE(no_reader_joins_a_lost_hold, kept)
{
    BOOST_TEST(have());
    lose();
    int const then = tree->attempts;
    BOOST_TEST((protocol->attempt(shared, {}).kind == attempt_result::busy));
    BOOST_TEST(tree->attempts == then);
    BOOST_TEST(!protocol->release());
    tree->is_lost = false;
    BOOST_TEST(have());
}

BOOST_FIXTURE_TEST_CASE(loss_is_found_by_the_clock_while_a_heartbeat_is_stuck, kept)
{
    tree->good_for = -1s;
    BOOST_TEST(have());
    auto const loss = protocol->report()->get();
    BOOST_TEST_REQUIRE(loss);
    BOOST_TEST((loss->reason == loss_reason::refresh_failed));
    until([&] { return losses == 1; }); // the handler is called when the heartbeat ends
    BOOST_TEST(!protocol->release());
}

BOOST_FIXTURE_TEST_CASE(loss_that_no_heartbeat_has_found_is_found_by_the_release, kept)
{
    BOOST_TEST(have());
    tree->lost_at_release = loss_reason::marker_missing;
    BOOST_TEST(!protocol->release());
    BOOST_TEST((protocol->report()->get()->reason == loss_reason::marker_missing));
    BOOST_TEST(losses == 0);
}

BOOST_FIXTURE_TEST_CASE(exception_of_the_handler_is_ignored, kept)
{
    handler = [](lease_loss const&) { throw 1; };
    BOOST_TEST(have());
    lose();
    BOOST_TEST(!protocol->release());
    tree->is_lost = false;
    BOOST_TEST(have());
    int const then = tree->beats;
    until([&] { return tree->beats > then; });
}

BOOST_FIXTURE_TEST_CASE(handler_may_release_and_acquire, kept)
{
    std::promise<bool> done;
    handler = [&](lease_loss const&) {
        bool const is_released = !protocol->release();
        tree->is_lost = false;
        done.set_value(is_released && have());
    };
    BOOST_TEST(have());
    lose();
    BOOST_TEST(done.get_future().get());
    int const then = tree->beats;
    until([&] { return tree->beats > then; });
    BOOST_TEST(losses == 1);
}

BOOST_FIXTURE_TEST_CASE(release_does_not_wait_for_the_handler_but_the_destructor_does, kept)
{
    std::promise<void> goes_on;
    std::atomic<bool> is_over{false};
    handler = [&](lease_loss const&) {
        goes_on.get_future().get();
        is_over = true;
    };
    BOOST_TEST(have());
    lose();
    BOOST_TEST(!protocol->release());
    BOOST_TEST(!is_over);
    std::thread other([&] { goes_on.set_value(); });
    protocol.reset();
    BOOST_TEST(is_over);
    other.join();
}

BOOST_FIXTURE_TEST_CASE(handler_may_destroy_the_protocol, kept)
{
    std::promise<void> done;
    handler = [&](lease_loss const&) {
        protocol.reset();
        done.set_value();
    };
    BOOST_TEST(have());
    lose();
    done.get_future().get();
    kept other;
    BOOST_TEST(other.have());
    until([&] { return other.tree->beats > 0; });
}

BOOST_FIXTURE_TEST_CASE(forked_child_has_its_own_protocol, kept)
{
    BOOST_TEST(have());
    child c([&] {
        bool const was_one = made == 1;
        bool const had = have() && made == 2 && tree->attempts == 1;
        until([&] { return tree->beats > 0; });
        return was_one && had && !protocol->release() ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(tree->releases == 0);
    int const then = tree->beats;
    until([&] { return tree->beats > then; });
    BOOST_TEST(!protocol->release());
}

BOOST_FIXTURE_TEST_CASE(child_forked_by_the_handler_continues_without_the_thread, kept)
{
    std::promise<int> status;
    handler = [&](lease_loss const&) {
        child c([&] {
            kept own;
            if (!own.have())
                return 1;
            until([&] { return own.tree->beats > 3; });
            return 0;
        });
        status.set_value(c.wait());
    };
    BOOST_TEST(have());
    lose();
    BOOST_TEST(status.get_future().get() == 0);
    BOOST_TEST(!protocol->release());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(closing)

namespace {

struct closing_engine : engine
{
    void close() { (void)fd::perform(queue, protocol, queue.close().next); }
};

bool is_closed(next const& n)
{
    return n.kind == next::failed && n.error == error::closed;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(close_drops_all_levels_and_later_drops_have_no_effect, closing_engine)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    protocol.log.clear();
    close();
    BOOST_TEST(protocol.log == "r");
    BOOST_TEST(queue.levels(me) == 0u);
    for (auto const who : {me, other, me})
        BOOST_TEST(drop(who));
    BOOST_TEST(!drop(me));
    BOOST_TEST(protocol.log == "r");
}

BOOST_FIXTURE_TEST_CASE(acquisition_after_close_fails_without_an_attempt, closing_engine)
{
    BOOST_TEST(have(exclusive, me));
    close();
    protocol.log.clear();
    for (auto const who : {me, other})
        BOOST_TEST(is_closed(want(who)->step(start)));
    BOOST_TEST(is_closed(want(shared, me, deadline::at_once())->step(start)));
    BOOST_TEST(protocol.log.empty());
}

BOOST_FIXTURE_TEST_CASE(close_wakes_and_fails_the_waiters, closing_engine)
{
    protocol.otherwise = attempt_result::busy;
    auto const first = want(me), second = want(other);
    BOOST_TEST(first->step(start).kind == next::wait);
    BOOST_TEST(second->step(start).kind == next::wait);
    close();
    BOOST_TEST(first->waker.count > 0);
    BOOST_TEST(second->waker.count > 0);
    BOOST_TEST(is_closed(second->step(start)));
    BOOST_TEST(is_closed(first->step(start)));
    BOOST_TEST(protocol.log.back() == 'w');
}

BOOST_FIXTURE_TEST_CASE(close_during_a_successful_attempt_releases_the_lock, closing_engine)
{
    protocol.during_attempt = [&] { close(); };
    BOOST_TEST(is_closed(want(me)->step(start)));
    BOOST_TEST(protocol.log == "axwr");
    BOOST_TEST(!queue.is_held());
}

BOOST_FIXTURE_TEST_CASE(close_during_an_attempt_leaves_the_release_to_that_owner, closing_engine)
{
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] { close(); };
    BOOST_TEST(is_closed(want(shared, other)->step(start)));
    BOOST_TEST(protocol.log == "asaswr");
    BOOST_TEST(drop(me));
}

BOOST_AUTO_TEST_SUITE_END()
