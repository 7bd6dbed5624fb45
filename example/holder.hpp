// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_EXAMPLE_HOLDER_HPP
#define BOOST_FILELOCK_EXAMPLE_HOLDER_HPP

#include <boost/filelock.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/// Another process that holds the lock at a path until `let_go` is called or this process ends.
class holder
{
public:
    /// Starts the other process. Returns when that process holds the lock.
    explicit holder(char const* path)
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            throw std::runtime_error("cannot make a pair of sockets");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            hold(path, ends[1]);
        }
        ::close(ends[1]);
        socket_ = ends[0];
        if (pid_ == -1 || !has_it()) {
            end();
            throw std::runtime_error("the other process does not get the lock");
        }
    }
    holder(holder const&) = delete;
    holder& operator=(holder const&) = delete;
    ~holder() { end(); }

    pid_t pid() const noexcept { return pid_; }

    /// Lets the other process unlock. Does not wait until it has done so.
    void let_go() noexcept { ::shutdown(socket_, SHUT_WR); }

private:
    [[noreturn]] static void hold(char const* path, int socket)
    {
        try {
            boost::filelock::file_lock lock(path);
            char byte = 0;
            if (!lock.try_lock_for(std::chrono::seconds(30)) || ::write(socket, &byte, 1) != 1)
                ::_exit(1);
            (void)!::read(socket, &byte, 1); // returns when the other end is shut down
            lock.unlock();
            ::_exit(0); // `exit` would flush buffers and destroy objects of the parent
        } catch (...) {
            ::_exit(1);
        }
    }

    bool has_it() const
    {
        ::pollfd readable{socket_, POLLIN, 0};
        char byte = 0;
        return ::poll(&readable, 1, 30'000) == 1 && ::read(socket_, &byte, 1) == 1;
    }

    void end() noexcept
    {
        ::close(socket_);
        if (pid_ == -1)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    pid_t pid_ = -1;
    int socket_ = -1;
};

#endif
