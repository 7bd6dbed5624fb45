// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "listen.hpp"

#include "../command_line.hpp"
#include "../exit_status.hpp"
#include "failure.hpp"
#include "lines.hpp"
#include "network.hpp"

#include "../../src/protocol/temporary_name.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace filelock_tool {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// How long a connection may take to send its first line.
constexpr std::chrono::seconds greeting_limit{10};

/// Connections without a first line, at a time.
constexpr std::size_t most_applicants = 16;

tcp::endpoint endpoint_of(std::string const& text)
{
    auto const parts = split_address("listen", text);
    error_code ec;
    auto const address = asio::ip::make_address(parts.host.empty() ? "127.0.0.1" : parts.host, ec);
    if (ec)
        throw usage_error("--listen: '" + parts.host + "' is no address");
    return {address, static_cast<asio::ip::port_type>(std::stoul(parts.port))};
}

std::string new_token()
{
    std::string token;
    if (auto const ec = boost::filelock::detail::make_token(token))
        throw verify_failure(os_error, "random numbers: " + ec.message());
    return token;
}

/// Accepts connections, and lets those into the team that know the token. Pending operations keep
/// the object.
class reception : public std::enable_shared_from_this<reception>
{
public:
    reception(verify_team& team, tcp::endpoint const& at, std::size_t wanted)
        : team_(team), acceptor_(team.context(), at), wanted_(wanted), token_(new_token())
    {}

    void accept()
    {
        acceptor_.async_accept(
            [this, kept = shared_from_this()](error_code const& ec, tcp::socket socket) {
                if (is_complete())
                    return;
                if (!ec && applicants_ < most_applicants)
                    hear(std::make_shared<applicant>(std::move(socket), shared_from_this()));
                accept();
            });
    }

    /// Lets no other host join.
    void stop() noexcept
    {
        error_code ignored;
        wanted_ = 0;
        acceptor_.close(ignored);
    }

    bool is_complete() const noexcept { return wanted_ == 0; }
    std::string const& token() const noexcept { return token_; }
    tcp::endpoint address() const { return acceptor_.local_endpoint(); }

private:
    /// A connection that has not sent its first line.
    struct applicant
    {
        applicant(tcp::socket s, std::shared_ptr<reception> r)
            : owner(std::move(r)), socket(std::move(s)), timer(socket.get_executor())
        {
            ++owner->applicants_;
        }
        applicant(applicant const&) = delete;
        applicant& operator=(applicant const&) = delete;
        ~applicant() { --owner->applicants_; }

        std::shared_ptr<reception> owner;
        tcp::socket socket;
        asio::steady_timer timer;
        std::string received = {};
    };

    void hear(std::shared_ptr<applicant> const& caller)
    {
        set_options(caller->socket);
        caller->timer.expires_after(greeting_limit);
        caller->timer.async_wait([caller](error_code const& ec) {
            error_code ignored;
            if (!ec)
                caller->socket.close(ignored);
        });
        asio::async_read_until(caller->socket,
                               asio::dynamic_buffer(caller->received, longest_greeting), '\n',
                               [this, caller](error_code const& ec, std::size_t size) {
                                   caller->timer.cancel();
                                   if (!ec)
                                       judge(*caller, caller->received.substr(0, size - 1),
                                             caller->received.substr(size));
                               });
    }

    /// Returns the number of workers that the line announces; 0 if the line is wrong.
    std::size_t workers_of(std::string const& line) const
    try {
        std::string const beginning = network_protocol;
        if (line.compare(0, beginning.size(), beginning) != 0)
            return 0;
        line_words words(line.substr(beginning.size()));
        if (!is_same_token(words.word(), token_))
            return 0;
        auto const count = words.number();
        return count > 0 && count <= std::int64_t(most_workers) ? static_cast<std::size_t>(count)
                                                                : 0;
    } catch (verify_failure const&) {
        return 0;
    }

    void judge(applicant& caller, std::string const& line, std::string const& rest)
    {
        auto const count = workers_of(line);
        error_code ec;
        if (count == 0 || is_complete()) {
            caller.socket.close(ec);
            return;
        }
        asio::write(caller.socket, asio::buffer(std::string("welcome\n")), ec);
        if (ec)
            return;
        team_.add_host(std::move(caller.socket), count, rest);
        --wanted_;
    }

    verify_team& team_;
    tcp::acceptor acceptor_;
    std::size_t wanted_;
    std::string const token_;
    std::size_t applicants_ = 0;
};

} // namespace

void wait_for_hosts(verify_team& team, verify_settings const& settings)
try {
    auto const at = endpoint_of(settings.listen);
    auto const all = std::make_shared<reception>(team, at, settings.hosts);
    std::unique_ptr<reception, void (*)(reception*)> const guard(all.get(),
                                                                 [](reception* r) { r->stop(); });
    all->accept();
    auto const host =
        at.address().is_unspecified() ? asio::ip::host_name() : at.address().to_string();
    std::cerr << "Run on " << (settings.hosts == 1 ? "the other host" : "each other host")
              << ", with its directory:\n  filelock verify --join "
              << join_address(host, all->address().port()) << " --token " << all->token()
              << " DIRECTORY\n"
              << std::flush;
    while (!team.run_until(verify_team::clock::now() + std::chrono::hours(1),
                           [&] { return all->is_complete(); })) {
    }
} catch (boost::system::system_error const& e) {
    throw verify_failure(os_error, settings.listen + ": " + e.code().message());
}

} // namespace filelock_tool
