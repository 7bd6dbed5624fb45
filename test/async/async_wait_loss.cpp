// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// An asynchronous operation that waits for the loss of a hold.

#include "support/child.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/asio.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::async_wait_loss;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::system::error_code;

namespace {

soft_read_write_lock_options beating()
{
    soft_read_write_lock_options options;
    options.heartbeat_interval = 5ms;
    options.stale_threshold = patience;
    return options;
}

struct fixture : temporary_directory
{
    soft_read_write_lock lock{path, beating()};
    asio::io_context context;

    /// The result of an operation.
    struct outcome
    {
        asio::cancellation_signal signal;
        std::optional<error_code> ec;
        lease_loss loss;
    };

    void wait(outcome& o)
    {
        async_wait_loss(
            context, lock,
            asio::bind_cancellation_slot(o.signal.slot(), [&o](error_code ec, lease_loss l) {
                BOOST_TEST(!o.ec);
                o.ec = ec;
                o.loss = std::move(l);
            }));
        BOOST_TEST(!o.ec); // never from within the call
    }

    void remove_marker() const
    {
        boost::filesystem::remove(boost::filesystem::path(path) += ".write");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_for_a_loss, fixture)

BOOST_AUTO_TEST_CASE(loss_ends_the_wait)
{
    lock.lock();
    outcome one, other;
    wait(one);
    wait(other);
    settle(context);
    BOOST_TEST((!one.ec && !other.ec));
    remove_marker();
    run(context);
    for (auto const* o : {&one, &other}) {
        BOOST_TEST((o->ec == error_code()));
        BOOST_TEST((o->loss.reason == loss_reason::marker_missing));
        BOOST_TEST(o->loss.path == path);
        BOOST_TEST(o->loss.token == lock.loss()->token);
    }
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(earlier_loss_ends_the_wait)
{
    lock.lock();
    outcome first, later;
    wait(first);
    remove_marker();
    run(context);
    wait(later);
    run(context);
    BOOST_TEST((later.ec == error_code()));
    BOOST_TEST(later.loss.token == first.loss.token);
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(release_ends_the_wait)
{
    lock.lock_shared();
    outcome o;
    wait(o);
    settle(context);
    lock.unlock_shared();
    run(context);
    BOOST_TEST((o.ec == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(wait_does_not_extend_to_the_next_hold)
{
    lock.lock();
    outcome o, next;
    wait(o);
    lock.unlock();
    lock.lock();
    wait(next);
    settle(context);
    BOOST_TEST((o.ec == asio::error::operation_aborted));
    BOOST_TEST(!next.ec);
    remove_marker();
    run(context);
    BOOST_TEST((next.ec == error_code()));
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(dropping_one_of_two_levels_does_not_end_the_wait)
{
    lock.lock();
    lock.lock();
    outcome o;
    wait(o);
    lock.unlock();
    settle(context);
    BOOST_TEST(!o.ec);
    lock.unlock();
    run(context);
    BOOST_TEST((o.ec == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(wait_without_a_hold_is_an_error)
{
    outcome o;
    wait(o);
    run(context);
    BOOST_TEST((o.ec == errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE(cancelled_wait_keeps_the_hold)
{
    lock.lock();
    for (auto type : {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                      asio::cancellation_type::total}) {
        outcome o;
        wait(o);
        settle(context);
        o.signal.emit(type);
        run(context);
        BOOST_TEST((o.ec == asio::error::operation_aborted));
    }
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(destructor_of_the_lock_ends_the_wait)
{
    auto brief = std::make_unique<soft_read_write_lock>(directory / "brief", beating());
    brief->lock();
    std::optional<error_code> said;
    async_wait_loss(context, *brief, [&](error_code ec, lease_loss) { said = ec; });
    settle(context);
    brief.reset();
    run(context);
    BOOST_TEST((said == error_code(asio::error::operation_aborted)));
}

BOOST_AUTO_TEST_CASE(end_of_the_context_discards_the_wait)
{
    auto const sentinel = std::make_shared<int>();
    {
        asio::io_context brief;
        lock.lock();
        async_wait_loss(brief, lock,
                        [sentinel](error_code, lease_loss) { BOOST_ERROR("it was called"); });
        brief.poll();
    }
    BOOST_TEST(sentinel.use_count() == 1);
    lock.unlock(); // no handler is called
}

BOOST_AUTO_TEST_CASE(future_gets_the_loss)
{
    lock.lock();
    auto loss = async_wait_loss(lock, asio::use_future);
    remove_marker();
    BOOST_TEST_REQUIRE((loss.wait_for(patience) == std::future_status::ready));
    BOOST_TEST((loss.get().reason == loss_reason::marker_missing));
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(wait_ends_in_a_forked_child)
{
    lock.lock();
    outcome o;
    wait(o);
    settle(context);
    context.notify_fork(asio::execution_context::fork_prepare);
    child c([&] {
        context.notify_fork(asio::execution_context::fork_child);
        context.restart();
        context.run_for(patience);
        return o.ec == asio::error::operation_aborted ? 0 : 1;
    });
    context.notify_fork(asio::execution_context::fork_parent);
    BOOST_TEST(c.wait() == 0);
    settle(context);
    BOOST_TEST(!o.ec);
    lock.unlock();
    run(context);
}

BOOST_AUTO_TEST_CASE(wait_ends_amid_losses_releases_and_cancellations)
{
    for (int i = 0; i < 200; ++i) {
        lock.lock();
        std::vector<outcome> all(4);
        for (auto& o : all)
            wait(o);
        std::thread other([&] {
            context.restart();
            context.run_for(patience);
        });
        if (i % 2 == 0)
            remove_marker(); // the heartbeat may find it, or come too late
        asio::post(context, [&] { all.front().signal.emit(asio::cancellation_type::terminal); });
        lock.unlock();
        other.join();
        BOOST_TEST_REQUIRE(context.stopped());
        for (auto const& o : all)
            BOOST_TEST(o.ec.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
