// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A holder, whose lock file stays open, or a waiter is stopped after a system call. The waiter gets
// the lock nevertheless, without polling. test/model/kept_open.pml has all orders of their steps.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/mpl/list.hpp>

#include <chrono>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::file_lock;
using boost::filelock::read_write_lock;
using std::chrono::hours;
namespace ut = boost::unit_test;

namespace {

using kinds = boost::mpl::list<file_lock, read_write_lock>;

template <class Lock>
struct user
{
    explicit user(boost::filesystem::path const& path) : lock(path, never_polling<Lock>()) {}

    std::string wait()
    {
        if (!lock.try_lock_for(hours(2)))
            return "too late";
        lock.unlock();
        return "got it";
    }

    Lock lock;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_open_stops, temporary_directory, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_gets_the_lock_of_a_holder_that_was_stopped, Lock, kinds)
{
    std::unique_ptr<user<Lock>> holder;
    deed d;
    d.first = [&] {
        holder = std::make_unique<user<Lock>>(path);
        use_repeatedly(holder->lock);
        return "";
    };
    d.then = [&] {
        holder->lock.lock();
        holder->lock.unlock();
        return "released";
    };
    auto const points = stop_points(d);
    BOOST_TEST(points.size() >= 5u);
    for (auto const& point : points) {
        restart_hang_timer();
        stopped releases(d, point);
        BOOST_TEST_REQUIRE(releases.has_met());
        child waiter([&] {
            say("begins");
            return user<Lock>(path).wait() == "got it" ? 0 : 1;
        });
        waiter.expect("begins");
        wait_until_quiet(waiter.pid()); // it has ended, or sleeps
        BOOST_TEST(releases.go_on() == "released");
        BOOST_TEST(waiter.wait() == 0, point);
        releases.at_last();
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_that_was_stopped_gets_the_lock, Lock, kinds)
{
    // The file; the watch; whether it is mounted; the directory; the mark.
    stop_point const points[] = {
        {"openat", 1}, {"inotify_add_watch", 1}, {"statx", 1}, {"openat", 2}, {"fcntl", 1}};
    for (auto const& point : points) {
        restart_hang_timer();
        child holder([&] {
            user<Lock> h(path);
            use_repeatedly(h.lock);
            h.lock.lock();
            say("held");
            hear();
            h.lock.unlock();
            say("released");
            hear();
            return 0;
        });
        holder.expect("held");
        deed d;
        d.then = [&] { return user<Lock>(path).wait(); };
        stopped waits(d, point);
        BOOST_TEST_REQUIRE(waits.has_met());
        BOOST_TEST(holder.ask("release") == "released");
        BOOST_TEST(waits.go_on() == "got it", point);
        waits.at_last();
        holder.write_line("end");
        BOOST_TEST(holder.wait() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
