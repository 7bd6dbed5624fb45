// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The tutorial shows that this does not compile.

#include <boost/filelock.hpp>

int main()
{
    // tag::shown[]
    boost::filelock::file_lock("work.lock").lock(); // error
    // end::shown[]
}
