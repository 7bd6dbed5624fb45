// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock that excludes the file_lock of Boost.Interprocess.

#include <boost/filelock.hpp>

#include <boost/interprocess/sync/file_lock.hpp>

#include <iostream>
#include <mutex>

#include <sys/wait.h>
#include <unistd.h>

int main()
{
    // tag::body[]
    boost::filelock::file_lock_options options;
    options.backend = boost::filelock::kernel_lock::record;
    boost::filelock::file_lock lock("shared.lock", options);
    // end::body[]
    std::lock_guard<boost::filelock::file_lock> const guard(lock);
    pid_t const child = ::fork();
    if (child == 0) {
        boost::interprocess::file_lock theirs("shared.lock");
        ::_exit(theirs.try_lock() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    std::cout << "another process with Boost.Interprocess "
              << (status == 0 ? "gets" : "does not get") << " it\n";
}
