// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// One lock object and two threads: each thread has its own counter, or both share one.

#include <boost/filelock.hpp>

#include <boost/system/errc.hpp>

#include <chrono>
#include <future>
#include <iostream>

using boost::filelock::file_lock;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

void tell_levels(char const* whose, file_lock const& lock)
{
    std::cout << whose << ": " << lock.lock_counter() << '\n';
}

// Runs a function in another thread and waits until it returns.
template <class Function>
void in_another_thread(Function f)
{
    std::async(std::launch::async, f).get();
}

// tag::body[]
// tag::thread[]
// With ownership::thread, the default, the threads exclude each other, as with a mutex.
void a_counter_for_each_thread()
{
    file_lock lock("scope.lock");
    lock.lock();
    lock.lock();
    tell_levels("first thread", lock);

    in_another_thread([&lock] {
        tell_levels("  second thread", lock);
        tell("  try_lock", lock.try_lock());
        try {
            lock.unlock(); // the other thread has locked it
        } catch (boost::filelock::lock_error const& e) {
            tell("  unlock refused", e.code() == boost::system::errc::operation_not_permitted);
        }
    });

    lock.unlock();
    lock.unlock();
    tell_levels("first thread", lock);

    in_another_thread([&lock] {
        tell("  try_lock", lock.try_lock());
        tell_levels("  second thread", lock);
        lock.unlock();
    });
}
// end::thread[]

// tag::instance[]
// With ownership::instance, the lock object is the owner, whichever thread calls.
void one_counter_for_all()
{
    boost::filelock::file_lock_options options;
    options.scope = boost::filelock::ownership::instance;
    file_lock lock("scope.lock", options);
    lock.lock();
    tell_levels("first thread", lock);

    in_another_thread([&lock] {
        tell("  try_lock", lock.try_lock()); // adds a level
        tell_levels("  second thread", lock);
        lock.unlock();
        lock.unlock(); // releases the level of the first thread
    });

    tell_levels("first thread", lock);
    tell("is_locked", lock.is_locked());
}
// end::instance[]
// end::body[]

int main()
{
    std::cout << "ownership::thread\n";
    a_counter_for_each_thread();
    std::cout << "ownership::instance\n";
    one_counter_for_all();
}
