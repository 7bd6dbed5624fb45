// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A reader that seldom has to write.

// tag::body[]
// Define this before the first Boost header: otherwise a shared_lock cannot be converted.
#define BOOST_THREAD_PROVIDES_SHARED_MUTEX_UPWARDS_CONVERSIONS

#include <boost/filelock.hpp>

#include <boost/chrono/duration.hpp>
#include <boost/thread/locks.hpp>

// end::body[]
#include <boost/filesystem/operations.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

// tag::body[]
using boost::filelock::read_write_lock;

// end::body[]
bool is_made()
{
    return boost::filesystem::exists("index.txt");
}

void make()
{
    std::ofstream file("index.txt");
    if (!(file << "index" << '\n' << std::flush))
        throw std::runtime_error("cannot write index.txt");
    std::cout << "made\n";
}

std::string use()
{
    std::string text;
    std::getline(std::ifstream("index.txt"), text);
    return text;
}

// tag::body[]
std::string look_up(read_write_lock& lock)
{
    boost::shared_lock<read_write_lock> reader(lock);
    if (is_made())
        return use(); // nearly always
    boost::unique_lock<read_write_lock> writer(std::move(reader), boost::chrono::seconds(1));
    if (!writer) { // we still read; another reader may be trying to write as well
        reader.unlock();
        writer = boost::unique_lock<read_write_lock>(lock);
        if (is_made())
            return use(); // another writer has made it
    }
    make();
    return use();
}
// end::body[]

int main()
{
    read_write_lock lock("index.lock");
    std::cout << look_up(lock) << '\n' << look_up(lock) << '\n';
}
