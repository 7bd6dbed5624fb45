// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A kernel lock on a file or directory that the program has opened itself.

#include <boost/filelock.hpp>

#include <cerrno>
#include <iostream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int open_directory(char const* path)
{
    int const fd = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1)
        throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

int main()
{
    ::mkdir("data", 0777);
    // tag::body[]
    int const directory = open_directory("data"); // directories open only for reading
    boost::filelock::lock_descriptor(directory);
    // work on the files in it

    int const other = open_directory("data"); // a new open: a new owner, like a process
    if (!boost::filelock::try_lock_descriptor(other))
        std::cout << "locked\n";

    boost::filelock::unlock_descriptor(directory); // or close the last copy of the descriptor
    // end::body[]
    std::cout << "free after the unlock: " << boost::filelock::try_lock_descriptor(other) << '\n';
    ::close(other);
    ::close(directory);
}
