// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations end before they acquire the lock: by cancellation, with their
// execution context, or in a forked child. Afterwards nothing is held and no resource is left.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;
namespace data = boost::unit_test::data;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::system::error_code;

namespace {

/// A waiter that can be cancelled, with the result of its operation.
struct waiter
{
    asio::cancellation_signal signal;
    std::optional<error_code> ec;
    held_lock<file_lock> held;

    void start(asio::io_context& context, file_lock& lock)
    {
        ec.reset();
        async_acquire(context, lock,
                      asio::bind_cancellation_slot(signal.slot(),
                                                   [this](error_code e, held_lock<file_lock> h) {
                                                       BOOST_TEST(!ec);
                                                       ec = e;
                                                       held = std::move(h);
                                                   }));
    }
    bool has_lock() const { return ec && !*ec && held.owns_lock(); }
    bool was_aborted() const { return ec == asio::error::operation_aborted && !held.owns_lock(); }
};

void settle(asio::io_context& context)
{
    context.restart();
    while (context.poll() != 0)
        ;
}

/// Runs the context to its end. Fails after `patience`.
void run(asio::io_context& context)
{
    context.restart();
    context.run_for(patience);
    BOOST_TEST_REQUIRE(context.stopped());
}

/// Tries the lock as any other program would: a `flock` belongs to the open file.
bool others_can_lock(boost::filesystem::path const& path)
{
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    bool const free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    ::close(fd);
    return free;
}

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

BOOST_AUTO_TEST_SUITE(contexts)

/// A handler. The test can observe its destruction.
struct guest
{
    std::shared_ptr<int> life;
    void operator()(error_code, held_lock<file_lock>) const { BOOST_ERROR("called"); }
};

BOOST_AUTO_TEST_CASE(destroyed_context_discards_its_operations)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    {
        asio::io_context context;
        async_acquire(context, lock, guest{life});
        async_acquire(context, lock, guest{life});
        settle(context);
        async_acquire(context, lock, guest{life}); // its first step has not run
        BOOST_TEST(life.use_count() == 4);
    }
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(inotify_watches() == 0u);
    BOOST_TEST(descriptors_of(path.filename().string()).size() == 1u);
    other.unlock();
    BOOST_TEST(lock.try_lock()); // the queue is empty
}

BOOST_AUTO_TEST_CASE(destroyed_context_releases_a_hold_that_a_handler_owns)
{
    file_lock lock(path);
    {
        asio::io_context context;
        async_acquire(context, lock, [&](error_code, held_lock<file_lock> h) {
            // The handler keeps the hold and starts another operation, which waits.
            async_acquire(context, lock, [h = std::move(h)](error_code, held_lock<file_lock>) {});
        });
        settle(context);
        BOOST_TEST(!others_can_lock(path));
    }
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(stopped_context_acquires_no_lock)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    {
        other.lock();
        asio::io_context context;
        async_acquire(context, lock, guest{life});
        settle(context);
        context.stop();
        other.unlock();
        BOOST_TEST(others_can_lock(path));
        BOOST_TEST(context.run() == 0u);
        BOOST_TEST(others_can_lock(path));
    }
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(lock_may_be_destroyed_before_the_context)
{
    auto const life = std::make_shared<int>();
    file_lock other(path);
    other.lock();
    {
        asio::io_context context;
        file_lock lock(path);
        async_acquire(context, lock, guest{life});
        async_acquire(context, lock, guest{life});
        settle(context);
    }
    BOOST_TEST(life.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(operations_of_other_contexts_continue_when_one_is_destroyed)
{
    file_lock lock(path), other(path);
    other.lock();
    asio::io_context lasting;
    waiter w;
    {
        asio::io_context context;
        async_acquire(context, lock, [](error_code, held_lock<file_lock>) {});
        settle(context);
        w.start(lasting, lock);
        settle(lasting);
    }
    other.unlock();
    run(lasting);
    BOOST_TEST(w.has_lock());
}

// A handler cannot destroy its own context: Asio uses the context again after the handler.
BOOST_AUTO_TEST_CASE(handler_may_destroy_another_context)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    auto doomed = std::make_unique<asio::io_context>();
    asio::io_context lasting;
    async_acquire(lasting, lock, [&](error_code ec, held_lock<file_lock>) {
        BOOST_TEST(!ec);
        doomed.reset();
    });
    settle(lasting);
    async_acquire(*doomed, lock, guest{life});
    settle(*doomed);
    waiter w;
    w.start(lasting, lock);
    other.unlock();
    run(lasting);
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(w.has_lock());
}

BOOST_AUTO_TEST_CASE(callback_may_destroy_another_context)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    auto doomed = std::make_unique<asio::io_context>();
    async_acquire(*doomed, lock, guest{life}); // first in the queue
    settle(*doomed);
    asio::io_context lasting;
    acquire_options how;
    how.cancel_check = [&] {
        doomed.reset();
        return false;
    };
    bool was_acquired = false;
    async_acquire(lasting, lock, how,
                  [&](error_code ec, held_lock<file_lock>) { was_acquired = !ec; });
    settle(lasting);
    BOOST_TEST(life.use_count() == 1);
    other.unlock();
    run(lasting);
    BOOST_TEST(was_acquired);
}

BOOST_AUTO_TEST_CASE(operation_started_while_the_context_ends_is_discarded)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    asio::cancellation_signal signal;
    bool has_begun = false;
    {
        asio::io_context context;
        auto const begin_another = [&](void*) {
            async_acquire(context, lock, asio::bind_cancellation_slot(signal.slot(), guest{life}));
            has_begun = true;
        };
        std::shared_ptr<void> last(nullptr, begin_another);
        async_acquire(context, lock, [last](error_code, held_lock<file_lock>) {});
        settle(context);
        last.reset();
        BOOST_TEST(!has_begun);
    }
    BOOST_TEST(has_begun);
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(!signal.slot().has_handler());
    other.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(stopped_pool_discards_its_operations)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    {
        asio::thread_pool pool(2);
        for (int i = 0; i < 100; ++i)
            async_acquire(pool, lock, guest{life});
        pool.stop();
        pool.join();
    }
    BOOST_TEST(life.use_count() == 1);
    other.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fork)

