// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How to break a soft_file_lock, and how its holder can notice.

#include <boost/filelock.hpp>

#include <boost/system/error_code.hpp>

#include <iostream>

using boost::filelock::soft_file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::break[]
void take_away(char const* path)
{
    soft_file_lock lock(path);
    if (auto const holder = lock.holder())
        std::cerr << "process " << holder->pid << " on " << holder->hostname << " holds the lock\n";
    lock.break_lock(); // whether the holder is alive or not
}
// end::break[]

// tag::work[]
// Returns false if another process may hold the lock. The caller must still unlock.
bool do_step(soft_file_lock const& lock)
{
    boost::system::error_code ec;
    if (!lock.still_held(ec))
        return false; // lost; or, if `ec` is set, unknown
    // work on what the lock protects
    return true;
}
// end::work[]

int main()
{
    soft_file_lock holder("work.lock"), next("work.lock"); // stand for two processes
    holder.lock();
    tell("the first holder works", do_step(holder));
    tell("try_lock of the next holder", next.try_lock());

    take_away("work.lock");
    tell("is_locked of the first holder", holder.is_locked());
    tell("the first holder works", do_step(holder));
    tell("try_lock of the next holder", next.try_lock());

    holder.unlock(); // no error; the next one keeps its lock
    tell("the next holder works", do_step(next));
    next.unlock();
}
