// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What `read_write_lock` does beyond what every lock does, in one process: each object has a file
// of its own open, as those of several processes have.

#define BOOST_THREAD_PROVIDES_SHARED_MUTEX_UPWARDS_CONVERSIONS
#define BOOST_THREAD_PROVIDES_EXPLICIT_LOCK_CONVERSION

#include "lock_kinds.hpp"
#include "process/child.hpp"
#include "process/kernel_state.hpp"
#include "process/temporary_directory.hpp"

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

/// Somebody in a thread of his own who waits for the lock, or for a conversion; and what he got.
class waiting
{
public:
    /// `wait` gets options whose `on_wait` says that it waits.
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

/// An open file of its own, through which single bytes are locked as SQLite does.
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
    /// In another thread, through another object.
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

// Who goes together

BOOST_AUTO_TEST_CASE(an_upgrade_goes_with_readers_and_with_nothing_else)
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
        BOOST_TEST(can_read()); // the failed attempt keeps nobody out
        BOOST_TEST(!upgrader.try_unlock_upgrade_and_lock_for(milliseconds(5)));
        BOOST_TEST(can_read());
        BOOST_TEST(!can_upgrade()); // and has not lost what there was
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
    // It is the thread's that has ended; nobody can give it back but all.
    lock.unlock_shared();
    BOOST_TEST(can_read());
    BOOST_TEST(!can_upgrade());
}

// Writers come first

BOOST_AUTO_TEST_CASE(a_waiting_writer_keeps_new_readers_out_until_he_gives_up)
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
    // And so do two, who do not hinder each other.
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

BOOST_AUTO_TEST_CASE(readers_of_one_object_do_not_keep_a_writer_out_by_always_being_some)
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
    BOOST_TEST(shared.try_lock_shared()); // one level more for who has one
    shared.release(boost::filelock::force);
    BOOST_TEST(!wait.get());
    BOOST_TEST(shared.try_lock_shared());
}

BOOST_AUTO_TEST_CASE(a_writer_behind_readers_of_his_own_object_keeps_those_of_others_out)
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
    other.lock_shared(); // this thread is a reader already
    shared.unlock_shared();
    BOOST_TEST(!can_read()); // what was claimed is not lost when the readers go
    other.unlock_shared();
    BOOST_TEST(!wait.get());
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(what_a_writer_claims_beside_readers_of_his_own_object_is_his_when_they_go)
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

BOOST_AUTO_TEST_CASE(a_reader_asleep_in_the_kernel_waits_for_a_writer_who_waits)
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
        BOOST_TEST(other.lock(F_WRLCK, sqlite_like::pending, 1)); // is kept out by no reader
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
    b.lock_shared(); // or he would wait for a writer who waits for him
    BOOST_TEST(c.try_lock_shared());
    a.unlock_shared();
    b.unlock_shared();
    BOOST_TEST(!wait.is_over());
    c.unlock_shared();
    BOOST_TEST(!wait.get());
}

// A reader who came then would be kept out for nothing, and a reader who converts refused.
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

// What would wait for ever

BOOST_AUTO_TEST_CASE(a_reader_who_wants_an_upgrade_while_a_writer_waits_for_him)
{
    read_write_lock a(path), b(path), writer(path);
    a.lock_shared();
    waiting wait([&](acquire_options const& how) {
        auto const ec = lock(writer, how);
        writer.unlock();
        return ec;
    });
    BOOST_TEST((error_of([&] { b.lock_upgrade(); }) == errc::resource_deadlock_would_occur));
    // At once, or the test hangs.
    BOOST_TEST(!b.try_lock_upgrade_for(std::chrono::hours(2)));
    BOOST_TEST(!a.try_unlock_shared_and_lock_upgrade_for(std::chrono::hours(2)));
    BOOST_TEST(!a.try_unlock_shared_and_lock_for(std::chrono::hours(2)));
    BOOST_TEST(a.lock_counter() == 1u);
    BOOST_TEST(!wait.is_over());
    a.unlock_shared();
    BOOST_TEST(!wait.get());
}

BOOST_AUTO_TEST_CASE(and_who_has_readers_beside_him_in_the_object_through_which_he_wants_it)
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
    // Nobody waits: he may wait for who need not write, but keeps no readers out.
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

