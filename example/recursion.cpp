// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Recursion: who holds the lock may lock again.

// tag::body[]
#include <boost/filelock.hpp>
#include <boost/thread/locks.hpp>

#include <iostream>

using boost::filelock::file_lock;

void tell(file_lock const& lock, char const* where)
{
    std::cout << where << ": " << lock.lock_counter() << '\n';
}

// Safe to call by itself: it takes the lock.
void add_line(file_lock& lock)
{
    boost::unique_lock<file_lock> guard(lock);
    tell(lock, "    add_line");
}

// Keeps the lock over both lines; `add_line` takes a second level of it.
void add_two_lines(file_lock& lock)
{
    boost::unique_lock<file_lock> guard(lock);
    tell(lock, "  add_two_lines");
    add_line(lock);
    tell(lock, "  between the lines");
    add_line(lock);
    tell(lock, "  after the lines");
}

int main()
{
    file_lock lock("recursion.lock");
    tell(lock, "at first");
    add_two_lines(lock);
    tell(lock, "after add_two_lines");

    // The same by hand: as many unlocks as locks, and the last gives the lock back.
    for (int i = 0; i < 3; ++i) {
        lock.lock();
        tell(lock, "locked");
    }
    while (lock.is_locked()) {
        lock.unlock();
        tell(lock, "unlocked");
    }
    std::cout << "is_locked: " << std::boolalpha << lock.is_locked() << '\n';
}
// end::body[]
