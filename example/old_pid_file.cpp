// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// PID files of other programs at the path of a soft_file_lock.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/error_code.hpp>

#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

using boost::filelock::lock_error;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;

constexpr char const* path = "daemon.pid";

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// Makes a file that an old version of the program wrote an hour ago.
void make_file(std::string const& content)
{
    std::ofstream(path) << content;
    boost::filesystem::last_write_time(path, std::time(nullptr) - 3600);
}

void try_it(soft_file_lock_options const& options = {})
{
    soft_file_lock lock(path, options);
    try {
        tell("  try_lock", lock.try_lock());
    } catch (lock_error const& e) {
        tell("  not_a_lock_file", e.code() == boost::filelock::error::not_a_lock_file);
    }
    tell("  pid() has a value", lock.pid().has_value());
}

int main()
{
    auto const pid = std::to_string(::getpid()); // the pid of a running process

    // tag::both[]
    // Never evicts the PID files that other programs write in their own way. Such a program keeps
    // its file as long as it runs.
    soft_file_lock_options options;
    options.malformed_grace.reset();
    soft_file_lock lock("daemon.pid", options);
    // end::both[]

    std::cout << "nothing but a pid, malformed_grace unset\n";
    make_file(pid + '\n');
    try_it(options);
    tell("  holder() has a value", lock.holder().has_value());
    lock.break_lock();
    tell("  holder() has a value after break_lock", lock.holder().has_value());

    std::cout << "nothing but a pid, malformed_grace 2 s\n";
    make_file(pid + '\n');
    try_it(); // takes the lock although the process runs

    std::cout << "a pid and a line with one word\n";
    make_file(pid + "\nbuild\n");
    try_it(); // reads as the marker of a process on the host `build`

    std::cout << "a pid with blanks before it\n";
    make_file("      " + pid + '\n');
    try_it();
}
