// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Processes that draw numbers from one file. No number is drawn twice.

// tag::body[]
#include <boost/filelock.hpp>
#include <boost/thread/locks.hpp>

#include <fstream>
#include <iostream>

using boost::filelock::file_lock;

// Returns a number that no other process gets.
int draw_number(file_lock& lock)
{
    boost::unique_lock<file_lock> guard(lock); // waits while another process holds the lock
    int number = 0;
    std::ifstream("number.txt") >> number;
    std::ofstream("number.txt") << ++number << '\n';
    return number;
} // the guard's destructor unlocks

int main()
{
    file_lock lock("number.lock");
    std::cout << "number " << draw_number(lock) << '\n';
    std::cout << "number " << draw_number(lock) << '\n';
}
// end::body[]
