// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_READ_WRITE_THREADS_HPP
#define BOOST_FILELOCK_TEST_READ_WRITE_THREADS_HPP

#include "calls.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <future>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

// Threads of one process that request a read_write_lock. Each lock object has an open file of its
// own, as the objects of several processes have.

namespace filelock_test {

/// An acquisition or conversion that waits in a thread of its own, and its result.
class waiting
{
public:
    /// Calls `wait` with options that signal, in `on_wait`, that it waits.
    template <class Wait>
    explicit waiting(Wait wait)
    {
        how.on_wait = [this](auto const&) {
            if (!said)
                begun.set_value();
            said = true;
        };
        result = std::async(std::launch::async, [this, wait] { return wait(how); });
        if (begun.get_future().wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it does not wait");
    }

    bool is_over() { return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
    boost::system::error_code get()
    {
        if (result.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it waits still");
        return result.get();
    }

private:
    boost::filelock::acquire_options how;
    bool said = false;
    std::promise<void> begun;
    std::future<boost::system::error_code> result;
};

inline boost::system::error_code lock(boost::filelock::read_write_lock& lock,
                                      boost::filelock::acquire_options const& how)
{
    boost::system::error_code ec;
    lock.acquire(how, ec);
    return ec;
}

/// An open file of its own, through which a test locks single bytes as SQLite does.
class sqlite_like
{
public:
    explicit sqlite_like(boost::filesystem::path const& path)
        : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC))
    {}
    ~sqlite_like() { ::close(fd_); }

    bool lock(short type, long first, long length)
    {
        struct ::flock r = {};
        r.l_type = type;
        r.l_whence = SEEK_SET;
        r.l_start = first;
        r.l_len = length;
        return ::fcntl(fd_, F_OFD_SETLK, &r) == 0;
    }

    static constexpr long pending = 0x40000000, reserved = pending + 1, shared = pending + 2;

private:
    int fd_;
};

/// A fixture: a lock that other threads try.
struct other_threads : temporary_directory
{
    /// Each of these tries in another thread, through another object.
    bool can_read()
    {
        return in_thread([this] {
            boost::filelock::read_write_lock other(path);
            return other.try_lock_shared();
        });
    }
    bool can_upgrade()
    {
        return in_thread([this] {
            boost::filelock::read_write_lock other(path);
            return other.try_lock_upgrade();
        });
    }
    bool can_write()
    {
        return in_thread([this] {
            boost::filelock::read_write_lock other(path);
            return other.try_lock();
        });
    }
};

} // namespace filelock_test

#endif
