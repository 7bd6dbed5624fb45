// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A tool that tells whether a daemon runs, and stops it.

#include <boost/filelock.hpp>

#include <csignal>
#include <iostream>
#include <optional>
#include <stdexcept>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::owner_record;
using boost::filelock::soft_file_lock;

// tag::body[]
// Returns the holder if it is a live process of this host. The marker of a dead process is reported
// too, and so is that of another host, but without a command.
std::optional<owner_record> running(soft_file_lock const& lock)
{
    auto holder = lock.holder();
    if (holder && holder->command.empty())
        holder.reset();
    return holder;
}

// Sends SIGTERM to the holder and waits until it has ended. Returns false if that failed.
bool stop(soft_file_lock const& lock, int limit_in_ms)
{
    auto const found = running(lock);
    if (!found)
        return false;
    // A pid may pass to a stranger at any time. The descriptor stays with one process: if that is
    // the holder now, the signal reaches the holder or no process.
    int const process = static_cast<int>(::syscall(SYS_pidfd_open, found->pid, 0));
    if (process == -1)
        return false;
    auto const now = running(lock);
    ::pollfd ended{process, POLLIN, 0};
    bool const done = now && now->pid == found->pid &&
                      ::syscall(SYS_pidfd_send_signal, process, SIGTERM, nullptr, 0) == 0 &&
                      ::poll(&ended, 1, limit_in_ms) == 1;
    ::close(process);
    return done;
}
// end::body[]

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// A process that holds the lock until a signal ends it.
class daemon_process
{
public:
    daemon_process()
    {
        int ends[2];
        if (::pipe(ends) != 0)
            throw std::runtime_error("cannot make a pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            soft_file_lock lock("daemon.pid");
            bool const locked = lock.try_lock();
            if (!locked || ::write(ends[1], "", 1) != 1)
                ::_exit(1);
            ::alarm(60);
            for (;;)
                ::pause();
        }
        ::close(ends[1]);
        char byte = 0;
        bool const has_it = ::read(ends[0], &byte, 1) == 1;
        ::close(ends[0]);
        if (pid_ == -1 || !has_it)
            throw std::runtime_error("the daemon does not start");
    }
    daemon_process(daemon_process const&) = delete;
    daemon_process& operator=(daemon_process const&) = delete;
    ~daemon_process()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

int main()
{
    soft_file_lock const lock("daemon.pid");
    tell("before the start, it runs", running(lock).has_value());
    {
        daemon_process const daemon;
        tell("after the start, it runs", running(lock).has_value());
        tell("stop", stop(lock, 30'000));
    }
    // The signal killed the daemon, so its marker is still there.
    tell("a holder is reported", lock.holder().has_value());
    tell("it runs", running(lock).has_value());
    tell("stop", stop(lock, 30'000));
}
