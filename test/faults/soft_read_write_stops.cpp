// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process is stopped or killed after each system call of an operation on a soft_read_write_lock,
// and other processes try the lock. Conflicting holders never overlap, and no process is kept out
// for longer than documented. A test takes a sample of the calls (support/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/namespaces.hpp"
#include "support/sample.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

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

/// Makes linkat fail, as on a file system without unnamed files.
char const in_place[] = "-e inject=linkat:error=EPERM";

act const acts[] = {
    {"", "try shared"},
    {"", "try shared", act::a_dead_writer},
    {"", "try shared", act::a_dead_writer_in_state},
    {"", "try"},
    {"", "try", act::a_reader},
    {"", "try", act::a_dead_reader},
    {"", "try", act::a_dead_writer},
    {"", "try", act::a_dead_one_in_state},
    {"", "try", act::a_dead_writer_in_state},
    {"try shared", "release"},
    {"try", "release"},
    {"try shared", "beat"},
    {"try", "beat"},
};

act const acts_in_place[] = {
    {"", "try shared", act::none, in_place},
    {"", "try", act::none, in_place},
    {"", "try", act::a_dead_writer_in_state, in_place},
};

auto const both = data::make({storage::local, storage::network});

/// A delay of half the threshold must be distinguishable from a second wait. Where the machine is
/// later than that, the observation is repeated with twice the time.
constexpr milliseconds shortest_threshold = 200ms;

/// Whether this process was stopped and has been continued.
volatile std::sig_atomic_t goes_on = 0;

struct fixture : temporary_directory
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
        siginfo_t info;
        if (::waitid(P_PID, static_cast<id_t>(dies->pid()), &info, WEXITED | WNOWAIT) != 0 ||
            info.si_code != CLD_KILLED)
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

/// Returns whether a process has the removal right to some marker.
bool has_right(pid_t pid)
{
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, type, advisory, mode, holder;
        words >> number >> type >> advisory >> mode >> holder;
        if (type == "FLOCK" && holder == std::to_string(pid))
            return true;
    }
    return false;
}

bool go_together(std::string const& a, std::string const& b)
{
    return !is_writing(a) && !is_writing(b);
}

/// Stops one process for longer than its marker is valid, and lets another acquire the lock. On a
/// slow machine the other may lose its hold.
void check_successor(fixture const& f, act const& a, storage where, stop_point const& p,
                     std::string const& comes, milliseconds threshold)
{
    auto const demand = fixture::demand;
    auto they = f.prepare(a, where);
    stopped one(f.doing(a, quick(where, threshold)), p);
    demand(one.has_met(), "it was not stopped");
    they.lives.reset(); // the reader dies
    actor other(f.path, quick(where, threshold));
    bool const is_in_state = fs::exists(f.state) && (is_writing(comes) || fs::exists(f.write));
    bool const is_held_up = has_right(one.pid()) || is_in_state;
    auto const came = other(is_held_up ? "briefly" + comes.substr(4) : comes);
    unless_late(came != lost, "the other has lost it at once");
    demand(came == has_it || (is_held_up && came == busy), "the other: " + came);
    one.trace_no_more();
    auto const went = one.go_on();
    auto const held = other("held?"); // asked before the losses, because it may detect one
    unless_late(!fixture::has_lost_any(other) && (came != has_it || held == "held"),
                "the other has lost it");
    demand(went == has_it || went == busy || went == done || went == lost,
           "who was stopped: " + went);
    auto const has = went != has_it ? "" : a.is_beat() ? a.first : a.then;
    demand(came != has_it || has.empty() || go_together(has, comes),
           "both have it: " + has + " and " + comes);
    if (came == has_it) {
        auto const gave = other("release");
        unless_late(!fixture::has_lost_any(other), "the other has lost it");
        demand(gave == done, "the other cannot give it back: " + gave);
    }
    auto const last = one.at_last();
    unless_late(last == done, "who was stopped, at last: " + last); // it may also lose its hold
    auto const left = f.what_is_left();
    demand(left.empty(), left);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_stops, fixture, *ut::precondition(can_trace))

// On the same host death is proved, so no process has to wait for the threshold.
BOOST_DATA_TEST_CASE_F(fixture, others_get_lock_at_once_when_process_is_killed,
                       both* data::make(acts), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        auto const they = prepare(a, where);
        auto const& lives = they.lives;
        stopped one(doing(a, options_for(a, where)), p);
        if (!one.has_met())
            return "it was not stopped";
        one.kill();
        if (where == storage::network)
            make_tree_old(path);
        actor other(path, hourly(where));
        if (auto const problem = come(other, "try shared"); !problem.empty())
            return problem;
        if (lives && (*lives)("release") != done)
            return "the reader cannot give it back";
        if (auto const problem = come(other, "try"); !problem.empty())
            return problem;
        return what_is_left();
    });
}

// The marker that the killed process leaves may not name it yet, so the marker can only become
// stale by age. In `state` others wait two seconds for the creator of an empty marker to write its
// record.
BOOST_DATA_TEST_CASE_F(fixture, others_get_lock_when_process_is_killed_while_it_writes_its_marker,
                       both* data::make(acts_in_place), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        return with_growing_time(shortest_threshold, [&](milliseconds threshold) {
            auto const they = prepare(a, where);
            stopped one(doing(a, options_for(a, where)), p);
            demand(one.has_met(), "it was not stopped");
            one.kill();
            bool const is_empty = fs::exists(state) && text_of(state).empty();
            auto const limit = (is_empty ? 2 * threshold + 2s : threshold) + threshold / 2;
            actor reader(path, quick(where, threshold)), writer(path, quick(where, threshold));
            for (auto* const other : {&reader, &writer}) {
                auto const how = other == &reader ? "wait shared" : "wait";
                come_unless_late(*other, how);
                auto const took = other->how_long();
                unless_late(took <= limit, "it took " + std::to_string(took.count()) + " ms");
            }
            auto const left = what_is_left();
            demand(left.empty(), left);
        });
    });
}

