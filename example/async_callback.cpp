// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Asynchronous acquisition without coroutines: with a callback, and with a future.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/error_code.hpp>

#include <future>
#include <iostream>

using boost::filelock::file_lock;
using boost::filelock::held_lock;
namespace asio = boost::asio;

int main()
{
    // tag::callback[]
    file_lock lock("callback.lock");
    asio::io_context context;
    boost::filelock::async_acquire(
        context, lock, [](boost::system::error_code ec, held_lock<file_lock> held) {
            if (ec)
                std::cerr << held.owns_lock() << ec.message() << '\n'; // nothing is held
            else
                std::cout << "callback: " << held.mutex()->path().string() << '\n';
        }); // `held` unlocks when the callback returns
    std::cout << "not yet\n";
    context.run();
    // end::callback[]

    // tag::future[]
    asio::thread_pool pool(1);
    std::future<held_lock<file_lock>> result =
        boost::filelock::async_acquire(pool, lock, asio::use_future);
    {
        auto const held = result.get(); // throws an exception on failure
        std::cout << "future: " << held.owns_lock() << '\n';
    }
    // end::future[]

    // tag::adopt[]
    // With ownership::instance the lock object owns the levels, and a guard can adopt them.
    boost::filelock::file_lock_options options;
    options.scope = boost::filelock::ownership::instance;
    file_lock shared("callback.lock", options);
    boost::unique_lock<file_lock> const guard =
        adopt(boost::filelock::async_acquire(pool, shared, asio::use_future).get());
    std::cout << "guard: " << guard.owns_lock() << ", levels: " << shared.lock_counter() << '\n';
    // end::adopt[]
}
