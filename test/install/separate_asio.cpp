// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A program with Asio compiled separately, in one place (BOOST_ASIO_SEPARATE_COMPILATION).

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <utility>

int main()
{
    namespace filelock = boost::filelock;
    boost::asio::io_context context;
    filelock::file_lock lock("program.lock");
    bool was_held = false;
    filelock::async_acquire(context, lock, [&](auto ec, auto held) {
        was_held = !ec && held.owns_lock();
        filelock::async_release(context, std::move(held), [](auto) {});
    });
    context.run();
    std::cout << BOOST_FILELOCK_LIB_VERSION << '\n';
    return was_held ? 0 : 1;
}
