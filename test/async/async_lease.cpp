// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Asynchronous operations on a `soft_file_lease`: they wait for the lock, and for the loss of a
// hold.

#include "support/lease_actor.hpp"
#include "support/run_context.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>
#include <boost/filelock/held_lock.hpp>

#include <boost/asio.hpp>
#include <boost/system/errc.hpp>

#include <optional>
#include <utility>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::async_acquire;
using boost::filelock::async_wait_loss;
using boost::filelock::error;
using boost::filelock::held_lock;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::soft_file_lease;
using boost::system::error_code;
namespace asio = boost::asio;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

BOOST_FIXTURE_TEST_SUITE(async_lease, temporary_directory)

BOOST_DATA_TEST_CASE_F(temporary_directory, acquisition_waits_for_the_release, both_storages, where)
{
    asio::io_context context;
    soft_file_lease lock(path, steady(where)), other(path, steady(where));
    other.lock();
    std::optional<error_code> ec;
    held_lock<soft_file_lease> held;
    async_acquire(context, lock, [&](error_code e, held_lock<soft_file_lease> h) {
        ec = e;
        held = std::move(h);
    });
    settle(context);
    BOOST_TEST(!ec);
    other.unlock();
    run(context);
    BOOST_TEST((ec == error_code()));
    BOOST_TEST(held.owns_lock());
    BOOST_TEST((ec && held.still_held(*ec)));
    BOOST_TEST((lock.remaining() > 0ns));
    BOOST_TEST(!other.try_lock());
    held.unlock();
    BOOST_TEST(other.try_lock());
}

BOOST_DATA_TEST_CASE_F(temporary_directory, acquisition_reports_another_duration, both_storages,
                       where)
{
    asio::io_context context;
    write_text(path, foreign_lease(1h));
    soft_file_lease lock(path, steady(where));
    std::optional<error_code> ec;
    async_acquire(context, lock, [&](error_code e, held_lock<soft_file_lease>) { ec = e; });
    run(context);
    BOOST_TEST((ec == error_code(error::lease_duration_mismatch)));
}

BOOST_DATA_TEST_CASE_F(temporary_directory, acquisition_takes_an_expired_marker, both_storages,
                       where)
{
    asio::io_context context;
    write_text(path, foreign_lease(50ms));
    soft_file_lease lock(path, lasting(50ms, where));
    std::optional<error_code> ec;
    async_acquire(context, lock, [&](error_code e, held_lock<soft_file_lease>) { ec = e; });
    run(context);
    BOOST_TEST((ec == error_code()));
}

BOOST_DATA_TEST_CASE_F(temporary_directory, wait_ends_with_a_loss_or_release, both_storages, where)
{
    asio::io_context context;
    soft_file_lease lock(path, steady(where));
    struct outcome
    {
        std::optional<error_code> ec;
        lease_loss loss;
    } none, released, lost;
    auto const wait = [&](outcome& o) {
        async_wait_loss(context, lock, [&o](error_code ec, lease_loss loss) {
            o.ec = ec;
            o.loss = std::move(loss);
        });
    };
    wait(none);
    run(context);
    BOOST_TEST((none.ec == errc::operation_not_permitted));
    lock.lock();
    wait(released);
    settle(context);
    BOOST_TEST(!released.ec);
    lock.unlock();
    run(context);
    BOOST_TEST((released.ec == asio::error::operation_aborted));
    lock.lock();
    wait(lost);
    settle(context);
    BOOST_TEST(!lost.ec);
    write_text(directory / "new", foreign_lease(patience));
    fs::rename(directory / "new", path);
    run(context);
    BOOST_TEST((lost.ec == error_code()));
    BOOST_TEST((lost.loss.reason == loss_reason::owner_changed));
    BOOST_TEST(lost.loss.path == path);
    BOOST_TEST(lost.loss.token == lock.loss()->token);
    lock.unlock();
}

BOOST_AUTO_TEST_SUITE_END()
