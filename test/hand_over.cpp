// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock that is given back is had by those who wait, without their asking: here they ask once in
// an hour.

#include "process/child.hpp"
#include "process/kernel_state.hpp"
#include "process/temporary_directory.hpp"

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

using command = std::vector<std::string>;

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

/// A process that waits: it says so when it is about to sleep.
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

// It ends when the test closes its end of our input, and leaves what comes there to us.
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

command flock_holder(fs::path const& path)
{
    return {"flock", "-o", path.string(), "sh", "-c", "echo held; read line"};
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

bool runs(command const& c)
{
    return child(c).wait() == 0;
}
boost::test_tools::assertion_result have_flock(ut::test_unit_id)
{
    boost::test_tools::assertion_result result(runs({"flock", "--version"}));
    result.message() << "flock(1) is not installed";
    return result;
}
boost::test_tools::assertion_result have_python(ut::test_unit_id)
{
    boost::test_tools::assertion_result result(runs({"/usr/bin/python3", "-c", "import filelock"}));
    result.message() << "python3-filelock is not installed";
    return result;
}

/// The holder lets go in some way, and one who waits gets it, in each of the ways of waiting.
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
        wait_until_asleep(w->pid());
        end(*holder);
        w->expect("has it");
    }
}

auto const is_told = [](child& c) { c.write_line("enough"); };
auto const is_killed = [](child& c) { c.kill(); };

} // namespace

BOOST_FIXTURE_TEST_SUITE(hand_over, temporary_directory)

BOOST_AUTO_TEST_CASE(from_us)
{
    auto const unlocks = [&] { return std::make_unique<child>([&] { return hold(path, true); }); };
    auto const ends = [&] { return std::make_unique<child>([&] { return hold(path, false); }); };
    passes_on(unlocks, is_told, path);
    passes_on(ends, is_told, path);
    passes_on(ends, is_killed, path);
}

// A copy of the process, with all its descriptors.
BOOST_AUTO_TEST_CASE(from_one_whose_child_lives_on)
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

BOOST_AUTO_TEST_CASE(from_flock, *ut::precondition(have_flock))
{
    auto const holder = [&] { return std::make_unique<child>(flock_holder(path)); };
    passes_on(holder, is_told, path);
    passes_on(holder, is_killed, path);
}

BOOST_AUTO_TEST_CASE(from_python, *ut::precondition(have_python))
{
    auto const holder = [&] { return std::make_unique<child>(python_holder(path)); };
    passes_on(holder, is_told, path);
    passes_on(holder, is_killed, path);
}

BOOST_AUTO_TEST_CASE(of_every_kind_of_kernel_lock)
{
    for (auto const backend : {kernel_lock::flock, kernel_lock::record, kernel_lock::both}) {
        file_lock lock(path, hourly(backend));
        lock.lock();
        auto const w = waiter(path, false, backend);
        lock.unlock();
        w->expect("has it");
    }
}

// Nothing is closed; there is a poke.
BOOST_AUTO_TEST_CASE(from_the_owner_of_a_descriptor)
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

// Its close is not the last, and so is not told: there is a poke.
BOOST_AUTO_TEST_CASE(from_one_whose_descriptor_has_a_copy)
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

// The same after a fork, as long as the child has not yet closed its copy.
BOOST_AUTO_TEST_CASE(from_one_who_has_forked)
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

// One thread of a process reads the notices for all.

BOOST_AUTO_TEST_CASE(to_another_thread_than_the_one_that_reads)
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

BOOST_AUTO_TEST_CASE(to_a_thread_whose_reader_has_given_up)
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

BOOST_AUTO_TEST_CASE(to_a_child_whose_parent_reads)
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

BOOST_AUTO_TEST_CASE(when_the_file_is_removed_or_replaced)
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

// Twenty processes of five threads each, since a user may have 128 instances of inotify, and those
// who have none would ask in an hour.
BOOST_AUTO_TEST_CASE(to_a_hundred_who_wait)
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
