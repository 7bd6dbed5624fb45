// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What a lock that is free costs, against the same system calls made bare: medians of ratios
// between neighbouring rounds of one run, so that a machine that is slower for a while does not
// matter.

#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/interprocess/sync/file_lock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using boost::filelock::file_lock;

constexpr int rounds = 200, repetitions = 500;

/// Nanoseconds for one call of `f`.
template <class F>
double time_of(F&& f)
{
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < repetitions; ++i)
        f();
    std::chrono::duration<double, std::nano> const took = std::chrono::steady_clock::now() - start;
    return took.count() / repetitions;
}

double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void check(bool worked)
{
    if (!worked)
        throw std::runtime_error("a system call of the benchmark failed");
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

template <class A, class B>
void compare(char const* name, char const* base, A&& ours, B&& theirs)
{
    std::vector<double> times, ratios;
    time_of(ours), time_of(theirs); // warm
    for (int i = 0; i < rounds; ++i) {
        double const a = time_of(ours), b = time_of(theirs);
        times.push_back(a);
        ratios.push_back(a / b);
    }
    std::printf("%-36s %9.1f ns  %6.3f x %s\n", name, median(times), median(ratios), base);
}

} // namespace

int main()
{
    auto const directory = boost::filesystem::temp_directory_path() /
                           boost::filesystem::unique_path("filelock-bench-%%%%-%%%%");
    boost::filesystem::create_directory(directory);
    std::string const path = (directory / "bench.lock").string();
    std::ofstream(path).flush();
    file_lock lock(path);

    auto const lock_unlock = [&] {
        lock.lock();
        lock.unlock();
    };
    compare("lock + unlock", "the bare calls", lock_unlock, [&] { bare(path.c_str(), exclusive); });
    compare(
        "try_lock_for + unlock", "the bare calls",
        [&] {
            check(lock.try_lock_for(std::chrono::seconds(1)));
            lock.unlock();
        },
        [&] { bare(path.c_str(), exclusive); });
    compare(
        "acquire + unlock", "the bare calls",
        [&] {
            lock.acquire();
            lock.unlock();
        },
        [&] { bare(path.c_str(), exclusive); });
    compare(
        "lock_shared + unlock_shared", "the bare calls",
        [&] {
            lock.lock_shared();
            lock.unlock_shared();
        },
        [&] { bare(path.c_str(), shared); });
    boost::filelock::file_lock_options options;
    options.backend = boost::filelock::kernel_lock::record;
    file_lock of_record(path, options);
    compare(
        "lock + unlock, kernel_lock::record", "the bare calls",
        [&] {
            of_record.lock();
            of_record.unlock();
        },
        [&] { bare(path.c_str(), record); });
    boost::interprocess::file_lock kept_open(path.c_str());
    compare("lock + unlock", "boost::interprocess::file_lock, kept open", lock_unlock, [&] {
        kept_open.lock();
        kept_open.unlock();
    });
    lock.lock();
    std::string const other = path + ".other";
    compare("a recursive level", "the bare calls", lock_unlock,
            [&] { bare(other.c_str(), exclusive); });
    lock.unlock();
    boost::filesystem::remove_all(directory);
}
