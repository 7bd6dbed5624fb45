// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Your first lock. It is held as long as its guard lives.

// tag::body[]
#include <boost/filelock.hpp>
#include <boost/thread/locks.hpp>

#include <iostream>

using boost::filelock::file_lock;

int main()
{
    file_lock lock("first.lock"); // relative to the working directory; no file is touched yet
    auto const tell = [&lock](char const* when) {
        std::cout << when << (lock.is_locked() ? "held" : "not held") << '\n';
    };

    tell("before the block: ");
    {
        boost::unique_lock<file_lock> guard(lock); // waits while another process holds it
        tell("in the block:     ");
    } // the guard's destructor unlocks, also when an exception is thrown
    tell("after the block:  ");
}
// end::body[]
