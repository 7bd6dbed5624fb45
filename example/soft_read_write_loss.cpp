// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A hold is lost, and its holder learns of the loss.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/thread/locks.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// Removes our marker, as another host does when it considers us dead.
void remove_our_marker()
{
    boost::filesystem::remove("work.lock.write");
}

void do_a_part(int part)
{
    if (part == 1)
        remove_our_marker();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// tag::body[]
// Returns whether all of the work was done with the lock held.
bool work(soft_read_write_lock& lock, std::atomic<bool> const& is_lost)
{
    boost::lock_guard<soft_read_write_lock> guard(lock);
    for (int part = 0; part < 30'000; ++part) {
        if (is_lost)
            return false; // leave the finished parts, or undo them without a lock
        do_a_part(part);
    }
    return true;
} // unlocking a lost lock is no error

int main()
{
    std::atomic<bool> is_lost{false};
    soft_read_write_lock_options options;
    options.heartbeat_interval = std::chrono::milliseconds(50); // short, for this example
    options.stale_threshold = std::chrono::seconds(10);
    options.on_loss = [&is_lost](lease_loss const&) { is_lost = true; }; // runs on another thread
    soft_read_write_lock lock("work.lock", options);
    tell("the work is complete", work(lock, is_lost));

    auto const loss = lock.loss();
    tell("the reason is marker_missing", loss && loss->reason == loss_reason::marker_missing);
    lock.lock();
    tell("loss() has a value after the next lock", lock.loss().has_value());
    lock.unlock();
}
// end::body[]
