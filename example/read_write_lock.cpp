// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers share the lock, and a writer has it alone. A waiting writer gets its turn.

#include <boost/filelock.hpp>

#include <boost/thread/locks.hpp>

#include <fstream>
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using boost::filelock::read_write_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::functions[]
void write_price(read_write_lock& lock, std::string const& price)
{
    boost::unique_lock<read_write_lock> writer(lock); // waits until no process reads or writes
    std::ofstream file("price.txt");
    if (!(file << price << '\n' << std::flush))
        throw std::runtime_error("cannot write price.txt");
}

std::string read_price(read_write_lock& lock)
{
    boost::shared_lock<read_write_lock> reader(lock); // waits while a writer holds or waits
    std::string price;
    std::getline(std::ifstream("price.txt"), price);
    return price;
}
// end::functions[]

// tag::writer[]
// Another user of the lock. It reports when it starts to wait.
void write_at_last(std::promise<void>& waits)
{
    read_write_lock lock("price.lock");
    boost::filelock::acquire_options how;
    bool told = false;
    how.on_wait = [&](boost::filelock::wait_status const&) {
        if (!std::exchange(told, true))
            waits.set_value();
    };
    lock.acquire(how);
    boost::unique_lock<read_write_lock> writer(lock, boost::adopt_lock);
    std::cout << "the writer writes\n";
}
// end::writer[]

// tag::turns[]
// A third user of the lock, which wants to read.
bool may_read()
{
    read_write_lock lock("price.lock");
    return boost::shared_lock<read_write_lock>(lock, boost::try_to_lock).owns_lock();
}

void writer_gets_its_turn(read_write_lock& lock)
{
    boost::shared_lock<read_write_lock> reader(lock);
    tell("another reader gets in", std::async(std::launch::async, may_read).get());

    std::promise<void> waits;
    std::thread writer([&] { write_at_last(waits); });
    waits.get_future().wait();
    tell("another reader gets in while a writer waits",
         std::async(std::launch::async, may_read).get());
    tell("the thread that reads gets in again", may_read());

    std::cout << "the reader leaves\n";
    reader.unlock();
    writer.join();
    tell("another reader gets in afterwards", std::async(std::launch::async, may_read).get());
}
// end::turns[]

int main()
{
    read_write_lock lock("price.lock");
    write_price(lock, "12");
    std::cout << "price: " << read_price(lock) << '\n';
    writer_gets_its_turn(lock);
}
