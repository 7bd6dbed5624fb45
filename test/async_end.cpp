// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations end before they have what they want: cancelled, with their execution
// context, in a forked child. Nothing is held thereafter, and nothing is left.

#include "process/child.hpp"
#include "process/kernel_state.hpp"
#include "process/temporary_directory.hpp"

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

/// A waiter that can be cancelled, and remembers what it came to.
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

/// Runs it to its end, which must come.
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

BOOST_DATA_TEST_CASE_F(temporary_directory, a_wait_is_cancelled, every_type, type)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter w;
    w.start(context, lock);
    settle(context);
    BOOST_TEST(!w.ec);
    w.signal.emit(type);
    BOOST_TEST(!w.ec); // never from within
    run(context);
    BOOST_TEST(w.was_aborted());
    BOOST_TEST(descriptors_of(path.filename().string()).size() == 1u); // the other's
    other.unlock();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(no_type_is_no_cancellation)
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

BOOST_DATA_TEST_CASE_F(temporary_directory, before_its_first_step_it_touches_no_file, every_type,
                       type)
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

BOOST_AUTO_TEST_CASE(after_the_lock_is_had_it_comes_too_late)
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

BOOST_AUTO_TEST_CASE(one_in_the_middle_of_the_queue)
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

BOOST_AUTO_TEST_CASE(the_next_goes_on_where_the_first_has_stopped)
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

BOOST_AUTO_TEST_CASE(a_thread_behind_a_cancelled_operation_goes_on)
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

// Ten thousand times: some operations, some steps of the context, a release, a cancellation, in any
// order. After each it must be true that nothing is lost: who was told so has the lock, nobody else
// has, and when all is over another process can have it.
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
            // Who has it keeps those from ending that were not cancelled, of whom there are none.
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

/// A handler that tells of its end.
struct guest
{
    std::shared_ptr<int> life;
    void operator()(error_code, held_lock<file_lock>) const { BOOST_ERROR("called"); }
};

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_takes_its_operations_along)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    {
        asio::io_context context;
        async_acquire(context, lock, guest{life});
        async_acquire(context, lock, guest{life});
        settle(context);
        async_acquire(context, lock, guest{life}); // not yet begun
        BOOST_TEST(life.use_count() == 4);
    }
    BOOST_TEST(life.use_count() == 1);
    BOOST_TEST(inotify_watches() == 0u);
    BOOST_TEST(descriptors_of(path.filename().string()).size() == 1u);
    other.unlock();
    BOOST_TEST(lock.try_lock()); // nobody stands in the queue
}

BOOST_AUTO_TEST_CASE(a_lock_that_was_had_and_is_owned_by_a_handler_is_given_back)
{
    file_lock lock(path);
    {
        asio::io_context context;
        async_acquire(context, lock, [&](error_code, held_lock<file_lock> h) {
            // Somebody who keeps it and waits for something else.
            async_acquire(context, lock, [h = std::move(h)](error_code, held_lock<file_lock>) {});
        });
        settle(context);
        BOOST_TEST(!others_can_lock(path));
    }
    BOOST_TEST(others_can_lock(path));
}

BOOST_AUTO_TEST_CASE(a_stopped_context_takes_no_lock)
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

BOOST_AUTO_TEST_CASE(the_lock_may_be_destroyed_before_the_context)
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

BOOST_AUTO_TEST_CASE(others_go_on_when_a_context_is_destroyed)
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

// Not its own: Asio uses a context once more after the handler.
BOOST_AUTO_TEST_CASE(a_handler_destroys_another_context)
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

BOOST_AUTO_TEST_CASE(a_callback_destroys_another_context)
{
    auto const life = std::make_shared<int>();
    file_lock lock(path), other(path);
    other.lock();
    auto doomed = std::make_unique<asio::io_context>();
    async_acquire(*doomed, lock, guest{life}); // stands before it in the queue
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

BOOST_AUTO_TEST_CASE(what_begins_while_the_context_ends_is_not_begun)
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

BOOST_AUTO_TEST_CASE(a_pool_that_is_stopped_takes_its_operations_along)
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

BOOST_AUTO_TEST_CASE(the_operations_of_a_child_are_dead_and_those_of_the_parent_go_on)
{
    asio::io_context context;
    file_lock lock(path), other(path);
    other.lock();
    waiter a, b;
    a.start(context, lock);
    b.start(context, lock);
    settle(context);
    waiter c;
    c.start(context, lock); // its first step is still to come
    context.notify_fork(asio::execution_context::fork_prepare);
    child forked([&] {
        context.notify_fork(asio::execution_context::fork_child);
        say("forked");
        hear(); // the lock is free
        context.restart();
        context.run_for(patience);
        if (!context.stopped() || !a.was_aborted() || !b.was_aborted() || !c.was_aborted())
            return 1;
        // It starts afresh.
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
    BOOST_TEST(!a.ec); // waits for the child
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

BOOST_AUTO_TEST_CASE(a_child_that_uses_the_lock_alone_need_not_know_of_the_context)
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
        if (open_descriptors() >= open) // the parent's lock file and notices are closed
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

BOOST_AUTO_TEST_CASE(a_child_may_destroy_the_context)
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
    BOOST_TEST(inotify_watches() == 1u); // the parent's
    other.unlock();
    run(*context);
    BOOST_TEST(life.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
