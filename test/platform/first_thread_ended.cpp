// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process after its first thread has ended, while others continue. /proc/self no longer shows the
// state of the first thread.

#include <boost/test/unit_test.hpp>

#include "../src/platform/file.hpp"
#include "../src/platform/linux/process_starts.hpp"

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <sys/syscall.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace fd = boost::filelock::detail;
namespace fs = boost::filesystem;

namespace {

bool shows_descriptors()
{
    boost::system::error_code ec;
    fs::directory_iterator const it("/proc/self/fd", ec);
    return it != fs::directory_iterator();
}

/// Returns the body of a child that runs `what` on a second thread, after the first has ended.
std::function<int()> after_first_thread(std::function<int()> const& what)
{
    return [what]() -> int {
        std::thread([what] {
            ::_exit(!comes_true([] { return !shows_descriptors(); }) ? 100 : what());
        }).detach();
        ::syscall(SYS_exit, 0); // ends the thread; pthread_exit would unwind it
        return 101;
    };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(first_thread_ended, temporary_directory)

// The waiter gets the lock when it is released, without polling.
BOOST_AUTO_TEST_CASE_TEMPLATE(lock_is_handed_over, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    child waits(after_first_thread([&] {
        Lock own(path, never_polling<Lock>());
        boost::filelock::acquire_options how;
        // The last attempt is at the deadline, which is later than the test waits.
        how.timeout = 2 * patience;
        how.on_wait = [is_first = true](auto const&) mutable {
            if (std::exchange(is_first, false))
                say("waits");
        };
        boost::system::error_code ec;
        own.acquire(how, ec);
        return ec ? 1 : 0;
    }));
    waits.expect("waits");
    wait_until_quiet(waits.pid());
    lock.unlock();
    BOOST_TEST(waits.wait() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(holder_is_known, Lock, exclusive_kinds)
{
    child holds(after_first_thread([&] {
        Lock lock(path);
        lock.lock();
        auto const holder = lock.holder();
        say(holder && holder->pid == ::getpid() ? "knows itself" : "does not know itself");
        hear();
        return 0;
    }));
    holds.expect("knows itself");
    auto const holder = Lock(path).holder();
    BOOST_TEST((holder && holder->pid == holds.pid()));
    Lock other(path);
    BOOST_TEST(!other.try_lock());
    holds.write_line("enough");
    BOOST_TEST(holds.wait() == 0);
}

BOOST_AUTO_TEST_CASE(file_without_a_name_can_be_given_one)
{
    child c(after_first_thread([&] {
        fd::descriptor file;
        if (file.open_unnamed(directory, {}))
            return 1;
        return fd::give_name(file, path) ? 2 : 0;
    }));
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_CASE(start_of_the_process_is_the_same)
{
    child c([] {
        auto const start = [] {
            boost::system::error_code ec;
            auto const token = fd::process_starts().of("self", ec);
            return token ? token->text() : std::string();
        };
        auto const before = start();
        return after_first_thread([=] { return !before.empty() && start() == before ? 0 : 1; })();
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
