// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Two ways to limit an asynchronous wait while another process holds the lock.

#include "holder.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <variant>

using boost::filelock::file_lock;
namespace asio = boost::asio;
using namespace std::chrono_literals;

void tell(char const* what, bool yes)
{
    std::cout << what << ": " << (yes ? "yes" : "no") << '\n';
}

// tag::option[]
asio::awaitable<void> with_an_option(file_lock& lock)
{
    boost::filelock::acquire_options how;
    how.timeout = 20ms;
    auto [ec, held] =
        co_await boost::filelock::async_acquire(lock, how, asio::as_tuple(asio::use_awaitable));
    tell("timed_out", ec == boost::system::errc::timed_out);
    tell("held", held.owns_lock());
}
// end::option[]

// tag::timer[]
asio::awaitable<void> with_a_timer(file_lock& lock, std::chrono::milliseconds limit)
{
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(co_await asio::this_coro::executor, limit);
    auto first = co_await (boost::filelock::async_acquire(lock, asio::use_awaitable) ||
                           timer.async_wait(asio::use_awaitable));
    if (auto* held = std::get_if<0>(&first))
        tell("in time", held->owns_lock());
    else
        tell("the timer was first", true); // the wait for the lock was cancelled
}
// end::timer[]

int main()
{
    asio::io_context context;
    auto const run = [&context](asio::awaitable<void> what) {
        asio::co_spawn(context, std::move(what), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        context.restart();
    };
    file_lock lock("time_out.lock");
    holder other("time_out.lock");
    run(with_an_option(lock));
    run(with_a_timer(lock, 20ms));
    other.let_go();
    run(with_a_timer(lock, 30s));
}
