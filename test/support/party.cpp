// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process that uses a lock, as a program of its own, for tests that preload a library into it.
// The arguments are the lock type, the path, the storage, and the threshold or the duration in
// milliseconds; a "strict" lock is acquired once. With the only argument "time" it writes the time
// since 1970.

#include "lease_actor.hpp"
#include "markers.hpp"
#include "soft_read_write_actor.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv)
try {
    using namespace filelock_test;
    using boost::filelock::storage;
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    if (arguments == std::vector<std::string>{"time"}) {
        say(std::to_string(std::time(nullptr)));
        return 0;
    }
    if (arguments.size() != 4)
        return 64;
    auto const& path = arguments[1];
    auto const where = arguments[2] == "local" ? storage::local : storage::network;
    std::chrono::milliseconds const time(std::stol(arguments[3]));
    if (arguments[0] == "lease")
        return lease_actor::serve(path, lasting_in_a_crowd(time, where));
    if (arguments[0] == "strict") {
        boost::filelock::strict_soft_file_lock_options options;
        options.where = where;
        boost::filelock::strict_soft_file_lock lock(path, options);
        return lock.try_lock() ? 0 : 1;
    }
    return actor::serve(path, quick(where, time));
} catch (std::exception const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
