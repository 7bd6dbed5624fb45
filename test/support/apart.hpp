// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_APART_HPP
#define BOOST_FILELOCK_TEST_PROCESS_APART_HPP

#include "child.hpp"
#include "markers.hpp"
#include "namespaces.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>

#include <signal.h>

namespace filelock_test {

/// The result of a contender.
enum found
{
    held = 0,
    taken_by_a_try,
    taken_by_a_wait,
    taken_from_an_old_marker,
    marker_changed,
    was_free = 10,
    not_free
};

inline auto const both = boost::unit_test::data::make(
    {boost::filelock::storage::local, boost::filelock::storage::network});

/// A fixture: bodies of processes that hold a marker's lock or try to acquire it. The processes may
/// run where they see little of each other (other namespaces).
struct apart : temporary_directory
{
    using storage = boost::filelock::storage;
    using soft_file_lock = boost::filelock::soft_file_lock;
    using soft_file_lock_options = boost::filelock::soft_file_lock_options;
    using body = std::function<int()>;

    static soft_file_lock_options on(storage where)
    {
        soft_file_lock_options options;
        options.where = where;
        options.poll_interval = std::chrono::milliseconds(1);
        return options;
    }

    /// Holds the lock until a line arrives.
    body holder(storage where, std::function<void()> const& enter = {}) const
    {
        return [this, where, enter] {
            if (enter)
                enter();
            soft_file_lock lock(path, on(where));
            lock.lock();
            say("held");
            hear();
            lock.unlock();
            return 0;
        };
    }

    /// Writes a marker as another program does, without a witness, and lives until a line arrives.
    body other_make(std::function<void()> const& enter = {}) const
    {
        return [this, enter] {
            if (enter)
                enter();
            write_text(path, own_record(directory));
            say("held");
            hear();
            return 0;
        };
    }

    /// Tries every way to acquire a lock that another process holds, and returns what it found.
    body cannot_have_it(storage where, std::function<void()> const& enter = {}) const
    {
        return [this, where, enter]() -> int {
            if (enter)
                enter();
            auto const text = text_of(path);
            soft_file_lock lock(path, on(where));
            if (lock.try_lock())
                return taken_by_a_try;
            if (lock.try_lock_for(std::chrono::milliseconds(50)))
                return taken_by_a_wait;
            old_for_now const old(path);
            if (lock.try_lock())
                return taken_from_an_old_marker;
            return text_of(path) == text && !text.empty() ? held : marker_changed;
        };
    }

    /// Returns whether a single attempt acquires the lock.
    body can_have_it(storage where, std::function<void()> const& enter = {}) const
    {
        return [this, where, enter]() -> int {
            if (enter)
                enter();
            soft_file_lock lock(path, on(where));
            return lock.try_lock() ? was_free : not_free;
        };
    }

    /// Waits for the lock with a poll interval of an hour, so that only a change notification wakes
    /// it.
    body waiter(storage where) const
    {
        return [this, where] {
            auto options = on(where);
            options.poll_interval = std::chrono::hours(1);
            soft_file_lock lock(path, options);
            boost::filelock::acquire_options how;
            how.progress_interval = std::chrono::hours(1);
            how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
            lock.acquire(how);
            say("has it");
            lock.unlock();
            return 0;
        };
    }

    static int run(body const& b) { return child(b).wait(); }
    static int run_inside(body const& b) { return in_new_pid_namespace(b)->wait(); }

    static std::unique_ptr<child> start(body const& b)
    {
        auto c = std::make_unique<child>(b);
        c->expect("held");
        return c;
    }
    static std::unique_ptr<child> start_inside(body const& b, pid_t number = 1)
    {
        auto c = in_new_pid_namespace(b, number);
        c->expect("held");
        return c;
    }
    static void kill(child& c)
    {
        c.kill();
        BOOST_TEST(c.wait() == -SIGKILL);
    }
    static void let_go(child& c)
    {
        c.write_line("");
        BOOST_TEST(c.wait() == 0);
    }
};

} // namespace filelock_test

#endif
