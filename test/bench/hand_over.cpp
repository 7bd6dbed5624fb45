// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Measures the time from the unlock in one process to the lock in another, which sleeps in one of
// our waits. The base is the kernel's own wait. Python's wait is measured where its interpreter is
// the argument. Also measures the time from the holder's death.

#include "bare_marker.hpp"
#include "bare_ranges.hpp"
#include "measure.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bench;

namespace {

using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::held_lock;
using boost::filelock::shared_held_lock;

constexpr int rounds = 100, deaths = 30;

struct calls
{
    std::function<void()> lock, unlock;
};

/// One way to wait, and its measured times.
struct way
{
    std::string name;
    std::unique_ptr<process> waiter;
    calls holder;
    bool learns_of_death = true;
    int is_due_every = 1;              // measured once in this many rounds
    std::vector<double> releases = {}; // nanoseconds from before the unlock here to the lock there
    std::vector<double> deaths = {};   // nanoseconds from before the kill of a holder,
    std::vector<double> unreaped = {}; // if its parent does not reap it
};

/// Measures the time from `let_go` until the sleeping waiter has the lock.
template <class F>
void measure_once(way& w, std::vector<double>& times, F const& let_go)
{
    w.waiter->tell("go");
    // The waiter tries a few more times before a long sleep. `acquire` looks for the holder, for
    // which the kernel takes up to 25 ms. The processor goes to sleep as well. The delay varies,
    // because some waiters poll at regular intervals.
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + 17 * times.size() % 50));
    auto const start = now();
    let_go();
    times.push_back(w.waiter->number() - start);
}

void measure_release(way& w)
{
    w.holder.lock();
    measure_once(w, w.releases, w.holder.unlock);
}

void measure_death(way& w, std::vector<double> way::*times, bool is_reaped)
{
    // If the parent ignores SIGCHLD, the kernel reaps its children at once (wait(2), notes).
    auto const before = ::signal(SIGCHLD, is_reaped ? SIG_IGN : SIG_DFL);
    process holder([&] {
        w.holder.lock();
        say(0);
        ::pause();
    });
    holder.number();
    measure_once(w, w.*times, [&] { check(::kill(holder.pid(), SIGKILL) == 0); });
    holder.wait();
    ::signal(SIGCHLD, before);
}

void serve(calls const& c)
{
    for (std::string go; hear(go);) {
        c.lock();
        auto const had = now();
        c.unlock();
        say(had);
    }
}

char const* const python = "import sys, time, filelock\n"
                           "lock = getattr(filelock, sys.argv[1])(sys.argv[2])\n"
                           "for go in sys.stdin:\n"
                           "    lock.acquire()\n"
                           "    had = time.clock_gettime_ns(time.CLOCK_MONOTONIC)\n"
                           "    lock.release()\n"
                           "    print(had, flush=True)\n";

/// Reports every way relative to the first.
void report_all(std::string const& chart, std::vector<way> const& ways, double q,
                std::vector<double> way::*times)
{
    auto const& first = ways.front();
    if ((first.*times).empty())
        return;
    double const base = quantile(first.*times, q);
    for (auto const& w : ways)
        if (!(w.*times).empty()) {
            double const time = quantile(w.*times, q);
            report(chart.c_str(), w.name, time / 1e3, "us", time / base, first.name.c_str());
        }
}

/// The other ways that are measured for one kind of lock: the kernel's own wait, and possibly
/// another bare way to wait, and Python's.
struct peers
{
    char const* kernel_name = nullptr;
    calls kernel_waiter, kernel_holder;
    char const* bare_name = nullptr;
    calls bare;
    std::string python_class;
    char const* interpreter = nullptr;
};

calls flock_of(std::string const& path)
{
    auto const fd = std::make_shared<int>(-1);
    return {[=] {
                *fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
                check(::flock(*fd, LOCK_EX) == 0);
            },
            [=] {
                check(::flock(*fd, LOCK_UN) == 0);
                ::close(*fd);
            }};
}

/// What the waiter acquires.
enum class mode
{
    exclusive,
    shared
};

/// Returns the call for the mode. A kind of lock need not have the other.
template <mode Mode, class... Calls>
auto call_of(Calls... calls)
{
    return std::get<static_cast<std::size_t>(Mode)>(std::tuple(calls...));
}

