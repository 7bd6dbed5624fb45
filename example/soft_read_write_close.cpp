// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Closes a lock while one owner holds it and another waits for it.

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <thread>
#include <utility>

using boost::filelock::acquire_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::wait_status;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

bool may_write()
{
    soft_read_write_lock lock("work.lock");
    return boost::unique_lock<soft_read_write_lock>(lock, boost::try_to_lock).owns_lock();
}

// tag::body[]
// Runs in another thread: waits to write, and reports when it starts to wait.
bool wait_in_vain(soft_read_write_lock& lock, std::promise<void>& waits)
{
    acquire_options how;
    bool told = false;
    how.on_wait = [&](wait_status const&) {
        if (!std::exchange(told, true))
            waits.set_value();
    };
    boost::system::error_code ec;
    lock.acquire(how, ec);
    return ec == boost::filelock::error::closed;
}

void close_it()
{
    soft_read_write_lock lock("work.lock");
    boost::shared_lock<soft_read_write_lock> reader(lock);
    std::promise<void> waits;
    auto writer = std::async(std::launch::async, [&] { return wait_in_vain(lock, waits); });
    waits.get_future().wait();

    lock.close();
    tell("the waiter gets error::closed", writer.get());
    tell("another object acquires the lock", may_write());
    boost::system::error_code ec;
    tell("the closed object acquires the lock", lock.acquire({}, ec));
} // `reader` unlocks, which does nothing: `close` has released its level
// end::body[]

int main()
{
    close_it();
}
