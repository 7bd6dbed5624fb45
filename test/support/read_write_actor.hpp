// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_READ_WRITE_ACTOR_HPP
#define BOOST_FILELOCK_TEST_PROCESS_READ_WRITE_ACTOR_HPP

#include "child.hpp"
#include "kernel_state.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include <poll.h>
#include <unistd.h>

namespace filelock_test {

// Results of an operation.
inline std::string const has_it = "has it", busy = "busy", done = "done";

inline std::string said_of(bool had)
{
    return had ? has_it : busy;
}

inline bool has_input()
{
    ::pollfd input{0, POLLIN, 0};
    return ::poll(&input, 1, 0) > 0;
}

/// The limit of "briefly". A test whose limit passes too early doubles it.
inline std::chrono::milliseconds brief{100};

/// Performs an operation on a lock, by name. "wait" has a limit of two hours, "lock" none. "cancel"
/// waits until a line arrives for the process.
inline std::string perform(boost::filelock::read_write_lock& lock, std::string const& what)
{
    using namespace std::chrono_literals;
    auto const take = [](auto&& f) {
        return [f = std::forward<decltype(f)>(f)](boost::filelock::read_write_lock& l) {
            f(l);
            return has_it;
        };
    };
    using read_write_lock = boost::filelock::read_write_lock;
    static std::map<std::string, std::function<std::string(read_write_lock&)>> const deeds = {
        {"try shared", [](auto& l) { return said_of(l.try_lock_shared()); }},
        {"try upgrade", [](auto& l) { return said_of(l.try_lock_upgrade()); }},
        {"try", [](auto& l) { return said_of(l.try_lock()); }},
        {"wait shared", [](auto& l) { return said_of(l.try_lock_shared_for(2h)); }},
        {"wait upgrade", [](auto& l) { return said_of(l.try_lock_upgrade_for(2h)); }},
        {"wait", [](auto& l) { return said_of(l.try_lock_for(2h)); }},
        {"briefly shared", [](auto& l) { return said_of(l.try_lock_shared_for(brief)); }},
        {"briefly upgrade", [](auto& l) { return said_of(l.try_lock_upgrade_for(brief)); }},
        {"briefly", [](auto& l) { return said_of(l.try_lock_for(brief)); }},
        {"briefly shared to exclusive",
         [](auto& l) { return said_of(l.try_unlock_shared_and_lock_for(brief)); }},
        {"briefly shared to upgrade",
         [](auto& l) { return said_of(l.try_unlock_shared_and_lock_upgrade_for(brief)); }},
        {"briefly upgrade to exclusive",
         [](auto& l) { return said_of(l.try_unlock_upgrade_and_lock_for(brief)); }},
        {"lock shared", take([](auto& l) { l.lock_shared(); })},
        {"lock upgrade", take([](auto& l) { l.lock_upgrade(); })},
        {"lock", take([](auto& l) { l.lock(); })},
        {"cancel",
         [](auto& l) {
             boost::filelock::acquire_options how;
             how.poll_interval = 1ms;
             how.cancel_check = has_input;
             boost::system::error_code ec;
             l.acquire(how, ec);
             if (ec == boost::system::errc::operation_canceled)
                 hear();
             return ec ? ec.message() : has_it;
         }},
        {"try shared to exclusive", [](auto& l) { return said_of(l.try_unlock_shared_and_lock()); }},
        {"wait shared to exclusive",
         [](auto& l) { return said_of(l.try_unlock_shared_and_lock_for(2h)); }},
        {"try shared to upgrade",
         [](auto& l) { return said_of(l.try_unlock_shared_and_lock_upgrade()); }},
        {"wait shared to upgrade",
         [](auto& l) { return said_of(l.try_unlock_shared_and_lock_upgrade_for(2h)); }},
        {"try upgrade to exclusive",
         [](auto& l) { return said_of(l.try_unlock_upgrade_and_lock()); }},
        {"wait upgrade to exclusive",
         [](auto& l) { return said_of(l.try_unlock_upgrade_and_lock_for(2h)); }},
        {"lock upgrade to exclusive", take([](auto& l) { l.unlock_upgrade_and_lock(); })},
        {"exclusive to shared", take([](auto& l) { l.unlock_and_lock_shared(); })},
        {"exclusive to upgrade", take([](auto& l) { l.unlock_and_lock_upgrade(); })},
        {"upgrade to shared", take([](auto& l) { l.unlock_upgrade_and_lock_shared(); })},
        {"release",
         [](auto& l) {
             boost::system::error_code ec;
             l.release(ec);
             return ec ? ec.message() : done;
         }},
        {"counter", [](auto& l) { return std::to_string(l.lock_counter()); }},
        {"held?",
         [](auto& l) {
             boost::system::error_code ec;
             return l.still_held(ec) ? "held" : "not held";
         }},
    };
    try {
        // "limit 200": a limit of 200 milliseconds.
        if (what.rfind("limit ", 0) == 0)
            return said_of(lock.try_lock_for(std::chrono::milliseconds(std::stol(what.substr(6)))));
        return deeds.at(what)(lock);
    } catch (boost::filelock::lock_error const& e) {
        return e.code().message();
    }
}

/// Returns the mode that the operation ends in if it succeeds.
inline std::string mode_after(std::string const& what)
{
    auto const ends_in = [&](std::string const& word) {
        return what.size() >= word.size() &&
               what.compare(what.size() - word.size(), word.size(), word) == 0;
    };
    return ends_in("shared") ? "shared" : ends_in("upgrade") ? "upgrade" : "exclusive";
}

/// Returns whether two processes may hold these modes at the same time.
inline bool go_together(std::string const& a, std::string const& b)
{
    return a != "exclusive" && b != "exclusive" && (a != "upgrade" || b != "upgrade");
}

/// Options with a poll interval of an hour: a waiter gets the lock only by a notification.
inline boost::filelock::read_write_lock_options hourly()
{
    boost::filelock::read_write_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    return options;
}

/// Options for a waiter that waits for a holder to end in this way. The kernel notifies of a death
/// when it closes the file, shortly before it drops the locks (Linux, __fput). On a busy machine
/// that gap may be longer than the notified waiters' quick attempts last.
inline boost::filelock::read_write_lock_options polls_for(std::string const& end)
{
    auto options = hourly();
    if (end != "release")
        options.poll_interval = std::chrono::seconds(5);
    return options;
}

/// A process with one lock object. It performs the operations that it is sent.
class actor
{
public:
    explicit actor(boost::filesystem::path const& path,
                   boost::filelock::read_write_lock_options const& options = hourly())
        : process_([&] {
              boost::filelock::read_write_lock lock(path, options);
              for (auto what = hear(); !what.empty(); what = hear()) {
                  say("begins");
                  if (what == "exit")
                      ::_exit(0);
                  say(what == "fork" ? leave_a_child() : perform(lock, what));
              }
              return 0;
          })
    {}

