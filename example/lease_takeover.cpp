// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process with a lease is stopped. Another one takes over, and the late write of the first is
// refused.

#include <boost/filelock.hpp>

#include <boost/system/error_code.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::error;
using boost::filelock::fence_guard;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << std::endl;
}

// tag::report[]
soft_file_lease_options settings()
{
    soft_file_lease_options options;
    options.duration = std::chrono::seconds(1); // short, for this example
    return options;
}

// Adds a line to the report. Returns false if a later holder has been admitted.
bool add(std::uint64_t number, char const* line)
try {
    fence_guard("report.guard").run(number, [line] {
        std::ofstream("report", std::ios::app) << line << '\n';
    });
    return true;
} catch (lock_error const& e) {
    if (e.code() == error::fence_passed)
        return false;
    throw;
}
// end::report[]

// tag::first[]
void work_slowly(void (*be_stopped)())
{
    soft_file_lease lock("report.lock", settings());
    boost::lock_guard<soft_file_lease> guard(lock);
    auto const number = lock.fence();
    tell("first: adds a line", add(number, "by the first"));
    be_stopped();
    boost::system::error_code ec;
    tell("first: holds the lease", lock.still_held(ec));
    tell("first: adds a late line", add(number, "late"));
}
// end::first[]

// tag::second[]
void take_over()
{
    soft_file_lease lock("report.lock", settings());
    tell("second: gets the lease at once", lock.try_lock());
    tell("second: gets it within half a minute", lock.try_lock_for(std::chrono::seconds(30)));
    boost::lock_guard<soft_file_lease> guard(lock, boost::adopt_lock);
    tell("second: adds a line", add(lock.fence(), "by the second"));
}
// end::second[]

int main()
{
    pid_t const first = ::fork();
    if (first == 0) {
        try {
            work_slowly([] { ::raise(SIGSTOP); }); // returns when the other process sends SIGCONT
            ::_exit(0);
        } catch (...) {
            ::_exit(1);
        }
    }
    int status = 0;
    if (first == -1 || ::waitpid(first, &status, WUNTRACED) != first || !WIFSTOPPED(status))
        throw std::runtime_error("the first process does not get the lease");
    try {
        take_over();
    } catch (...) {
        ::kill(first, SIGKILL);
        throw;
    }
    ::kill(first, SIGCONT);
    if (::waitpid(first, &status, 0) != first || status != 0)
        throw std::runtime_error("the first process failed");
    std::cout << "the report:\n" << std::ifstream("report").rdbuf();
}
