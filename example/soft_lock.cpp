// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock that is a file: how to find its holder, and what happens when the holder dies.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::acquire_options;
using boost::filelock::soft_file_lock;
using boost::filelock::wait_status;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

void tell_whether_there()
{
    tell("the file is there", boost::filesystem::exists("soft.lock"));
}

// tag::body[]
// Runs in another process: locks, reports that, and waits to be killed. So nothing is unlocked and
// no destructor runs.
void hold_until_killed(int say)
{
    soft_file_lock lock("soft.lock");
    lock.lock();
    (void)!::write(say, "", 1);
    ::pause();
}

void take_over(pid_t other)
{
    soft_file_lock lock("soft.lock");
    tell_whether_there();
    tell("try_lock", lock.try_lock());
    tell("the other process holds the lock", lock.pid() == other);

    acquire_options how;
    how.timeout = std::chrono::seconds(30);
    how.on_wait = [other](wait_status const& status) {
        // Your program would print `pid`, `hostname` and `command`.
        tell("on_wait names the other process", status.holder && status.holder->pid == other);
        ::kill(other, SIGKILL);
    };
    lock.acquire(how);
    boost::lock_guard<soft_file_lock> guard(lock, boost::adopt_lock);
    tell("this process holds the lock", lock.is_lock_held_by_us());
    tell_whether_there();
}
// end::body[]

int main()
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("cannot make a pipe");
    pid_t const other = ::fork();
    if (other == 0) {
        ::close(ends[0]);
        try {
            hold_until_killed(ends[1]);
        } catch (...) {
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    if (other == -1 || ::read(ends[0], &byte, 1) != 1)
        throw std::runtime_error("the other process does not get the lock");
    take_over(other);
    tell_whether_there();
    ::waitpid(other, nullptr, 0);
}
