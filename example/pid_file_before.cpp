// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A PID file as it is usually made, and where it fails. pid_file_after.cpp shows a better way.

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

// tag::body[]
bool is_running(pid_t pid)
{
    return ::kill(pid, 0) == 0 || errno == EPERM;
}

// Returns whether there is no PID file, or only that of a program that has ended.
bool is_free()
{
    pid_t pid = 0;
    std::ifstream("daemon.pid") >> pid;
    return pid <= 0 || !is_running(pid);
}

bool take()
{
    ::unlink("daemon.pid");
    int const file = ::open("daemon.pid", O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (file == -1)
        return false;
    auto const line = std::to_string(::getpid()) + '\n';
    bool const done = ::write(file, line.data(), line.size()) != -1;
    return ::close(file) == 0 && done;
}

bool start()
{
    return is_free() && take();
}

void stop()
{
    ::unlink("daemon.pid");
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
    if (child == 0)
        ::_exit(start() ? 0 : 1);
    ::waitpid(child, nullptr, 0);
}

int main()
{
    crash();
    tell("after a crash, the next program starts", start());
    stop();

    std::ofstream("daemon.pid") << ::getpid() << '\n'; // a crashed program had our pid before us
    tell("after a crash, with the pid in use again", start());
    stop();

    std::ofstream("daemon.pid").flush(); // another process is between `open` and `write`
    tell("while one program writes its pid, another starts", start());
    stop();

    bool const first = is_free(), second = is_free();
    tell("of two programs at once, the first starts", first && take());
    tell("of two programs at once, the second starts", second && take());

    stop(); // called by the first
    tell("after the first ends, the file of the second is there",
         ::access("daemon.pid", F_OK) == 0);
}
