// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The three ways to end a wait, as the caller sees them.

#include "holder.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <iostream>

using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::held_lock;
using boost::filelock::lock_error;
using boost::system::error_code;
namespace asio = boost::asio;
namespace errc = boost::system::errc;

// tag::describe[]
char const* describe(error_code const& ec)
{
    if (ec == errc::timed_out)
        return "the limit has passed";
    if (ec == asio::error::operation_aborted) // ask before operation_canceled, which it equals
        return "the asynchronous wait was cancelled";
    if (ec == errc::operation_canceled)
        return "cancel_check has returned true";
    return "another error";
}
// end::describe[]

acquire_options limited()
{
    acquire_options how;
    how.timeout = std::chrono::milliseconds(20);
    return how;
}

acquire_options cancelled()
{
    acquire_options how;
    how.cancel_check = [] { return true; };
    return how;
}

void synchronous(file_lock& lock, acquire_options const& how)
{
    try {
        lock.acquire(how);
    } catch (lock_error const& e) {
        std::cout << "acquire:       " << describe(e.code()) << '\n';
    }
}

void asynchronous(file_lock& lock, acquire_options const& how, bool emit)
{
    asio::io_context context;
    asio::cancellation_signal signal;
    auto const handler = [](error_code ec, held_lock<file_lock>) {
        std::cout << "async_acquire: " << describe(ec) << '\n';
    };
    boost::filelock::async_acquire(context, lock, how,
                                   asio::bind_cancellation_slot(signal.slot(), handler));
    if (emit)
        asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    context.run();
}

int main()
{
    holder const other("work.lock"); // another process
    file_lock lock("work.lock");
    std::cout << "timeout\n";
    synchronous(lock, limited());
    asynchronous(lock, limited(), false);
    std::cout << "cancel_check\n";
    synchronous(lock, cancelled());
    asynchronous(lock, cancelled(), false);
    std::cout << "cancellation signal\n";
    asynchronous(lock, {}, true);
}
