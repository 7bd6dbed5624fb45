// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A file_lock that works whether or not the file system has kernel locks.

#include <boost/filelock.hpp>

#include <iostream>
#include <mutex>

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

int main()
{
    // tag::body[]
    boost::filelock::file_lock_options options;
    options.on_unsupported = boost::filelock::fallback::soft;
    boost::filelock::file_lock lock("data/lock", options);

    std::lock_guard<boost::filelock::file_lock> const guard(lock);
    if (lock.is_soft()) // known after the first attempt to lock
        std::cerr << "no kernel locks here: a marker does it\n";
    // end::body[]
    tell("held", lock.is_locked());
    bool const is_marked = boost::filelock::soft_file_lock("data/lock").is_lock_held_by_us();
    tell("is_soft matches the file at the path", lock.is_soft() == is_marked);
}
