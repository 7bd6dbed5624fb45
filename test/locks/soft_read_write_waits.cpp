// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Waits for a `soft_read_write_lock`: whom a waiting writer keeps out, settling, deadlocks, and how
// closing the lock ends waits and holds.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/loss_log.hpp"
#include "support/marker_tree.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_roles.hpp"
#include "support/soft_read_write_waiters.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/held_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::error;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace asio = boost::asio;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

BOOST_FIXTURE_TEST_SUITE(soft_read_write, marker_tree)

BOOST_AUTO_TEST_SUITE(a_waiting_writer)

BOOST_DATA_TEST_CASE_F(marker_tree, keeps_new_readers_out, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock first(path, options), writer(path, options), later(path, options);
    first.lock_shared();
    waiting writes(writer, role::writer);
    BOOST_TEST(is_there(write));
    BOOST_TEST(!is_free_for(role::reader, options));
    BOOST_TEST(!another_thread().run([&] { return first.try_lock_shared(); })); // nor by joining
    waiting reads(later, role::reader);
    BOOST_TEST(!writes.is_over());
    first.unlock_shared();
    BOOST_TEST(!writes.get());
    BOOST_TEST(reader_names().empty());
    BOOST_TEST(!reads.is_over());
    writes.unlock();
    BOOST_TEST(!reads.get());
    reads.unlock();
}

BOOST_AUTO_TEST_CASE(is_notified_when_readers_release_and_so_are_its_waiters)
{
    soft_read_write_lock writer(path, hourly()), later(path, hourly());
    actor reads(path, hourly(), role::reader);
    reads.expect("held");
    waiting writes(writer, role::writer);
    waiting reads_later(later, role::reader);
    BOOST_TEST(reads.ask("release") == "done");
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(!reads_later.get());
    reads_later.unlock();
}

BOOST_DATA_TEST_CASE_F(marker_tree, that_gives_up_lets_readers_in, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock first(path, options), writer(path, options);
    first.lock_shared();
    acquire_options how;
    how.timeout = 50ms;
    waiting writes(writer, role::writer, how);
    BOOST_TEST((writes.get() == errc::timed_out));
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader, options));
}

BOOST_AUTO_TEST_CASE(that_is_cancelled_lets_readers_in)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    std::atomic<bool> enough{false};
    acquire_options how;
    how.cancel_check = [&] { return enough.load(); };
    waiting writes(writer, role::writer, how);
    BOOST_TEST(!is_free_for(role::reader));
    enough = true;
    BOOST_TEST((writes.get() == errc::operation_canceled));
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(that_only_tries_lets_readers_in_at_once)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    fs::last_write_time(path.parent_path(), 0);
    BOOST_TEST(!writer.try_lock());
    BOOST_TEST(fs::last_write_time(path.parent_path()) == 0); // and it has made no claim
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(whose_callback_throws_lets_readers_in)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    acquire_options how;
    how.on_wait = [](auto const&) { throw std::domain_error("enough"); };
    BOOST_CHECK_THROW(another_thread().run([&] { writer.acquire(how); }), std::domain_error);
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(in_a_thread_of_the_same_object_keeps_its_other_threads_out)
{
    soft_read_write_lock lock(path, steady());
    lock.lock_shared();
    waiting writes(lock, role::writer);
    BOOST_TEST(!another_thread().run([&] { return lock.try_lock_shared(); }));
    lock.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(keeps_its_marker_stamped)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    waiting writes(writer, role::writer);
    wait_for_beats(write, 3);
    first.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settling)

BOOST_DATA_TEST_CASE_F(marker_tree, delays_a_writer, both_storages, where)
{
    auto options = steady(where);
    options.settle = 300ms;
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((steady_clock::now() - begun >= 300ms));
    lock.unlock();
    BOOST_TEST(lock.try_lock_until(steady_clock::now() - 1h)); // the same
    lock.unlock();
    BOOST_TEST(lock.try_lock_until(std::chrono::system_clock::now() - 1h));
}

