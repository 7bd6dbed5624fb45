// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A handler with another signature than the operation's.

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/file_lock.hpp>

void f(boost::filelock::file_lock& lock)
{
    boost::filelock::async_acquire(lock, [](int) {});
}
