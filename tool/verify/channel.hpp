// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_CHANNEL_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_CHANNEL_HPP

#include <boost/asio/generic/stream_protocol.hpp>

#include <deque>
#include <functional>
#include <string>

namespace filelock_tool {

/// A connection over which lines go both ways. Its operations run in the socket's context.
class verify_channel
{
public:
    using socket_type = boost::asio::generic::stream_protocol::socket;

    /// `on_line`: called with each line. `on_end`: called once, when the other end is gone or sends
    /// a line that is too long. `received`: what was read from the socket already.
    verify_channel(socket_type socket, std::function<void(std::string)> on_line,
                   std::function<void()> on_end, std::string received = {});
    verify_channel(verify_channel const&) = delete;
    verify_channel& operator=(verify_channel const&) = delete;

    void send(std::string const& line);
    void close() noexcept;

private:
    void receive();
    void write();
    void end();

    socket_type socket_;
    std::function<void(std::string)> on_line_;
    std::function<void()> on_end_;
    std::string received_;
    std::deque<std::string> outgoing_;
    bool is_ended_ = false;
};

} // namespace filelock_tool

#endif
