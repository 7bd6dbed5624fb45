// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "channel.hpp"

#include "lines.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace filelock_tool {
namespace asio = boost::asio;
using boost::system::error_code;

verify_channel::verify_channel(socket_type socket, std::function<void(std::string)> on_line,
                               std::function<void()> on_end, std::string received)
    : socket_(std::move(socket)), on_line_(std::move(on_line)), on_end_(std::move(on_end)),
      received_(std::move(received))
{
    receive();
}

void verify_channel::receive()
{
    asio::async_read_until(socket_, asio::dynamic_buffer(received_, longest_line), '\n',
                           [this](error_code const& ec, std::size_t size) {
                               if (ec == asio::error::operation_aborted)
                                   return; // the channel may be gone
                               if (ec)
                                   return end();
                               auto line = received_.substr(0, size - 1);
                               received_.erase(0, size);
                               on_line_(std::move(line));
                               receive();
                           });
}

void verify_channel::send(std::string const& line)
{
    outgoing_.push_back(line + '\n');
    if (outgoing_.size() == 1)
        write();
}

void verify_channel::write()
{
    asio::async_write(socket_, asio::buffer(outgoing_.front()),
                      [this](error_code const& ec, std::size_t) {
                          if (ec == asio::error::operation_aborted)
                              return;
                          if (ec)
                              return end();
                          outgoing_.pop_front();
                          if (!outgoing_.empty())
                              write();
                      });
}

void verify_channel::end()
{
    if (!std::exchange(is_ended_, true))
        on_end_();
}

void verify_channel::close() noexcept
{
    error_code ignored;
    socket_.close(ignored);
}

} // namespace filelock_tool
