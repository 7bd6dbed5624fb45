// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Releases all levels at once, however many there are.

#include <boost/filelock.hpp>

#include <boost/system/errc.hpp>
#include <boost/thread/locks.hpp>

#include <iostream>

using boost::filelock::file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

void tell_levels(file_lock const& lock)
{
    std::cout << "levels: " << lock.lock_counter() << '\n';
}

// Another object excludes ours, like another process.
void tell_whether_free()
{
    file_lock other("forced.lock");
    tell("free for others", other.try_lock()); // `other` unlocks at the end of the block
}

// tag::body[]
// tag::by_hand[]
void levels_taken_by_hand(file_lock& lock)
{
    for (int i = 0; i < 3; ++i)
        lock.lock();
    tell_levels(lock);
    tell_whether_free();

    lock.release(boost::filelock::force);
    tell_levels(lock);
    tell_whether_free();

    lock.release(boost::filelock::force); // no error if nothing is held
}
// end::by_hand[]

// tag::guards[]
void levels_taken_by_guards(file_lock& lock)
{
    boost::unique_lock<file_lock> outer(lock);
    boost::unique_lock<file_lock> inner(lock);
    tell_levels(lock);

    lock.release(boost::filelock::force);
    tell("the lock is held", lock.is_locked());
    tell("owns_lock of the guard", inner.owns_lock()); // the guard does not know of the release

    try {
        // The guards' destructors would call this and throw, which a destructor must not.
        lock.unlock();
    } catch (boost::filelock::lock_error const& e) {
        tell("unlock refused", e.code() == boost::system::errc::operation_not_permitted);
    }

    // So the guards must give up their locks: there is nothing left to unlock.
    inner.release();
    outer.release();
    tell("owns_lock of the guard", inner.owns_lock());
}
// end::guards[]
// end::body[]

int main()
{
    file_lock lock("forced.lock");
    std::cout << "by hand\n";
    levels_taken_by_hand(lock);
    std::cout << "by guards\n";
    levels_taken_by_guards(lock);
}