// A process on another host cannot prove the death, so it waits for the threshold, once.
BOOST_DATA_TEST_CASE_F(fixture, other_host_gets_lock_after_threshold_when_process_is_killed,
                       both* data::make(acts), where, a)
{
    if (!have_namespaces(0))
        return;
    check(a, where, {1, 40}, [&, where = where, a = a](stop_point const& p) -> std::string {
        auto const how = p.occurrence % 2 == 0 ? "wait shared" : "wait";
        return with_growing_time(shortest_threshold, [&](milliseconds threshold) {
            auto const they = prepare(a, where);
            stopped one(doing(a, options_for(a, where)), p);
            demand(one.has_met(), "it was not stopped");
            one.kill();
            demand(!they.lives || (*they.lives)("release") == done,
                   "the reader cannot give it back");
            actor other(path, quick(where, threshold), [] { enter_host("elsewhere"); });
            come_unless_late(other, how);
            auto const took = other.how_long();
            unless_late(took < threshold + threshold / 2,
                        std::string(how) + " took " + std::to_string(took.count()) + " ms");
        });
    });
}

BOOST_DATA_TEST_CASE_F(fixture, no_conflicting_hold_while_process_is_stopped,
                       both* data::make(acts), where, a)
{
    check(a, where, {1, 8}, [&, where = where, a = a](stop_point const& p) -> std::string {
        for (auto const& comes : {std::string("try shared"), std::string("try")}) {
            auto const they = prepare(a, where);
            auto const& lives = they.lives;
            stopped one(doing(a, options_for(a, where)), p);
            if (!one.has_met())
                return "it was not stopped";
            actor other(path, hourly(where));
            auto const came = other(comes);
            if (came != has_it && came != busy)
                return "the other: " + came;
            if (came == has_it && lives && is_writing(comes))
                return "the other is in beside the reader";
            if (came == has_it && a.is_beat() && !go_together(a.first, comes))
                return "the other is in beside a holder";
            if (a.is_beat())
                one.trace_no_more();
            auto const went = one.go_on();
            if (went != (a.is_beat() ? has_it : a.first.empty() ? went : done))
                return "who was stopped: " + went;
            if (went != has_it && went != busy && went != done)
                return "who was stopped: " + went;
            auto const has = a.is_beat() ? a.first : went == has_it ? a.then : "";
            if (came == has_it && !has.empty() && !go_together(has, comes))
                return "both have it: " + has + " and " + comes;
            if (came == has_it && other("held?") != "held")
                return "the other has lost it";
            if (came == has_it && other("release") != done)
                return "the other cannot give it back";
            if (lives && (*lives)("held?") != "held")
                return "the reader has lost it";
            if (lives && (*lives)("release") != done)
                return "the reader cannot give it back";
            if (auto const last = one.at_last(); last != done)
                return "who was stopped, at last: " + last;
            if (auto const left = what_is_left(); !left.empty())
                return left;
        }
        return "";
    });
}

// A reader releases the lock while the writer that waits for it is stopped.
BOOST_DATA_TEST_CASE_F(fixture, stopped_writer_gets_lock_after_reader_releases, both, where)
{
    static act const a{"", "try", act::a_reader};
    check(
        a, where, {3, 2},
        [&, where = where](stop_point const& p) -> std::string {
            auto const they = prepare(a, where);
            auto const& lives = they.lives;
            auto waits = a;
            waits.then = "wait";
            stopped one(doing(waits, hourly(where)), p);
            if (!one.has_met())
                return "it was not stopped";
            if (auto const went = (*lives)("release"); went != done)
                return "the reader cannot give it back: " + went;
            actor other(path, hourly(where));
            auto const came = other("try");
            if (came == has_it && other("release") != done)
                return "the other cannot give it back";
            if (auto const went = one.go_on(); went != has_it)
                return "who was stopped: " + went;
            if (other("try") != busy || other("try shared") != busy)
                return "two have it";
            if (auto const last = one.at_last(); last != done)
                return "who was stopped, at last: " + last;
            return what_is_left();
        },
        false);
}

// The process is stopped for longer than its marker is valid. Where it has the removal right to a
// marker, or is in `state`, others on its host wait for it to continue, because it may be about to
// act.
BOOST_DATA_TEST_CASE_F(fixture, process_stopped_beyond_threshold_is_superseded,
                       both* data::make(acts), where, a)
{
    std::vector<std::string> ways = {"wait shared", "wait"};
    if (chosen_extent() == extent::few)
        ways.erase(ways.begin() + static_cast<int>(sampled_choice(2)));
    check(a, where, {1, 14}, [&, where = where, a = a](stop_point const& p) -> std::string {
        for (auto const& comes : ways)
            if (auto const problem = with_growing_time(shortest_threshold,
                                                       [&](milliseconds threshold) {
                                                           check_successor(*this, a, where, p,
                                                                           comes, threshold);
                                                       });
                !problem.empty())
                return problem;
        return "";
    });
}

BOOST_AUTO_TEST_SUITE_END()
