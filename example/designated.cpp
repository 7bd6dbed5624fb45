// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Options as designated initializers (C++20).

#include <boost/filelock.hpp>

#include <boost/thread/lock_guard.hpp>

#include <chrono>
#include <iostream>
#include <stop_token>
#include <thread>

using namespace std::chrono_literals;

void poll_interval()
{
    // tag::poll_interval[]
    boost::filelock::file_lock lock("cache.lock", {.poll_interval = 10ms}); // C++20
    // end::poll_interval[]
    std::cout << "locked: " << lock.try_lock() << '\n';
}

int main()
{
    poll_interval();
    boost::filelock::file_lock lock("work.lock"), others("work.lock");
    others.lock();
    bool did_work = false;
    {
        // tag::stop[]
        std::jthread worker([&](std::stop_token stop) {
            boost::system::error_code ec;
            if (lock.acquire({.cancel_check = [stop] { return stop.stop_requested(); }}, ec)) {
                boost::lock_guard<boost::filelock::file_lock> guard(lock, boost::adopt_lock);
                // the work
                // end::stop[]
                did_work = true;
                // tag::stop[]
            }
        });
        // end::stop[]
    } // the destructor of `worker` requests the stop and joins
    std::cout << "worked: " << did_work << '\n';
}
