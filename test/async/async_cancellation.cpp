// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations end by cancellation before they acquire the lock. Afterwards nothing
// is held and no resource is left.

#include "support/async_waiter.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>

#include <boost/asio.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
namespace asio = boost::asio;
namespace data = boost::unit_test::data;

using boost::filelock::file_lock;

namespace {

auto const every_type =
    data::make({asio::cancellation_type::terminal, asio::cancellation_type::partial,
                asio::cancellation_type::total, asio::cancellation_type::all});

} // namespace

namespace boost {
namespace asio {

// NOLINTNEXTLINE: found by argument-dependent look-up
inline std::ostream& operator<<(std::ostream& out, cancellation_type type)
{
    return out << static_cast<unsigned>(type);
}

} // namespace asio
} // namespace boost

BOOST_FIXTURE_TEST_SUITE(async_end, temporary_directory)

BOOST_AUTO_TEST_SUITE(cancellation)

BOOST_DATA_TEST_CASE_F(temporary_directory, wait_is_cancelled_by_every_type, every_type, type)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter w;
    w.start(context, lock);
    settle(context);
    BOOST_TEST(!w.ec);
    w.signal.emit(type);
    BOOST_TEST(!w.ec); // never from within the call
    run(context);
    BOOST_TEST(w.was_aborted());
    BOOST_TEST(descriptors_of(path.filename().string()).size() == 1u); // that of `other`
    other.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(cancellation_type_none_has_no_effect)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter w;
    w.start(context, lock);
    settle(context);
    w.signal.emit(asio::cancellation_type::none);
    settle(context);
    BOOST_TEST(!w.ec);
    other.unlock();
    run(context);
    BOOST_TEST(w.has_lock());
}

BOOST_DATA_TEST_CASE_F(temporary_directory,
                       operation_cancelled_before_its_first_step_touches_no_file, every_type, type)
{
    asio::io_context context;
    file_lock lock(path);
    waiter w;
    w.start(context, lock);
    w.signal.emit(type);
    run(context);
    BOOST_TEST(w.was_aborted());
    BOOST_TEST(!boost::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(cancellation_after_the_acquisition_has_no_effect)
{
    asio::io_context context;
    file_lock lock(path);
    waiter w;
    w.start(context, lock);
    run(context);
    w.signal.emit(asio::cancellation_type::all); // the slot is empty again
    run(context);
    BOOST_TEST(w.has_lock());
}

BOOST_AUTO_TEST_CASE(operation_in_the_middle_of_the_queue_is_cancelled)
{
    asio::io_context context;
    file_lock lock(path);
    waiter a, b, c;
    a.start(context, lock);
    b.start(context, lock);
    c.start(context, lock);
    settle(context);
    BOOST_TEST(a.has_lock());
    b.signal.emit(asio::cancellation_type::total);
    settle(context);
    BOOST_TEST(b.was_aborted());
    BOOST_TEST(!c.ec);
    a.held.unlock();
    run(context);
    BOOST_TEST(c.has_lock());
}

BOOST_AUTO_TEST_CASE(next_operation_continues_the_attempt_of_a_cancelled_one)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter a, b;
    a.start(context, lock);
    b.start(context, lock);
    settle(context);
    auto const open = descriptors_of(path.filename().string());
    auto const watches = inotify_watches();
    a.signal.emit(asio::cancellation_type::total);
    settle(context);
    BOOST_TEST(a.was_aborted());
    BOOST_TEST(descriptors_of(path.filename().string()) == open, boost::test_tools::per_element());
    BOOST_TEST(inotify_watches() == watches);
    other.unlock();
    run(context);
    BOOST_TEST(b.has_lock());
}

BOOST_AUTO_TEST_CASE(thread_behind_a_cancelled_operation_gets_the_lock)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter a;
    a.start(context, lock);
    settle(context);
    std::thread thread([&] {
        lock.lock();
        lock.unlock();
    });
    a.signal.emit(asio::cancellation_type::total);
    run(context);
    BOOST_TEST(a.was_aborted());
    other.unlock();
    thread.join();
}

// Each of ten thousand rounds mixes operations, steps of the context, a release and a cancellation
// in a random order. No result may be lost: an operation that reports success has the lock, no
// other owner has it, and in the end another process can acquire it.
BOOST_AUTO_TEST_CASE(ten_thousand_cancellations_at_random_moments)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    unsigned const seed = std::random_device()();
    BOOST_TEST_MESSAGE("seed " << seed);
    BOOST_TEST_INFO("seed " << seed);
    std::mt19937 random(seed);
    auto const up_to = [&](unsigned n) { return random() % (n + 1); };
    child stranger([&] {
        file_lock theirs(path);
        for (std::string line = hear(); line == "try"; line = hear()) {
            bool const free = theirs.try_lock();
            if (free)
                theirs.unlock();
            say(free ? "free" : "taken");
        }
        return 0;
    });
    int cancelled = 0, had = 0;
    while (cancelled + had < 20000 || cancelled < 10000) {
        bool const is_taken = up_to(1) == 0;
        if (is_taken)
            other.lock();
        std::vector<waiter> waiters(1 + up_to(4));
        for (auto& w : waiters)
            w.start(context, lock);
        context.restart();
        for (auto steps = up_to(12); steps != 0; --steps) {
            switch (up_to(3)) {
            case 0:
                waiters[up_to(static_cast<unsigned>(waiters.size()) - 1)].signal.emit(
                    asio::cancellation_type::total);
                break;
            case 1:
                for (auto& w : waiters)
                    if (w.held)
                        w.held.unlock();
                break;
            case 2:
                if (other.is_locked())
                    other.unlock();
                break;
            default:
                context.poll_one();
                context.restart();
            }
            auto const holders = std::count_if(waiters.begin(), waiters.end(),
                                               [](waiter const& w) { return w.held.owns_lock(); });
            BOOST_TEST_REQUIRE(holders + (other.is_locked() ? 1 : 0) <= 1);
        }
        for (auto& w : waiters)
            w.signal.emit(asio::cancellation_type::total);
        for (auto& w : waiters) {
            // No operation is left that was not cancelled, so a holder keeps none from ending.
            run(context);
            BOOST_TEST_REQUIRE(w.ec.has_value());
            BOOST_TEST_REQUIRE((*w.ec ? w.was_aborted() : true));
            *w.ec ? ++cancelled : ++had;
        }
        for (auto& w : waiters)
            w.held = {};
        if (other.is_locked())
            other.unlock();
        stranger.write_line("try");
        stranger.expect("free");
    }
    BOOST_TEST_MESSAGE(cancelled << " cancelled, " << had << " came too late");
    BOOST_TEST(had > 0);
    stranger.write_line("end");
    BOOST_TEST(stranger.wait() == 0);
    BOOST_TEST(inotify_watches() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
