// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A user's program. It prints the library's version.

#include <boost/filelock.hpp>

#include <iostream>
#include <mutex>

int main()
{
    boost::filelock::file_lock lock("program.lock");
    std::unique_lock<boost::filelock::file_lock> const guard(lock);
    std::cout << BOOST_FILELOCK_LIB_VERSION << '\n';
    return guard.owns_lock() ? 0 : 1;
}
