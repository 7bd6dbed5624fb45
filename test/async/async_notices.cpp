// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations get change notifications, and how they share the notifier.

#include "support/fake_context.hpp"
#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace errc = boost::system::errc;
namespace fd = boost::filelock::detail;
using boost::filelock::acquire_options;
using clock_type = std::chrono::steady_clock;
using fd::attempt_result;
using fd::lock_mode;

namespace {

/// A lock that another process holds, with a file that is watched for changes.
struct watcher : temporary_directory, engine
{
    watcher()
    {
        BOOST_TEST_REQUIRE(!lock.protocol.watched_file.open_lock_file(path, {}, fd::access::read));
        lock.protocol.otherwise = attempt_result::busy;
        lock.protocol.local = true;
    }

    void change() const { fd::touch(path); }
    void release_elsewhere()
    {
        lock.protocol.otherwise = attempt_result::acquired;
        change();
    }

    /// Returns the system's numbers of the watches that this process has.
    static std::vector<std::string> watches()
    {
        std::vector<std::string> numbers;
        for (auto const& d : descriptors_of("anon_inode:inotify")) {
            std::ifstream info("/proc/self/fdinfo/" + std::to_string(d));
            for (std::string line; std::getline(info, line);)
                if (line.compare(0, 11, "inotify wd:") == 0)
                    numbers.push_back(line.substr(11, line.find(' ', 11) - 11));
        }
        return numbers;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_notices, watcher, *boost::unit_test::timeout(hang_limit))

BOOST_AUTO_TEST_CASE(change_posts_the_next_step)
{
    auto op = waiting();
    BOOST_TEST(context.log == "lw");
    BOOST_TEST(lock.protocol.log == "axax"); // covers changes before the watch was set
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(op->posted == 1);
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
    op.reset();
    BOOST_TEST(watches().empty());
}

BOOST_AUTO_TEST_CASE(entry_removed_from_a_watched_directory_posts_the_next_step)
{
    BOOST_TEST_REQUIRE(!lock.protocol.watched_file.open_existing(directory));
    lock.protocol.watched_as = fd::watch_kind::directory;
    auto const op = waiting();
    change();
    async.notices_are_ready();
    BOOST_TEST(op->posted == 0); // the entry still exists
    lock.protocol.otherwise = attempt_result::acquired;
    boost::filesystem::remove(path);
    async.notices_are_ready();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_CASE(context_listens_while_an_operation_waits)
{
    auto a = waiting(), b = waiting();
    BOOST_TEST(context.log == "lw");
    change();
    async.notices_are_ready();
    BOOST_TEST(context.log == "lwl");
    a.reset();
    BOOST_TEST(context.log == "lwl" + std::string("h")); // for the next operation in the queue
    b.reset();
    BOOST_TEST(context.log.back() == 'd');
    BOOST_TEST(std::count(context.log.begin(), context.log.end(), 'd') == 1);
}

BOOST_AUTO_TEST_CASE(fruitless_change_causes_quick_attempts_that_ignore_changes)
{
    auto const op = waiting();
    change();
    async.notices_are_ready();
    BOOST_TEST(!op->run());
    BOOST_TEST(context.log == "lwlh"); // the holder may be about to release
    change();
    async.notices_are_ready();
    BOOST_TEST(op->posted == 0);
}

BOOST_AUTO_TEST_CASE(change_during_a_step_is_not_missed)
{
    lock.protocol.answers = {attempt_result::busy, attempt_result::busy};
    int attempts = 0;
    lock.protocol.during_attempt = [&] {
        if (++attempts == 2) { // the watch is set
            release_elsewhere();
            async.notices_are_ready();
        }
    };
    auto const op = start();
    BOOST_TEST(!op->run());
    lock.protocol.during_attempt = {};
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_CASE(cancellation_and_change_need_one_step)
{
    auto const op = waiting();
    lock.protocol.during_attempt = [&] { op->cancel(); };
    change();
    async.notices_are_ready();
    BOOST_TEST(!op->run());
    lock.protocol.during_attempt = {};
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST((op->ec == errc::operation_canceled));
}

BOOST_AUTO_TEST_CASE(watch_passes_to_the_next_operation)
{
    auto a = waiting(), b = waiting();
    auto const before = watches();
    BOOST_TEST(before.size() == 1u);
    a.reset();
    async.time_is_reached();
    BOOST_TEST(!b->run());
    BOOST_TEST(watches() == before, boost::test_tools::per_element());
    BOOST_TEST(lock.protocol.log == "axaxax"); // no change can have been missed
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(b->run());
    BOOST_TEST(b->has_lock());
}

BOOST_AUTO_TEST_CASE(watch_does_not_pass_to_an_operation_of_another_context)
{
    auto a = waiting();
    watcher other;
    operation b(other, lock, lock_mode::exclusive, nullptr);
    BOOST_TEST(b.start());
    BOOST_TEST(!b.run());
    a.reset();
    other.async.time_is_reached();
    BOOST_TEST(!b.run());
    BOOST_TEST(other.context.log == "whwlh");
    release_elsewhere();
    other.async.notices_are_ready();
    BOOST_TEST(b.run());
    BOOST_TEST(b.has_lock());
}

BOOST_AUTO_TEST_CASE(operation_polls_where_the_context_cannot_listen)
{
    context.can_listen = false;
    acquire_options how;
    how.poll_interval = 400ms;
    auto const op = waiting(&how);
    BOOST_TEST(context.log == "lw");
    BOOST_TEST((context.until <= clock_type::now() + 400ms));
    lock.protocol.otherwise = attempt_result::acquired;
    while (op->posted == 0) // the poll interval passes
        async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_CASE(parent_of_a_fork_continues_to_listen)
{
    auto const op = waiting();
    async.before_fork();
    BOOST_TEST(context.log == "lwg");
    async.after_fork_in_parent();
    BOOST_TEST(context.log == "lwgl");
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_CASE(context_without_a_watch_does_not_listen_after_a_fork)
{
    auto const op = start();
    async.before_fork();
    async.after_fork_in_parent();
    BOOST_TEST(context.log == "g");
}

// The step is not posted, so it is posted later. The other operations are not delayed.
BOOST_AUTO_TEST_CASE(step_that_cannot_be_posted_after_a_change_is_posted_later)
{
    auto const op = waiting();
    op->fails_to_post = true;
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(context.log == "lwhl");
    async.time_is_reached();
    BOOST_TEST((context.until < clock_type::now() + 1s));
    op->fails_to_post = false;
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_SUITE_END()
