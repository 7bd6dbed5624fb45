// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Two coroutines on one thread take turns with a lock.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <utility>

using boost::filelock::file_lock;

// tag::body[]
namespace asio = boost::asio;

asio::awaitable<void> work(char const* name, file_lock& lock)
{
    for (int turn = 1; turn <= 2; ++turn) {
        auto held = co_await boost::filelock::async_acquire(lock);
        std::cout << name << " begins turn " << turn << '\n';
        co_await asio::post(asio::use_awaitable); // lets the other coroutine run
        std::cout << name << " ends turn " << turn << '\n';
    } // `held` unlocks
}

asio::awaitable<void> publish(file_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire(lock);
    std::cout << "published: " << held.owns_lock() << '\n';
    // Throws if the lock was lost meanwhile. The destructor of `held` would not report that.
    co_await boost::filelock::async_release(std::move(held));
}
// end::body[]

int main()
{
    auto const end = [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    };
    // tag::main[]
    file_lock lock("turns.lock");
    asio::io_context context;
    asio::co_spawn(context, work("first", lock), end);
    asio::co_spawn(context, work("second", lock), end);
    context.run();
    // end::main[]
    context.restart();
    asio::co_spawn(context, publish(lock), end);
    context.run();
}
