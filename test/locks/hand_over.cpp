// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Waiters get a released lock without polling. Their poll interval is an hour.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/other_programs.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/descriptor_lock.hpp>
#include <boost/filelock/file_lock.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::wait_status;
using std::chrono::hours;
using std::chrono::seconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

file_lock_options hourly(kernel_lock backend = kernel_lock::flock)
{
    file_lock_options options;
    options.poll_interval = hours(1);
    options.backend = backend;
    return options;
}

void wait_hourly(fs::path const& path)
{
    file_lock lock(path, hourly());
    acquire_options how;
    how.timeout = hours(2);
    how.progress_interval = hours(1);
    how.on_wait = [](wait_status const&) { say("waiting"); };
    lock.acquire(how);
    lock.unlock();
}

/// Starts a process that waits. It reports when it is about to sleep.
std::unique_ptr<child> waiter(fs::path const& path, bool shared = false,
                              kernel_lock backend = kernel_lock::flock)
{
    auto c = std::make_unique<child>([&path, shared, backend] {
        file_lock lock(path, hourly(backend));
        acquire_options how;
        how.timeout = hours(2);
        how.progress_interval = hours(1);
        how.on_wait = [](wait_status const&) { say("waiting"); };
        shared ? lock.acquire_shared(how) : lock.acquire(how);
        say("has it");
        hear();
        return 0;
    });
    c->expect("waiting");
    wait_until_quiet(c->pid()); // after the first pause, which is short
    return c;
}

std::unique_ptr<child> timed_waiter(fs::path const& path)
{
    return std::make_unique<child>([&path] {
        file_lock lock(path, hourly());
        say("waiting");
        if (!lock.try_lock_for(hours(2)))
            return 1;
        say("has it");
        hear();
        return 0;
    });
}

// Leaves a child that ends when the test closes its end of the pipe. The child reads nothing, so
// all input goes to its parent.
void leave_a_child()
{
    if (::fork() != 0)
        return;
    ::close(1);
    restart_hang_timer();
    ::pollfd input{0, 0, 0};
    ::poll(&input, 1, -1);
    ::_exit(0);
}

int hold(fs::path const& path, bool unlocks, bool leaves_a_child = false)
{
    file_lock lock(path);
    lock.lock();
    if (leaves_a_child)
        leave_a_child();
    say("held");
    hear();
    if (!unlocks)
        ::_exit(0);
    lock.unlock();
    hear();
    return 0;
}

command python_holder(fs::path const& path)
{
    return {"/usr/bin/python3", "-c",
            "import sys, filelock\n"
            "lock = filelock.FileLock(sys.argv[1])\n"
            "lock.acquire()\n"
            "print('held', flush=True)\n"
            "sys.stdin.readline()\n"
            "lock.release()\n"
            "sys.stdin.readline()\n",
            path.string()};
}

/// Checks for each way of waiting that the waiter gets the lock when the holder ends in the given
/// way.
void passes_on(std::function<std::unique_ptr<child>()> const& make_holder,
               std::function<void(child&)> const& end, fs::path const& path)
{
    {
        auto const holder = make_holder();
        holder->expect("held");
        auto const w = waiter(path);
        end(*holder);
        w->expect("has it");
    }
    {
        auto const holder = make_holder();
        holder->expect("held");
        auto const w = waiter(path, true);
        end(*holder);
        w->expect("has it");
    }
    {
        auto const holder = make_holder();
        holder->expect("held");
        auto const w = timed_waiter(path);
        w->expect("waiting");
        wait_until_quiet(w->pid());
        end(*holder);
        w->expect("has it");
    }
}

auto const is_told = [](child& c) { c.write_line("enough"); };
auto const is_killed = [](child& c) { c.kill(); };

} // namespace

BOOST_FIXTURE_TEST_SUITE(hand_over, temporary_directory)

BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_a_file_lock)
{
    auto const unlocks = [&] { return std::make_unique<child>([&] { return hold(path, true); }); };
    auto const ends = [&] { return std::make_unique<child>([&] { return hold(path, false); }); };
    passes_on(unlocks, is_told, path);
    passes_on(ends, is_told, path);
    passes_on(ends, is_killed, path);
}

// The child is a copy of the process, with all its descriptors.
BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_a_holder_whose_child_survives)
{
    auto const unlocks = [&] {
        return std::make_unique<child>([&] { return hold(path, true, true); });
    };
    auto const ends = [&] {
        return std::make_unique<child>([&] { return hold(path, false, true); });
    };
    passes_on(unlocks, is_told, path);
    passes_on(ends, is_told, path);
    passes_on(ends, is_killed, path);
}

BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_flock, *ut::precondition(have_flock))
{
    auto const holder = [&] { return std::make_unique<child>(flock_holder(path)); };
    passes_on(holder, is_told, path);
    passes_on(holder, is_killed, path);
}

BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_python, *ut::precondition(have_python_filelock))
{
    auto const holder = [&] { return std::make_unique<child>(python_holder(path)); };
    passes_on(holder, is_told, path);
    passes_on(holder, is_killed, path);
}

BOOST_AUTO_TEST_CASE(waiter_gets_every_kind_of_kernel_lock)
{
    for (auto const backend : {kernel_lock::flock, kernel_lock::record, kernel_lock::both}) {
        file_lock lock(path, hourly(backend));
        lock.lock();
        auto const w = waiter(path, false, backend);
        lock.unlock();
        w->expect("has it");
    }
}

