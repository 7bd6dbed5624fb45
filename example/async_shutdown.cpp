// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A program that waits for a lock can be stopped by a signal.

#include "holder.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>
#include <exception>
#include <iostream>

using boost::filelock::file_lock;

// tag::body[]
namespace asio = boost::asio;

asio::awaitable<void> job(file_lock& lock)
{
    auto [ec, held] =
        co_await boost::filelock::async_acquire(lock, asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted) { // nothing is held
        // The coroutine stays cancelled: without this line its next `co_await` would throw.
        co_await asio::this_coro::reset_cancellation_state();
        co_await asio::post(asio::use_awaitable); // stands for a last message to a client
        std::cout << "stopped\n";
        co_return;
    }
    if (ec)
        throw boost::system::system_error(ec);
    std::cout << "acquired\n";
}

void run_until_told(asio::io_context& context, file_lock& lock)
{
    asio::cancellation_signal stop;
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code ec, int) {
        if (!ec)
            stop.emit(asio::cancellation_type::terminal);
    });
    auto const at_end = [&](std::exception_ptr failure) {
        signals.cancel(); // otherwise `run` would wait for a signal
        if (failure)
            std::rethrow_exception(failure);
    };
    asio::co_spawn(context, job(lock), asio::bind_cancellation_slot(stop.slot(), at_end));
    context.run();
}
// end::body[]

int main()
{
    file_lock lock("shutdown.lock");
    asio::io_context context;
    {
        holder const other("shutdown.lock");
        asio::post(context, [] { std::raise(SIGTERM); });
        run_until_told(context, lock);
    } // ends the other process
    context.restart();
    run_until_told(context, lock);
}