BOOST_DATA_TEST_CASE_F(marker_tree, counts_against_the_time_limit, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    soft_read_write_lock lock(path, options);
    BOOST_TEST(!lock.try_lock_for(50ms));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, is_not_for_readers, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    BOOST_TEST(is_free_for(role::reader, options));
}

BOOST_DATA_TEST_CASE_F(marker_tree, keeps_readers_out, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    soft_read_write_lock lock(path, options);
    std::atomic<bool> enough{false};
    acquire_options how;
    how.cancel_check = [&] { return enough.load(); };
    another_thread writes;
    auto result = writes.start([&] { return error_of([&] { lock.acquire(how); }); });
    eventually("the writer is there", [&] { return is_there(write); });
    BOOST_TEST(!is_free_for(role::reader, options));
    enough = true;
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST((result.get() == errc::operation_canceled));
    BOOST_TEST(is_free_for(role::reader, options));
}

namespace {

// Settling would take two seconds. The machine is not slow at every attempt.
void check_no_settling(soft_read_write_lock& lock)
{
    bool is_in_time = false;
    for (int i = 0; i < 10 && !is_in_time; ++i)
        is_in_time = lock.try_lock_for(1900ms);
    BOOST_TEST(is_in_time);
}

} // namespace

BOOST_AUTO_TEST_CASE(is_skipped_on_local_storage_only)
{
    auto options = steady(storage::network);
    options.settle.reset();
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(!lock.try_lock_for(1s));
    BOOST_TEST(is_clean());
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((steady_clock::now() - begun >= 3s));
    lock.unlock();
    options.where = storage::local;
    soft_read_write_lock local(path, options);
    check_no_settling(local);
}

BOOST_AUTO_TEST_CASE(is_skipped_where_it_is_zero)
{
    soft_read_write_lock lock(path, steady(storage::network));
    check_no_settling(lock);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(closing)

BOOST_DATA_TEST_CASE_F(marker_tree, releases_every_hold, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where)), writes(directory / "other", steady(where));
    another_thread a, b;
    lock.lock_shared();
    a.run([&] { lock.lock_shared(); });
    a.run([&] { lock.lock_shared(); });
    b.run([&] { writes.lock(); });
    lock.close();
    writes.close();
    BOOST_TEST(reader_names().empty());
    BOOST_TEST(!is_there(directory / "other.write"));
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(!lock.is_locked());
    BOOST_CHECK_NO_THROW(a.run([&] { lock.unlock_shared(); }));
    BOOST_CHECK_NO_THROW(a.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(b.run([&] { writes.unlock(); }));
    BOOST_CHECK_NO_THROW(lock.unlock_shared());
    lock.close();
}

BOOST_AUTO_TEST_CASE(is_no_loss)
{
    loss_log log;
    auto options = steady();
    options.on_loss = log.callback();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock.lock();
    lock.close();
    wait_for_beats(directory / "other.write", 3);
    BOOST_TEST(log.all().empty());
    BOOST_TEST(!lock.loss());
}

