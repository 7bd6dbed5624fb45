// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "join.hpp"

#include "../command_line.hpp"
#include "../exit_status.hpp"
#include "../terminal.hpp"
#include "../texts.hpp"
#include "../utf8.hpp"
#include "failure.hpp"
#include "lines.hpp"
#include "network.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace filelock_tool {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds answer_limit{30};

/// The socket and the buffers of pending operations, which may outlive the call that began them.
struct connection
{
    explicit connection(asio::io_context& context) : socket(context) {}

    tcp::socket socket;
    std::string sent = {}, received = {};
    std::size_t size = 0;
    std::optional<error_code> ended = {};
};

void wait(verify_team& team, connection& c, std::string const& whom)
{
    auto const is_done = [&] { return c.ended.has_value(); };
    if (!team.run_until(verify_team::clock::now() + answer_limit, is_done))
        throw verify_failure(unavailable, whom + " does not answer");
    if (*c.ended == asio::error::eof || *c.ended == asio::error::connection_reset ||
        *c.ended == asio::error::broken_pipe)
        throw verify_failure(unavailable, whom + " has refused this host");
    if (*c.ended)
        throw verify_failure(unavailable, whom + ": " + c.ended->message());
    c.ended.reset();
}

std::shared_ptr<connection> connect(verify_team& team, verify_settings const& settings)
{
    auto const parts = split_address("join", settings.join);
    if (parts.host.empty())
        throw usage_error("--join: a host is missing");
    auto c = std::make_shared<connection>(team.context());
    error_code ec;
    auto const found = tcp::resolver(team.context()).resolve(parts.host, parts.port, ec);
    if (ec)
        throw verify_failure(unavailable, settings.join + ": " + ec.message());
    asio::async_connect(c->socket, found,
                        [c](error_code const& e, tcp::endpoint const&) { c->ended = e; });
    wait(team, *c, settings.join);
    set_options(c->socket);
    return c;
}

/// Shows the token, and waits until the other host welcomes this one.
void introduce(verify_team& team, std::shared_ptr<connection> const& kept,
               verify_settings const& settings)
{
    auto& c = *kept;
    c.sent =
        network_protocol + printable(settings.token) + ' ' + std::to_string(team.size()) + '\n';
    asio::async_write(c.socket, asio::buffer(c.sent),
                      [kept](error_code const& e, std::size_t) { kept->ended = e; });
    wait(team, c, settings.join);
    asio::async_read_until(c.socket, asio::dynamic_buffer(c.received, longest_line), '\n',
                           [kept](error_code const& e, std::size_t size) {
                               kept->size = size;
                               kept->ended = e;
                           });
    wait(team, c, settings.join);
    if (c.received.substr(0, c.size) != "welcome\n")
        throw verify_failure(protocol, settings.join + " is no filelock of this version");
    c.received.erase(0, c.size);
}

/// Hands on a line for a worker, which begins with its number.
void hand_on(verify_team& team, std::size_t workers, std::string line)
{
    line_words words(std::move(line));
    auto const number = words.number();
    if (number < 0 || number >= std::int64_t(workers))
        throw verify_failure(protocol, "a line for no process");
    team.tell(static_cast<std::size_t>(number), words.rest());
}

} // namespace

void join(verify_team& team, verify_settings const& settings)
{
    auto const workers = team.size();
    auto const c = connect(team, settings);
    introduce(team, c, settings);
    status_line progress;
    progress.show("taking part in the measurement of " + printable(settings.join));
    auto const other = team.add(std::move(c->socket), printable(settings.join), c->received);
    for (;;) {
        auto m = team.receive(verify_team::clock::now() + std::chrono::hours(1));
        if (!m)
            continue;
        if (m->from != other)
            team.tell(other, std::to_string(m->from) + ' ' + m->line);
        else if (m->line == "end")
            return;
        else
            hand_on(team, workers, std::move(m->line));
    }
}

} // namespace filelock_tool
