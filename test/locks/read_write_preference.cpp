// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A writer that waits for a read_write_lock keeps new readers out. A request that would then wait
// forever is refused. In one process.

#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/read_write_threads.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/system/errc.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::read_write_lock;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;

BOOST_FIXTURE_TEST_SUITE(read_write, other_threads)

// Writer preference

BOOST_AUTO_TEST_CASE(a_waiting_writer_keeps_new_readers_out_until_it_gives_up)
{
    read_write_lock reader(path), writer(path);
    reader.lock_shared();
    bool cancelled = false;
    {
        std::atomic<bool> cancel{false};
        waiting wait([&](acquire_options how) {
            how.cancel_check = [&] { return cancel.load(); };
            how.poll_interval = milliseconds(1);
            return lock(writer, how);
        });
        BOOST_TEST(!can_read());
        BOOST_TEST(!can_upgrade());
        cancel = true;
        cancelled = wait.get() == errc::operation_canceled;
    }
    BOOST_TEST(cancelled);
    BOOST_TEST(can_read());
    BOOST_TEST(can_upgrade());
    BOOST_TEST(!can_write());
}

BOOST_AUTO_TEST_CASE(a_writer_asleep_in_the_kernel_keeps_new_readers_out)
{
    read_write_lock reader(path), writer(path);
    reader.lock_shared();
    auto asleep = std::async(std::launch::async, [&] {
        writer.lock();
        writer.unlock();
    });
    wait_until_blocked(::getpid(), path.string());
    BOOST_TEST(!can_read());
    // Two waiting writers keep new readers out as well, and do not block each other.
    read_write_lock second(path);
    waiting another([&](acquire_options const& how) {
        auto const ec = lock(second, how);
        second.unlock();
        return ec;
    });
    BOOST_TEST(!can_read());
    reader.unlock_shared();
    BOOST_TEST((asleep.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!another.get());
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(readers_of_one_object_do_not_starve_a_writer)
{
    read_write_lock shared(path), writer(path);
    shared.lock_shared();
    waiting wait([&](acquire_options const& how) {
        auto const ec = lock(writer, how);
        writer.unlock();
        return ec;
    });
    in_thread([&] { BOOST_TEST(!shared.try_lock_shared()); });
    in_thread([&] { BOOST_TEST(!shared.try_lock_shared_for(milliseconds(5))); });
    BOOST_TEST(shared.try_lock_shared()); // a further level of the same thread
    shared.release(boost::filelock::force);
    BOOST_TEST(!wait.get());
    BOOST_TEST(shared.try_lock_shared());
}

BOOST_AUTO_TEST_CASE(a_writer_behind_readers_of_its_own_object_keeps_other_readers_out)
{
    read_write_lock shared(path);
    shared.lock_shared();
    {
        std::atomic<bool> cancel{false};
        waiting wait([&](acquire_options how) {
            how.cancel_check = [&] { return cancel.load(); };
            how.poll_interval = milliseconds(1);
            return lock(shared, how);
        });
        BOOST_TEST(!can_read());
        cancel = true;
        BOOST_TEST((wait.get() == errc::operation_canceled));
    }
    BOOST_TEST(can_read());
    BOOST_TEST(can_upgrade());
    waiting wait([&](acquire_options const& how) {
        auto const ec = lock(shared, how);
        BOOST_TEST(!can_read());
        shared.unlock();
        return ec;
    });
    BOOST_TEST(!can_read());
    read_write_lock other(path);
    other.lock_shared(); // this thread already reads
    shared.unlock_shared();
    BOOST_TEST(!can_read()); // the claim outlasts the readers
    other.unlock_shared();
    BOOST_TEST(!wait.get());
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(a_writers_claim_beside_readers_of_its_own_object_outlasts_them)
{
    read_write_lock shared(path);
    shared.lock_shared();
    sqlite_like other(path);
    std::promise<void> waits, goes_on;
    auto writer = std::async(std::launch::async, [&] {
        acquire_options how;
        how.on_wait = [&](auto const&) {
            waits.set_value();
            goes_on.get_future().wait();
        };
        return ::lock(shared, how);
    });
    waits.get_future().wait();
    BOOST_TEST(!other.lock(F_WRLCK, sqlite_like::reserved, 1));
    shared.unlock_shared();
    BOOST_TEST(!other.lock(F_WRLCK, sqlite_like::reserved, 1));
    BOOST_TEST(!other.lock(F_RDLCK, sqlite_like::pending, 1));
    BOOST_TEST(other.lock(F_WRLCK, sqlite_like::shared, 510));
    BOOST_TEST(other.lock(F_UNLCK, sqlite_like::shared, 510));
    goes_on.set_value();
    BOOST_TEST(!writer.get());
}

BOOST_AUTO_TEST_CASE(a_reader_asleep_in_the_kernel_waits_for_a_waiting_writer)
{
    read_write_lock first(path), second(path), writer(path);
    first.lock_shared();
    std::atomic<bool> cancel{false};
    waiting wait([&](acquire_options how) {
        how.cancel_check = [&] { return cancel.load(); };
        how.poll_interval = milliseconds(1);
        return ::lock(writer, how);
    });
    auto asleep = std::async(std::launch::async, [&] {
        second.lock_shared();
        sqlite_like other(path);
        BOOST_TEST(other.lock(F_WRLCK, sqlite_like::pending, 1)); // no reader excludes it
        second.unlock_shared();
    });
    wait_until_blocked(::getpid(), path.string());
    cancel = true;
    BOOST_TEST((wait.get() == errc::operation_canceled));
    BOOST_TEST((asleep.wait_for(patience) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(a_thread_that_reads_is_let_in_again_while_a_writer_waits)
{
    read_write_lock a(path), b(path), c(path), writer(path);
    a.lock_shared();
    waiting wait([&](acquire_options const& how) {
        auto const ec = lock(writer, how);
        writer.unlock();
        return ec;
    });
    BOOST_TEST(!can_read());
    b.lock_shared(); // otherwise it would wait for a writer that waits for it
    BOOST_TEST(c.try_lock_shared());
    a.unlock_shared();
    b.unlock_shared();
    BOOST_TEST(!wait.is_over());
    c.unlock_shared();
    BOOST_TEST(!wait.get());
}

// A claim would keep new readers out in vain, and a reader's conversion would be refused.
BOOST_AUTO_TEST_CASE(an_attempt_that_does_not_wait_claims_nothing)
{
    read_write_lock reader(path), other(path), shared(path);
    reader.lock_shared();
    auto const polls = std::async(std::launch::async, [&] {
        int had = 0;
        shared.lock_shared();
        for (int i = 0; i < 300; ++i)
            had += in_thread([&] { return shared.try_lock(); });
        for (int i = 0; i < 3000; ++i)
            had += shared.try_unlock_shared_and_lock();
        shared.unlock_shared();
        for (int i = 0; i < 3000; ++i)
            had += other.try_lock();
        return had;
    });
    sqlite_like client(path);
    int refused = 0;
    while (polls.wait_for(seconds(0)) != std::future_status::ready) {
        refused += !client.lock(F_RDLCK, sqlite_like::pending, 1);
        client.lock(F_UNLCK, sqlite_like::pending, 1);
    }
    BOOST_TEST(refused == 0);
}

// Requests that would wait forever

BOOST_AUTO_TEST_CASE(a_reader_is_refused_an_upgrade_while_a_writer_waits_for_it)
{
    read_write_lock a(path), b(path), writer(path);
    a.lock_shared();
    waiting wait([&](acquire_options const& how) {
        auto const ec = lock(writer, how);
        writer.unlock();
        return ec;
    });
    BOOST_TEST((error_of([&] { b.lock_upgrade(); }) == errc::resource_deadlock_would_occur));
    // If these waited, the test would hang.
    BOOST_TEST(!b.try_lock_upgrade_for(std::chrono::hours(2)));
    BOOST_TEST(!a.try_unlock_shared_and_lock_upgrade_for(std::chrono::hours(2)));
    BOOST_TEST(!a.try_unlock_shared_and_lock_for(std::chrono::hours(2)));
    BOOST_TEST(a.lock_counter() == 1u);
    BOOST_TEST(!wait.is_over());
    a.unlock_shared();
    BOOST_TEST(!wait.get());
}

BOOST_AUTO_TEST_CASE(a_reader_is_refused_an_upgrade_through_an_object_with_other_readers)
{
    read_write_lock a(path), b(path), writer(path);
    std::promise<void> reads, enough;
    auto beside = std::async(std::launch::async, [&] {
        b.lock_shared();
        reads.set_value();
        enough.get_future().wait();
        b.unlock_shared();
    });
    reads.get_future().wait();
    a.lock_shared();
    // No writer waits. This request may wait for holders that need not write, but it keeps no
    // reader out.
    BOOST_TEST(!b.try_lock_for(milliseconds(1)));
    acquire_options how;
    bool could_read = false;
    how.timeout = milliseconds(20);
    how.on_wait = [&](auto const&) { could_read = can_read(); };
    BOOST_TEST((::lock(b, how) == errc::timed_out));
    BOOST_TEST(could_read);
    {
        waiting wait([&](acquire_options const& options) {
            auto const ec = ::lock(writer, options);
            writer.unlock();
            return ec;
        });
        BOOST_TEST((error_of([&] { b.lock_upgrade(); }) == errc::resource_deadlock_would_occur));
        BOOST_TEST(!b.try_lock_upgrade_for(patience));
        enough.set_value();
        a.unlock_shared();
        BOOST_TEST(!wait.get());
    }
}

BOOST_AUTO_TEST_CASE(a_file_lock_on_the_same_file_does_not_interfere)
{
    read_write_lock reader(path);
    reader.lock_shared();
    auto writer = std::async(std::launch::async, [&] {
        boost::filelock::file_lock of_flock(path);
        of_flock.lock();
        read_write_lock lock(path);
        lock.lock(); // waits for the reader, not for its own flock
        return lock.is_locked();
    });
    wait_until_blocked(::getpid(), path.string());
    BOOST_TEST(!can_read());
    reader.unlock_shared();
    BOOST_TEST(writer.get());
}

BOOST_AUTO_TEST_CASE(of_two_readers_that_want_to_write_the_second_is_refused)
{
    read_write_lock first(path), second(path);
    second.lock_shared();
    std::promise<void> drains;
    auto wait = std::async(std::launch::async, [&] {
        first.lock_shared();
        BOOST_TEST(!first.try_unlock_shared_and_lock());
        drains.set_value();
        bool const had = first.try_unlock_shared_and_lock_for(patience);
        BOOST_TEST(first.lock_counter() == 1u);
        first.release(boost::filelock::force);
        return had;
    });
    drains.get_future().wait();
    while (can_read())
        std::this_thread::yield();
    BOOST_TEST(!second.try_unlock_shared_and_lock_for(patience));
    BOOST_TEST(!second.try_unlock_shared_and_lock_upgrade_for(patience));
    BOOST_TEST((wait.wait_for(seconds(0)) == std::future_status::timeout));
    second.unlock_shared();
    BOOST_TEST(wait.get());
}

BOOST_AUTO_TEST_CASE(a_reader_waits_for_another_owners_upgrade)
{
    read_write_lock reader(path, quick<read_write_lock>()), upgrader(path);
    reader.lock_shared();
    std::promise<void> tried;
    std::promise<void> has;
    auto other = std::async(std::launch::async, [&] {
        upgrader.lock_upgrade();
        has.set_value();
        tried.get_future().wait();
        upgrader.unlock_upgrade();
    });
    has.get_future().wait();
    BOOST_TEST(!reader.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(!reader.try_unlock_shared_and_lock_upgrade_for(milliseconds(5)));
    tried.set_value();
    BOOST_TEST(reader.try_unlock_shared_and_lock_upgrade_for(patience));
    BOOST_TEST(!can_upgrade());
}

BOOST_AUTO_TEST_CASE(a_thread_that_would_wait_for_its_own_upgrade_is_refused)
{
    read_write_lock a(path), b(path);
    a.lock_upgrade();
    BOOST_TEST((error_of([&] { b.lock_upgrade(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    b.lock_shared();
    BOOST_TEST((error_of([&] { a.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(
        (error_of([&] { a.unlock_upgrade_and_lock(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(can_read()); // it does not wait for its own shared lock
    b.unlock_shared();
    a.unlock_upgrade_and_lock();
    BOOST_TEST((error_of([&] { b.lock_shared(); }) == errc::resource_deadlock_would_occur));
}

BOOST_AUTO_TEST_CASE(a_reader_that_requests_a_write_through_another_object_keeps_no_reader_out)
{
    read_write_lock a(path), b(path, quick<read_write_lock>());
    a.lock_shared();
    acquire_options how;
    bool could_read = true;
    how.timeout = milliseconds(20);
    how.on_wait = [&](auto const&) { could_read = can_read(); };
    BOOST_TEST((::lock(b, how) == errc::timed_out));
    BOOST_TEST(could_read);
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(can_read());
    a.unlock_shared();
    BOOST_TEST(b.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()
