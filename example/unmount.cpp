// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Lock files stay open between two acquisitions, and are closed before an unmount.

#include <boost/filelock.hpp>

#include <iostream>

int main()
{
    boost::filelock::file_lock lock("index.lock");
    for (int i = 0; i < 3; ++i) {
        lock.lock();
        lock.unlock();
    }
    // tag::body[]
    auto const count = boost::filelock::close_idle_descriptors(); // of all locks of the process
    std::cout << "closed before the unmount: " << count << '\n';
    // end::body[]
    lock.lock(); // opens the file anew
    lock.unlock();
}