// The release closes nothing, so the library notifies the waiters by opening and closing the file.
BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_a_descriptor_lock)
{
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    boost::filelock::lock_descriptor(fd);
    child c([&] {
        ::close(fd);
        wait_hourly(path);
        return 0;
    });
    c.expect("waiting");
    wait_until_quiet(c.pid());
    boost::filelock::unlock_descriptor(fd);
    BOOST_TEST(c.wait() == 0);
    ::close(fd);
}

// The close of the descriptor is not the last one of the open file and causes no change
// notification. So the library notifies the waiters.
BOOST_AUTO_TEST_CASE(waiter_gets_lock_from_a_descriptor_that_has_a_copy)
{
    auto options = hourly();
    int copy = -1;
    options.on_acquired = [&](int fd) { copy = ::dup(fd); };
    file_lock lock(path, options);
    lock.lock();
    auto const w = waiter(path);
    lock.unlock();
    w->expect("has it");
    ::close(copy);
}

// After a fork the same holds until the child has closed its copy.
BOOST_AUTO_TEST_CASE(release_after_a_fork_notifies_waiters)
{
    file_lock lock(path);
    lock.lock();
    int const notices = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ::inotify_add_watch(notices, path.c_str(), IN_OPEN);
    auto const was_opened = [&] {
        char events[4096];
        return ::read(notices, events, sizeof events) > 0;
    };
    lock.unlock();
    BOOST_TEST(!was_opened());
    lock.lock();
    BOOST_TEST(was_opened());
    BOOST_TEST(child([] { return 0; }).wait() == 0);
    lock.unlock();
    BOOST_TEST(was_opened());
    ::close(notices);
}

// One thread of a process reads the change notifications for all.

BOOST_AUTO_TEST_CASE(thread_that_does_not_read_notifications_gets_the_lock)
{
    auto const other_path = directory / "other.lock";
    file_lock lock(path), other(other_path);
    lock.lock();
    other.lock();
    child two([&] {
        std::thread reads([&] { wait_hourly(path); });
        hear();
        std::thread waits([&] { wait_hourly(other_path); });
        waits.join();
        say("has the other");
        reads.join();
        return 0;
    });
    two.expect("waiting");
    two.write_line("the other");
    two.expect("waiting");
    wait_until_quiet(two.pid());
    other.unlock();
    two.expect("has the other");
    lock.unlock();
    BOOST_TEST(two.wait() == 0);
}

BOOST_AUTO_TEST_CASE(thread_gets_the_lock_after_its_reader_has_given_up)
{
    file_lock lock(path);
    lock.lock();
    child two([&] {
        std::atomic<bool> gives_up{false};
        std::thread reads([&] {
            file_lock l(path, hourly());
            acquire_options how;
            how.on_wait = [](wait_status const&) { say("waiting"); };
            how.poll_interval = std::chrono::milliseconds(1);
            how.cancel_check = [&] { return gives_up.load(); };
            boost::system::error_code ec;
            l.acquire(how, ec);
        });
        hear();
        std::thread waits([&] { wait_hourly(path); });
        hear();
        gives_up = true;
        reads.join();
        say("gave up");
        waits.join();
        return 0;
    });
    two.expect("waiting");
    two.write_line("the other");
    two.expect("waiting");
    two.write_line("give up");
    two.expect("gave up");
    lock.unlock();
    BOOST_TEST(two.wait() == 0);
}

BOOST_AUTO_TEST_CASE(child_gets_the_lock_while_its_parent_reads_notifications)
{
    file_lock lock(path);
    lock.lock();
    child parent([&] {
        std::thread reads([&] { wait_hourly(path); });
        hear();
        child forked([&] {
            wait_hourly(path);
            return inotify_watches() == 0 ? 0 : 1;
        });
        forked.expect("waiting");
        say(std::to_string(forked.pid()));
        reads.join();
        return forked.wait();
    });
    parent.expect("waiting");
    parent.write_line("fork");
    wait_until_quiet(std::stoi(parent.read_line().value()));
    lock.unlock();
    BOOST_TEST(parent.wait() == 0);
}

BOOST_AUTO_TEST_CASE(waiter_gets_lock_when_the_file_is_removed_or_replaced)
{
    for (bool const replaced : {false, true}) {
        file_lock lock(path);
        lock.lock();
        auto const w = waiter(path);
        if (replaced) {
            std::ofstream((directory / "new").string()) << "";
            fs::rename(directory / "new", path);
        } else {
            fs::remove(path);
        }
        w->expect("has it");
    }
}

// The removal takes long, so it is not done before the lock is used.
BOOST_AUTO_TEST_CASE(watch_of_a_wait_lasts_until_a_lock_object_ends)
{
    child holder([&] { return hold(path, true); });
    holder.expect("held");
    {
        file_lock lock(path);
        acquire_options how;
        how.on_wait = [&](wait_status const&) { holder.write_line("release"); };
        lock.acquire(how);
        BOOST_TEST(inotify_watches() == 1u);
        lock.release();
    }
    BOOST_TEST(inotify_watches() == 0u);
}

// Uses twenty processes of five threads each. A user may have 128 inotify instances, and a waiter
// without one would poll after an hour.
BOOST_AUTO_TEST_CASE(hundred_waiters_get_the_lock)
{
    constexpr int threads = 5;
    file_lock lock(path);
    lock.lock();
    std::vector<std::unique_ptr<child>> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(std::make_unique<child>([&] {
            std::vector<std::thread> waiters;
            for (int j = 0; j < threads; ++j)
                waiters.emplace_back([&] { wait_hourly(path); });
            for (auto& w : waiters)
                w.join();
            return 0;
        }));
    for (auto& c : all)
        for (int j = 0; j < threads; ++j)
            c->expect("waiting");
    lock.unlock();
    for (auto& c : all)
        BOOST_TEST(c->wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
