// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How asynchronous operations get change notifications, and how they share the notifier.

#include "support/child.hpp"
#include "support/fake_context.hpp"
#include "support/kernel_state.hpp"
#include "support/run_context.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace errc = boost::system::errc;
namespace fd = boost::filelock::detail;
namespace fs = boost::filesystem;
using boost::filelock::acquire_options;
using clock_type = std::chrono::steady_clock;
using fd::attempt_result;
using fd::lock_mode;

namespace {

template <class T>
struct type_of
{
    using type = T;
};

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

    bool is_readable() const
    {
        ::pollfd source{context.source, POLLIN, 0};
        return ::poll(&source, 1, 0) == 1;
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
}

// The handler does not wait for the removal.
BOOST_AUTO_TEST_CASE(watch_is_removed_after_the_handler)
{
    auto op = waiting();
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(op->run());
    op.reset();
    BOOST_TEST(watches().size() == 1u);
    BOOST_TEST(context.log == "lwh");
    async.time_is_reached();
    BOOST_TEST(watches().empty());
    BOOST_TEST(!is_readable()); // IN_IGNORED would wake the context
}

BOOST_AUTO_TEST_CASE(watch_of_an_operation_that_never_was_idle_is_removed)
{
    lock.protocol.answers = {attempt_result::busy};
    lock.protocol.otherwise = attempt_result::acquired;
    auto const op = start();
    BOOST_TEST(op->run());
    BOOST_TEST(lock.protocol.log == "axax");
    BOOST_TEST(watches().empty());
}

BOOST_AUTO_TEST_CASE(entry_removed_from_a_watched_directory_posts_the_next_step)
{
    BOOST_TEST_REQUIRE(!lock.protocol.watched_file.open_existing(directory));
    lock.protocol.watched_as = fd::watch_kind::directory;
    auto const op = waiting();
    change();
    BOOST_TEST(!is_readable()); // the entry still exists
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
    BOOST_TEST(context.log == "lw");
    BOOST_TEST(!a->run()); // it waits on
    BOOST_TEST(context.log == "lwlh");
    async.time_is_reached();
    a.reset(); // the next operation in the queue waits on
    async.time_is_reached();
    BOOST_TEST(!b->run());
    BOOST_TEST(std::count(context.log.begin(), context.log.end(), 'd') == 0);
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
    BOOST_TEST(!is_readable());
    change();
    async.notices_are_ready();
    BOOST_TEST(op->posted == 0);
}

BOOST_AUTO_TEST_CASE(context_listens_after_a_step_that_sets_no_watch)
{
    auto const op = waiting();
    lock.protocol.answers = {attempt_result::retry_after(1h)};
    change();
    async.notices_are_ready();
    BOOST_TEST(!op->run());
    BOOST_TEST(std::count(context.log.begin(), context.log.end(), 'l') == 2);
    BOOST_TEST(!is_readable());
    release_elsewhere();
    async.notices_are_ready();
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
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

// The source changes with the first process that is watched.
BOOST_AUTO_TEST_CASE(context_listens_to_the_ends_of_processes_as_well)
{
    child holder([] {
        hear();
        return 0;
    });
    auto const op = waiting();
    auto const files = context.source;
    fake_lock other;
    BOOST_TEST_REQUIRE(!other.protocol.watched_file.open_existing(directory));
    other.protocol.file = {1, 2};
    other.protocol.otherwise = attempt_result::busy;
    other.protocol.watched_as = fd::watch_kind::directory;
    other.protocol.watched_process = holder.pid();
    operation b(*this, other, lock_mode::exclusive, nullptr);
    BOOST_TEST(b.start());
    BOOST_TEST(!b.run());
    BOOST_TEST(context.log == "lwl");
    BOOST_TEST(context.source != files);
    BOOST_TEST(!is_readable());
    holder.kill();
    holder.wait();
    BOOST_TEST(is_readable());
    async.notices_are_ready();
    BOOST_TEST(op->posted == 0);
    BOOST_TEST(b.posted == 1);
    release_elsewhere();
    BOOST_TEST(is_readable());
    async.notices_are_ready();
    BOOST_TEST(op->posted == 1);
}

BOOST_AUTO_TEST_CASE(operations_on_kernel_locks_and_markers_share_a_context)
{
    using namespace boost::filelock;
    auto const held_by_child = [](auto lock_type, fs::path const& which) {
        return [=] {
            typename decltype(lock_type)::type held(which);
            held.lock();
            say("held");
            hear();
            return 0;
        };
    };
    file_lock_options file_options;
    soft_file_lock_options soft_options;
    file_options.poll_interval = soft_options.poll_interval = 1h;
    auto const marker = directory / "marker";
    child first(held_by_child(type_of<file_lock>(), path));
    child second(held_by_child(type_of<soft_file_lock>(), marker));
    first.expect("held");
    second.expect("held");
    file_lock file(path, file_options);
    soft_file_lock soft(marker, soft_options);
    boost::asio::io_context io;
    bool has_file = false, has_soft = false;
    async_acquire(io, file, [&](auto ec, auto) { has_file = !ec; });
    settle(io);
    async_acquire(io, soft, [&](auto ec, auto) { has_soft = !ec; });
    settle(io);
    second.kill(); // leaves its marker
    second.wait();
    run_until(io, [&] { return has_soft; });
    BOOST_TEST(!has_file);
    first.kill();
    run(io);
    BOOST_TEST(has_file);
}

// The step is not posted, so it is posted later. The other operations are not delayed.
BOOST_AUTO_TEST_CASE(step_that_cannot_be_posted_after_a_change_is_posted_later)
{
    auto const op = waiting();
    auto const is_due = [&] {
        async.time_is_reached();
        return op->posted == 1;
    };
    BOOST_TEST(comes_true(is_due)); // after the first pause, which is short
    BOOST_TEST(!op->run());
    async.time_is_reached();
    context.log.clear();
    op->fails_to_post = true;
    release_elsewhere();
    async.notices_are_ready();
    BOOST_TEST(context.log == "h");
    async.time_is_reached();
    BOOST_TEST((context.until < clock_type::now() + 1s));
    op->fails_to_post = false;
    async.time_is_reached();
    BOOST_TEST(op->run());
    BOOST_TEST(op->has_lock());
}

BOOST_AUTO_TEST_SUITE_END()
