// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock that expires: another process takes it over, and the holder learns of the loss.

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

using boost::filelock::lease_loss;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// Takes the lock away, as another host does when it considers us dead.
void take_our_lock()
{
    soft_file_lease("work.lock", {}).force_break();
}

void do_a_part(int part)
{
    if (part == 1)
        take_our_lock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// tag::body[]
// Returns whether all of the work was done with the lock held.
bool work(soft_file_lease& lock, std::atomic<bool> const& is_lost)
{
    boost::lock_guard<soft_file_lease> guard(lock);
    auto const holder = lock.owner();
    tell("the holder has a lease", holder && holder->mode == owner_mode::lease);
    tell("its token is ours", holder && holder->token == lock.token());
    for (int part = 0; part < 30'000; ++part) {
        if (is_lost)
            return false; // stop: another process may be at work
        do_a_part(part);
    }
    return true;
} // unlocking a lost lock is no error

int main()
{
    std::atomic<bool> is_lost{false};
    soft_file_lease_options options;
    options.duration = std::chrono::seconds(10);                         // the same in all programs
    options.heartbeat_interval = std::chrono::milliseconds(50);          // short, for this example
    options.on_loss = [&is_lost](lease_loss const&) { is_lost = true; }; // runs on another thread
    soft_file_lease lock("work.lock", options);
    tell("the work is complete", work(lock, is_lost));
    tell("a loss is known", lock.loss().has_value());
}
// end::body[]
