// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What a lock that is free costs, against the same system calls made bare and against other
// libraries, whose programs are the arguments: NAME=COMMAND. Medians of ratios between neighbouring
// rounds of one run, so that a machine that is slower for a while does not matter.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>

#include <boost/interprocess/sync/file_lock.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <sys/stat.h>

using namespace bench;

namespace {

using boost::filelock::file_lock;

constexpr int rounds = 200, repetitions = 500;

/// Nanoseconds for one call of `f`.
template <class F>
double time_of(F&& f)
{
    auto const start = now();
    for (int i = 0; i < repetitions; ++i)
        f();
    return (now() - start) / repetitions;
}

// The system calls that are the least: open, lock, is it the file of this name, unlock, close.
template <class Locking>
void bare(char const* path, Locking const& locking)
{
    int const fd = ::open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    struct ::stat held, named;
    check(fd != -1 && locking(fd, true) == 0 && ::fstat(fd, &held) == 0 &&
          ::lstat(path, &named) == 0 && held.st_ino == named.st_ino && locking(fd, false) == 0 &&
          ::close(fd) == 0);
}

int exclusive(int fd, bool on)
{
    return ::flock(fd, on ? LOCK_EX | LOCK_NB : LOCK_UN);
}

int shared(int fd, bool on)
{
    return ::flock(fd, on ? LOCK_SH | LOCK_NB : LOCK_UN);
}

int record(int fd, bool on)
{
    struct ::flock whole = {};
    whole.l_type = on ? F_WRLCK : F_UNLCK;
    return ::fcntl(fd, F_OFD_SETLK, &whole);
}

/// Both return nanoseconds.
template <class A, class B>
void compare(char const* name, A&& measured, B&& base, char const* base_name, int times = rounds)
{
    std::vector<double> figures, ratios;
    measured(), base(); // warm
    for (int i = 0; i < times; ++i) {
        double const a = measured(), b = base();
        figures.push_back(a);
        ratios.push_back(a / b);
    }
    report("uncontended", name, median(figures), "ns", median(ratios), base_name);
}

} // namespace

int main(int argc, char** argv)
{
    temporary_directory const directory;
    std::string const path = (directory.path / "bench.lock").string();
    std::ofstream(path).flush();
    file_lock lock(path);

    auto const timed = [](auto const& f) { return [&f] { return time_of(f); }; };
    auto const bare_exclusive = [&] { bare(path.c_str(), exclusive); };
    auto const bare_shared = [&] { bare(path.c_str(), shared); };
    auto const bare_record = [&] { bare(path.c_str(), record); };
    constexpr auto calls = "the bare calls";

    auto const locks = [&] {
        lock.lock();
        lock.unlock();
    };
    compare("lock + unlock", timed(locks), timed(bare_exclusive), calls);
    auto const tries = [&] {
        check(lock.try_lock_for(std::chrono::seconds(1)));
        lock.unlock();
    };
    compare("try_lock_for + unlock", timed(tries), timed(bare_exclusive), calls);
    auto const acquires = [&] {
        lock.acquire();
        lock.unlock();
    };
    compare("acquire + unlock", timed(acquires), timed(bare_exclusive), calls);
    auto const shares = [&] {
        lock.lock_shared();
        lock.unlock_shared();
    };
    compare("lock_shared + unlock_shared", timed(shares), timed(bare_shared), calls);
    boost::filelock::file_lock_options options;
    options.backend = boost::filelock::kernel_lock::record;
    file_lock of_record(path, options);
    auto const locks_record = [&] {
        of_record.lock();
        of_record.unlock();
    };
    compare("lock + unlock, kernel_lock::record", timed(locks_record), timed(bare_record), calls);
    boost::interprocess::file_lock kept_open(path.c_str());
    auto const interprocess = [&] {
        kept_open.lock();
        kept_open.unlock();
    };
    compare("Boost.Interprocess's file_lock, kept open", timed(interprocess), timed(bare_exclusive),
            calls);

    for (int i = 1; i < argc; ++i) {
        std::string const argument = argv[i];
        auto const end = argument.find('=');
        process peer({"sh", "-c", "exec " + argument.substr(end + 1) + " " + path + ".peer"});
        auto const locks_there = [&] {
            peer.tell(std::to_string(repetitions));
            return peer.number() / repetitions;
        };
        compare(argument.substr(0, end).c_str(), locks_there, timed(bare_exclusive), calls, 20);
    }

    lock.lock();
    std::string const other = path + ".other";
    auto const bare_other = [&] { bare(other.c_str(), exclusive); };
    compare("a recursive level", timed(locks), timed(bare_other), calls);
    lock.unlock();
}
