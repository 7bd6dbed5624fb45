// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers and writers that lock with files alone: which files there are, and what a crash leaves.

#include <boost/filelock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/thread/locks.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::soft_read_write_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::functions[]
void write_price(soft_read_write_lock& lock, std::string const& price)
{
    boost::unique_lock<soft_read_write_lock> writer(lock); // waits until no process reads or writes
    std::ofstream file("price.txt");
    if (!(file << price << '\n' << std::flush))
        throw std::runtime_error("cannot write price.txt");
}

std::string read_price(soft_read_write_lock& lock)
{
    boost::shared_lock<soft_read_write_lock> reader(lock); // waits while a writer holds or waits
    std::string price;
    std::getline(std::ifstream("price.txt"), price);
    return price;
}
// end::functions[]

// Prints the files that belong to the lock. Replaces the parts of readers' markers that differ from
// run to run.
void list(char const* when)
{
    static std::regex const reader("[0-9a-f]{32}\\.[0-9]+");
    std::vector<std::string> names;
    for (auto const& entry : boost::filesystem::recursive_directory_iterator("."))
        if (entry.path().native().find("price.lock") != std::string::npos)
            names.push_back(std::regex_replace(entry.path().lexically_relative(".").string(),
                                               reader, "TOKEN.PID"));
    std::sort(names.begin(), names.end());
    std::cout << when << ":\n";
    for (auto const& name : names)
        std::cout << "  " << name << '\n';
}

// tag::listing[]
void show_files()
{
    soft_read_write_lock one("price.lock"), other("price.lock"), third("price.lock");
    {
        boost::shared_lock<soft_read_write_lock> reader(one), second_reader(other);
        list("two readers");
        tell("a writer gets in", third.try_lock());
    }
    {
        boost::unique_lock<soft_read_write_lock> writer(third);
        list("a writer");
        tell("a reader gets in", one.try_lock_shared());
    }
    list("no holder");
}
// end::listing[]

// tag::crash[]
// Runs in another process: locks, reports that, and waits to be killed. So nothing is unlocked and
// no destructor runs.
void hold_until_killed(int say)
{
    soft_read_write_lock lock("price.lock");
    lock.lock();
    (void)!::write(say, "", 1);
    ::pause();
}

void take_over(pid_t other)
{
    soft_read_write_lock lock("price.lock");
    tell("try_lock_shared", lock.try_lock_shared());
    auto const holder = lock.holder();
    tell("the other process is the writer",
         holder && holder->pid == other && holder->mode == boost::filelock::owner_mode::writer);
    ::kill(other, SIGKILL);
    tell("within a second of its death, this process reads",
         lock.try_lock_shared_for(std::chrono::seconds(1)));
    lock.unlock_shared();
}
// end::crash[]

int main()
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw std::runtime_error("cannot make a pipe");
    pid_t const other = ::fork();
    if (other == 0) {
        ::close(ends[0]);
        try {
            hold_until_killed(ends[1]);
        } catch (...) {
        }
        ::_exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    if (other == -1 || ::read(ends[0], &byte, 1) != 1)
        throw std::runtime_error("the other process does not get the lock");
    take_over(other);
    ::waitpid(other, nullptr, 0);

    soft_read_write_lock lock("price.lock");
    write_price(lock, "12");
    std::cout << "price: " << read_price(lock) << '\n';
    show_files();
}
