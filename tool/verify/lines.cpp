// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lines.hpp"

#include "../texts.hpp"
#include "../utf8.hpp"
#include "failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/lexical_cast/try_lexical_convert.hpp>

#include <utility>

namespace filelock_tool {

std::string line_words::word()
{
    auto const blank = rest_.find(' ');
    auto first = rest_.substr(0, blank);
    rest_.erase(0, blank == std::string::npos ? blank : blank + 1);
    return first;
}

std::int64_t line_words::number()
{
    auto const text = word();
    std::int64_t result = 0;
    if (!boost::conversion::try_lexical_convert(text, result))
        throw verify_failure(protocol, "a process sent '" + text + "' instead of a number");
    return result;
}

std::string in_milliseconds(std::chrono::nanoseconds duration)
{
    using std::chrono::milliseconds;
    return std::to_string(std::chrono::ceil<milliseconds>(duration).count());
}

line_stream::line_stream(int socket)
    : socket_(context_, boost::asio::local::stream_protocol(), socket)
{}

void line_stream::say(std::string const& line)
{
    auto text = printable(line).substr(0, longest_line - 1);
    boost::asio::write(socket_, boost::asio::buffer(text += '\n'));
}

std::string line_stream::hear()
{
    auto const size =
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_, longest_line), '\n');
    auto line = buffer_.substr(0, size - 1);
    buffer_.erase(0, size);
    return line;
}

} // namespace filelock_tool
