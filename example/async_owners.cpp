// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Owners: a thread owns what it locks, and each asynchronous operation owns what it acquires.

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <exception>
#include <iostream>

using boost::filelock::file_lock;
namespace asio = boost::asio;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::thread[]
// The thread is the owner. Its second lock() adds a level.
void one_thread(file_lock& lock)
{
    lock.lock();
    lock.lock();
    std::cout << "levels of the thread: " << lock.lock_counter() << '\n';
    lock.unlock();
    lock.unlock();
}
// end::thread[]

// tag::coroutines[]
// Two coroutines on that thread are two owners. They exclude each other.
asio::awaitable<void> one_coroutine(file_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire(lock, asio::use_awaitable);
    std::cout << "levels of the thread: " << lock.lock_counter() << '\n';
    tell("try_lock of the thread", lock.try_lock());
    co_await asio::post(asio::use_awaitable); // the other coroutine starts to wait
    std::cout << "the first coroutine is done\n";
}

asio::awaitable<void> another_coroutine(file_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire(lock, asio::use_awaitable);
    std::cout << "the second coroutine has the lock\n";

    // Each acquisition has an owner of its own. So it never adds a second level, even in the same
    // coroutine.
    boost::filelock::acquire_options how;
    how.timeout = std::chrono::nanoseconds(0);
    auto [ec, second] =
        co_await boost::filelock::async_acquire(lock, how, asio::as_tuple(asio::use_awaitable));
    tell("timed out", ec == boost::system::errc::timed_out);
}
// end::coroutines[]

int main()
{
    auto const end = [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    };
    file_lock lock("owners.lock");
    one_thread(lock);
    asio::io_context context;
    asio::co_spawn(context, one_coroutine(lock), end);
    asio::co_spawn(context, another_coroutine(lock), end);
    context.run();
}
