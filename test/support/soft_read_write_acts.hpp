// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SOFT_READ_WRITE_ACTS_HPP
#define BOOST_FILELOCK_TEST_SOFT_READ_WRITE_ACTS_HPP

#include "markers.hpp"
#include "sample.hpp"
#include "soft_read_write_actor.hpp"
#include "stops.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

// Operations on a soft_read_write_lock at whose system calls a process is stopped or killed.

namespace filelock_test {

namespace fs = boost::filesystem;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;

/// An operation of a process, the operation that precedes it and cannot be stopped, and the other
/// processes that it meets.
struct act
{
    enum others
    {
        none,
        a_reader,
        a_dead_reader,
        a_dead_writer,
        a_dead_one_in_state,
        a_dead_writer_in_state
    };

    std::string first, then;
    others there = none;
    std::string faults = {};

    bool is_beat() const { return then == "beat"; }

    friend std::ostream& operator<<(std::ostream& out, act const& a)
    {
        char const* const names[] = {"",
                                     ", with a reader",
                                     ", after a dead reader",
                                     ", after a dead writer",
                                     ", after one who died in state",
                                     ", after a writer who died in state"};
        return out << a.first << (a.first.empty() ? "" : ", then ") << a.then << names[a.there]
                   << (a.faults.empty() ? "" : ", in place");
    }
};

/// Whether this process was stopped and has been continued.
inline volatile std::sig_atomic_t goes_on = 0;

/// A fixture: prepares the other processes, performs an act and checks what is left.
struct act_fixture : temporary_directory
{
    fs::path const readers = path.string() + ".readers", write = path.string() + ".write",
                   state = path.string() + ".state";

    void clear() const
    {
        for (fs::directory_iterator it(directory), end; it != end;)
            fs::remove_all((it++)->path());
    }

    static soft_file_lock_options of_state(storage where)
    {
        soft_file_lock_options options;
        options.where = where;
        options.permissions = fs::perms(0600);
        return options;
    }

    /// The other process: a living one, or a dead one that is not yet reaped, so that its death can
    /// be proved at once.
    struct company
    {
        std::unique_ptr<actor> lives;
        std::unique_ptr<child> dead;
    };

    std::unique_ptr<child> put_dead(storage where, std::string const& what, bool in_state) const
    {
        auto dies = std::make_unique<child>([&] {
            soft_read_write_lock lock(path, hourly(where));
            soft_file_lock at_state(state, of_state(where));
            if (!what.empty() && perform(lock, what) != has_it)
                return 1;
            if (in_state)
                at_state.lock();
            ::raise(SIGKILL);
            return 0;
        });
        if (dies->wait_unreaped() != -SIGKILL)
            throw std::runtime_error("no process has died");
        if (where == storage::network)
            make_tree_old(path);
        return dies;
    }

    company prepare(act const& a, storage where) const
    {
        clear();
        company c;
        switch (a.there) {
        case act::none:
            break;
        case act::a_reader:
            c.lives = std::make_unique<actor>(path, hourly(where));
            if ((*c.lives)("try shared") != has_it)
                throw std::runtime_error("the reader cannot come in");
            break;
        case act::a_dead_reader:
            c.dead = put_dead(where, "try shared", false);
            break;
        case act::a_dead_writer:
            c.dead = put_dead(where, "try", false);
            break;
        case act::a_dead_one_in_state:
            c.dead = put_dead(where, "", true);
            break;
        case act::a_dead_writer_in_state:
            c.dead = put_dead(where, "try", true);
            break;
        }
        return c;
    }

    /// Returns the path of the holder's marker.
    fs::path marker_of(std::string const& holder) const
    {
        return is_writing(holder) ? write : fs::directory_iterator(readers)->path();
    }
    /// Returns when the marker was last stamped, in nanoseconds, or 0 where it does not exist. Uses
    /// a system call that no heartbeat makes.
    static std::int64_t stamped(fs::path const& marker)
    {
        struct ::statx s = {};
        ::statx(AT_FDCWD, marker.c_str(), AT_SYMLINK_NOFOLLOW, STATX_MTIME, &s);
        return s.stx_mtime.tv_sec * 1'000'000'000LL + s.stx_mtime.tv_nsec;
    }

    // Waits until the marker is stamped again or no longer exists.
    static void wait_for_beat(fs::path const& marker)
    {
        auto const before = stamped(marker);
        while (before != 0 && stamped(marker) == before)
            std::this_thread::sleep_for(1ms);
    }

    /// Waits for two heartbeats: the first is complete when the second comes. Where the process is
    /// to be stopped, waits for more heartbeats until that has happened: strace counts calls from
    /// when it attaches, and a slow machine makes a different number of heartbeats before the
    /// operation begins.
    static void wait_for_beats(fs::path const& marker, bool to_be_stopped)
    {
        for (int i = 0; i < 2 || (to_be_stopped && !goes_on && i < 200); ++i)
            wait_for_beat(marker);
    }

