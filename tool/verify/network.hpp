// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_NETWORK_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_NETWORK_HPP

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>

// The connection between hosts. The host that joins sends one line,
//
//     filelock-verify 1 TOKEN COUNT
//
// with the number of its workers. The other host answers "welcome", or closes the connection. Then
// each line is the number of a worker, and a line from or to it. The line "end" ends the
// connection.

namespace filelock_tool {

/// The beginning of the first line: the protocol and its version.
inline constexpr char const network_protocol[] = "filelock-verify 1 ";

/// The longest first line, in bytes.
inline constexpr std::size_t longest_greeting = 128;

/// The most workers of one host.
inline constexpr std::size_t most_workers = 100;

struct host_and_port
{
    std::string host; ///< without the brackets of an IPv6 address
    std::string port;
};

/// Returns the parts of "HOST:PORT", "[ADDRESS]:PORT" or "PORT", which has no host. Throws
/// `usage_error`, with the name of the option, if the port is no number.
host_and_port split_address(char const* option, std::string const& text);

/// Returns the text of "HOST:PORT".
std::string join_address(std::string const& host, unsigned port);

/// Lets the system send each line at once, and detect within two minutes that the other host is
/// gone. Errors are ignored.
void set_options(boost::asio::ip::tcp::socket& socket) noexcept;

/// Returns whether the texts are equal. Takes the same time wherever they differ.
bool is_same_token(std::string const& a, std::string const& b) noexcept;

} // namespace filelock_tool

#endif
