// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Lists the holders of a lock.

#include "holder.hpp"

#include <boost/filelock.hpp>

#include <iostream>

int main()
{
    holder const other("work.lock"); // another process
    // tag::body[]
    boost::filelock::file_lock const lock("work.lock");
    for (auto const& holder : lock.holders())
        std::cerr << holder.pid << ": " << holder.command << '\n';
    // end::body[]
    auto const first = lock.holder();
    std::cout << "the holder is the other process: "
              << (first && first->pid == other.pid() ? "yes" : "no") << '\n';
}
