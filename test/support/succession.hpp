// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_SUCCESSION_HPP
#define BOOST_FILELOCK_TEST_PROCESS_SUCCESSION_HPP

#include "child.hpp"
#include "markers.hpp"
#include "sample.hpp"
#include "stops.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// A process that works on a marker is stopped, and other processes come and go meanwhile.

namespace filelock_test {

// Results of an operation.
inline std::string const has_it = "has it", busy = "busy", done = "done",
                         timed_out = make_error_code(boost::system::errc::timed_out).message();

inline std::string take(boost::filelock::soft_file_lock& lock, std::chrono::milliseconds limit)
{
    boost::system::error_code ec;
    boost::filelock::acquire_options how;
    how.timeout = limit;
    lock.acquire(how, ec);
    return !ec ? has_it : ec == boost::system::errc::timed_out ? busy : ec.message();
}

inline bool holds(boost::filelock::soft_file_lock const& lock)
{
    boost::system::error_code ec;
    return lock.still_held(ec);
}

inline std::string release(boost::filelock::soft_file_lock& lock)
{
    boost::system::error_code ec;
    lock.release(ec);
    return !ec ? done : ec.message();
}

/// The file that the path names. It is kept open so that no other file gets its inode number.
class file_at
{
public:
    explicit file_at(boost::filesystem::path const& path)
        : path_(path), fd_(::open(path.c_str(), O_RDONLY))
    {
        if (fd_ == -1 || ::fstat(fd_, &stat_) != 0)
            throw std::runtime_error("open " + path.string());
    }
    file_at(file_at const&) = delete;
    file_at& operator=(file_at const&) = delete;
    ~file_at() { ::close(fd_); }

    bool is_there() const
    {
        struct ::stat s;
        return ::lstat(path_.c_str(), &s) == 0 && s.st_dev == stat_.st_dev &&
               s.st_ino == stat_.st_ino;
    }

private:
    boost::filesystem::path path_;
    int fd_;
    struct ::stat stat_;
};

/// A process of ours that acquires the lock if one attempt can.
class successor
{
public:
    successor(boost::filesystem::path const& path,
              boost::filelock::soft_file_lock_options const& options)
        : process_([&path, &options] {
              boost::filelock::soft_file_lock lock(path, options);
              say(take(lock, std::chrono::milliseconds(0)));
              for (auto asked = hear(); asked != "end"; asked = hear())
                  if (asked == "held?")
                      say(holds(lock) ? "held" : "lost");
                  else
                      say(release(lock));
              return 0;
          }),
          came_(process_.read_line().value_or("it died"))
    {}

    std::string const& came() const { return came_; }
    bool is_in() const { return came_ == has_it; }
    bool still_held() { return process_.ask("held?") == "held"; }
    std::string give_back() { return process_.ask("release"); }
    void kill()
    {
        process_.kill();
        process_.wait();
        came_ = "and died";
    }

private:
    child process_;
    std::string came_;
};

/// A process that has ended and has not been reaped, so that its number is not reused.
class dead_process
{
public:
    explicit dead_process(boost::filesystem::path const& directory)
        : process_([&] {
              write_text(directory / "record", own_record(directory));
              return 0;
          })
    {
        if (process_.wait_unreaped() != 0)
            throw std::runtime_error("no record");
        record_ = text_of(directory / "record");
        boost::filesystem::remove(directory / "record");
    }

    std::string const& record() const { return record_; }

private:
    child process_;
    std::string record_;
};

/// The number of calls after which a process is stopped.
inline constexpr sample_size stops_of_markers{3, 2};

/// A fixture: a directory in which markers come and go, and the record of a dead process.
struct succession : temporary_directory
{
    boost::filelock::soft_file_lock_options options;
    dead_process const dead{directory};
    boost::filesystem::path const carried = directory / "test.lock.break.1.python";

    succession()
    {
        options.poll_interval = std::chrono::milliseconds(1);
        options.malformed_grace = std::chrono::milliseconds(20);
    }

    void clear() const
    {
        for (auto const& left : boost::filesystem::directory_iterator(directory))
            boost::filesystem::remove(left);
    }

    /// Evicts the marker at the path and acquires the lock if one attempt can. In the end acquires
    /// the lock if it does not hold it, and releases it.
    deed breaker() const
    {
        auto const lock = std::make_shared<boost::filelock::soft_file_lock>(path, options);
        deed d;
        d.then = [lock] { return take(*lock, std::chrono::milliseconds(0)); };
        d.last = [lock] {
            auto const result = lock->is_locked() ? has_it : take(*lock, patience);
            return result == has_it ? release(*lock) : result;
        };
        return d;
    }

    /// Runs the check at a sample of the calls.
    static void check(deed const& what, std::function<void()> const& prepare,
                      std::function<std::string(stop_point const&)> const& problem_with)
    {
        prepare();
        auto const points = stop_points(what);
        BOOST_TEST_REQUIRE(points.size() > 3u);
        for (auto const i : sample(points.size(), stops_of_markers)) {
            restart_hang_timer();
            prepare();
            auto const problem = problem_with(points[i]);
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

    std::string what_is_left() const
    {
        boost::filesystem::remove(carried);
        std::string all;
        for (auto const& name : names_in(directory))
            all += " " + name + " '" + text_of(directory / name) + "'";
        return all.empty() ? "" : "is left:" + all;
    }
};

} // namespace filelock_test

#endif