    deed doing(act const& a, soft_read_write_lock_options const& options,
               bool to_be_stopped = true) const
    {
        auto const lock = std::make_shared<soft_read_write_lock>(path, options);
        deed d;
        d.faults = a.faults;
        auto const marker = std::make_shared<fs::path>();
        if (!a.first.empty())
            d.first = [lock, a, marker, this] {
                ::signal(SIGCONT, [](int) { goes_on = 1; });
                auto const came = perform(*lock, a.first);
                *marker = marker_of(a.first);
                return came;
            };
        d.then = [lock, a, marker, to_be_stopped] {
            if (!a.is_beat())
                return perform(*lock, a.then);
            wait_for_beats(*marker, to_be_stopped);
            return holds(*lock) ? has_it : lost;
        };
        // Releases every level, after which the lock must be free for a writer.
        d.last = [lock] {
            while (lock->lock_counter() != 0)
                if (auto const said = perform(*lock, "release"); said != done)
                    return "release: " + said;
            auto const came = perform(*lock, "wait");
            return came == has_it ? perform(*lock, "release") : came;
        };
        return d;
    }

    /// Returns the system calls of the operation, without those that only keep the process running.
    std::vector<stop_point> points_of(act const& a, storage where) const
    {
        // The test itself makes `statx` calls to read a marker's time.
        static std::set<std::string> const others = {"futex",
                                                     "mmap",
                                                     "munmap",
                                                     "mprotect",
                                                     "brk",
                                                     "madvise",
                                                     "clone",
                                                     "rseq",
                                                     "set_robust_list",
                                                     "gettid",
                                                     "clock_nanosleep",
                                                     "restart_syscall",
                                                     "sigprocmask",
                                                     "exit",
                                                     "writev",
                                                     "readv"};
        auto const they = prepare(a, where);
        auto d = doing(a, options_for(a, where), false);
        d.last = {};
        auto points = stop_points(d);
        points.erase(std::remove_if(points.begin(), points.end(),
                                    [&](auto const& p) {
                                        return (others.count(p.meaning()) != 0 ||
                                                p.call == "statx") ||
                                               (a.is_beat() && p.is_by_first_thread) ||
                                               (!a.faults.empty() && p.meaning() == "link");
                                    }),
                     points.end());
        if (a.is_beat()) // keeps the first heartbeat alone
            points.erase(std::find_if(points.begin(), points.end(),
                                      [n = 0](auto const& p) mutable {
                                          return p.meaning() == "utimensat" && ++n == 2;
                                      }),
                         points.end());
        return points;
    }

    static soft_read_write_lock_options options_for(act const& a, storage where)
    {
        auto options = hourly(where);
        if (a.is_beat())
            options.heartbeat_interval = 50ms;
        if (a.is_beat())
            options.stale_threshold = 1h;
        return options;
    }

    template <class F>
    void check(act const& a, storage where, sample_size size, F const& problem_with,
               bool gives_up = true) const
    {
        auto points = points_of(a, where);
        if (!gives_up) // keeps the calls until it has found the readers
            points.erase(std::find_if(points.rbegin(), points.rend(),
                                      [](auto const& p) { return p.meaning() == "getdents"; })
                             .base(),
                         points.end());
        BOOST_TEST_REQUIRE(points.size() > 3u);
        for (auto const i : sample(points.size(), size)) {
            restart_hang_timer();
            std::string problem;
            try {
                problem = problem_with(points[i]);
            } catch (std::exception const& e) {
                problem = e.what();
            }
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

    /// Returns the names that are left, except the directory of the readers and housekeeping files.
    std::string what_is_left() const
    {
        std::string all;
        for (auto const& dir : {directory, readers})
            if (fs::exists(dir))
                for (auto const& name : names_in(dir))
                    if (name.find(".break") == name.npos && dir / name != readers)
                        all += ' ' + name;
        return all.empty() ? "" : "is left:" + all;
    }

    static std::string come(actor& other, std::string const& how)
    {
        if (auto const came = other(how); came != has_it)
            return "the other cannot come in, " + how + ": " + came;
        auto const went = other("release");
        return went == done ? "" : "the other cannot give it back: " + went;
    }

    /// Does the same for an actor with a short threshold, which may lose its hold on a slow
    /// machine.
    static void come_unless_late(actor& other, std::string const& how)
    {
        auto const problem = come(other, how);
        unless_late(!has_lost_any(other) && problem.find(lost) == problem.npos, problem);
        demand(problem.empty(), problem);
    }

    static void demand(bool is_so, std::string const& problem)
    {
        if (!is_so)
            throw std::runtime_error(problem);
    }

    static bool has_lost_any(actor& other) { return other("losses") != "0"; }
};

} // namespace filelock_test

#endif