    pid_t pid() const { return process_.pid(); }

    std::string operator()(std::string const& what)
    {
        begin(what);
        return end();
    }

    void begin(std::string const& what)
    {
        process_.write_line(what);
        process_.expect("begins");
    }

    /// Starts an operation that waits. Returns when the operation has settled in a long wait.
    void begin_wait(std::string const& what)
    {
        begin(what);
        if (what != "cancel") // this one polls all the time
            wait_until_settled(pid());
    }

    /// Returns whether the operation has ended.
    bool has_ended() { return process_.has_line(); }

    std::string end() { return process_.read_line().value_or("it died"); }
    void tell(std::string const& line) { process_.write_line(line); }

    void kill(int signal = SIGKILL)
    {
        process_.kill(signal);
        if (signal == SIGKILL)
            process_.wait();
    }

    /// Ends the hold in this way: "release", "exit" or "kill".
    void leave(std::string const& how)
    {
        if (how == "kill") {
            kill();
        } else if (how == "exit") {
            begin(how);
            process_.wait();
        } else if ((*this)(how) != done) {
            throw std::runtime_error("it cannot release");
        }
    }

private:
    // The child lives as long as the test keeps the pipe open, and reads nothing from it.
    static std::string leave_a_child()
    {
        if (::fork() == 0) {
            ::close(1);
            restart_hang_timer();
            ::pollfd input{0, 0, 0};
            ::poll(&input, 1, -1);
            ::_exit(0);
        }
        return done;
    }

    child process_;
};

/// Returns the actor that ends its operation first, or either of them if both have ended. Throws
/// after `patience`.
inline actor* wait_for_either(actor& a, actor& b)
{
    auto const until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until)
        for (auto* one : {&a, &b})
            if (one->has_ended())
                return one;
    throw std::runtime_error("timed out: either of two");
}

} // namespace filelock_test

#endif
