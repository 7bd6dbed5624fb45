// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A wait that another thread cancels.

#include <boost/filelock.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <boost/thread/locks.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <stdexcept>

using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::wait_status;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::body[]
std::atomic<bool> cancelled{false};

// Runs in a thread of its own. Sets `waiting` when it starts to wait.
boost::system::error_code work(file_lock& lock, std::promise<void>& waiting)
{
    acquire_options how;
    how.cancel_check = [] { return cancelled.load(); };
    how.poll_interval = std::chrono::milliseconds(5); // how often to call the cancellation check
    how.timeout = std::chrono::seconds(30);           // optional
    how.on_wait = [&](wait_status const& status) {
        if (status.waited == std::chrono::nanoseconds::zero()) // the first call
            waiting.set_value();
    };
    boost::system::error_code ec;
    if (lock.acquire(how, ec)) {
        boost::lock_guard<file_lock> guard(lock, boost::adopt_lock);
        // the work
    }
    return ec;
}

int main()
{
    file_lock others("cancel.lock"); // another object excludes us, like another process
    others.lock();

    file_lock lock("cancel.lock");
    std::promise<void> waiting;
    auto worker = std::async(std::launch::async, [&] { return work(lock, waiting); });
    if (waiting.get_future().wait_for(std::chrono::seconds(30)) != std::future_status::ready)
        throw std::runtime_error("the worker does not wait");
    std::cout << "the worker waits\n";

    cancelled = true;
    tell("operation_canceled", worker.get() == boost::system::errc::operation_canceled);

    // A cancelled acquisition holds nothing and blocks no other.
    others.unlock();
    tell("free", lock.try_lock());
}
// end::body[]
