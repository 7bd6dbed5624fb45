// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Recursion: an owner that holds the lock may lock again.

// tag::body[]
#include <boost/filelock.hpp>
#include <boost/thread/locks.hpp>

#include <iostream>

using boost::filelock::file_lock;

void tell(file_lock const& lock, char const* where)
{
    std::cout << where << ": " << lock.lock_counter() << '\n';
}

// Acquires the lock itself, so it is also safe to call on its own.
void add_line(file_lock& lock)
{
    boost::unique_lock<file_lock> guard(lock);
    tell(lock, "    add_line");
}

// Holds the lock over both lines. `add_line` adds a second level.
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

    // The same by hand: as many unlocks as locks. The last unlock releases the lock.
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
