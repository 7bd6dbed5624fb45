// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// An actor as a program of its own, for tests that preload a library into it. The arguments are the
// path, the storage and the threshold in milliseconds.

#include "markers.hpp"
#include "soft_read_write_actor.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv)
try {
    using boost::filelock::storage;
    if (argc != 4)
        return 64;
    auto const where = argv[2] == std::string("local") ? storage::local : storage::network;
    std::chrono::milliseconds const threshold(std::stol(argv[3]));
    return filelock_test::actor::serve(argv[1], filelock_test::quick(where, threshold));
} catch (std::exception const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
