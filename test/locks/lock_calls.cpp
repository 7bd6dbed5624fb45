// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The system calls of an acquisition and a release of a lock that is free. The manual has the same
// lists (performance.adoc).

#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using std::chrono::hours;
namespace ut = boost::unit_test;

namespace {

struct fixture : temporary_directory
{
    /// Returns the calls of `f`, after it was called `before` times. A call of several names, such
    /// as `fstat`, has one of them.
    template <class Lock>
    std::string calls_of(std::function<void(Lock&)> const& f, int before = 3,
                         typename Lock::options_type const& options = {})
    {
        std::shared_ptr<Lock> lock;
        deed d;
        d.first = [&] {
            lock = std::make_shared<Lock>(path, options);
            for (int i = 0; i < before; ++i)
                f(*lock);
            return "";
        };
        d.then = [&] {
            f(*lock);
            return "";
        };
        std::string list;
        for (auto const& point : stop_points(d))
            // Kernels before 6.8 are asked for the kind of storage each time. Another thread's wait
            // that a stop has interrupted is restarted.
            if (auto const meaning = point.meaning();
                meaning != "fstatfs" && meaning != "restart_syscall")
                list += (list.empty() ? "" : " ") + (meaning == "statx" ? "stat" : meaning);
        return list;
    }
};

template <class Lock>
void locks(Lock& lock)
{
    lock.lock();
    lock.unlock();
}

template <class Lock>
void tries(Lock& lock)
{
    if (lock.try_lock_for(hours(1)))
        lock.unlock();
}

template <class Lock>
void locks_shared(Lock& lock)
{
    lock.lock_shared();
    lock.unlock_shared();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(lock_calls, fixture, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(file_lock_that_is_used_again)
{
    // The file is known; locked; the path names it. Unlocked; no waiter is marked.
    std::string const calls = "lseek flock stat flock fcntl";
    BOOST_TEST(calls_of<file_lock>(locks<file_lock>) == calls);
    BOOST_TEST(calls_of<file_lock>(tries<file_lock>) == calls);
    BOOST_TEST(calls_of<file_lock>(locks_shared<file_lock>) == calls);
}

BOOST_AUTO_TEST_CASE(file_lock_that_opens_its_file)
{
    std::string const calls = "open stat flock stat flock close";
    BOOST_TEST(calls_of<file_lock>(locks<file_lock>, 0) == "open stat flock stat flock close");
    file_lock_options options;
    options.keep_open = false;
    BOOST_TEST(calls_of<file_lock>(locks<file_lock>, 3, options) == calls);
    file_lock_options record;
    record.backend = kernel_lock::record;
    BOOST_TEST(calls_of<file_lock>(locks<file_lock>, 3, record) ==
               "open stat fcntl stat fcntl close");
}

BOOST_AUTO_TEST_CASE(level_of_a_held_lock)
{
    auto const nests = [](auto& lock) {
        if (!lock.is_locked())
            lock.lock();
        locks(lock);
    };
    BOOST_TEST(calls_of<file_lock>(nests) == "");
    BOOST_TEST(calls_of<read_write_lock>(nests) == "");
    BOOST_TEST(calls_of<soft_file_lock>(nests) == "");
    BOOST_TEST(calls_of<soft_read_write_lock>(nests) == "");
}

BOOST_AUTO_TEST_CASE(read_write_lock_that_is_used_again)
{
    // A reader asks for PENDING first.
    BOOST_TEST(calls_of<read_write_lock>(locks_shared<read_write_lock>) ==
               "lseek fcntl fcntl stat fcntl fcntl");
    BOOST_TEST(calls_of<read_write_lock>(locks<read_write_lock>) == "lseek fcntl stat fcntl fcntl");
}

BOOST_AUTO_TEST_CASE(soft_file_lock_that_is_free)
{
    BOOST_TEST(calls_of<soft_file_lock>(locks<soft_file_lock>) ==
               "uname open stat fcntl pwrite link stat " // published
               "flock stat unlink flock stat close");    // removed
}

BOOST_AUTO_TEST_CASE(soft_read_write_lock_that_is_free)
{
    BOOST_TEST(calls_of<soft_read_write_lock>(locks_shared<soft_read_write_lock>) ==
               "open stat stat getrandom uname open stat fcntl pwrite link stat "
               "flock stat utimensat stat flock "
               "stat stat unlink close close");
    BOOST_TEST(calls_of<soft_read_write_lock>(locks<soft_read_write_lock>) ==
               "open stat stat getrandom uname uname open stat fcntl pwrite link stat "
               "open stat fcntl pwrite link flock stat unlink flock stat close "
               "open stat fcntl fcntl getdents getdents close stat "
               "flock stat utimensat stat flock close stat "
               "flock stat unlink flock stat close");
}

BOOST_AUTO_TEST_SUITE_END()
