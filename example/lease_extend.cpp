// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How long a lease still lasts, and how to refresh it before a step that takes long.

#include <boost/filelock.hpp>

#include <boost/system/error_code.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <iostream>

using boost::filelock::error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

void suspend_the_process() {}

// tag::body[]
// Returns whether the step was done. For a step that stops all threads of the process, so that no
// heartbeat runs meanwhile.
bool do_long_step(soft_file_lease& lock, std::chrono::seconds takes)
{
    boost::system::error_code ec;
    lock.extend(ec); // all of the time is ahead of us now
    if (ec || lock.remaining() < takes)
        return false; // lost, not refreshed, or too short
    suspend_the_process();
    return lock.still_held(ec);
}
// end::body[]

int main()
{
    using namespace std::chrono_literals;
    soft_file_lease_options options;
    options.duration = 90s;
    soft_file_lease lock("work.lock", options), operator_s("work.lock", options);

    tell("time remains without a hold", lock.remaining() > 0s);
    boost::lock_guard<soft_file_lease> guard(lock);
    tell("a step of 10 s", do_long_step(lock, 10s));
    tell("a step of 80 s", do_long_step(lock, 80s)); // a hold is good for 60 s

    operator_s.force_break();
    boost::system::error_code ec;
    lock.extend(ec);
    tell("extend() notices a loss", ec == error::hold_lost);
    tell("time remains after a loss", lock.remaining() > 0s);
    tell("a step of 10 s", do_long_step(lock, 10s));
}
