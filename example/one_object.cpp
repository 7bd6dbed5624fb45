// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// One lock object per path, shared by all parts of a program.

#include <boost/filelock.hpp>

#include <iostream>
#include <memory>
#include <mutex>

using boost::filelock::file_lock;

// tag::body[]
void inner()
{
    auto const lock = boost::filelock::shared_instance<file_lock>("work.lock");
    std::lock_guard<file_lock> const guard(*lock); // a second level, not a deadlock
    std::cout << "levels: " << lock->lock_counter() << '\n';
}

void outer()
{
    auto const lock = boost::filelock::shared_instance<file_lock>("work.lock");
    std::lock_guard<file_lock> const guard(*lock);
    inner();
}
// end::body[]

int main()
{
    outer();
}
