// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// What a program in Python does with `with lock:` and `with lock.acquire(timeout=5):`.

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <chrono>
#include <iostream>
#include <mutex>

void work()
{
    std::cout << "work\n";
}

int main()
{
    // tag::body[]
    boost::filelock::file_lock lock("work.lock");
    {
        std::lock_guard const guard(lock);
        work();
    }
    {
        boost::unique_lock guard(lock, std::chrono::seconds(5));
        if (guard) // false where Python raises Timeout
            work();
    }
    // end::body[]
}
