// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Reads first, and then writes if the data is missing.

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::read_write_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

bool is_in_file(std::string const& name)
{
    std::ifstream file("names.txt");
    for (std::string line; std::getline(file, line);)
        if (line == name)
            return true;
    return false;
}

void append_to_file(std::string const& name)
{
    std::ofstream file("names.txt", std::ios::app);
    if (!(file << name << '\n' << std::flush))
        throw std::runtime_error("cannot write names.txt");
}

// tag::register[]
bool register_name(read_write_lock& lock, std::string const& name)
{
    boost::upgrade_lock<read_write_lock> reader(lock); // beside readers; only one at a time
    if (is_in_file(name))
        return false;
    boost::upgrade_to_unique_lock<read_write_lock> writer(reader); // waits for the readers
    append_to_file(name); // no other process has written since we read
    return true;
}
// end::register[]

// tag::users[]
// Two processes register the same names. Each name is registered by one of them.
int register_all()
{
    read_write_lock lock("names.lock");
    int count = 0;
    for (int i = 0; i < 100; ++i)
        if (register_name(lock, "name " + std::to_string(i)))
            ++count;
    return count;
}
// end::users[]

// tag::both[]
// Two readers that both want to write would each wait for the other to stop reading.
void both_ask_for_the_exclusive_lock(read_write_lock& a, read_write_lock& b)
{
    boost::shared_lock<read_write_lock> one(a), other(b);
    tell("the first reader becomes a writer", a.try_unlock_shared_and_lock());
    tell("the second reader becomes a writer", b.try_unlock_shared_and_lock());
}

// Therefore there is only one upgrade lock at a time. A second user of it waits before it reads.
void only_one_upgrade_lock(read_write_lock& a, read_write_lock& b)
{
    boost::upgrade_lock<read_write_lock> one(a);
    tell("a second upgrade lock", b.try_lock_upgrade());
    {
        boost::shared_lock<read_write_lock> reader(b, boost::try_to_lock);
        tell("a reader beside the upgrade lock", reader.owns_lock());
        tell("the upgrade lock becomes exclusive while a reader is there",
             a.try_unlock_upgrade_and_lock());
    }
    boost::upgrade_to_unique_lock<read_write_lock> writer(one);
    tell("the upgrade lock becomes exclusive afterwards", writer.owns_lock());
}
// end::both[]

// tag::downgrade[]
void write_and_read_on(read_write_lock& lock, read_write_lock& other)
{
    boost::unique_lock<read_write_lock> writer(lock);
    append_to_file("the last");
    boost::shared_lock<read_write_lock> reader(std::move(writer)); // never waits; no writer gets in
    tell("another reader gets in",
         boost::shared_lock<read_write_lock>(other, boost::try_to_lock).owns_lock());
}
// end::downgrade[]

int main()
{
    pid_t const child = ::fork();
    int const ours = register_all();
    if (child == 0)
        ::_exit(ours);
    int status = 0;
    if (child == -1 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status))
        throw std::runtime_error("the other process did not end well");
    std::cout << "registered by both: " << ours + WEXITSTATUS(status) << '\n';

    read_write_lock a("names.lock"), b("names.lock");
    both_ask_for_the_exclusive_lock(a, b);
    only_one_upgrade_lock(a, b);
    write_and_read_on(a, b);
}
