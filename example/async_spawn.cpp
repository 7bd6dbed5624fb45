// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Coroutines without C++20, with Boost.Context.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>

#include <exception>
#include <iostream>

int main()
{
    auto const end = [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    };
    // tag::body[]
    namespace asio = boost::asio;
    boost::filelock::file_lock lock("spawn.lock");
    auto const work = [&lock](char const* name) {
        return [&lock, name](asio::yield_context yield) {
            auto const held = boost::filelock::async_acquire(lock, yield);
            std::cout << name << " begins\n";
            asio::post(yield); // lets the other coroutine run
            std::cout << name << " ends\n";
        };
    };
    asio::io_context context;
    asio::spawn(context, work("first"), end);
    asio::spawn(context, work("second"), end);
    context.run();
    // end::body[]
}
