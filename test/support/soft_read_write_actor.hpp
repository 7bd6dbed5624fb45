// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_SOFT_READ_WRITE_ACTOR_HPP
#define BOOST_FILELOCK_TEST_PROCESS_SOFT_READ_WRITE_ACTOR_HPP

#include "child.hpp"

#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

// Processes that perform the operations they are sent, on a soft_read_write_lock.

namespace filelock_test {

// Results of an operation.
inline std::string const has_it = "has it", busy = "busy", done = "done", lost = "lost";

inline bool is_writing(std::string const& what)
{
    return what.find("shared") == what.npos;
}

inline bool holds(boost::filelock::soft_read_write_lock const& lock)
{
    boost::system::error_code ec;
    return lock.still_held(ec);
}

/// Performs an operation on a lock, by name. It acquires to write, or to read if the name contains
/// "shared". "try" makes one attempt, "wait" waits up to `patience`, "within 200" up to 200
/// milliseconds, and "briefly" up to 50. Returns "lost" if the hold was lost before the call
/// returned.
inline std::string perform(boost::filelock::soft_read_write_lock& lock, std::string const& what)
{
    using namespace std::chrono_literals;
    using std::chrono::milliseconds;
    boost::system::error_code ec;
    if (what == "release") {
        lock.release(ec);
        return !ec ? done : ec.message();
    }
    if (what == "held?")
        return holds(lock) ? "held" : lost;
    boost::filelock::acquire_options how;
    auto const begins = [&](char const* word) { return what.rfind(word, 0) == 0; };
    how.timeout = begins("try")       ? 0s
                  : begins("wait")    ? patience
                  : begins("within ") ? milliseconds(std::stol(what.substr(7)))
                                      : 50ms;
    how.progress_interval = 1h;
    how.on_wait = [](boost::filelock::wait_status const&) {};
    if (is_writing(what))
        lock.acquire(how, ec);
    else
        lock.acquire_shared(how, ec);
    if (ec == boost::system::errc::timed_out)
        return busy;
    return ec ? ec.message() : holds(lock) ? has_it : lost;
}

/// Options with one heartbeat an hour, so that no test waits for a heartbeat.
inline boost::filelock::soft_read_write_lock_options hourly(boost::filelock::storage where)
{
    boost::filelock::soft_read_write_lock_options options;
    options.where = where;
    options.poll_interval = std::chrono::milliseconds(5);
    options.heartbeat_interval = std::chrono::hours(1);
    options.settle = std::chrono::nanoseconds(0);
    return options;
}

/// Options by which a process counts as dead after this time.
inline boost::filelock::soft_read_write_lock_options quick(boost::filelock::storage where,
                                                           std::chrono::milliseconds threshold)
{
    auto options = hourly(where);
    options.heartbeat_interval = threshold / 4;
    options.stale_threshold = threshold;
    return options;
}

/// Names a wait that is longer than a marker stays valid. It fails if the holder is alive.
inline std::string beyond(std::chrono::milliseconds threshold, std::string const& mode = "")
{
    return "within " + std::to_string(2 * threshold.count() + threshold.count() / 2) + ' ' + mode;
}

class actor
{
public:
    /// Starts a process that runs `serve`. The process calls `enter` first.
    actor(boost::filesystem::path const& path,
          boost::filelock::soft_read_write_lock_options const& options,
          std::function<void()> const& enter = {})
        : process_(std::make_unique<child>([&] {
              if (enter)
                  enter();
              return serve(path, options);
          }))
    {}

    /// Uses a process that calls `serve`.
    explicit actor(std::unique_ptr<child> process) : process_(std::move(process)) {}

    /// Performs operations until an empty line arrives. "how long?" returns the duration of the
    /// last acquisition in milliseconds. "losses" returns the number of losses and the reason of
    /// the last.
    static int serve(boost::filesystem::path const& path,
                     boost::filelock::soft_read_write_lock_options options)
    {
        std::atomic<int> losses{0}, reason{0};
        options.on_loss = [&](boost::filelock::lease_loss const& loss) {
            reason = static_cast<int>(loss.reason);
            ++losses;
        };
        boost::filelock::soft_read_write_lock lock(path, options);
        std::chrono::nanoseconds took{};
        for (std::string what; !(what = hear()).empty();) {
            if (what == "how long?") {
                say(std::to_string(took.count() / 1'000'000));
            } else if (what == "losses") {
                say(losses == 0 ? "0" : std::to_string(losses) + ' ' + std::to_string(reason));
            } else {
                auto const begin = std::chrono::steady_clock::now();
                auto const came = perform(lock, what);
                if (what != "release" && what != "held?")
                    took = std::chrono::steady_clock::now() - begin;
                say(came);
            }
        }
        return 0;
    }

    std::string operator()(std::string const& what)
    {
        begin(what);
        return result();
    }

    void begin(std::string const& what) { process_->write_line(what); }
    std::string result() { return process_->read_line().value_or("it died"); }
    bool has_result() const { return process_->has_line(); }

    std::chrono::milliseconds how_long()
    {
        return std::chrono::milliseconds(std::stol((*this)("how long?")));
    }

    pid_t pid() const { return process_->pid(); }
    void stop() { process_->kill(SIGSTOP); }
    void go_on() { process_->kill(SIGCONT); }
    void kill()
    {
        process_->kill();
        if (process_->wait() != -SIGKILL)
            throw std::runtime_error("it has ended before it was killed");
    }

private:
    std::unique_ptr<child> process_;
};

} // namespace filelock_test

#endif