template <class Lock, mode Mode = mode::exclusive>
void measure(std::string const& kind, std::string const& path, peers const& others)
{
    // The names of the two modes.
    auto const take = call_of<Mode>([](auto& l) { l.lock(); }, [](auto& l) { l.lock_shared(); });
    auto const take_for =
        call_of<Mode>([](auto& l, auto limit) { return l.try_lock_for(limit); },
                      [](auto& l, auto limit) { return l.try_lock_shared_for(limit); });
    auto const acquire = call_of<Mode>([](auto& l, auto const& how) { l.acquire(how); },
                                       [](auto& l, auto const& how) { l.acquire_shared(how); });
    auto const take_async =
        call_of<Mode>([](auto&... arguments) { async_acquire(arguments...); },
                      [](auto&... arguments) { async_acquire_shared(arguments...); });
    auto const drop =
        call_of<Mode>([](auto& l) { l.unlock(); }, [](auto& l) { l.unlock_shared(); });

    std::vector<way> ways;
    auto const add = [&](char const* name, calls const& waiter, calls const& holder) {
        ways.push_back({name, std::make_unique<process>([&] { serve(waiter); }), holder});
    };

    add(others.kernel_name, others.kernel_waiter, others.kernel_holder);
    if (others.bare_name) {
        add(others.bare_name, others.bare, others.bare);
        ways.back().learns_of_death = false;
    }
    typename Lock::options_type options;
    options.poll_interval = std::chrono::hours(1);
    Lock lock(path, options);
    calls const holder{[&] { lock.lock(); }, [&] { lock.unlock(); }};
    auto const unlock = [&] { drop(lock); };
    add("lock", {[&] { take(lock); }, unlock}, holder);
    auto const try_for = [&] { check(take_for(lock, std::chrono::hours(1))); };
    add("try_lock_for", {try_for, unlock}, holder);
    acquire_options how;
    how.on_wait = [](auto const&) {};
    how.progress_interval = std::chrono::hours(1);
    add("acquire", {[&] { acquire(lock, how); }, unlock}, holder);
    boost::asio::io_context context;
    std::conditional_t<Mode == mode::exclusive, held_lock<Lock>, shared_held_lock<Lock>> held;
    auto const handler = [&](boost::system::error_code, auto got) { held = std::move(got); };
    auto const run_async = [&] {
        take_async(context, lock, handler);
        context.restart();
        while (!held) // the context may have more to do after the handler
            check(context.run_one() == 1);
    };
    add("async_acquire", {run_async, [&] { held.unlock(); }}, holder);
    if (others.interpreter) {
        ways.push_back({"Python's " + others.python_class,
                        std::make_unique<process>(std::vector<std::string>{
                            others.interpreter, "-c", python, others.python_class, path}),
                        holder});
        ways.back().learns_of_death = false; // not always, and late
        ways.back().is_due_every = 10;       // it is slow
    }

    if (std::is_same_v<Lock, boost::filelock::strict_soft_file_lock>)
        for (auto& w : ways)
            w.learns_of_death = false; // only an operator frees the lock
    for (int i = 0; i < rounds; ++i)
        for (auto& w : ways)
            if (i % w.is_due_every == 0)
                measure_release(w);
    for (int i = 0; i < deaths; ++i)
        for (auto& w : ways)
            if (w.learns_of_death) {
                measure_death(w, &way::deaths, true);
                measure_death(w, &way::unreaped, false);
            }
    report_all("hand-over of " + kind + ", median", ways, 0.5, &way::releases);
    report_all("hand-over of " + kind + ", 99th percentile", ways, 0.99, &way::releases);
    auto const at_death = "hand-over of " + kind + " at its holder's death, ";
    report_all(at_death + "median", ways, 0.5, &way::deaths);
    report_all(at_death + "before it is reaped, median", ways, 0.5, &way::unreaped);
}

} // namespace

int main(int argc, char** argv)
{
    temporary_directory const directory;
    auto const path_of = [&](char const* name) { return (directory.path / name).string(); };
    peers others;
    others.kernel_name = "flock(2)";
    others.kernel_waiter = others.kernel_holder = flock_of(path_of("flock"));
    others.interpreter = argc > 1 ? argv[1] : nullptr;

    others.python_class = "FileLock";
    measure<boost::filelock::file_lock>("file_lock", path_of("file_lock"), others);

    bare_marker marker(directory.path.string(), path_of("bare_marker"));
    others.bare_name = "a marker and inotify(7), bare";
    others.bare = {[&] { marker.wait_and_make(); }, [&] { marker.remove(); }};
    others.python_class = "SoftFileLock";
    measure<boost::filelock::soft_file_lock>("soft_file_lock", path_of("soft_file_lock"), others);

    others.interpreter = nullptr;
    measure<boost::filelock::soft_file_lease>("soft_file_lease", path_of("lease"), others);
    measure<boost::filelock::strict_soft_file_lock>("strict_soft_file_lock", path_of("strict"),
                                                    others);

    using boost::filelock::read_write_lock;
    bare_ranges ranges(path_of("bare_ranges"));
    auto const release = [&] { ranges.release(); };
    peers kernel;
    kernel.kernel_name = "F_OFD_SETLKW";
    kernel.kernel_waiter = kernel.kernel_holder = {[&] { ranges.wait_to_write(); }, release};
    measure<read_write_lock>("read_write_lock to a writer", path_of("rw"), kernel);
    kernel.kernel_waiter.lock = [&] { ranges.wait_to_read(); };
    measure<read_write_lock, mode::shared>("read_write_lock to a reader", path_of("rw"), kernel);

    using boost::filelock::soft_read_write_lock;
    measure<soft_read_write_lock>("soft_read_write_lock to a writer", path_of("tree"), others);
    measure<soft_read_write_lock, mode::shared>("soft_read_write_lock to a reader", path_of("tree"),
                                                others);
}
