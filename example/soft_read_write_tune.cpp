// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Shorter heartbeats, for storage where a few seconds are enough. No Python program uses this lock.

#include <boost/filelock.hpp>

#include <chrono>
#include <iostream>

int main()
{
    // tag::body[]
    boost::filelock::soft_read_write_lock_options options;
    options.heartbeat_interval = std::chrono::seconds(5);
    options.stale_threshold = std::chrono::seconds(20); // a stamp may be 10 s late
    options.settle = std::chrono::seconds(0);           // no Python process uses the lock
    boost::filelock::soft_read_write_lock lock("work.lock", options);
    // end::body[]
    options.where = boost::filelock::storage::network; // as on network storage
    boost::filelock::soft_read_write_lock same("work.lock", options);
    std::cout << "a writer gets the free lock without the 2 s of settle: "
              << (same.try_lock_for(std::chrono::milliseconds(1500)) ? "yes" : "no") << '\n';
    same.unlock();
}
