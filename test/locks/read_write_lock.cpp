// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tests what `read_write_lock` does beyond what every lock does, in one process: which modes
// exclude each other, and what becomes of the lock file.

#define BOOST_THREAD_PROVIDES_SHARED_MUTEX_UPWARDS_CONVERSIONS
#define BOOST_THREAD_PROVIDES_EXPLICIT_LOCK_CONVERSION

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/read_write_threads.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/thread/lock_types.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::owner_mode;
using boost::filelock::read_write_lock;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
namespace fs = boost::filesystem;

BOOST_FIXTURE_TEST_SUITE(read_write, other_threads)

// Which modes exclude each other

BOOST_AUTO_TEST_CASE(an_upgrade_coexists_with_readers_only)
{
    read_write_lock a(path), b(path);
    a.lock_shared();
    b.lock_upgrade();
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
    BOOST_TEST(!can_write());
    a.unlock_shared();
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
    b.unlock_upgrade();
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(an_upgrade_becomes_exclusive_when_the_readers_have_gone)
{
    read_write_lock reader(path), upgrader(path);
    reader.lock_shared();
    in_thread([&] {
        upgrader.lock_upgrade();
        BOOST_TEST(!upgrader.try_unlock_upgrade_and_lock());
        BOOST_TEST(upgrader.lock_counter() == 1u);
        BOOST_TEST(can_read()); // the failed attempt excludes no reader
        BOOST_TEST(!upgrader.try_unlock_upgrade_and_lock_for(milliseconds(5)));
        BOOST_TEST(can_read());
        BOOST_TEST(!can_upgrade()); // the upgrade lock is still held
        upgrader.unlock_upgrade();
    });
    reader.unlock_shared();
    upgrader.lock_upgrade();
    BOOST_TEST(upgrader.try_unlock_upgrade_and_lock());
    BOOST_TEST(!can_read());
    upgrader.unlock_and_lock_upgrade();
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
    upgrader.unlock_upgrade_and_lock();
    upgrader.unlock_and_lock_shared();
    BOOST_TEST(can_read());
    BOOST_TEST(can_upgrade());
    BOOST_TEST(!can_write());
    upgrader.unlock_shared();
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(conversions_beside_readers_of_the_same_object)
{
    read_write_lock lock(path);
    lock.lock_shared();
    in_thread([&] {
        lock.lock_upgrade();
        BOOST_TEST(!can_upgrade());
        BOOST_TEST(!lock.try_unlock_upgrade_and_lock());
        BOOST_TEST(can_read());
        BOOST_TEST(lock.lock_counter() == 1u);
    });
    // The upgrade level belongs to a thread that has ended. No other thread's unlock releases it.
    lock.unlock_shared();
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
}

// The lock file

BOOST_AUTO_TEST_CASE(the_file_is_made_and_nothing_is_written_to_it)
{
    {
        read_write_lock lock(path);
        BOOST_TEST(!fs::exists(path));
        lock.lock_upgrade();
        lock.unlock_upgrade_and_lock();
        BOOST_TEST(fs::file_size(path) == 0u);
        lock.unlock();
    }
    BOOST_TEST(fs::file_size(path) == 0u);
    std::ofstream(path.string()) << "foreign";
    auto const changed = fs::last_write_time(path);
    {
        read_write_lock lock(path);
        lock.lock();
    }
    std::string text;
    std::getline(std::ifstream(path.string()) >> std::ws, text);
    BOOST_TEST(text == "foreign");
    BOOST_TEST(fs::last_write_time(path) == changed);
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_sqlite)
{
    // Returns whether the kernel reports a lock of this type from the first to the last byte.
    auto const listed = [&](char const* kind, long first, long last) {
        struct ::flock r = {};
        r.l_type = F_WRLCK; // conflicts with every lock
        r.l_whence = SEEK_SET;
        r.l_start = first;
        r.l_len = last - first + 1;
        int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
        BOOST_TEST(::fcntl(fd, F_OFD_GETLK, &r) == 0);
        ::close(fd);
        short const type = std::string(kind) == "WRITE" ? F_WRLCK : F_RDLCK;
        return r.l_type == type && r.l_start == first && r.l_start + r.l_len - 1 == last;
    };
    constexpr long pending = 0x40000000, reserved = pending + 1, first = pending + 2,
                   last = first + 509;
    read_write_lock lock(path);
    auto const nobody_has = [&](long from, long to) {
        return !listed("READ", from, to) && !listed("WRITE", from, to);
    };
    lock.lock_shared();
    BOOST_TEST(listed("READ", first, last));
    BOOST_TEST(nobody_has(pending, reserved));
    lock.unlock_shared();
    lock.lock_upgrade();
    BOOST_TEST(listed("READ", first, last));
    BOOST_TEST(listed("WRITE", reserved, reserved));
    BOOST_TEST(nobody_has(pending, pending));
    lock.unlock_upgrade_and_lock();
    BOOST_TEST(listed("WRITE", pending, last));
    lock.unlock_and_lock_upgrade();
    BOOST_TEST(listed("READ", first, last));
    BOOST_TEST(listed("WRITE", reserved, reserved));
    lock.unlock_upgrade_and_lock_shared();
    BOOST_TEST(listed("READ", first, last));
    BOOST_TEST(nobody_has(pending, reserved));
    lock.unlock_shared();
    BOOST_TEST(nobody_has(pending, last));
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_file_that_was_replaced_is_not_converted)
{
    auto const lost = make_error_code(boost::filelock::error::hold_lost);
    read_write_lock lock(path);
    error_code ec;
    lock.lock_upgrade();
    BOOST_TEST(lock.still_held(ec));
    fs::remove(path);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST((error_of([&] { lock.unlock_upgrade_and_lock(); }) == lost));
    BOOST_TEST((error_of([&] { (void)lock.try_unlock_upgrade_and_lock(); }) == lost));
    lock.unlock_upgrade_and_lock_shared();
    BOOST_TEST((error_of([&] { (void)lock.try_unlock_shared_and_lock(); }) == lost));
    BOOST_TEST((error_of([&] { (void)lock.try_unlock_shared_and_lock_upgrade(); }) == lost));
    in_thread([&] { BOOST_TEST(!lock.try_lock_shared()); });
    in_thread([&] { BOOST_TEST(!lock.try_lock_upgrade()); });
    BOOST_TEST(can_write());
    lock.unlock_shared();
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(still_held_reports_each_mode)
{
    read_write_lock lock(path);
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    lock.lock_shared();
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(can_upgrade()); // the query has changed nothing
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(can_read());
    lock.unlock_upgrade_and_lock();
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!can_read());
    lock.unlock();
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    // An upgrade lock has two parts, each of which may be unlocked.
    for (long const part : {sqlite_like::reserved, sqlite_like::shared}) {
        lock.lock_upgrade();
        sqlite_like other(path);
        for (int const fd : descriptors_open_on(path.string())) {
            struct ::flock r = {};
            r.l_type = F_UNLCK;
            r.l_whence = SEEK_SET;
            r.l_start = part;
            r.l_len = 1;
            BOOST_TEST(::fcntl(fd, F_OFD_SETLK, &r) == 0);
        }
        BOOST_TEST(lock.still_held(ec)); // still_held() has acquired the part again
        BOOST_TEST(!other.lock(F_WRLCK, part, 1));
        lock.unlock_upgrade();
    }
    // The lock is unlocked behind the object's back, and another object acquires it.
    lock.lock();
    for (int const fd : descriptors_open_on(path.string())) {
        struct ::flock all = {};
        all.l_type = F_UNLCK;
        all.l_whence = SEEK_SET;
        BOOST_TEST(::fcntl(fd, F_OFD_SETLK, &all) == 0);
    }
    read_write_lock other(path);
    BOOST_TEST(other.try_lock_shared());
    BOOST_TEST(!lock.still_held(ec));
    other.unlock_shared();
    BOOST_TEST(!lock.still_held(ec)); // the loss is permanent
}

BOOST_AUTO_TEST_CASE(holder_is_reported_in_each_mode)
{
    auto const mode = [&]() -> std::optional<owner_mode> {
        auto const all = read_write_lock(path).holders();
        if (all.empty())
            return std::nullopt;
        BOOST_TEST(all.size() == 1u);
        BOOST_TEST(all.front().pid == ::getpid());
        return all.front().mode;
    };
    read_write_lock lock(path);
    BOOST_TEST(!mode());
    lock.lock_shared();
    BOOST_TEST((mode() == owner_mode::kernel_shared));
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST((mode() == owner_mode::kernel_upgrade));
    lock.unlock_upgrade_and_lock();
    BOOST_TEST((mode() == owner_mode::kernel_exclusive));
    lock.unlock();
    BOOST_TEST(!mode());
}

BOOST_AUTO_TEST_CASE(a_draining_writer_is_listed_after_the_readers)
{
    read_write_lock reader(path);
    reader.lock_shared();
    child writer([&] {
        read_write_lock lock(path);
        acquire_options how;
        how.on_wait = [](auto const&) { say("waits"); };
        lock.acquire(how);
        return 0;
    });
    writer.expect("waits");
    auto all = reader.holders();
    BOOST_TEST_REQUIRE(all.size() == 2u);
    BOOST_TEST((all[0].mode == owner_mode::kernel_shared));
    BOOST_TEST(all[0].pid == ::getpid());
    BOOST_TEST((all[1].mode == owner_mode::kernel_upgrade));
    BOOST_TEST(all[1].pid == writer.pid());
    // A stopped writer is reported as the holder that others wait for.
    writer.kill(SIGSTOP);
    reader.unlock_shared();
    all = reader.holders();
    BOOST_TEST_REQUIRE(all.size() == 1u);
    BOOST_TEST(all[0].pid == writer.pid());
    writer.kill(SIGCONT);
    BOOST_TEST(writer.wait() == 0);
}

// A SQLite client that finds the leftovers of a dead writer holds SHARED and PENDING without
// RESERVED.
BOOST_AUTO_TEST_CASE(an_upgrade_that_fails_keeps_nothing)
{
    read_write_lock lock(path, quick<read_write_lock>());
    lock.lock();
    lock.unlock();
    sqlite_like recovering(path), other(path);
    BOOST_TEST(recovering.lock(F_WRLCK, sqlite_like::pending, 1));
    BOOST_TEST(!lock.try_lock_upgrade());
    BOOST_TEST(!lock.try_lock_upgrade_for(milliseconds(5)));
    BOOST_TEST(other.lock(F_WRLCK, sqlite_like::reserved, 1));
    BOOST_TEST(other.lock(F_UNLCK, sqlite_like::reserved, 1));
    BOOST_TEST(recovering.lock(F_UNLCK, sqlite_like::pending, 1));
    BOOST_TEST(recovering.lock(F_WRLCK, sqlite_like::shared, 510));
    BOOST_TEST(!lock.try_lock_upgrade());
    BOOST_TEST(other.lock(F_WRLCK, sqlite_like::reserved, 1));
    BOOST_TEST(other.lock(F_UNLCK, sqlite_like::reserved, 1));
    // An acquisition that sleeps in the kernel does not hold RESERVED permanently either.
    auto asleep = std::async(std::launch::async, [&] {
        lock.lock_upgrade();
        lock.unlock_upgrade();
    });
    while (descriptors_open_on(path.string()).size() < 3)
        std::this_thread::yield();
    int had = 0;
    for (auto const until = steady_clock::now() + patience;
         had < 100 && steady_clock::now() < until;)
        if (other.lock(F_WRLCK, sqlite_like::reserved, 1)) {
            ++had;
            other.lock(F_UNLCK, sqlite_like::reserved, 1);
        }
    BOOST_TEST(had == 100);
    BOOST_TEST(recovering.lock(F_UNLCK, sqlite_like::shared, 510));
    BOOST_TEST((asleep.wait_for(patience) == std::future_status::ready));
}

// A reader of SQLite holds PENDING while it acquires SHARED.
BOOST_AUTO_TEST_CASE(a_writer_waits_for_an_entering_reader_and_keeps_its_claim)
{
    read_write_lock lock(path, quick<read_write_lock>());
    lock.lock();
    lock.unlock();
    sqlite_like reader(path), other(path);
    BOOST_TEST(reader.lock(F_RDLCK, sqlite_like::pending, 1));
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(other.lock(F_WRLCK, sqlite_like::reserved, 1));
    BOOST_TEST(other.lock(F_UNLCK, sqlite_like::reserved, 1));
    waiting wait([&](acquire_options const& how) {
        auto const ec = ::lock(lock, how);
        lock.unlock();
        return ec;
    });
    BOOST_TEST(!other.lock(F_WRLCK, sqlite_like::reserved, 1));
    BOOST_TEST(can_read());                                    // PENDING is not claimed yet
    BOOST_TEST(reader.lock(F_UNLCK, sqlite_like::pending, 1)); // no notification reports this
    BOOST_TEST(!wait.get());
}

// Boost's lock types on several objects, and the types of coroutines

BOOST_AUTO_TEST_CASE(an_upgrade_lock_that_becomes_unique_waits_for_the_readers)
{
    read_write_lock upgraded(path, quick<read_write_lock>()), read(path);
    std::optional<boost::shared_lock<read_write_lock>> reader(read);
    std::promise<void> has;
    auto writer = std::async(std::launch::async, [&] {
        boost::upgrade_lock<read_write_lock> upgrade(upgraded);
        has.set_value();
        boost::upgrade_to_unique_lock<read_write_lock> const unique(upgrade);
        return can_read();
    });
    has.get_future().wait();
    while (can_read()) // until new readers are kept out
        std::this_thread::yield();
    BOOST_TEST((writer.wait_for(seconds(0)) == std::future_status::timeout));
    reader.reset();
    BOOST_TEST((writer.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!writer.get());
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(an_upgrade_can_be_acquired_asynchronously)
{
    boost::asio::io_context io;
    read_write_lock lock(path, of_instance<read_write_lock>());
    std::optional<boost::filelock::upgrade_held_lock<read_write_lock>> held;
    boost::filelock::async_acquire_upgrade(io, lock, [&](error_code ec, auto h) {
        BOOST_TEST(!ec);
        held = std::move(h);
    });
    io.run();
    BOOST_TEST_REQUIRE(held.has_value());
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
    boost::upgrade_lock<read_write_lock> adopted = adopt(std::move(*held));
    {
        boost::upgrade_to_unique_lock<read_write_lock> const unique(adopted);
        BOOST_TEST(!can_read());
    }
    BOOST_TEST(can_read());
    // A writer that waits asynchronously keeps readers out as well.
    bool had = false;
    boost::filelock::async_acquire(io, lock, [&](error_code ec, auto) { had = !ec; });
    io.restart();
    io.poll();
    BOOST_TEST(!had);
    adopted = {};
    io.restart();
    io.run_for(patience);
    BOOST_TEST(had);
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_SUITE_END()
