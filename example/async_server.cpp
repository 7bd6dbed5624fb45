// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A server with one thread. Some of its answers need a lock that other processes hold now and then.
// While the server waits for that lock, it gives its other answers.

#include "holder.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

using boost::filelock::file_lock;
namespace asio = boost::asio;
using asio::ip::tcp;

asio::awaitable<std::string> read_line(tcp::socket& socket)
{
    std::string line;
    auto const size = co_await asio::async_read_until(socket, asio::dynamic_buffer(line, 100), '\n',
                                                      asio::use_awaitable);
    co_return line.substr(0, size - 1);
}

asio::awaitable<void> write_line(tcp::socket& socket, std::string line)
{
    line += '\n';
    co_await asio::async_write(socket, asio::buffer(line), asio::use_awaitable);
}

// tag::body[]
// Other processes use the file `number` as well.
asio::awaitable<std::string> next_number(file_lock& lock)
{
    auto held = co_await boost::filelock::async_acquire(lock, asio::use_awaitable);
    int number = 0;
    std::ifstream("number") >> number;
    std::ofstream("number") << ++number << '\n';
    co_return std::to_string(number);
}

asio::awaitable<void> session(tcp::socket socket, file_lock& lock)
try {
    for (;;) {
        auto const request = co_await read_line(socket);
        if (request == "next")
            co_await write_line(socket, co_await next_number(lock));
        else
            co_await write_line(socket, "what?");
    }
} catch (boost::system::system_error const&) {
    // The client is gone. A lock that was held for it has been released.
}

asio::awaitable<void> serve(tcp::acceptor& acceptor, file_lock& lock)
{
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), session(std::move(socket), lock), asio::detached);
    }
}
// end::body[]

asio::awaitable<void> use(tcp::endpoint server, holder& other)
{
    auto const executor = co_await asio::this_coro::executor;
    tcp::socket waits(executor), asks(executor);
    co_await waits.async_connect(server, asio::use_awaitable);
    co_await asks.async_connect(server, asio::use_awaitable);

    co_await write_line(waits, "next"); // the lock is held by the other process
    co_await write_line(asks, "hello");
    std::cout << "hello: " << co_await read_line(asks) << '\n';
    other.let_go();
    std::cout << "next: " << co_await read_line(waits) << '\n';
    co_await write_line(asks, "next");
    std::cout << "next: " << co_await read_line(asks) << '\n';
}

int main()
{
    holder other("number.lock");
    file_lock lock("number.lock");
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    asio::co_spawn(context, serve(acceptor, lock), asio::detached);
    asio::co_spawn(context, use(acceptor.local_endpoint(), other),
                   [&context](std::exception_ptr failure) {
                       context.stop();
                       if (failure)
                           std::rethrow_exception(failure);
                   });
    context.run();
}
