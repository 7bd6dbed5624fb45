// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers share the lock, and a writer has it alone.

#include <boost/filelock.hpp>

#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

using boost::filelock::file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::body[]
// tag::functions[]
void write_settings(file_lock& lock, std::string const& text)
{
    boost::unique_lock<file_lock> guard(lock); // waits until no process reads or writes
    std::ofstream file("settings.txt");
    if (!(file << text << '\n' << std::flush))
        throw std::runtime_error("cannot write settings.txt");
}

std::string read_settings(file_lock& lock)
{
    boost::shared_lock<file_lock> guard(lock); // waits until no process writes
    std::string text;
    std::getline(std::ifstream("settings.txt"), text);
    return text;
}
// end::functions[]

// tag::together[]
// Three objects with one path are three users of the lock, like three processes.
void compatible_modes(file_lock& a, file_lock& b, file_lock& c)
{
    {
        boost::shared_lock<file_lock> reader(a);
        tell("a reads", reader.owns_lock());
        boost::shared_lock<file_lock> second(b, boost::try_to_lock);
        tell("b reads too", second.owns_lock());
        boost::unique_lock<file_lock> writer(c, boost::try_to_lock);
        tell("c writes", writer.owns_lock());
    }
    boost::unique_lock<file_lock> writer(c, boost::try_to_lock);
    tell("c writes after a and b have unlocked", writer.owns_lock());
    boost::shared_lock<file_lock> reader(a, boost::try_to_lock);
    tell("a reads while c writes", reader.owns_lock());
}
// end::together[]

// tag::no_mixing[]
// A reader cannot become a writer: two readers that both waited to write would wait for each other.
void a_reader_cannot_become_a_writer(file_lock& lock)
{
    boost::shared_lock<file_lock> reader(lock);
    boost::shared_lock<file_lock> again(lock); // one more level of the same mode
    tell("the thread has two levels", lock.lock_counter() == 2);
    try {
        lock.lock();
    } catch (boost::filelock::lock_error const& e) {
        tell("refused, resource_deadlock_would_occur",
             e.code() == boost::system::errc::resource_deadlock_would_occur);
    }
}
// end::no_mixing[]
// end::body[]

int main()
{
    file_lock a("settings.lock"), b("settings.lock"), c("settings.lock");
    write_settings(a, "colour = blue");
    std::cout << read_settings(b) << '\n';
    compatible_modes(a, b, c);
    a_reader_cannot_become_a_writer(a);
}
