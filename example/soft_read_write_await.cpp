// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A coroutine that works only as long as it holds the lock.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <exception>
#include <iostream>

using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
namespace asio = boost::asio;

asio::awaitable<void> read_pages(int pages)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int page = 0; page < pages; ++page) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// Removes our markers, as other processes do when they consider us dead.
asio::awaitable<void> remove_readers()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
    for (auto const& marker : boost::filesystem::directory_iterator("book.lock.readers"))
        boost::filesystem::remove(marker);
}

// tag::body[]
asio::awaitable<void> read_book(soft_read_write_lock& lock, int pages)
{
    using namespace asio::experimental::awaitable_operators;

    auto held = co_await boost::filelock::async_acquire_shared(lock, asio::use_awaitable);
    auto const first =
        co_await (read_pages(pages) || boost::filelock::async_wait_loss(lock, asio::use_awaitable));
    if (first.index() == 0)
        std::cout << "the book is read\n";
    else
        std::cout << "the lock was lost: another process may have written meanwhile\n";
}
// end::body[]

int main()
{
    auto const end = [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    };
    soft_read_write_lock_options options;
    options.heartbeat_interval = std::chrono::milliseconds(50); // short, for this example
    options.stale_threshold = std::chrono::seconds(10);
    soft_read_write_lock lock("book.lock", options);
    asio::io_context context;
    asio::co_spawn(context, read_book(lock, 3), end);
    context.run();

    context.restart();
    asio::co_spawn(context, read_book(lock, 30'000), end);
    asio::co_spawn(context, remove_readers(), end);
    context.run();
}
