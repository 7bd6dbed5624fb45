// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Waits that are disturbed, and waits that lack the resources they want.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/preconditions.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/system/errc.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::lock_error;
using boost::filelock::wait_status;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

file_lock_options polling(std::chrono::nanoseconds interval)
{
    file_lock_options options;
    options.poll_interval = interval;
    return options;
}

// Signals

volatile sig_atomic_t signals = 0;

void count_signal(int)
{
    signals = signals + 1;
}

// Starts a timer. Its signals interrupt system calls, which are not restarted.
void send_oneself_signals()
{
    struct ::sigaction action = {};
    action.sa_handler = count_signal;
    ::sigaction(SIGALRM, &action, nullptr);
    ::itimerval const often = {{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
}

/// Starts a process that runs `wait` while signals arrive.
std::unique_ptr<child> disturbed(std::function<void()> const& wait)
{
    return std::make_unique<child>([&wait] {
        std::thread teller([] { // any thread may get a signal
            sigset_t all;
            ::sigfillset(&all);
            ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            while (signals < 20)
                std::this_thread::yield();
            say("disturbed");
        });
        send_oneself_signals();
        wait();
        teller.join();
        return 0;
    });
}

// Limits

/// Limits a resource of this process, which needs a user namespace of its own for that.
void limit(char const* what, int count)
{
    if (::unshare(CLONE_NEWUSER) != 0)
        throw std::runtime_error("unshare");
    std::ofstream out(std::string("/proc/sys/user/") + what);
    if (!(out << count << std::flush))
        throw std::runtime_error("cannot limit");
}

// UndefinedBehaviorSanitizer uses a pipe to find whether memory may be read. It has no macro of its
// own, and these builds use it only together with AddressSanitizer.
boost::test_tools::assertion_result needs_no_descriptors(ut::test_unit_id)
{
#if defined(__SANITIZE_ADDRESS__)
    boost::test_tools::assertion_result result(false);
#else
    boost::test_tools::assertion_result result(true);
#endif
    result.message() << "the sanitizers need descriptors of their own";
    return result;
}

boost::test_tools::assertion_result can_limit(ut::test_unit_id)
{
    auto const limits = [] {
        limit("max_inotify_instances", 0);
        return 0;
    };
    return succeeds(child(limits), "this process may not make a user namespace");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(adversity, temporary_directory)

BOOST_AUTO_TEST_CASE(signals_do_not_end_a_wait)
{
    file_lock waits(path);
    std::function<void()> const all[] = {
        [&] { waits.lock(); },
        [&] { waits.lock_shared(); },
        [&] {
            if (!waits.try_lock_for(hours(1)))
                throw std::runtime_error("timed out");
        },
        [&] {
            acquire_options how;
            how.cancel_check = [] { return false; };
            waits.acquire(how);
        },
    };
    for (auto const& wait : all) {
        file_lock holder(path);
        holder.lock();
        auto const c = disturbed(wait);
        c->expect("disturbed");
        holder.unlock();
        BOOST_TEST(c->wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(signals_do_not_end_a_timed_wait_early)
{
    file_lock holder(path), waits(path);
    holder.lock();
    auto const c = disturbed([&] {
        auto const start = std::chrono::steady_clock::now();
        bool const got = waits.try_lock_for(milliseconds(100));
        if (got || std::chrono::steady_clock::now() - start < milliseconds(100))
            throw std::runtime_error("early");
    });
    BOOST_TEST(c->wait() == 0);
}

BOOST_AUTO_TEST_CASE(wait_without_change_notifications_polls, *ut::precondition(can_limit))
{
    for (auto const what : {"max_inotify_instances", "max_inotify_watches"}) {
        file_lock holder(path);
        holder.lock();
        child c([&] {
            limit(what, 0);
            auto const before = open_descriptors();
            file_lock waits(path, polling(milliseconds(1)));
            acquire_options how;
            how.timeout = patience;
            how.on_wait = [](wait_status const&) { say("waiting"); };
            waits.acquire(how);
            waits.unlock();
            // The descriptors of the inotify instance stay open.
            return open_descriptors() <= before + 3 ? 0 : 1;
        });
        c.expect("waiting");
        holder.unlock();
        BOOST_TEST(c.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(lack_of_descriptors_causes_an_error_or_polling,
                     *ut::precondition(needs_no_descriptors))
{
    file_lock holder(path);
    holder.lock();
    child c([&] {
        file_lock waits(path, polling(milliseconds(1))), other(directory / "other.lock");
        // Allow the lowest free number and none beyond it.
        int const next = ::dup(0);
        ::close(next);
        auto const allow = [next](int count) {
            ::rlimit const limit = {static_cast<rlim_t>(next + count),
                                    static_cast<rlim_t>(next + 100)};
            ::setrlimit(RLIMIT_NOFILE, &limit);
        };
        allow(0);
        try {
            other.lock();
            return 1;
        } catch (lock_error const& e) {
            if (!(e.code() == errc::too_many_files_open))
                return 2;
        }
        // One descriptor is for the lock file. The notifier gets none or one.
        for (int const count : {1, 2}) {
            allow(count);
            if (waits.try_lock_for(milliseconds(5)))
                return 3;
        }
        say("waiting");
        if (!waits.try_lock_for(patience))
            return 4;
        waits.unlock();
        allow(100);
        other.lock();
        return 0;
    });
    c.expect("waiting");
    holder.unlock();
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE(child_reads_no_change_notifications_of_its_parent)
{
    auto const instances = [] {
        int count = 0;
        boost::system::error_code gone;
        for (auto const& fd : fs::directory_iterator("/proc/self/fd"))
            count +=
                fs::read_symlink(fd.path(), gone).string().find("inotify") != std::string::npos;
        return count;
    };
    file_lock holder(path), waits(path);
    // A wait that ends before it watches the file makes no instance.
    auto const waits_with_one = [&] {
        for (int limit = 1; limit < 1000 && instances() == 0; ++limit)
            if (waits.try_lock_for(milliseconds(limit)))
                return false;
        return instances() == 1;
    };
    holder.lock();
    BOOST_TEST(waits_with_one());
    child c([&] {
        if (instances() != 0)
            return 1;
        return waits_with_one() ? 0 : 2; // the child's own instance
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE(waiters_cause_no_work)
{
    file_lock holder(path);
    holder.lock();
    child c([&] {
        std::atomic<int> waiting{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 10; ++i)
            threads.emplace_back([&] {
                file_lock waits(path, polling(hours(1)));
                acquire_options how;
                how.on_wait = [&](wait_status const&) { ++waiting; };
                how.progress_interval = hours(1);
                how.timeout = hours(1);
                waits.acquire(how);
            });
        while (waiting != 10)
            std::this_thread::yield();
        say("waiting");
        hear();
        for (auto& t : threads)
            t.join();
        return 0;
    });
    c.expect("waiting");
    wait_until_quiet(c.pid());
    holder.unlock();
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
