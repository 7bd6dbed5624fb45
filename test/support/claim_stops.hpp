// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_CLAIM_STOPS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_CLAIM_STOPS_HPP

#include "sample.hpp"
#include "stops.hpp"
#include "strict_files.hpp"
#include "succession.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

// A process that acquires or releases a `strict_soft_file_lock` is stopped, and other processes
// come and go meanwhile.

namespace filelock_test {

inline std::string const released_after_loss = "lost, " + done,
                         overlap = "another process holds it";

/// A fixture: a directory in which claims come and go.
struct claim_stops : succession_of<boost::filelock::strict_soft_file_lock>
{
    using strict_soft_file_lock = boost::filelock::strict_soft_file_lock;
    using lock_pointer = std::shared_ptr<strict_soft_file_lock>;

    overlap_probe const probe{directory / "probe"};

    claim_stops() { options.poll_interval = std::chrono::milliseconds(1); }

    void nothing() const { remove_claim_files(path); }

    /// The lock was used before, so that its directories exist.
    void used() const
    {
        nothing();
        strict_soft_file_lock lock(path, options);
        lock.lock();
        lock.unlock();
    }

    lock_pointer make_lock() const
    {
        return std::make_shared<strict_soft_file_lock>(path, options);
    }

    std::string acquire(strict_soft_file_lock& lock, std::chrono::milliseconds limit) const
    {
        auto const came = try_for(lock, limit);
        return came == has_it && !probe.enter() ? overlap : came;
    }

    /// Releases the hold if there is one. Reports it if the hold was lost.
    std::string give_back(strict_soft_file_lock& lock) const
    {
        if (!lock.is_locked())
            return done;
        bool const is_held = holds(lock);
        if (!probe.leave() && is_held)
            return overlap;
        return is_held ? release(lock) : "lost, " + release(lock);
    }

    /// Acquires the lock if one attempt can. In the end releases it, or acquires it in a wait.
    deed acquisition(std::function<void()> const& before = {}) const
    {
        auto const lock = make_lock();
        deed d;
        d.first = [before] {
            if (before)
                before();
            return "";
        };
        d.then = [this, lock] { return acquire(*lock, std::chrono::milliseconds(0)); };
        d.last = [this, lock] {
            auto const came = lock->is_locked() ? has_it : acquire(*lock, patience);
            return came == has_it ? give_back(*lock) : came;
        };
        return d;
    }

    deed release_of_a_hold() const
    {
        auto const lock = make_lock();
        deed d;
        d.first = [lock] { return try_for(*lock, patience); };
        d.then = [lock] { return release(*lock); };
        d.last = [] { return done; };
        return d;
    }

    /// Lets two other processes try the lock, and hold it if they can. Each is alone then.
    std::string others_come_and_go() const
    {
        for (int i = 0; i < 2; ++i) {
            bool const is_claimed = !claim_names(path).empty();
            successor other(path, options);
            if (other.came() != (is_claimed ? busy : has_it))
                return "another: " + other.came();
            if (!other.is_in())
                continue;
            bool const is_alone = probe.enter() && other.still_held() && probe.leave();
            auto const given = other.give_back();
            if (!is_alone || given != done)
                return "another cannot hold it: " + given;
        }
        return "";
    }

    /// Returns the problem of a stopped acquisition that continues while `next` holds the lock, if
    /// it could acquire it.
    std::string problem_with_next(stopped& one, successor& next) const
    {
        if (next.is_in() && !probe.enter())
            return "two have it";
        auto const came = one.go_on();
        if (came != (next.is_in() ? busy : has_it))
            return "who was stopped: " + came;
        if (next.is_in()) {
            if (!next.still_held())
                return "the next has lost it";
            if (!probe.leave() || next.give_back() != done)
                return "the next cannot give it back";
        }
        auto const last = one.at_last();
        return last != done ? "who was stopped, at last: " + last : what_is_left();
    }

    /// Runs the check at a sample of the calls.
    static void check(deed const& what, std::function<void()> const& prepare,
                      std::function<std::string(stop_point const&)> const& problem_with)
    {
        prepare();
        auto const points = stop_points(what);
        BOOST_TEST_REQUIRE(points.size() > 1u);
        for (auto const i : sample(points.size(), {8, 2})) {
            restart_hang_timer();
            prepare();
            auto const problem = problem_with(points[i]);
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

    std::string what_is_left() const
    {
        successor last(path, options);
        if (!last.is_in() || last.give_back() != done)
            return "no process can acquire it: " + last.came();
        return left_of_claims(path);
    }

    void break_claim(std::string const& name) const
    {
        strict_soft_file_lock(path, options).force_break(name);
    }
};

} // namespace filelock_test

#endif
