// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tells errors apart by their codes.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <iostream>

// tag::body[]
using boost::filelock::file_lock;
using boost::filelock::lock_error;
namespace errc = boost::system::errc;

void work(file_lock& lock)
try {
    boost::unique_lock<file_lock> guard(lock);
    std::cout << "locked\n";
} catch (lock_error const& e) {
    if (e.code() == errc::not_supported) // of several codes
        std::cout << "another file system is needed\n";
    else if (e.code() == errc::permission_denied)
        std::cout << "ask the owner of " << e.path().string() << '\n';
    else if (e.code() == errc::is_a_directory)
        std::cout << e.path().string() << " is a directory\n";
    else
        std::cerr << e.what() << '\n'; // names the path and, if known, the holder
}
// end::body[]

int main()
{
    boost::filesystem::create_directory("data");
    file_lock directory("data"), file("data/lock");
    work(directory);
    work(file);
}
