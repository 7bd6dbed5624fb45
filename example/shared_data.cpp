// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Two processes increment one counter in a file.

#include <boost/filelock.hpp>
#include <boost/thread/locks.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::file_lock;

// tag::body[]
constexpr int times = 1000;

int read_counter()
{
    int number = 0; // stays 0 if there is no file yet
    std::ifstream("counter.txt") >> number;
    return number;
}

void write_counter(int number)
{
    std::ofstream file("counter.txt");
    if (!(file << number << '\n' << std::flush))
        throw std::runtime_error("cannot write counter.txt");
}

// The work of each of the two processes.
void count()
{
    file_lock lock("counter.lock"); // a separate file beside the data
    for (int i = 0; i < times; ++i) {
        boost::unique_lock<file_lock> guard(lock);
        write_counter(read_counter() + 1); // no other process reads or writes in between
    }
}
// end::body[]

// Runs `count` in a process of its own.
pid_t start()
{
    pid_t const child = ::fork();
    if (child == -1)
        throw std::runtime_error("cannot fork");
    if (child != 0)
        return child;
    try {
        count();
        ::_exit(0); // `exit` would flush buffers and destroy objects of the parent
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        ::_exit(1);
    }
}

bool ended_well(pid_t child)
{
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main()
{
    std::remove("counter.txt");
    pid_t const first = start(), second = start();
    bool const first_well = ended_well(first), second_well = ended_well(second);
    if (!first_well || !second_well) {
        std::cerr << "a process failed\n";
        return 1;
    }
    std::cout << "expected: " << 2 * times << "\ncounted:  " << read_counter() << '\n';
    std::remove("counter.txt");
}
