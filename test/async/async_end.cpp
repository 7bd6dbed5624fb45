// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations end before they acquire the lock: with their execution context, or in
// a forked child. Afterwards nothing is held and no resource is left.

#include "support/async_waiter.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/asio.hpp>

#include <memory>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
namespace asio = boost::asio;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::system::error_code;

namespace {

/// Tries the lock as any other program would: a `flock` belongs to the open file.
bool others_can_lock(boost::filesystem::path const& path)
{
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    bool const free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    ::close(fd);
    return free;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_end, temporary_directory)

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
