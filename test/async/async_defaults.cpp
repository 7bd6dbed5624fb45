// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The asynchronous functions without a token, and the overload that a call selects.

#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <optional>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_acquire_upgrade;
using boost::filelock::async_release;
using boost::filelock::async_wait_loss;
using boost::filelock::held_lock;
using boost::filelock::lease_loss;
using boost::filelock::read_write_lock;
using boost::filelock::shared_held_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::upgrade_held_lock;
using boost::system::error_code;

namespace {

/// Runs the operation on the context and returns its result.
template <class Held, class Operation>
std::pair<error_code, Held> result_of(asio::io_context& context, Operation operation)
{
    std::optional<std::pair<error_code, Held>> result;
    std::move(operation)(asio::bind_executor(
        context, [&](error_code ec, Held held) { result.emplace(ec, std::move(held)); }));
    BOOST_TEST(!result, "not within the call");
    context.restart();
    context.run_for(60s);
    BOOST_TEST_REQUIRE(!!result);
    return *std::move(result);
}

template <class Held>
void release(asio::io_context& context, Held held)
{
    std::optional<error_code> result;
    auto operation = async_release(std::move(held));
    std::move(operation)(asio::bind_executor(context, [&](error_code ec) { result = ec; }));
    context.restart();
    context.run_for(60s);
    BOOST_TEST_REQUIRE(!!result);
    BOOST_TEST(!*result);
}

acquire_options at_once()
{
    acquire_options how;
    how.timeout = 0ns;
    return how;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_defaults, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(default_token_defers_the_operation, Lock, exclusive_kinds)
{
    using held = held_lock<Lock>;
    asio::io_context context;
    Lock lock(path);
    auto operation = async_acquire(lock);
    context.run_for(0ms);
    BOOST_TEST(lock.try_lock(), "nothing has been started");
    lock.unlock();
    auto [ec, first] = result_of<held>(context, std::move(operation));
    BOOST_TEST(!ec);
    BOOST_TEST(first.owns_lock());
    release(context, std::move(first));
    BOOST_TEST(lock.try_lock());
    lock.unlock();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(operation_keeps_its_options, Lock, exclusive_kinds)
{
    using held = held_lock<Lock>;
    asio::io_context context;
    Lock lock(path);
    lock.lock();
    auto how = at_once();
    auto of_lvalue = async_acquire(lock, how);
    how.timeout.reset();
    BOOST_TEST(result_of<held>(context, std::move(of_lvalue)).first == errc::timed_out);
    BOOST_TEST(result_of<held>(context, async_acquire(lock, at_once())).first == errc::timed_out);
    BOOST_TEST(result_of<held>(context, async_acquire(context, lock, at_once())).first ==
               errc::timed_out);
    lock.unlock();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(overloads_with_and_without_a_token_are_distinguished, Lock,
                              exclusive_kinds)
{
    using held = held_lock<Lock>;
    asio::io_context context;
    auto const executor = context.get_executor();
    Lock lock(path);
    acquire_options const how = at_once();
    int completed = 0;
    auto const handler = [&](error_code ec, held) {
        BOOST_TEST(!ec);
        ++completed;
    };
    auto bound = asio::bind_executor(context, handler);
    auto const run = [&] {
        context.restart();
        context.run_for(60s);
    };
    async_acquire(lock, bound), run();
    async_acquire(lock, how, bound), run();
    async_acquire(lock, {}, bound), run();
    async_acquire(context, lock, handler), run();
    async_acquire(context, lock, how, handler), run();
    async_acquire(executor, lock, handler), run();
    async_acquire(executor, lock, {}, handler), run();
    async_acquire(lock)(bound), run();
    async_acquire(lock, {})(bound), run();
    async_acquire(lock, how)(bound), run();
    async_acquire(context, lock)(handler), run();
    async_acquire(executor, lock)(handler), run();
    async_acquire(executor, lock, {})(handler), run();
    async_acquire(executor, lock, how)(handler), run();
    async_acquire(lock, asio::deferred)(bound), run();
    async_acquire(executor, lock, how, asio::deferred)(handler), run();
    BOOST_TEST(completed == 16);
}

BOOST_AUTO_TEST_CASE(shared_and_upgrade_have_the_same_forms)
{
    asio::io_context context;
    read_write_lock lock(path);
    int completed = 0;
    auto const handler = [&](error_code ec, shared_held_lock<read_write_lock> held) {
        BOOST_TEST((!ec && held.owns_lock()));
        ++completed;
    };
    auto const upgraded = [&](error_code ec, upgrade_held_lock<read_write_lock> held) {
        BOOST_TEST((!ec && held.owns_lock()));
        ++completed;
    };
    auto const run = [&] {
        context.restart();
        context.run_for(60s);
    };
    async_acquire_shared(lock)(asio::bind_executor(context, handler)), run();
    async_acquire_shared(lock, at_once())(asio::bind_executor(context, handler)), run();
    async_acquire_shared(context, lock)(handler), run();
    async_acquire_shared(context, lock, at_once())(handler), run();
    async_acquire_upgrade(lock)(asio::bind_executor(context, upgraded)), run();
    async_acquire_upgrade(lock, at_once())(asio::bind_executor(context, upgraded)), run();
    async_acquire_upgrade(context, lock)(upgraded), run();
    async_acquire_upgrade(context, lock, at_once())(upgraded), run();
    BOOST_TEST(completed == 8);
}

BOOST_AUTO_TEST_CASE(operation_that_is_never_started_releases_its_hold)
{
    asio::io_context context;
    read_write_lock lock(path);
    auto held = result_of<held_lock<read_write_lock>>(context, async_acquire(lock)).second;
    {
        auto const never_started = async_release(context, std::move(held));
        BOOST_TEST(!lock.try_lock());
    }
    BOOST_TEST(lock.try_lock());
    lock.unlock();
}

BOOST_AUTO_TEST_CASE(loss_can_be_awaited_without_a_token)
{
    asio::io_context context;
    soft_read_write_lock lock(path);
    auto const not_held = errc::operation_not_permitted;
    BOOST_TEST(result_of<lease_loss>(context, async_wait_loss(lock)).first == not_held);
    BOOST_TEST(result_of<lease_loss>(context, async_wait_loss(context, lock)).first == not_held);
}

BOOST_AUTO_TEST_SUITE_END()
