// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Reads arbitrary bytes as a claim, as each of its lines, and as the names of the files of a
// `strict_soft_file_lock`, and checks what must hold for each result.

#include "../../src/protocol/claim_record.hpp"
#include "../../src/protocol/marker_record.hpp"

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

namespace {

constexpr std::size_t longest = 1024;
std::string const token = "0123456789abcdef0123456789abcdef";

void require(bool is_so, char const* what)
{
    if (is_so)
        return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

bool is_token(std::string_view text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_canonical(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos &&
           (text == "0" || text.front() != '0');
}

// Returns the line of this number, counted from 0, without its end.
std::string line_of(std::string_view text, int number)
{
    for (; number > 0 && !text.empty(); --number)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return std::string(text.substr(0, text.find('\n')));
}

void check_claim(std::string_view text, std::string_view with_token)
{
    auto const record = fd::read_claim(text, with_token);
    if (!record)
        return;
    require(text.size() <= longest, "a claim has no more than 1024 bytes");
    require(record->text() == text, "a record is all of the text that it was read from");
    require(std::count(text.begin(), text.end(), '\n') == 5, "a claim has five lines");
    require(line_of(text, 0) == "filelock-strict-v1", "a claim begins with its format");
    require(record->token == with_token && line_of(text, 1) == with_token,
            "a claim has the token of its name");
    require(record->pid >= 1 && record->pid <= (std::numeric_limits<std::int32_t>::max)(),
            "the pid of a claim is one");
    require(line_of(text, 2) == std::to_string(record->pid), "the pid is that of the text");
    require(!record->host.empty() && record->host.size() <= 255, "a claim has a host");
    require(std::none_of(record->host.begin(), record->host.end(),
                         [](unsigned char c) { return c <= ' ' || c == 0x7f; }),
            "a host is printable, without blanks");
    require(line_of(text, 3).size() == 2 * record->host.size(), "two digits stand for a byte");
    require(record->start_token.empty() || is_canonical(record->start_token),
            "a start token is a number");
    require(fd::read_marker(text).kind == fd::marker_content::foreign, "a claim is no marker");
    require(!fd::read_claim(text, std::string(with_token) + '0'), "one token fits");
    auto const step = 1 + text.size() / 16; // of a long text some, to save time
    for (std::size_t n = 0; n < text.size(); n += step)
        require(!fd::read_claim(text.substr(0, n), with_token), "part of a claim is none");
    require(!fd::read_claim(std::string(text) + '\0', with_token), "a claim has an end");
}

// Replaces each line in a valid record. So the fuzzer need not find the frame.
void check_lines(std::string const& value)
{
    std::string_view const lines[] = {"filelock-strict-v1", token, "4711", "6275696c642d37", "12"};
    for (auto const& replaced : lines) {
        std::string text;
        for (auto const& line : lines)
            text.append(&line == &replaced ? value : line) += '\n';
        check_claim(text, token);
    }
}

// Checks the reverse: whatever a holder writes is read as its record.
void check_written(std::uint8_t const* data, std::size_t size)
{
    std::uint32_t raw;
    if (size < sizeof raw)
        return;
    std::memcpy(&raw, data, sizeof raw);
    fd::claim_record record;
    record.token = token;
    record.pid = std::max<std::uint32_t>(raw & 0x7fffffff, 1);
    char const* const characters[] = {
        "h", "7", "-", ".", "~", "!", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x92"};
    record.host = "h";
    for (auto at = data + sizeof raw; at != data + size && record.host.size() <= 251; ++at)
        record.host += characters[*at % std::size(characters)];
    if (raw >> 31)
        record.start_token = std::to_string(raw);
    auto const text = record.text();
    auto const read = fd::read_claim(text, token);
    require(read && read->pid == record.pid && read->host == record.host &&
                read->start_token == record.start_token,
            "what is written is a claim");
    check_claim(text, token);
}

void check_names(std::string const& text)
{
    if (auto const name = fd::read_claim_name(text)) {
        require(name->text() == text, "a name is all of the text that it was read from");
        require(is_token(name->token), "a name has a token");
    }
    auto const name = fd::published_name_of(text);
    if (!name.empty()) {
        constexpr auto suffix = ".tmp"sv;
        auto const end = text.size() - suffix.size();
        require(text.size() > 36 && is_token(std::string_view(text).substr(end - 32, 32)),
                "a private name has a token");
        require(fd::draft_name(name, text.substr(end - 32, 32)) == text,
                "a private name is all of the text that it was read from");
        require(!fd::read_claim_name(text), "a private name is no claim's");
    }
    require(text.empty() || fd::published_name_of(fd::draft_name(text, token)) == text,
            "a private name reads back");
    for (auto const kind : {fd::claim_name::intent, fd::claim_name::held}) {
        auto const read = fd::read_claim_name(fd::claim_name{kind, text}.text());
        require(read.has_value() == is_token(text), "a name reads back if it has a token");
        require(!read || (read->kind == kind && read->token == text), "a name has one meaning");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const text(data, data + size);
    check_claim(text, token);
    check_claim(text, line_of(text, 1));
    check_lines(text);
    check_written(data, size);
    check_names(text);
    check_names(text + token + ".claim");
    check_names("held-v1-" + token + text);
    check_names(text + ".private-v1-" + token + ".tmp");
    check_names('.' + text + ".private-v1-" + token + ".tmp");
    return 0;
}
