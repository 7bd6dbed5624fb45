// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A wait that reports its progress and the holder.

#include "holder.hpp"

#include <boost/filelock.hpp>

#include <atomic>
#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

int main()
{
    std::atomic<bool> cancelled{false};
    holder other("work.lock"); // another process
    boost::filelock::file_lock lock("work.lock");
    // tag::body[]
    boost::filelock::acquire_options how;
    how.timeout = 10min;
    how.on_wait = [&](boost::filelock::wait_status const& status) {
        std::cerr << "waiting for " << status.path;
        if (status.holder)
            std::cerr << ", which process " << status.holder->pid << " holds";
        std::cerr << '\n';
        // end::body[]
        std::cout << "waiting\n";
        other.let_go();
        // tag::body[]
    };
    how.progress_interval = 5s;
    how.cancel_check = [&] { return cancelled.load(); }; // a std::atomic<bool>
    lock.acquire(how);
    // end::body[]
    std::cout << "held: " << lock.is_locked() << '\n';
}
