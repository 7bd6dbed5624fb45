// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A PID file that is a lock, for a daemon that must run only once. pid_file_before.cpp shows how it
// is usually done.

#include <boost/filelock.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::soft_file_lock;

// tag::body[]
bool start(soft_file_lock& lock)
{
    if (lock.try_lock())
        return true;
    std::cerr << "the program is running already";
    if (auto const pid = lock.pid())
        std::cerr << ", process " << *pid;
    std::cerr << '\n';
    return false;
}

void stop(soft_file_lock& lock)
{
    lock.unlock(); // or let the destructor do it
}
// end::body[]

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// Runs a process that starts and then dies without cleaning up.
void crash()
{
    pid_t const child = ::fork();
    if (child == -1)
        throw std::runtime_error("cannot fork");
    if (child == 0) {
        soft_file_lock lock("daemon.pid");
        ::_exit(start(lock) ? 0 : 1);
    }
    ::waitpid(child, nullptr, 0);
}

// Leaves a file as another program with our pid may have left it, soon after the system started.
void leave_file_with_our_pid()
{
    std::string pid, host;
    {
        std::ifstream file("daemon.pid");
        std::getline(file, pid);
        std::getline(file, host);
    }
    std::ofstream("daemon.pid") << ::getpid() << '\n' << host << "\n1\n";
}

int main()
{
    soft_file_lock first("daemon.pid"), second("daemon.pid"); // stand for two processes

    crash();
    tell("after a crash, the next program starts", start(first));
    stop(first);

    crash();
    leave_file_with_our_pid();
    tell("after a crash, with the pid in use again", start(first));
    stop(first);

    tell("of two programs at once, the first starts", start(first));
    tell("of two programs at once, the second starts", start(second));

    first.break_lock(); // an operator breaks the lock of the first
    tell("after break_lock, the second starts", start(second));
    stop(first);
    tell("after the first ends, the file of the second is there",
         ::access("daemon.pid", F_OK) == 0);

    // tag::pid[]
    // Any program can read the pid.
    soft_file_lock const daemon("daemon.pid");
    if (auto const pid = daemon.pid())
        std::cerr << "process " << *pid << " holds the lock\n";
    // end::pid[]
}
