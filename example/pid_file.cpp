// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A lock file that contains the pid of its holder.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include <unistd.h>

int main()
{
    // tag::body[]
    boost::filelock::file_lock_options options;
    options.on_acquired = [](boost::filelock::native_handle_type file) {
        auto const line = std::to_string(::getpid()) + '\n';
        if (::ftruncate(file, 0) != 0 || ::pwrite(file, line.data(), line.size(), 0) == -1)
            throw std::system_error(errno, std::generic_category(), "cannot write the pid");
    };
    boost::filelock::file_lock lock("daemon.lock", options);
    // end::body[]
    lock.lock();
    long pid = 0;
    std::ifstream("daemon.lock") >> pid;
    std::cout << "the file contains this process's pid: " << (pid == ::getpid() ? "yes" : "no")
              << '\n';
    // tag::end[]
    boost::system::error_code ignored;
    boost::filesystem::resize_file("daemon.lock", 0, ignored);
    lock.unlock();
    // end::end[]
    std::cout << "it is empty after the release: "
              << (boost::filesystem::file_size("daemon.lock") == 0 ? "yes" : "no") << '\n';
}
