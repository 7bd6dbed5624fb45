// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Taking a soft_file_lock away from its holder, and how he can notice.

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
        std::cerr << "process " << holder->pid << " on " << holder->hostname << " has it\n";
    lock.break_lock(); // whether he is alive or not
}
// end::break[]

// tag::work[]
// False: somebody else may be at it, too. What was locked must still be unlocked.
bool do_step(soft_file_lock const& lock)
{
    boost::system::error_code ec;
    if (!lock.still_held(ec))
        return false; // it is not, or, with `ec`, nobody knows
    // work on what the lock protects
    return true;
}
// end::work[]

int main()
{
    soft_file_lock holder("work.lock"), next("work.lock"); // in place of two processes
    holder.lock();
    tell("the holder works", do_step(holder));
    tell("the next one gets it", next.try_lock());

    take_away("work.lock");
    tell("the holder believes that he has it", holder.is_locked());
    tell("the holder works", do_step(holder));
    tell("the next one gets it", next.try_lock());

    holder.unlock(); // no error, and the lock of the next one stays
    tell("the next one works", do_step(next));
    next.unlock();
}
