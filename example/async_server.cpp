// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A server with one thread. Some of its answers need a lock that other processes hold now and then.
// While the server waits for that lock, it gives its other answers. SIGTERM ends all its waits.

#include "holder.hpp"

#include <boost/filelock.hpp>
#include <boost/filelock/async_acquire.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>

using boost::filelock::file_lock;
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

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
using namespace asio::experimental::awaitable_operators;

struct server
{
    tcp::acceptor acceptor;
    file_lock lock;
    asio::steady_timer stop; // expires when the server is told to stop
};

// Any number of coroutines can wait for one timer.
asio::awaitable<void> stopped(server& s)
{
    co_await s.stop.async_wait(asio::as_tuple(asio::use_awaitable));
}

// Other processes use the file `number` as well.
asio::awaitable<std::string> next_number(server& s)
{
    boost::filelock::acquire_options how;
    how.timeout = 1s;
    auto first = co_await (
        boost::filelock::async_acquire(s.lock, how, asio::as_tuple(asio::use_awaitable)) ||
        stopped(s));
    if (first.index() == 1) // nothing is held
        co_return "the server stops";
    auto& [ec, held] = std::get<0>(first);
    if (ec == boost::system::errc::timed_out)
        co_return "busy";
    if (ec)
        throw boost::system::system_error(ec);
    int number = 0;
    std::ifstream("number") >> number;
    std::ofstream("number") << ++number << '\n';
    co_return std::to_string(number); // `held` unlocks
}

asio::awaitable<void> session(server& s, tcp::socket socket)
try {
    for (;;) {
        auto const request = co_await (read_line(socket) || stopped(s));
        if (request.index() == 1)
            co_return;
        std::string answer = "what?";
        if (std::get<0>(request) == "next")
            answer = co_await next_number(s);
        co_await write_line(socket, std::move(answer));
    }
} catch (boost::system::system_error const&) {
    // The client is gone. A lock that was held for it has been released.
}

asio::awaitable<void> serve(server& s)
{
    for (;;) {
        auto client = co_await (s.acceptor.async_accept(asio::use_awaitable) || stopped(s));
        if (client.index() == 1)
            co_return;
        asio::co_spawn(s.acceptor.get_executor(), session(s, std::get<0>(std::move(client))),
                       asio::detached);
    }
}

void stop_when_told(server& s, asio::signal_set& signals)
{
    signals.async_wait([&s](boost::system::error_code ec, int) {
        if (!ec)
            s.stop.expires_after(0s);
    });
}
// end::body[]

asio::awaitable<void> use(tcp::endpoint server)
{
    auto const executor = co_await asio::this_coro::executor;
    tcp::socket waits(executor), asks(executor);
    co_await waits.async_connect(server, asio::use_awaitable);
    co_await asks.async_connect(server, asio::use_awaitable);

    std::optional<holder> other("number.lock"); // another process
    co_await write_line(waits, "next");
    co_await write_line(asks, "hello");
    std::cout << "hello: " << co_await read_line(asks) << '\n';
    std::cout << "next: " << co_await read_line(waits) << '\n';
    other.reset(); // ends the other process
    co_await write_line(asks, "next");
    std::cout << "next: " << co_await read_line(asks) << '\n';

    other.emplace("number.lock");
    co_await write_line(waits, "next");
    co_await write_line(asks, "hello");
    std::cout << "hello: " << co_await read_line(asks) << '\n';
    std::raise(SIGTERM);
    std::cout << "next: " << co_await read_line(waits) << '\n';
}

int main()
{
    asio::io_context context;
    server s{tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}),
             file_lock("number.lock"),
             asio::steady_timer(context, asio::steady_timer::time_point::max())};
    asio::signal_set signals(context, SIGTERM, SIGINT);
    stop_when_told(s, signals);
    asio::co_spawn(context, serve(s), asio::detached);
    asio::co_spawn(context, use(s.acceptor.local_endpoint()), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run(); // returns when all coroutines have ended
    std::cout << "the server has stopped\n";
}
