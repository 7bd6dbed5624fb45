// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Reads arbitrary bytes as a marker of each kind but a lease, and as a start token, and checks what
// must hold for each result.

#include "../../src/protocol/marker_record.hpp"
#include "../../src/platform/linux/start_token.hpp"
#include "../../src/protocol/access_marker.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

namespace fd = boost::filelock::detail;
using namespace std::string_view_literals;
using kind = fd::marker_content;

namespace {

void require(bool is_so, char const* what)
{
    if (is_so)
        return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

bool is_decimal(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// Returns whether the number is written as the library prints it.
bool is_canonical(std::string_view text)
{
    return is_decimal(text) && (text == "0" || text.front() != '0');
}

// Returns whether each character has as many bytes as its first byte says (RFC 3629, section 3).
bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        auto const first = static_cast<unsigned char>(text.front());
        std::size_t ones = 0;
        while (ones < 8 && (first & (0x80 >> ones)) != 0)
            ++ones;
        auto const length = std::max<std::size_t>(ones, 1);
        if (ones == 1 || ones > 4 || text.size() < length)
            return false;
        for (auto const c : text.substr(1, length - 1))
            if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
                return false;
        text.remove_prefix(length);
    }
    return true;
}

bool has_begun(kind const& content)
{
    return content.kind == kind::record || content.kind == kind::beginning;
}

void check_record(std::string_view text, fd::marker_record const& owner)
{
    require(owner.text() == text, "a record is all of the text that it was read from");
    require(owner.pid >= 1 && owner.pid <= (std::numeric_limits<std::int32_t>::max)(),
            "the pid of a record is one");
    require(!owner.host.empty() && owner.host.size() <= 255, "a record has a host");
    require(std::none_of(owner.host.begin(), owner.host.end(),
                         [](unsigned char c) { return c <= ' ' || c == 0x7f; }),
            "a host is printable, without blanks");
    require(is_utf8(owner.host), "a host is UTF-8");
    require(owner.start_token.empty() || is_canonical(owner.start_token),
            "a start token is a number");
}

// Every prefix of a record counts as unfinished, and not as foreign data. A prefix that names an
// owner names the same owner.
void check_prefixes(std::string_view text, kind const& whole)
{
    // Checks every prefix of a short text, and some of a long one to save time.
    auto const step = 1 + text.size() / 64;
    for (std::size_t n = 0; n < text.size(); n += step) {
        auto const part = fd::read_marker(text.substr(0, n));
        require(has_begun(part), "what a record begins with is one's beginning");
        if (part.kind == kind::record && whole.kind == kind::record)
            require(part.owner.pid == whole.owner.pid && part.owner.host == whole.owner.host &&
                        part.owner.start_token.empty(),
                    "part of a record names its owner");
    }
}

// Checks that a text that counts as unfinished can be completed to a record.
void check_beginning(std::string_view text)
{
    if (std::all_of(text.begin(), text.end(), [](char c) { return c == 0; }))
        return;
    auto const ends_in_record = [&](std::string_view end) {
        return fd::read_marker(std::string(text).append(end)).kind == kind::record;
    };
    auto const ends = {"\n"sv, "h\n"sv, "\nh\n"sv, "\x80\n"sv, "\x80\x80\n"sv, "\x80\x80\x80\n"sv};
    require(std::any_of(ends.begin(), ends.end(), ends_in_record),
            "a beginning can become a record");
}

void check_marker(std::string_view text)
{
    constexpr auto sentinel = "1\nfilelock-strict-v1\0\n0\n"sv;
    constexpr auto lease = "filelock/2\n"sv; // see lease_record.cpp

    auto const content = fd::read_marker(text);
    bool const is_short = text.size() <= 1024;
    require(is_short || content.kind == kind::foreign, "long text is foreign");
    require((content.kind == kind::sentinel) == (text == sentinel), "the sentinel is known");
    if (is_short && !text.empty() && lease.substr(0, text.size()) == text.substr(0, lease.size())) {
        require(content.kind == kind::lease || content.kind == kind::other_contract ||
                    content.kind == kind::beginning,
                "a lease is known by its first line");
        return;
    }
    require(content.kind != kind::lease && content.kind != kind::other_contract,
            "a lease has the name of its format");
    require(content.kind == kind::record || (content.owner.pid == 0 && content.owner.host.empty() &&
                                             content.owner.start_token.empty()),
            "text that is no record names no process");
    if (content.kind == kind::record)
        check_record(text, content.owner);
    if (content.kind == kind::beginning)
        check_beginning(text);
    if (has_begun(content) && text.find('\0') == text.npos)
        check_prefixes(text, content);
}

void check_start_token(std::string const& text)
{
    auto const token = fd::parse_start_token(text);
    require(!token || (is_decimal(text) && text.size() <= 58),
            "a start token is a number of 58 digits at most");
    require(token || !is_decimal(text) || text.size() > 57, "a start token may have 57 digits");
    if (!token)
        return;
    require(fd::may_be_same(*token, *token), "a token is its own");
    auto const printed = token->text();
    require(is_canonical(printed), "a token is printed as a number");
    auto const first = std::min(text.find_first_not_of('0'), text.size() - 1);
    require(printed == text.substr(first), "a token reads back");
}

// Checks the reverse: whatever the protocol allows is read as a record.
void check_written(std::uint8_t const* data, std::size_t size)
{
    struct
    {
        std::uint32_t pid;
        std::uint64_t boot[2], tick;
    } raw;
    if (size < sizeof raw)
        return;
    std::memcpy(&raw, data, sizeof raw);

    fd::start_token token;
    token.boot = raw.boot[0];
    token.boot = token.boot << 64 | raw.boot[1];
    token.tick = raw.tick;
    auto const read = fd::parse_start_token(token.text());
    require(read && read->boot == token.boot && read->tick == token.tick,
            "what is printed of a token is read");

    fd::marker_record owner;
    owner.pid = std::max<std::uint32_t>(raw.pid & 0x7fffffff, 1);
    char const* const characters[] = {
        "h", "7", "-", ".", "~", "!", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x92"};
    owner.host = "h";
    for (auto at = data + sizeof raw; at != data + size && owner.host.size() <= 251; ++at)
        owner.host += characters[*at % std::size(characters)];
    if (raw.pid >> 31)
        owner.start_token = token.text();
    auto const text = owner.text();
    auto const content = fd::read_marker(text);
    require(content.kind == kind::record && content.owner.pid == owner.pid &&
                content.owner.host == owner.host && content.owner.start_token == owner.start_token,
            "what is written is a record");
    check_marker(text);
}

// Checks the marker of a reader or writer of a tree.
void check_access(std::string_view text)
{
    using content = fd::access_content;
    auto const all = fd::read_access(text);
    auto const& owner = all.owner;
    require(text.size() <= 1024 || all.kind == content::foreign, "long text is foreign");
    if (all.kind != content::record) {
        require(owner.token.empty() && owner.pid == 0 && owner.host.empty(),
                "text that is no record names no process");
        return;
    }
    auto const own = owner.text();
    require(text.substr(0, own.size()) == own &&
                text.find_first_not_of('\n', own.size()) == text.npos,
            "a record is all of the text, but for the ends of lines");
    require(owner.token.size() == 32 &&
                owner.token.find_first_not_of("0123456789abcdef") == std::string::npos,
            "a token is hexadecimal");
    require(owner.pid >= 1 && owner.pid <= (std::numeric_limits<std::int32_t>::max)(),
            "the pid of a record is one");
    require(!owner.host.empty() && owner.host.size() <= 253, "a record has a host");
    for (std::size_t n = 0; n < own.size(); ++n)
        require(fd::read_access(text.substr(0, n)).kind == content::beginning,
                "what a record begins with is one's beginning");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const text(data, data + size);
    check_marker(text);
    check_access(text);
    check_start_token(text);
    check_written(data, size);
    return 0;
}
