// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_LEASE_ACTOR_HPP
#define BOOST_FILELOCK_TEST_LEASE_ACTOR_HPP

#include "calls.hpp"
#include "child.hpp"
#include "markers.hpp"
#include "patience.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Holders of a `soft_file_lease`, and markers as other programs leave them.

namespace filelock_test {

inline auto const both_storages = boost::unit_test::data::make(
    {boost::filelock::storage::local, boost::filelock::storage::network});

/// Returns options of a lease that lasts so long. Waiters poll.
inline boost::filelock::soft_file_lease_options lasting(std::chrono::nanoseconds duration,
                                                        boost::filelock::storage where)
{
    boost::filelock::soft_file_lease_options options;
    options.poll_interval = std::chrono::milliseconds(2);
    options.where = where;
    options.duration = duration;
    return options;
}

/// Returns such options for many processes at a time, which poll less often.
inline boost::filelock::soft_file_lease_options
lasting_in_a_crowd(std::chrono::nanoseconds duration, boost::filelock::storage where)
{
    auto options = lasting(duration, where);
    options.poll_interval = duration / 16;
    return options;
}

/// Returns options with frequent heartbeats with which no hold is lost, however busy the machine
/// is.
inline boost::filelock::soft_file_lease_options
steady(boost::filelock::storage where = boost::filelock::storage::local)
{
    auto options = lasting(patience, where);
    options.heartbeat_interval = std::chrono::milliseconds(20);
    return options;
}

/// Returns options with one heartbeat an hour, so that no test meets one.
inline boost::filelock::soft_file_lease_options without_heartbeats(boost::filelock::storage where)
{
    auto options = lasting(std::chrono::hours(3), where);
    options.heartbeat_interval = std::chrono::hours(1);
    return options;
}

/// Returns the text of the marker of a lease.
inline std::string lease_text(std::int64_t pid, std::string const& host,
                              std::chrono::nanoseconds duration, std::string const& mode = "lease")
{
    char seconds[40];
    std::snprintf(seconds, sizeof seconds, "%.9f", std::chrono::duration<double>(duration).count());
    return "filelock/2\npid=" + std::to_string(pid) + "\nhost=" + host + "\nmode=" + mode +
           "\ntoken=0123456789abcdef0123456789abcdef\nduration=" + seconds + "\n";
}

inline std::string foreign_lease(std::chrono::nanoseconds duration)
{
    return lease_text(4711, "elsewhere", duration);
}

/// Returns the value of a key in the text of a lease.
inline std::string value_in(std::string const& text, std::string const& key)
{
    auto const at = text.find('\n' + key + '=');
    if (at == text.npos)
        return "no " + key;
    auto const begin = at + key.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

/// Adds to the modification time of a file, as a host with a wrong clock makes it.
inline void shift_time(boost::filesystem::path const& path, std::chrono::seconds by)
{
    struct ::stat s;
    if (::stat(path.c_str(), &s) != 0)
        throw std::runtime_error("stat " + path.string());
    s.st_mtim.tv_sec += by.count();
    ::timespec const times[] = {s.st_mtim, s.st_mtim};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

inline std::chrono::nanoseconds stamp_of(boost::filesystem::path const& path)
{
    struct ::stat s;
    if (::lstat(path.c_str(), &s) != 0)
        throw std::runtime_error("lstat " + path.string());
    return std::chrono::seconds(s.st_mtim.tv_sec) + std::chrono::nanoseconds(s.st_mtim.tv_nsec);
}

inline void wait_for_beats(boost::filesystem::path const& marker, int count)
{
    for (; count > 0; --count) {
        auto const last = stamp_of(marker);
        if (!comes_true([&] { return stamp_of(marker) > last; }))
            throw std::runtime_error("no heartbeat");
    }
}

/// Returns the error of an acquisition; `timed_out` if another owner holds the lock.
inline boost::system::error_code take(boost::filelock::soft_file_lease& lock,
                                      std::chrono::nanoseconds limit = std::chrono::nanoseconds(0))
{
    boost::system::error_code ec;
    boost::filelock::acquire_options how;
    how.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
    lock.acquire(how, ec);
    return ec;
}

inline bool holds(boost::filelock::soft_file_lease const& lock)
{
    boost::system::error_code ec;
    return lock.still_held(ec);
}

/// A lease of a process that obeys commands.
class served_lease
{
public:
    served_lease(boost::filesystem::path const& path,
                 boost::filelock::soft_file_lease_options options)
        : path_(path)
    {
        options.on_loss = [this](boost::filelock::lease_loss const&) {
            lost_at_ = now();
            ++losses_;
        };
        lock_.emplace(path, options);
    }

    /// Acquires the lock. Says "waits" if it must wait.
    std::string acquire()
    {
        boost::filelock::acquire_options how;
        how.progress_interval = std::chrono::hours(1);
        bool waits = false;
        how.on_wait = [&](auto const&) {
            if (!std::exchange(waits, true))
                say("waits");
        };
        boost::system::error_code ec;
        lock_->acquire(how, ec);
        held_at_ = now();
        return ec ? ec.message() : "held";
    }

    /// "losses" returns the number of calls of on_loss, after those that are due now. "lost at" and
    /// "held at" return times in nanoseconds by a clock that all processes share.
    std::string answer(std::string const& asked)
    {
        boost::system::error_code ec;
        if (asked == "held?")
            return holds(*lock_) ? "held" : "lost";
        if (asked == "lost?" || asked == "lost at") {
            bool const is_lost = comes_true([this] { return losses_ != 0; });
            return !is_lost ? "held" : asked == "lost?" ? "lost" : std::to_string(lost_at_);
        }
        if (asked == "held at")
            return std::to_string(held_at_);
        if (asked == "remaining")
            return lock_->remaining() == std::chrono::nanoseconds(0) ? "none" : "some";
        if (asked == "why") {
            auto const loss = lock_->loss();
            return loss ? why(loss->reason, loss->error) : "it is not lost";
        }
        if (asked == "losses") {
            boost::filelock::soft_file_lease other(path_.string() + ".other", steady());
            other.lock();
            wait_for_beats(other.path(), 3);
            return std::to_string(losses_);
        }
        if (asked == "release")
            lock_->release(ec);
        else if (asked == "extend")
            lock_->extend(ec);
        return ec ? ec.message() : "done";
    }

    /// Returns the answer to "why".
    static std::string why(boost::filelock::loss_reason reason,
                           boost::system::error_code const& ec = {})
    {
        return std::to_string(static_cast<int>(reason)) + ' ' + (ec ? ec.message() : "no error");
    }

private:
    static std::int64_t now()
    {
        return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    boost::filesystem::path const path_;
    std::atomic<int> losses_{0};
    std::atomic<std::int64_t> lost_at_{0};
    std::int64_t held_at_ = 0;
    std::optional<boost::filelock::soft_file_lease> lock_; // the last: on_loss uses the others
};

/// A process that acquires the lock. It says "waits" if it must wait, then "held". Then it obeys
/// commands until an empty line arrives.
class lease_actor : public child
{
public:
    /// The process calls `enter` first.
    lease_actor(boost::filesystem::path const& path,
                boost::filelock::soft_file_lease_options const& options,
                std::function<void()> const& enter = {})
        : child([path, options, enter] {
              if (enter)
                  enter();
              return serve(path, options);
          }),
          path_(path)
    {}

    /// Acts as the process does.
    static int serve(boost::filesystem::path const& path,
                     boost::filelock::soft_file_lease_options const& options)
    {
        served_lease lease(path, options);
        say(lease.acquire());
        for (auto asked = hear(); !asked.empty(); asked = hear())
            say(lease.answer(asked));
        return 0;
    }

    /// Stops the process, at a moment when it does not have the removal right to its marker.
    void stop()
    {
        for (;;) {
            kill(SIGSTOP);
            siginfo_t info;
            if (::waitid(P_PID, static_cast<id_t>(pid()), &info, WSTOPPED | WNOWAIT) != 0)
                throw std::runtime_error("waitid");
            int const fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
            bool const is_free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
            ::close(fd);
            if (is_free)
                return;
            kill(SIGCONT);
        }
    }

    void go_on() { kill(SIGCONT); }

    void die()
    {
        kill();
        wait();
    }

private:
    boost::filesystem::path path_;
};

/// A delay of half the duration must be distinguishable from a second wait.
inline constexpr std::chrono::milliseconds shortest_duration{160};

/// A fixture for observations that take as long as a lease.
struct lease_directory : temporary_directory
{
    /// Runs `observe` with a duration for which the machine is fast enough.
    template <class F>
    void check_in_time(F const& observe,
                       std::chrono::milliseconds shortest = shortest_duration) const
    {
        auto const problem = with_growing_time(shortest, [&](std::chrono::milliseconds duration) {
            for (auto const& name : names_in(directory)) // left by the previous attempt
                boost::filesystem::remove_all(directory / name);
            observe(duration);
        });
        BOOST_TEST(problem.empty(), problem);
    }
};

} // namespace filelock_test

#endif