// The poll interval is an hour, so only close() can end the wait.
BOOST_DATA_TEST_CASE_F(marker_tree, ends_waits_for_other_processes, both_roles, r)
{
    actor holder(path, hourly(), other(r));
    holder.expect("held");
    child closes([&] {
        auto options = hourly();
        options.heartbeat_interval = 1h; // so that no heartbeat wakes it either
        soft_read_write_lock lock(path, options);
        waiting waits(lock, r);
        say("waits");
        hear();
        lock.close();
        auto const ec = waits.get();
        say(ec == error::closed ? "closed" : message(ec));
        return 0;
    });
    closes.expect("waits");
    wait_until_quiet(closes.pid());
    closes.write_line("close");
    closes.expect("closed");
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, ends_waits_for_threads_of_the_same_object, both_roles, r)
{
    soft_read_write_lock lock(path, hourly());
    lock_as(lock, other(r));
    waiting waits(lock, r);
    lock.close();
    BOOST_TEST((waits.get() == error::closed));
    BOOST_CHECK_NO_THROW(unlock_as(lock, other(r)));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(marker_tree, is_final, both_roles, r)
{
    soft_read_write_lock lock(path, steady());
    lock.close();
    BOOST_TEST((error_of([&] { lock_as(lock, r); }) == error::closed));
    BOOST_TEST((error_of([&] { (void)try_as(lock, r); }) == error::closed));
    BOOST_TEST((error_of([&] { (void)try_as(lock, r, 10ms); }) == error::closed));
    BOOST_TEST((error_of([&] { unlock_as(lock, r); }) == errc::operation_not_permitted));
    BOOST_TEST(names_in(directory).empty());
}

BOOST_AUTO_TEST_CASE(ends_asynchronous_waits_and_holds)
{
    actor writer(path, hourly(), role::writer);
    writer.expect("held");
    soft_read_write_lock waited_for(path, hourly()), held(directory / "other", hourly());
    asio::io_context context;
    std::vector<error_code> results;
    boost::filelock::held_lock<soft_read_write_lock> hold;
    async_acquire(held, asio::bind_executor(context, [&](error_code ec, auto got) {
                      results.push_back(ec);
                      hold = std::move(got);
                  }));
    context.run();
    BOOST_TEST_REQUIRE(results.size() == 1u);
    BOOST_TEST(!results[0]);
    context.restart();
    acquire_options how;
    how.progress_interval = 1h;
    how.on_wait = [&](auto const&) {
        waited_for.close();
        held.close();
    };
    async_acquire_shared(waited_for, how,
                         asio::bind_executor(context, [&](error_code ec, auto got) {
                             results.push_back(ec);
                             BOOST_TEST(!got.owns_lock());
                         }));
    async_acquire(waited_for,
                  bind_executor(context, [&](error_code ec, auto) { results.push_back(ec); }));
    context.run_for(patience);
    BOOST_TEST_REQUIRE(results.size() == 3u);
    BOOST_TEST((results[1] == error::closed));
    BOOST_TEST((results[2] == error::closed));
    BOOST_TEST(!is_there(directory / "other.write"));
    BOOST_CHECK_NO_THROW(hold.unlock());
    context.restart();
    async_acquire(waited_for,
                  bind_executor(context, [&](error_code ec, auto) { results.push_back(ec); }));
    context.run_for(patience);
    BOOST_TEST_REQUIRE(results.size() == 4u);
    BOOST_TEST((results[3] == error::closed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deadlock)

BOOST_DATA_TEST_CASE_F(marker_tree, behind_a_writer_that_waits_for_the_caller, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock a(path, options), b(path, options), c(path, options);
    a.lock_shared();
    waiting writes(b, role::writer);
    BOOST_TEST((error_of([&] { c.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!c.try_lock_shared());
    BOOST_TEST(!c.try_lock_shared_for(20ms));
    BOOST_TEST(!writes.is_over());
    a.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(c.try_lock_shared());
}

BOOST_DATA_TEST_CASE_F(marker_tree, behind_a_writer_of_another_process_that_waits_for_the_caller,
                       both_storages, where)
{
    soft_read_write_lock a(path, steady(where)), c(path, steady(where));
    a.lock_shared();
    actor writes(path, steady(where), role::writer);
    writes.expect("waits");
    BOOST_TEST((error_of([&] { c.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!c.try_lock_shared_for(20ms));
    a.unlock_shared();
    writes.expect("held");
}

BOOST_AUTO_TEST_CASE(with_the_caller_through_another_object)
{
    soft_read_write_lock a(path, steady()), b(path, steady());
    for (role const r : {role::reader, role::writer}) {
        lock_as(a, r);
        BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
        BOOST_TEST(!b.try_lock_for(20ms));
        BOOST_TEST((is_there(write) == (r == role::writer)));
        unlock_as(a, r);
    }
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
