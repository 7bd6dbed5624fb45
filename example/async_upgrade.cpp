// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Coroutines that read. Two of them take the upgrade lock, since they may write later.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>

using boost::filelock::read_write_lock;
namespace asio = boost::asio;

// tag::body[]
asio::awaitable<void> check(char const* name, read_write_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire_upgrade(lock, asio::use_awaitable);
    std::cout << name << " checks\n";
    co_await asio::post(asio::use_awaitable); // lets the other coroutines run
    std::cout << name << " is done\n";
}

asio::awaitable<void> read(read_write_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire_shared(lock, asio::use_awaitable);
    std::cout << "the reader reads\n";
}
// end::body[]

int main()
{
    auto const end = [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    };
    read_write_lock lock("upgrade.lock");
    asio::io_context context;
    asio::co_spawn(context, check("the first", lock), end);
    asio::co_spawn(context, read(lock), end);
    asio::co_spawn(context, check("the second", lock), end);
    context.run();
}
