// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_FILE_SYSTEM_FAULTS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_FILE_SYSTEM_FAULTS_HPP

#include "patience.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <semaphore.h>

// The faults of a passthrough, in memory that the test shares with the server. A test may change
// them at any time. The member that arms a fault is stored last.

namespace filelock_test {

/// The names that a fault affects: those that contain a text, or all.
class affected_names
{
public:
    /// Sets the text. An empty text stands for all names. Must not be called while the fault is
    /// armed.
    void set(std::string const& part)
    {
        if (part.size() >= part_.size())
            throw std::length_error("part of a name");
        part_.fill('\0');
        std::copy(part.begin(), part.end(), part_.begin());
    }

    /// Returns whether the fault affects this path. `path` is null for an open file that has been
    /// removed.
    bool contain(char const* path) const
    {
        return part_[0] == '\0' || (path && std::strstr(path, part_.data()));
    }

private:
    std::array<char, 64> part_{};
};

/// An errno that calls return.
struct injected_error
{
    std::atomic<int> error{0};  ///< an errno, or 0
    std::atomic<int> times{-1}; ///< number of calls that fail; negative: all of them
    affected_names names;

    void set(int errno_value, int count = -1, std::string const& part = {})
    {
        error = 0;
        names.set(part);
        times = count;
        error = errno_value;
    }

    /// Returns the errno of this call, or 0.
    int next(char const* path)
    {
        int const now = error;
        if (now == 0 || !names.contain(path))
            return 0;
        for (int left = times; left != 0;)
            if (left < 0 || times.compare_exchange_weak(left, left - 1))
                return now;
        return 0;
    }
};

/// A duration that calls take.
struct injected_delay
{
    std::atomic<int> milliseconds{0};
    affected_names names;

    void set(std::chrono::milliseconds time, std::string const& part = {})
    {
        milliseconds = 0;
        names.set(part);
        milliseconds = static_cast<int>(time.count());
    }

    void take(char const* path) const
    {
        int const time = milliseconds;
        if (time != 0 && names.contain(path))
            std::this_thread::sleep_for(std::chrono::milliseconds(time));
    }
};

/// A point at which one call waits in the server until the test lets it continue. The call has had
/// no effect at that point.
class injected_stop
{
public:
    injected_stop()
    {
        if (::sem_init(&reached_, 1, 0) != 0 || ::sem_init(&may_go_on_, 1, 0) != 0)
            throw std::system_error(errno, std::generic_category(), "sem_init");
    }
    injected_stop(injected_stop const&) = delete;
    injected_stop& operator=(injected_stop const&) = delete;

    /// Stops the next call on a name that contains `part`.
    void arm(std::string const& part)
    {
        names_.set(part);
        is_armed_ = true;
    }

    /// Waits until a call is stopped. Throws after `patience`.
    void wait_until_reached()
    {
        if (!wait(reached_))
            throw std::runtime_error("no call has been stopped");
    }

    void go_on() { ::sem_post(&may_go_on_); }

    /// Stops the call if the stop is armed for its path. Called by the server.
    void pass(char const* path)
    {
        bool is_armed = names_.contain(path);
        if (is_armed && is_armed_.compare_exchange_strong(is_armed, false)) {
            ::sem_post(&reached_);
            wait(may_go_on_);
        }
    }

private:
    // Returns whether the semaphore was posted within `patience`.
    static bool wait(::sem_t& semaphore)
    {
        ::timespec until = {};
        ::clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += patience.count();
        int waited;
        do
            waited = ::sem_timedwait(&semaphore, &until);
        while (waited != 0 &&
               errno == EINTR); // libfuse interrupts calls of a process with a signal
        return waited == 0;
    }

    std::atomic<bool> is_armed_{false};
    affected_names names_;
    ::sem_t reached_, may_go_on_;
};

/// The faults that a test can set. All are off at first.
struct file_system_faults
{
    injected_error flock, record_lock, link, utimens, close, getattr;
    injected_error open;           ///< open(2) of an existing file
    injected_error open_directory; ///< opendir(3)
    injected_error read_directory; ///< readdir(3)
    injected_error create;         ///< O_CREAT alone; the kernel repeats a call that returns ESTALE
    injected_error create_exclusively; ///< O_CREAT | O_EXCL
    injected_error unlink; ///< reported after the name was removed, like a repeated call of NFS

    injected_delay slow;   ///< each lookup, create, link, rename, mkdir and write
    injected_stop naming;  ///< create, link, rename, mkdir; the kernel keeps the directory locked
    injected_stop writing; ///< write
    injected_stop reading; ///< read

    std::atomic<std::size_t> longest_write{1 << 20}; ///< bytes; longer writes are written in part
    std::atomic<std::size_t> longest_name{255};      ///< bytes; longer names: ENAMETOOLONG
    std::atomic<int> changed_before{0};   ///< seconds that the time of change (ctime) is too early
    std::atomic<int> seconds_per_tick{0}; ///< resolution of the time of modification; 0: exact
    std::atomic<int> number_offset{
        0}; ///< added to all inode numbers except those of `numbers::of_paths`
    std::atomic<bool> shows_a_link{false};         ///< also for files that have no link left
    std::atomic<bool> creates_in_two_steps{false}; ///< O_EXCL checks first, and then creates

    /// Calls on a descriptor of a removed file return ESTALE. These are the calls that carry the
    /// descriptor (read, write, ftruncate, fsync, locks), and with `numbers::reused` also fstat,
    /// futimens and fchmod.
    std::atomic<bool> removed_files_are_stale{false};
    std::atomic<int> late_write_error{ESTALE}; ///< of write and fsync, instead
    std::atomic<int> late_read_error{ESTALE};  ///< of read, instead

    /// Calls since the mount; `stamps`: utimensat(2).
    std::atomic<int> creates{0}, links{0}, writes{0}, stamps{0};
};

} // namespace filelock_test

#endif
