// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Reads arbitrary bytes as the marker of a lease, as they are and as the value of each key, and
// checks what must hold for each result.

#include "../../src/protocol/lease_record.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace fd = boost::filelock::detail;
using namespace std::string_view_literals;
using kind = fd::marker_content;

namespace {

constexpr auto format = "filelock/2\n"sv;
constexpr std::size_t longest = 1024;

void require(bool is_so, char const* what)
{
    if (is_so)
        return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

bool names_process(kind const& content)
{
    return content.owner.pid != 0 || !content.owner.host.empty() ||
           !content.owner.start_token.empty() || !content.token.empty() ||
           content.duration.count() != 0;
}

// Returns the value of the last line with the key.
std::string value_of(std::string_view text, std::string const& key)
{
    auto const begin = text.rfind('\n' + key + '=');
    if (begin == text.npos)
        return {};
    auto const rest = text.substr(begin + key.size() + 2);
    return std::string(rest.substr(0, rest.find('\n')));
}

void check_owner(std::string_view text, fd::marker_record const& owner)
{
    require(owner.pid >= 1 && owner.pid <= (std::numeric_limits<std::int32_t>::max)(),
            "the pid of a record is one");
    require(std::to_string(owner.pid) == value_of(text, "pid"), "the pid is that of the text");
    require(!owner.host.empty() && owner.host.size() <= 255, "a record has a host");
    require(std::none_of(owner.host.begin(), owner.host.end(),
                         [](unsigned char c) { return c <= ' ' || c == 0x7f; }),
            "a host is printable, without blanks");
    require(owner.host == value_of(text, "host"), "the host is that of the text");
    require(owner.start_token == value_of(text, "start"), "the start is that of the text");
    require(owner.start_token.find_first_not_of("0123456789") == std::string::npos,
            "a start is a number");
}

// strtod(3) reads a decimal number as the nearest double.
void check_duration(std::string const& text, std::chrono::nanoseconds duration)
{
    require(duration.count() > 0, "a duration is positive");
    auto const seconds = std::strtod(text.c_str(), nullptr);
    require(seconds >= 4e-10, "a duration has a nanosecond");
    auto const expected = std::min(seconds * 1e9, 0x1p63);
    auto const read = static_cast<double>(duration.count());
    require(std::abs(read - expected) <= 1 + expected * 1e-12, "a duration is that of the text");
}

void check_lease(std::string_view text)
{
    auto const content = fd::read_marker(text);
    if (text.size() > longest || text.substr(0, format.size()) != format) {
        require(content.kind != kind::lease && content.kind != kind::other_contract,
                "a lease is known by its first line");
        return;
    }
    switch (content.kind) {
    case kind::lease:
        require(value_of(text, "mode") == "lease", "a lease says so");
        require(!content.token.empty() && content.token == value_of(text, "token"),
                "a lease has the token of the text");
        check_owner(text, content.owner);
        check_duration(value_of(text, "duration"), content.duration);
        break;
    case kind::other_contract:
        require(value_of(text, "mode") != "lease" && !value_of(text, "mode").empty(),
                "another contract says so");
        check_owner(text, content.owner);
        require(content.duration.count() == 0,
                "another contract may mean something else by a duration");
        break;
    default:
        require(content.kind == kind::beginning, "a record that has begun is not foreign");
        require(!names_process(content), "a malformed record names no process");
        return;
    }
    require(text.back() == '\n', "a record ends with a line");
    // A record that is cut within a line names no process.
    auto const step = 1 + text.size() / 64;
    for (std::size_t n = 0; n < text.size(); n += step)
        if (n == 0 || text[n - 1] != '\n')
            require(!names_process(fd::read_marker(text.substr(0, n))),
                    "part of a record names no process");
    // Keys that a later version adds are ignored.
    auto const longer = std::string(text) + "later=1\n";
    if (longer.size() <= longest) {
        auto const again = fd::read_marker(longer);
        require(again.kind == content.kind && again.owner.pid == content.owner.pid &&
                    again.token == content.token && again.duration == content.duration,
                "an unknown key is ignored");
    }
}

// Replaces the value of each key in a valid record. So the fuzzer need not find the frame.
void check_values(std::string const& value)
{
    constexpr std::string_view lines[][2] = {{"pid", "1"},   {"host", "h"},     {"mode", "lease"},
                                             {"token", "t"}, {"duration", "1"}, {"start", "1"}};
    for (auto const& replaced : lines) {
        std::string text(format);
        for (auto const& line : lines)
            text.append(line[0]).append("=").append(&line == &replaced ? value : line[1]) += '\n';
        check_lease(text);
    }
}

// Checks the reverse: whatever a holder writes is read as its record.
void check_written(std::uint8_t const* data, std::size_t size)
{
    struct
    {
        std::uint64_t duration;
        std::uint32_t pid;
    } raw;
    if (size < sizeof raw)
        return;
    std::memcpy(&raw, data, sizeof raw);
    auto const length = std::min<std::size_t>(size - sizeof raw, 250);
    fd::lease_record record{{}, "0123456789abcdef0123456789abcdef", {}};
    record.owner.pid = std::max<std::uint32_t>(raw.pid & 0x7fffffff, 1);
    record.owner.host = "h" + std::string(length, '=');
    if (raw.pid >> 31)
        record.owner.start_token = std::to_string(raw.pid);
    record.duration = std::chrono::nanoseconds(
        std::max<std::int64_t>(static_cast<std::int64_t>(raw.duration >> 1), 1));
    auto const text = record.text();
    auto const content = fd::read_marker(text);
    require(content.kind == kind::lease && content.owner.pid == record.owner.pid &&
                content.owner.host == record.owner.host &&
                content.owner.start_token == record.owner.start_token &&
                content.token == record.token && content.duration == record.duration,
            "what is written is a lease");
    check_lease(text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const text(data, data + size);
    check_lease(text);
    check_lease(std::string(format) + text);
    check_values(text);
    check_written(data, size);
    return 0;
}
