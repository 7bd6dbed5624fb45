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

#include <boost/filelock/acquire_options.hpp>
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

/// Returns `has_it`, `busy` or the error of an acquisition.
template <class Lock>
std::string try_for(Lock& lock, std::chrono::milliseconds limit)
{
    boost::system::error_code ec;
    boost::filelock::acquire_options how;
    how.timeout = limit;
    lock.acquire(how, ec);
    return !ec ? has_it : ec == boost::system::errc::timed_out ? busy : ec.message();
}

template <class Lock>
bool holds(Lock const& lock)
{
    boost::system::error_code ec;
    return lock.still_held(ec);
}

template <class Lock>
std::string release(Lock& lock)
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
template <class Lock>
class successor_of
{
public:
    successor_of(boost::filesystem::path const& path, typename Lock::options_type const& options)
        : process_([&path, &options] {
              Lock lock(path, options);
              say(try_for(lock, std::chrono::milliseconds(0)));
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

/// A fixture: a directory in which markers come and go.
template <class Lock>
struct succession_of : temporary_directory
{
    using successor = successor_of<Lock>;

    typename Lock::options_type options;
    std::string faults; // of the process that evicts
    boost::filesystem::path const carried = directory / "test.lock.break.1.python";

    void clear() const
    {
        for (auto const& left : boost::filesystem::directory_iterator(directory))
            boost::filesystem::remove(left);
    }

    /// Evicts the marker at the path and acquires the lock if one attempt can. In the end acquires
    /// the lock if it does not hold it, and releases it.
    deed breaker() const
    {
        auto const lock = std::make_shared<Lock>(path, options);
        deed d;
        d.faults = faults;
        d.then = [lock] { return try_for(*lock, std::chrono::milliseconds(0)); };
        d.last = [lock] {
            auto const result = lock->is_locked() ? has_it : try_for(*lock, patience);
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

    // There is a marker that contenders may evict. While the process that evicts it is stopped,
    // the marker goes.
    enum way
    {
        removed,       // by hand
        carried_off,   // by a process without a removal right, as other implementations do
        being_carried, // by a process that has renamed but not removed it
        broken         // by the successor, if it can
    };

    /// Removes the marker in the given way, and returns whether the path is vacant.
    bool unlink_path(file_at const& marker, way how) const
    {
        if (marker.is_there()) {
            if (how == removed) {
                boost::filesystem::remove(path);
            } else if (how != broken) {
                boost::filesystem::rename(path, carried);
                if (how == carried_off)
                    boost::filesystem::remove(carried);
            }
        }
        return !boost::filesystem::exists(path);
    }

    /// Lets a process of this library acquire the lock meanwhile.
    std::string with_one_of_ours(stop_point const& point, way how) const
    {
        file_at const marker(path);
        stopped breaks(breaker(), point);
        if (!breaks.has_met())
            return "it was not stopped";
        std::unique_ptr<successor> next;
        std::unique_ptr<file_at> its;
        if (unlink_path(marker, how) || how == broken) {
            next = std::make_unique<successor>(path, options);
            if (!next->is_in() && (next->came() != busy || how != broken))
                return "the successor: " + next->came();
            its = std::make_unique<file_at>(path);
        }
        auto const came = breaks.go_on();
        if (next && next->is_in()) {
            if (came != busy)
                return "two have it; the breaker: " + came;
            if (!its->is_there() || !next->still_held())
                return "the successor's marker has gone";
            auto const given = next->give_back();
            if (given != done)
                return "the successor's release: " + given;
        } else if (came != has_it) {
            return "the breaker: " + came;
        }
        auto const last = breaks.at_last();
        return last != done ? "the breaker at last: " + last : what_is_left();
    }

    /// Lets another implementation acquire the lock meanwhile, which has neither a witness nor the
    /// removal right. `record`: the text of a marker of a process that lives.
    std::string with_one_of_another_make(stop_point const& point, way how,
                                         std::string const& record) const
    {
        file_at const marker(path);
        stopped breaks(breaker(), point);
        if (!breaks.has_met())
            return "it was not stopped";
        std::unique_ptr<file_at> its;
        if (unlink_path(marker, how)) {
            write_text(path, record);
            its = std::make_unique<file_at>(path);
        }
        auto const came = breaks.go_on();
        if (its) {
            if (came != busy)
                return "two have it; the breaker: " + came;
            if (!its->is_there() || text_of(path) != record)
                return "the successor's marker has gone";
            boost::filesystem::remove(path);
        } else if (came != has_it) {
            return "the breaker: " + came;
        }
        auto const last = breaks.at_last();
        return last != done ? "the breaker at last: " + last : what_is_left();
    }

    /// Does the same as `with_one_of_ours` on network storage. There no process has the removal
    /// right, and a stopped process may move a live marker aside when it continues. The marker's
    /// owner can detect that.
    std::string with_one_on_network_storage(stop_point const& point, way how) const
    {
        file_at const marker(path);
        stopped breaks(breaker(), point);
        if (!breaks.has_met())
            return "it was not stopped";
        unlink_path(marker, how);
        successor next(path, options);
        auto const came = breaks.go_on();
        if (came != has_it && came != busy)
            return "the breaker: " + came;
        if (next.is_in() && came == has_it && next.still_held())
            return "two have it";
        if (next.is_in() && next.give_back() != done)
            return "the successor cannot give it back";
        auto const last = breaks.at_last();
        return last == done ? "" : "the breaker at last: " + last;
    }
};

/// The same for a `soft_file_lock`, with the record of a dead process.
struct succession : succession_of<boost::filelock::soft_file_lock>
{
    dead_process const dead{directory};

    succession()
    {
        options.poll_interval = std::chrono::milliseconds(1);
        options.malformed_grace = std::chrono::milliseconds(20);
    }
};

} // namespace filelock_test

#endif
