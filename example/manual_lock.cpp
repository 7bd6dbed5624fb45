// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Locking by hand, and what guards do instead.

#include <boost/filelock.hpp>

#include <boost/chrono/duration.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>

using boost::filelock::file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

void work()
{
    throw std::runtime_error("the work failed");
}

// tag::body[]
// tag::by_hand[]
// Without the unlock in the catch clause, the lock would stay held until `lock` is destroyed. Other
// processes would wait for it. This thread would not notice, since it may lock again.
void by_hand(file_lock& lock)
{
    lock.lock();
    try {
        work();
    } catch (...) {
        lock.unlock();
        throw;
    }
    lock.unlock();
}
// end::by_hand[]

// tag::guards[]
void with_unique_lock(file_lock& lock)
{
    boost::unique_lock<file_lock> guard(lock);
    work();
} // unlocks if the guard still holds the lock; you can also unlock, relock, move and query it

void with_lock_guard(file_lock& lock)
{
    boost::lock_guard<file_lock> guard(lock);
    work();
} // unlocks; the guard can do nothing else
// end::guards[]

// tag::waiting[]
// Another object holds the lock.
void wait_a_little(file_lock& lock)
{
    tell("try_lock", lock.try_lock());
    tell("try_lock_for, std::chrono", lock.try_lock_for(std::chrono::milliseconds(20)));
    tell("try_lock_for, boost::chrono", lock.try_lock_for(boost::chrono::milliseconds(20)));

    boost::unique_lock<file_lock> at_once(lock, boost::try_to_lock);
    tell("unique_lock, try_to_lock", at_once.owns_lock());
    boost::unique_lock<file_lock> timed(lock, boost::chrono::milliseconds(20));
    tell("unique_lock, 20 ms", timed.owns_lock());
}

// No other object holds the lock.
void lock_first_or_later(file_lock& lock)
{
    if (lock.try_lock_for(std::chrono::seconds(10))) {
        boost::lock_guard<file_lock> guard(lock, boost::adopt_lock); // unlocks at the end
        tell("adopted, locked", lock.is_locked());
    }

    boost::unique_lock<file_lock> guard(lock, boost::defer_lock);
    tell("deferred, locked", guard.owns_lock());
    guard.lock();
    tell("guard.lock(), locked", guard.owns_lock());
    guard.unlock();
    tell("guard.unlock(), locked", guard.owns_lock());
}
// end::waiting[]

// tag::not_owner[]
void unlock_without_lock(file_lock& lock)
{
    try {
        lock.unlock();
    } catch (boost::filelock::lock_error const& e) {
        tell("refused, operation_not_permitted",
             e.code() == boost::system::errc::operation_not_permitted);
        std::cout << "by the lock " << e.path().string() << '\n';
    }
}
// end::not_owner[]
// end::body[]

int main()
{
    file_lock lock("manual.lock");
    for (auto const hold : {by_hand, with_unique_lock, with_lock_guard})
        try {
            hold(lock);
        } catch (std::runtime_error const& e) {
            std::cout << e.what() << ", ";
            tell("still locked", lock.is_locked());
        }

    file_lock other("manual.lock"); // excludes `lock`, like another process
    other.lock();
    wait_a_little(lock);
    unlock_without_lock(lock);
    other.unlock();

    lock_first_or_later(lock);
}
