// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_LINES_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_LINES_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The lines that the processes of `verify` exchange: words that one blank separates.

namespace filelock_tool {

/// The longest line, in bytes, with its end.
inline constexpr std::size_t longest_line = 4096;

/// The words of a line, each of which is taken once.
class line_words
{
public:
    explicit line_words(std::string line) : rest_(std::move(line)) {}

    /// Returns the next word, empty at the end.
    std::string word();

    /// Returns the next word as a number. Throws `verify_failure` if it is none.
    std::int64_t number();
    std::chrono::milliseconds milliseconds() { return std::chrono::milliseconds(number()); }

    bool is_at_end() const noexcept { return rest_.empty(); }

    /// Returns the words that are left.
    std::string rest() { return std::move(rest_); }

private:
    std::string rest_;
};

/// Returns the text of the duration for a line, in milliseconds. Rounds up, so that a limit that it
/// exceeds stays exceeded.
std::string in_milliseconds(std::chrono::nanoseconds duration);

/// A worker's end of its connection. Each call blocks.
class line_stream
{
public:
    /// Takes over the connected socket.
    explicit line_stream(int socket);

    /// Writes a line. Control characters in it become '?'. Throws if the other end is gone.
    void say(std::string const& line);

    /// Returns the next line. Throws if the other end is gone.
    std::string hear();

    std::string ask(std::string const& line)
    {
        say(line);
        return hear();
    }

private:
    boost::asio::io_context context_;
    boost::asio::local::stream_protocol::socket socket_;
    std::string buffer_;
};

} // namespace filelock_tool

#endif
