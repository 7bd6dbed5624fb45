// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A function that runs with a lock held.

#include <boost/filelock.hpp>

#include <fstream>
#include <iostream>

// tag::body[]
int next_number(int step) // without a lock, two processes may get the same number
{
    int n = 0;
    std::ifstream("number") >> n;
    n += step;
    std::ofstream("number") << n;
    return n;
}

int main()
{
    boost::filelock::file_lock lock("number.lock");
    auto const safely = boost::filelock::synchronize(lock, next_number);
    std::cout << safely(1) << '\n'; // locks, calls, unlocks
    std::cout << safely(10) << '\n';
}
// end::body[]
