// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Acquires and releases Qt's lock as often as a line of input requests, and prints how many
// nanoseconds that took.

#include <QLockFile>

#include <chrono>
#include <iostream>

int main(int, char** argv)
{
    QLockFile lock(argv[1]);
    for (int count; std::cin >> count;) {
        auto const start = std::chrono::steady_clock::now();
        for (int i = 0; i < count; ++i) {
            if (!lock.lock())
                return 1;
            lock.unlock();
        }
        std::chrono::duration<double, std::nano> const took =
            std::chrono::steady_clock::now() - start;
        std::cout << took.count() << std::endl;
    }
}
