// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tests what `read_write_lock` does beyond what every lock does, in one process. Each lock object
// has an open file of its own, as the objects of several processes have.

#define BOOST_THREAD_PROVIDES_SHARED_MUTEX_UPWARDS_CONVERSIONS
#define BOOST_THREAD_PROVIDES_EXPLICIT_LOCK_CONVERSION

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_types.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

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
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

auto in_thread = [](auto&& f) { return std::async(std::launch::async, f).get(); };

template <class F>
error_code error_of(F&& f)
{
    try {
        f();
    } catch (boost::filelock::lock_error const& e) {
        return e.code();
    }
    return {};
}

/// An acquisition or conversion that waits in a thread of its own, and its result.
class waiting
{
public:
    /// Calls `wait` with options that signal, in `on_wait`, that it waits.
    template <class Wait>
    explicit waiting(Wait wait)
    {
        how.on_wait = [this](auto const&) {
            if (!said)
                begun.set_value();
            said = true;
        };
        result = std::async(std::launch::async, [this, wait] { return wait(how); });
        if (begun.get_future().wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it does not wait");
    }

    bool is_over() { return result.wait_for(seconds(0)) == std::future_status::ready; }
    error_code get()
    {
        if (result.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it waits still");
        return result.get();
    }

private:
    acquire_options how;
    bool said = false;
    std::promise<void> begun;
    std::future<error_code> result;
};

error_code lock(read_write_lock& lock, acquire_options const& how)
{
    error_code ec;
    lock.acquire(how, ec);
    return ec;
}

/// An open file of its own, through which a test locks single bytes as SQLite does.
class sqlite_like
{
public:
    explicit sqlite_like(fs::path const& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
    ~sqlite_like() { ::close(fd_); }

    bool lock(short type, long first, long length)
    {
        struct ::flock r = {};
        r.l_type = type;
        r.l_whence = SEEK_SET;
        r.l_start = first;
        r.l_len = length;
        return ::fcntl(fd_, F_OFD_SETLK, &r) == 0;
    }

    static constexpr long pending = 0x40000000, reserved = pending + 1, shared = pending + 2;

private:
    int fd_;
};

struct fixture : temporary_directory
{
    /// Each of these tries in another thread, through another object.
    bool can_read()
    {
        return in_thread([this] {
            read_write_lock other(path);
            return other.try_lock_shared();
        });
    }
    bool can_upgrade()
    {
        return in_thread([this] {
            read_write_lock other(path);
            return other.try_lock_upgrade();
        });
    }
    bool can_write()
    {
        return in_thread([this] {
            read_write_lock other(path);
            return other.try_lock();
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(read_write, fixture)

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
