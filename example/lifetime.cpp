// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock with a lifetime, and a holder that exceeds it.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <ctime>
#include <iostream>

using boost::filelock::soft_file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

int main()
{
    // tag::body[]
    boost::filelock::soft_file_lock_options options;
    options.lifetime = std::chrono::hours(1);
    soft_file_lock slow("work.lock", options), next("work.lock", options);

    slow.lock();
    // an hour's work
    // end::body[]
    boost::filesystem::last_write_time("work.lock", std::time(nullptr) - 3600);
    // tag::body[]
    tell("the next process acquires the lock", next.try_lock());
    tell("is_locked of the slow process", slow.is_locked()); // it continues its work

    boost::system::error_code ec;
    tell("still_held of the slow process", slow.still_held(ec));
    // end::body[]
}
