// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock file for several users, and one that other users only read.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>

#include <iostream>
#include <mutex>

void show(char const* path)
{
    std::cout << path << ": " << std::oct << boost::filesystem::status(path).permissions() << '\n';
}

void several_users()
{
    // tag::several_users[]
    boost::filelock::file_lock_options options;
    options.permissions = boost::filesystem::perms(0666); // whatever the umask
    boost::filelock::file_lock lock("cache/lock", options);
    // end::several_users[]
    lock.lock();
    show("cache/lock");
    lock.unlock();
}

void readers()
{
    // tag::readers[]
    boost::filelock::file_lock_options options;
    options.permissions = boost::filesystem::perms(0644);
    boost::filelock::file_lock lock("data/lock", options); // in the program that writes
    // end::readers[]
    lock.lock();
    show("data/lock");
    lock.unlock();
}

int main()
{
    several_users();
    readers();
}
