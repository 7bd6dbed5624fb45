// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Data that refuses the write of a holder whose lease another one has taken over.

#include <boost/filelock.hpp>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

using boost::filelock::error;
using boost::filelock::fence_guard;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

std::string read()
{
    std::string text;
    std::ifstream("data") >> text;
    return text;
}

// tag::write[]
// Returns false if a later holder was admitted.
bool write(fence_guard& guard, std::uint64_t number, std::string const& text)
try {
    guard.run(number, [&] { std::ofstream("data") << text; }); // only the write
    return true;
} catch (lock_error const& e) {
    if (e.code() == error::fence_passed)
        return false;
    throw;
}
// end::write[]

int main()
{
    // tag::body[]
    soft_file_lease_options options;
    options.duration = std::chrono::seconds(10);
    soft_file_lease late("work.lock", options), next("work.lock", options); // of two processes
    fence_guard guard("data.guard");

    late.lock();
    auto const number_of_late = late.fence();
    guard.admit(number_of_late); // keeps out all holders before this one
    tell("the first holder writes", write(guard, number_of_late, "first"));

    next.force_break(); // as if the first holder had been stopped for too long
    next.lock();
    tell("the next holder has a greater number", next.fence() > number_of_late);
    guard.admit(next.fence()); // before it reads the data
    auto const text = read();

    tell("the first holder writes", write(guard, number_of_late, "late"));
    tell("the next holder writes", write(guard, next.fence(), text + "-second"));
    std::cout << "the data: " << read() << '\n';
    late.unlock(); // no error; the next one keeps its lock
    next.unlock();
    // end::body[]
}
