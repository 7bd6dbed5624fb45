// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SOFT_READ_WRITE_WAITERS_HPP
#define BOOST_FILELOCK_TEST_SOFT_READ_WRITE_WAITERS_HPP

#include "child.hpp"
#include "patience.hpp"
#include "soft_read_write_roles.hpp"

#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/filesystem/path.hpp>

#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

// Threads and processes that acquire a `soft_read_write_lock`, and wait for it.

namespace filelock_test {

/// A thread that runs the tasks that it is given.
class another_thread
{
public:
    template <class F>
    auto start(F f)
    {
        auto const task =
            std::make_shared<std::packaged_task<std::invoke_result_t<F>()>>(std::move(f));
        boost::asio::post(pool_, [task] { (*task)(); });
        return task->get_future();
    }

    template <class F>
    auto run(F f)
    {
        auto result = start(std::move(f));
        if (result.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("a thread does not come back");
        return result.get();
    }

private:
    boost::asio::thread_pool pool_{1};
};

/// An acquisition that waits for the lock in a thread of its own.
class waiting
{
public:
    waiting(soft_read_write_lock& lock, role r, acquire_options how = {}) : lock_(lock), role_(r)
    {
        std::promise<void> begun;
        auto const said = std::make_shared<bool>(false);
        how.progress_interval = 1h;
        how.on_wait = [&begun, said](auto const&) {
            if (!*said)
                begun.set_value();
            *said = true;
        };
        result_ = thread_.start([&lock, r, how] {
            error_code ec;
            acquire_as(lock, r, how, ec);
            return ec;
        });
        if (begun.get_future().wait_for(patience) != std::future_status::ready) {
            BOOST_TEST_MESSAGE("it does not wait");
            std::terminate(); // the thread refers to this function's variables
        }
    }

    waiting(waiting const&) = delete;
    waiting& operator=(waiting const&) = delete;
    ~waiting()
    {
        if (result_.valid() && !is_over())
            lock_.close(); // reached if a check has failed
    }

    bool is_over() const { return result_.wait_for(0s) == std::future_status::ready; }

    error_code get()
    {
        if (result_.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it waits still");
        return result_.get();
    }

    void unlock()
    {
        thread_.run([this] { unlock_as(lock_, role_); });
    }

private:
    soft_read_write_lock& lock_;
    role role_;
    std::future<error_code> result_;
    another_thread thread_;
};

inline std::string message(error_code const& ec)
{
    return ec ? ec.message() : "done";
}

/// A process that acquires the lock. It says "waits" if it must wait, then "held", and "lost" when
/// on_loss reports a loss. Then it obeys commands.
class actor : public child
{
public:
    actor(boost::filesystem::path const& path, soft_read_write_lock_options const& options, role r)
        : child([path, options, r] {
              auto how = options;
              how.on_loss = [](boost::filelock::lease_loss const&) { say("lost"); };
              soft_read_write_lock lock(path, how);
              acquire_options a;
              a.progress_interval = 1h;
              a.on_wait = [](auto const&) { say("waits"); };
              error_code ec;
              acquire_as(lock, r, a, ec);
              say(ec ? ec.message() : "held");
              for (auto asked = hear(); !asked.empty(); asked = hear())
                  if (asked == "release") {
                      lock.release(ec);
                      say(message(ec));
                  } else if (asked == "token") {
                      auto const loss = lock.loss();
                      say(loss ? loss->token : "not lost");
                  } else if (asked == "held?") {
                      say(lock.still_held(ec) ? "yes" : "no");
                  }
              return 0;
          })
    {}

    /// Stops the process, at a moment when it does not have the removal right to its marker.
    void stop(boost::filesystem::path const& marker)
    {
        for (;;) {
            kill(SIGSTOP);
            siginfo_t info;
            if (::waitid(P_PID, static_cast<id_t>(pid()), &info, WSTOPPED | WNOWAIT) != 0)
                throw std::runtime_error("waitid");
            int const fd = ::open(marker.c_str(), O_RDONLY | O_CLOEXEC);
            bool const is_free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
            ::close(fd);
            if (is_free)
                return;
            kill(SIGCONT);
        }
    }

    void die()
    {
        kill();
        wait();
    }
};

} // namespace filelock_test

#endif
