// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "network.hpp"

#include "../command_line.hpp"

#include <boost/lexical_cast/try_lexical_convert.hpp>

#include <cstdint>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace filelock_tool {

host_and_port split_address(char const* option, std::string const& text)
{
    auto const colon = text.rfind(':');
    auto const port = text.substr(colon == std::string::npos ? 0 : colon + 1);
    auto host = colon == std::string::npos ? std::string() : text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    std::uint16_t number = 0;
    bool const is_number = port.find_first_not_of("0123456789") == std::string::npos &&
                           boost::conversion::try_lexical_convert(port, number);
    if (!is_number)
        throw usage_error("--" + std::string(option) + ": '" + port + "' is no port");
    return {host, port};
}

std::string join_address(std::string const& host, unsigned port)
{
    bool const has_colons = host.find(':') != std::string::npos;
    return (has_colons ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void set_options(boost::asio::ip::tcp::socket& socket) noexcept
{
    struct
    {
        int level, name, value;
    } const options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},    {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 30},                                            // seconds
        {IPPROTO_TCP, TCP_KEEPINTVL, 10},                                           // seconds
        {IPPROTO_TCP, TCP_KEEPCNT, 9},    {IPPROTO_TCP, TCP_USER_TIMEOUT, 120'000}, // milliseconds
    };
    for (auto const& o : options)
        ::setsockopt(socket.native_handle(), o.level, o.name, &o.value, sizeof o.value);
}

bool is_same_token(std::string const& a, std::string const& b) noexcept
{
    if (a.size() != b.size())
        return false;
    unsigned char volatile difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

} // namespace filelock_tool