BOOST_AUTO_TEST_CASE(a_file_lock_on_the_same_file_is_another_matter)
{
    read_write_lock reader(path);
    reader.lock_shared();
    auto writer = std::async(std::launch::async, [&] {
        boost::filelock::file_lock of_flock(path);
        of_flock.lock();
        read_write_lock lock(path);
        lock.lock(); // waits for the reader, and not for itself
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

BOOST_AUTO_TEST_CASE(a_reader_who_wants_an_upgrade_waits_for_one_who_need_not_write)
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

BOOST_AUTO_TEST_CASE(a_thread_that_would_wait_for_its_own_upgrade_is_told)
{
    read_write_lock a(path), b(path);
    a.lock_upgrade();
    BOOST_TEST((error_of([&] { b.lock_upgrade(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
    b.lock_shared();
    BOOST_TEST((error_of([&] { a.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(
        (error_of([&] { a.unlock_upgrade_and_lock(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(can_read()); // he does not wait for himself to leave
    b.unlock_shared();
    a.unlock_upgrade_and_lock();
    BOOST_TEST((error_of([&] { b.lock_shared(); }) == errc::resource_deadlock_would_occur));
}

BOOST_AUTO_TEST_CASE(a_reader_who_wants_to_write_through_another_object_keeps_nobody_out)
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

// The file

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
    std::ofstream(path.string()) << "somebody's";
    auto const changed = fs::last_write_time(path);
    {
        read_write_lock lock(path);
        lock.lock();
    }
    std::string text;
    std::getline(std::ifstream(path.string()) >> std::ws, text);
    BOOST_TEST(text == "somebody's");
    BOOST_TEST(fs::last_write_time(path) == changed);
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_sqlite)
{
    // The kernel's list: the kind, the first and the last byte.
    auto const listed = [&](char const* kind, long first, long last) {
        struct ::flock r = {};
        r.l_type = F_WRLCK; // meets everything
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

BOOST_AUTO_TEST_CASE(still_held_in_every_mode)
{
    read_write_lock lock(path);
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    lock.lock_shared();
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(can_upgrade()); // to ask has changed nothing
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(can_read());
    lock.unlock_upgrade_and_lock();
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!can_read());
    lock.unlock();
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    // Of an upgrade lock each part.
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
        BOOST_TEST(lock.still_held(ec)); // and had anew
        BOOST_TEST(!other.lock(F_WRLCK, part, 1));
        lock.unlock_upgrade();
    }
    // Unlocked behind its back, and taken by somebody else.
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
    BOOST_TEST(!lock.still_held(ec)); // and it does not come back
}

BOOST_AUTO_TEST_CASE(who_holds_it)
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

BOOST_AUTO_TEST_CASE(who_waits_for_the_readers_to_go_comes_after_them)
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
    // Stopped, he is whom others wait for.
    writer.kill(SIGSTOP);
    reader.unlock_shared();
    all = reader.holders();
    BOOST_TEST_REQUIRE(all.size() == 1u);
    BOOST_TEST(all[0].pid == writer.pid());
    writer.kill(SIGCONT);
    BOOST_TEST(writer.wait() == 0);
}

// As SQLite does that finds what a dead writer has left: SHARED and PENDING without RESERVED.
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
    // Nor does one who sleeps hold it all the while.
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

// A reader of SQLite has PENDING while he comes in.
BOOST_AUTO_TEST_CASE(a_writer_waits_for_a_reader_who_is_coming_in_and_keeps_his_place)
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
    BOOST_TEST(can_read());                                    // the writer has not got so far
    BOOST_TEST(reader.lock(F_UNLCK, sqlite_like::pending, 1)); // nobody is told of that
    BOOST_TEST(!wait.get());
}

// Boost's lock types on several objects, and coroutines' own

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
    while (can_read()) // no new one comes in
        std::this_thread::yield();
    BOOST_TEST((writer.wait_for(seconds(0)) == std::future_status::timeout));
    reader.reset();
    BOOST_TEST((writer.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!writer.get());
    BOOST_TEST(can_write());
}

BOOST_AUTO_TEST_CASE(an_upgrade_that_was_acquired_asynchronously)
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
    // A writer that waits in a coroutine keeps readers out as well.
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
