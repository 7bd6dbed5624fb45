// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock that respects empty markers, like those of Python's filelock before 3.22.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>

#include <ctime>
#include <fstream>
#include <iostream>

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

int main()
{
    std::ofstream("work.lock").flush();
    boost::filesystem::last_write_time("work.lock", std::time(nullptr) - 3600);

    // tag::body[]
    boost::filelock::soft_file_lock_options options;
    options.malformed_grace.reset(); // never evict an empty marker, however old
    boost::filelock::soft_file_lock lock("work.lock", options);
    // end::body[]
    tell("try_lock", lock.try_lock());
    tell("holder() has a value", lock.holder().has_value());
    lock.break_lock();
    tell("try_lock after break_lock", lock.try_lock());
}
