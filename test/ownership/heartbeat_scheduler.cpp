// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The thread that runs the heartbeats.

#include "../src/ownership/heartbeat_scheduler.hpp"
#include "../src/platform/clock.hpp"
#include "support/child.hpp"

#include <boost/filesystem/directory.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fd = boost::filelock::detail;
using filelock_test::child;
using filelock_test::comes_true;
using filelock_test::patience;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

/// A heartbeat that runs `what` and counts its beats.
class beater final : public fd::heartbeat
{
public:
    using body = std::function<std::optional<nanoseconds>()>;

    explicit beater(body what) : what_(std::move(what)) {}
    ~beater() { stop(); }

    int count() const { return count_; }

    void wait_for(int beats) const
    {
        if (!comes_true([&] { return count_ >= beats; }))
            throw std::runtime_error("it does not beat");
    }

private:
    std::optional<nanoseconds> beat() noexcept override
    {
        auto const next = what_();
        ++count_;
        return next;
    }

    body what_;
    std::atomic<int> count_{0};
};

auto const now = fd::time_since_boot;

std::size_t threads()
{
    namespace fs = boost::filesystem;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()));
}

void wait_for_threads(std::size_t wanted)
{
    if (!comes_true([&] { return threads() == wanted; }))
        throw std::runtime_error("threads: " + std::to_string(threads()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(heartbeat_scheduler_suite)

BOOST_AUTO_TEST_CASE(heartbeat_runs_when_due_until_it_ends_itself)
{
    auto const start = now();
    std::vector<nanoseconds> at;
    beater h([&]() -> std::optional<nanoseconds> {
        at.push_back(now());
        if (at.size() == 3)
            return std::nullopt;
        return now() + milliseconds(20);
    });
    BOOST_TEST(!h.start(start + milliseconds(20)));
    h.wait_for(3);
    h.stop(); // it has ended already
    BOOST_TEST(at.size() == 3u);
    BOOST_TEST((at[0] >= start + milliseconds(20)));
    BOOST_TEST((at[1] >= at[0] + milliseconds(20)));
    BOOST_TEST((at[2] >= at[1] + milliseconds(20)));
}

BOOST_AUTO_TEST_CASE(heartbeats_run_in_the_order_of_their_times)
{
    std::vector<int> order;
    std::vector<std::unique_ptr<beater>> all;
    auto const due = now() + milliseconds(50);
    for (int i = 0; i < 10; ++i)
        all.push_back(std::make_unique<beater>([&order, i]() -> std::optional<nanoseconds> {
            order.push_back(i);
            return std::nullopt;
        }));
    for (int i = 9; i >= 0; --i)
        BOOST_TEST(!all[static_cast<std::size_t>(i)]->start(due + nanoseconds(i)));
    for (auto const& h : all)
        h->wait_for(1);
    BOOST_TEST((order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

BOOST_AUTO_TEST_CASE(heartbeat_that_is_due_sooner_does_not_wait_for_others)
{
    beater late([] { return std::optional<nanoseconds>(now() + hours(1)); });
    beater soon([] { return std::optional<nanoseconds>(now() + hours(1)); });
    BOOST_TEST(!late.start(now() + hours(1)));
    BOOST_TEST(!soon.start(now()));
    soon.wait_for(1);
    BOOST_TEST(late.count() == 0);
}

BOOST_AUTO_TEST_CASE(heartbeat_due_soon_after_another_runs_in_the_same_wake_up)
{
    std::vector<long> sleeps; // number of sleeps of the thread before each beat
    auto const beat = [&]() -> std::optional<nanoseconds> {
        ::rusage used = {};
        ::getrusage(RUSAGE_THREAD, &used);
        sleeps.push_back(used.ru_nvcsw);
        return std::nullopt;
    };
    beater first(beat), second(beat), much_later(beat);
    bool are_started = false;
    beater starter(
        [&]() -> std::optional<nanoseconds> { // runs on the thread, so no other beat runs meanwhile
            auto const start = now();
            are_started = !much_later.start(start + hours(1)) &&
                          !first.start(start + milliseconds(190)) &&
                          !second.start(start + milliseconds(200));
            return std::nullopt;
        });
    BOOST_TEST(!starter.start(now()));
    second.wait_for(1);
    BOOST_TEST(are_started);
    BOOST_TEST(sleeps.size() == 2u);
    BOOST_TEST(sleeps.front() == sleeps.back());
    BOOST_TEST(much_later.count() == 0);
}

BOOST_AUTO_TEST_CASE(stop_waits_for_the_beat)
{
    std::promise<void> begun, may_end;
    std::atomic<bool> is_over{false};
    beater h([&] {
        begun.set_value();
        may_end.get_future().wait();
        is_over = true;
        return std::optional<nanoseconds>(now());
    });
    BOOST_TEST(!h.start(now()));
    begun.get_future().wait();
    auto stops = std::async(std::launch::async, [&] {
        h.stop();
        return is_over.load();
    });
    BOOST_TEST((stops.wait_for(milliseconds(20)) == std::future_status::timeout));
    may_end.set_value();
    BOOST_TEST(stops.get());
    BOOST_TEST(h.count() == 1); // no other beat follows
}

BOOST_AUTO_TEST_CASE(heartbeat_may_stop_and_destroy_itself)
{
    std::promise<void> done;
    std::unique_ptr<beater> h;
    h = std::make_unique<beater>([&] {
        h->stop();
        return std::optional<nanoseconds>(now());
    });
    BOOST_TEST(!h->start(now()));
    h->wait_for(1);
    struct suicidal final : fd::heartbeat
    {
        std::promise<void>& done;
        explicit suicidal(std::promise<void>& d) : done(d) {}
        std::optional<nanoseconds> beat() noexcept override
        {
            auto& told = done;
            stop();
            delete this;
            told.set_value();
            return now();
        }
    };
    BOOST_TEST(!(new suicidal(done))->start(now()));
    BOOST_TEST((done.get_future().wait_for(patience) == std::future_status::ready));
    beater next([] { return std::optional<nanoseconds>(); });
    BOOST_TEST(!next.start(now()));
    next.wait_for(1);
    BOOST_TEST(h->count() == 1);
}

BOOST_AUTO_TEST_CASE(stopped_heartbeat_may_start_again)
{
    beater h([] { return std::optional<nanoseconds>(now() + hours(1)); });
    for (int i = 1; i <= 3; ++i) {
        BOOST_TEST(!h.start(now()));
        h.wait_for(i);
        h.stop();
    }
    BOOST_TEST(!h.start(now() + hours(1)));
    h.stop();
    BOOST_TEST(h.count() == 3);
}

BOOST_AUTO_TEST_CASE(thread_ends_with_the_last_heartbeat_and_starts_again,
                     *boost::unit_test::label("no_thread_sanitizer"))
{
    for (int i = 0; i < 2; ++i) {
        wait_for_threads(1);
        beater a([] { return std::optional<nanoseconds>(now() + hours(1)); });
        beater b([] { return std::optional<nanoseconds>(now() + hours(1)); });
        BOOST_TEST(!a.start(now()));
        BOOST_TEST(!b.start(now()));
        a.wait_for(1);
        b.wait_for(1);
        BOOST_TEST(threads() == 2u);
    }
    wait_for_threads(1);
}

BOOST_AUTO_TEST_CASE(thread_handles_no_signal)
{
    static std::atomic<bool> is_there{false};
    sigset_t blocked;
    beater h([&]() -> std::optional<nanoseconds> {
        ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        is_there = true;
        return std::nullopt;
    });
    BOOST_TEST(!h.start(now()));
    h.wait_for(1);
    for (int const signal : {SIGALRM, SIGCHLD, SIGINT, SIGTERM, SIGUSR1})
        BOOST_TEST(::sigismember(&blocked, signal) == 1);
}

BOOST_AUTO_TEST_CASE(forked_child_has_no_heartbeat_and_may_start_one)
{
    beater h([] { return std::optional<nanoseconds>(now() + milliseconds(1)); });
    BOOST_TEST(!h.start(now()));
    h.wait_for(1);
    for (int i = 0; i < 20; ++i) { // whatever the thread is doing at the fork
        child other([&] {
            if (threads() != 1)
                return 1;
            int const before = h.count();
            h.stop(); // has no effect
            beater own([] { return std::optional<nanoseconds>(now() + milliseconds(1)); });
            if (own.start(now()))
                return 2;
            own.wait_for(3);
            own.stop();
            return h.count() == before ? 0 : 3;
        });
        BOOST_TEST(other.wait() == 0);
    }
    int const before = h.count();
    h.wait_for(before + 1);
}

BOOST_AUTO_TEST_CASE(end_of_the_process_is_not_delayed)
{
    child other([] {
        auto& h = *new beater([] { return std::optional<nanoseconds>(now() + hours(1)); });
        (void)h.start(now());
        h.wait_for(1);
        std::exit(7);
        return 0;
    });
    BOOST_TEST(other.wait() == 7);
}

BOOST_AUTO_TEST_CASE(heartbeats_are_started_and_stopped_by_many_threads)
{
    std::atomic<int> beats{0}, failures{0};
    std::vector<std::future<void>> all;
    for (int t = 0; t < 4; ++t)
        all.push_back(std::async(std::launch::async, [&] {
            for (int i = 0; i < 500; ++i) {
                beater h([&] {
                    ++beats;
                    return std::optional<nanoseconds>(now());
                });
                failures += h.start(now()) ? 1 : 0;
                if (i % 3 == 0)
                    h.wait_for(1);
            }
        }));
    for (auto& one : all)
        BOOST_TEST((one.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(failures == 0);
    BOOST_TEST(beats > 0);
}

BOOST_AUTO_TEST_SUITE_END()