BOOST_AUTO_TEST_CASE(operations_are_aborted_in_a_child_and_continue_in_the_parent)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter a, b;
    a.start(context, lock);
    b.start(context, lock);
    settle(context);
    waiter c;
    c.start(context, lock); // its first step has not run
    context.notify_fork(asio::execution_context::fork_prepare);
    child forked([&] {
        context.notify_fork(asio::execution_context::fork_child);
        say("forked");
        hear(); // the parent has released the lock
        context.restart();
        context.run_for(patience);
        if (!context.stopped() || !a.was_aborted() || !b.was_aborted() || !c.was_aborted())
            return 1;
        // The child can start new operations.
        waiter own;
        own.start(context, lock);
        context.restart();
        context.run_for(patience);
        if (!own.has_lock())
            return 2;
        say("has it");
        hear();
        return 0;
    });
    context.notify_fork(asio::execution_context::fork_parent);
    forked.expect("forked");
    other.unlock();
    forked.write_line("free");
    forked.expect("has it");
    settle(context);
    BOOST_TEST(!a.ec); // it waits for the child
    forked.write_line("end");
    BOOST_TEST(forked.wait() == 0);
    settle(context);
    while (!a.ec && context.run_one_for(patience) != 0)
        ;
    BOOST_TEST(a.has_lock());
    a.held.unlock();
    while (!b.ec && context.run_one_for(patience) != 0)
        ;
    BOOST_TEST(b.has_lock());
    b.held.unlock();
    run(context);
    BOOST_TEST(c.has_lock());
}

BOOST_AUTO_TEST_CASE(child_may_use_the_lock_without_notifying_the_context)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter a;
    a.start(context, lock);
    settle(context);
    auto const open = open_descriptors();
    child forked([&] {
        hear();
        if (open_descriptors() >= open) // the parent's lock file and notifier are closed
            return 1;
        if (!lock.try_lock_for(patience))
            return 2;
        lock.unlock();
        return 0;
    });
    other.unlock();
    forked.write_line("free");
    BOOST_TEST(forked.wait() == 0);
    run(context);
    BOOST_TEST(a.has_lock());
}

BOOST_AUTO_TEST_CASE(child_may_destroy_the_context)
{
    std::optional<asio::io_context> context(std::in_place);
    file_lock lock(path), other(path);
    other.lock();
    auto const life = std::make_shared<int>();
    async_acquire(*context, lock, [life](error_code, held_lock<file_lock>) {});
    settle(*context);
    child forked([&] {
        context.reset();
        return life.use_count() == 1 ? 0 : 1;
    });
    BOOST_TEST(forked.wait() == 0);
    BOOST_TEST(inotify_watches() == 1u); // that of the parent
    other.unlock();
    run(*context);
    BOOST_TEST(life.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
