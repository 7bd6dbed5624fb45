// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The files of a `strict_soft_file_lock`, byte by byte: their names and contents, and how each text
// is read.

#include "../src/protocol/claim_record.hpp"
#include "../src/protocol/marker_record.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
namespace data = boost::unit_test::data;
using namespace std::string_literals;
using fd::claim_name;

namespace {

std::string const token = "0123456789abcdef0123456789abcdef";
std::string const other_token = "0123456789abcdef0123456789abcdee";
std::string const start = "4201130709627349751843887742688589461873235491003197025214";
std::string const host = "6275696c642d37"; // build-7

std::string const valid = "filelock-strict-v1\n" + token + "\n4711\n" + host + "\n" + start + "\n";

/// Returns the text with the first occurrence of a part replaced.
std::string with(std::string_view old, std::string_view other, std::string text = valid)
{
    return text.replace(text.find(old), old.size(), other);
}

std::string with_host(std::string_view hex)
{
    return with(host, hex);
}

std::string times(int n, std::string_view part)
{
    std::string text;
    while (n-- > 0)
        text += part;
    return text;
}

void print(std::ostream& out, std::string const& text)
{
    for (char const c : text.substr(0, 160))
        c < ' ' ? out << '<' << static_cast<int>(c) << '>' : out << c;
}

struct example
{
    char const* what;
    std::string text;

    friend std::ostream& operator<<(std::ostream& out, example const& e)
    {
        out << e.what << ": ";
        print(out, e.text);
        return out;
    }
};

std::vector<example> const records = {
    {"valid", valid},
    {"no start token", with(start, "")},
    {"start token zero", with(start, "0")},
    {"the longest start token", with(start, std::string(58, '9'))},
    {"the least pid", with("4711", "1")},
    {"the greatest pid", with("4711", "2147483647")},
    {"host of one character", with_host("21")},
    {"host in UTF-8", with_host("72c3a97365f09f9492")},
    {"the longest host", with_host(times(255, "7a"))},
};

std::vector<example> const malformed_records = {
    {"nothing", ""},
    {"an end of a line", "\n"},
    {"five ends of lines", "\n\n\n\n\n"},
    {"NULs", std::string(200, '\0')},
    {"NULs as long as the record", std::string(valid.size(), '\0')},
    {"a NUL before", '\0' + valid},
    {"a NUL after", valid + '\0'},
    {"a NUL for the last end", valid.substr(0, valid.size() - 1) + '\0'},
    {"the sentinel", std::string(fd::strict_sentinel)},
    {"a marker", "4711\nbuild-7\n" + start + "\n"},
    {"a lease", "filelock/2\npid=1\nhost=h\nmode=lease\ntoken=" + token + "\nduration=1\n"},

    {"a later version", with("v1", "v2")},
    {"another version", with("v1", "v11")},
    {"a format in capitals", with("filelock", "Filelock")},
    {"a format with a blank", with("v1\n", "v1 \n")},
    {"a format as in DOS", with("v1\n", "v1\r\n")},
    {"no format", valid.substr(valid.find('\n') + 1)},
    {"an empty format", valid.substr(valid.find('\n'))},
    {"a line before the format", "\n" + valid},

    {"another token", with(token, other_token)},
    {"a token in capitals", with(token, "0123456789ABCDEF0123456789ABCDEF")},
    {"a short token", with(token, token.substr(1))},
    {"a long token", with(token, token + '0')},
    {"a token with a blank", with(token, token + ' ')},
    {"an empty token", with(token, "")},
    {"no token", with(token + '\n', "")},

    {"pid 0", with("4711", "0")},
    {"negative pid", with("4711", "-4711")},
    {"pid with +", with("4711", "+4711")},
    {"pid with a zero", with("4711", "04711")},
    {"pid with a blank", with("4711", " 4711")},
    {"pid with a blank after", with("4711", "4711 ")},
    {"pid with a point", with("4711", "4711.0")},
    {"pid with _", with("4711", "4_711")},
    {"hexadecimal pid", with("4711", "0x4711")},
    {"pid of letters", with("4711", "abc")},
    {"pid of 32 bits", with("4711", "2147483648")},
    {"pid of 65 bits", with("4711", "18446744073709551617")},
    {"pid of 90 bits", with("4711", "99999999999999999999999999")},
    {"empty pid", with("4711", "")},
    {"no pid", with("4711\n", "")},

    {"hexadecimal of odd length", with_host(host + '3')},
    {"one hexadecimal digit", with_host("7")},
    {"hexadecimal in capitals", with_host("6275696C642D37")},
    {"one capital digit", with_host("6275696c642D37")},
    {"another capital digit", with_host("6275696C642d37")},
    {"no hexadecimal", with_host("build-77")},
    {"hexadecimal with 0x", with_host("0x6275")},
    {"hexadecimal with a blank", with_host("62 5696c642d37")},
    {"host with a blank", with_host("622063")},
    {"host with a tab", with_host("620963")},
    {"host with an end of a line", with_host("620a")},
    {"host with NUL", with_host("620063")},
    {"host with DEL", with_host("627f63")},
    {"host that is a blank", with_host("20")},
    {"host with half a character", with_host("62c3")},
    {"host that begins amid a character", with_host("a962")},
    {"host with a character of two bytes in three", with_host("e282")},
    {"host with a byte that is never UTF-8", with_host("62ff")},
    {"host in Latin-1", with_host("72e97365")},
    {"long host", with_host(times(256, "7a"))},
    {"empty host", with_host("")},
    {"no host", with(host + '\n', "")},

    {"negative start token", with(start, "-1")},
    {"start token with a zero", with(start, "01")},
    {"start token of letters", with(start, "abc")},
    {"start token with a blank", with(start, "1 ")},
    {"start token with a point", with(start, "1.5")},
    {"hexadecimal start token", with(start, "0x1")},
    {"long start token", with(start, std::string(59, '1'))},
    {"no start token and no end", with(start + '\n', "")},

    {"no last end of a line", valid.substr(0, valid.size() - 1)},
    {"a number without an end", with(start + '\n', "1")},
    {"an empty line more", valid + '\n'},
    {"a blank more", valid + ' '},
    {"a line more", valid + "later\n"},
    {"a part of a line more", valid + "x"},
    {"twice", valid + valid},
    {"ends of lines as in DOS", with("4711\n", "4711\r\n")},
    {"carriage returns alone", with("4711\n", "4711\r")},
    {"1025 bytes", valid + std::string(1025 - valid.size(), '\n')},
    {"over 1024 bytes", with(start, std::string(1024, '1'))},
};

std::vector<std::string> const malformed_names = {
    "",
    ".",
    "..",
    ".claim",
    "intent",
    "intent-v1-",
    "intent-v1-.claim",
    "held-v1-.claim",
    token,
    token + ".claim",
    "v1-" + token + ".claim",
    "intent-" + token + ".claim",
    "intent-v1" + token + ".claim",
    "intent-v1--" + token + ".claim",
    "intent-v2-" + token + ".claim",
    "held-v2-" + token + ".claim",
    "held-v11-" + token + ".claim",
    "held-v01-" + token + ".claim",
    "intents-v1-" + token + ".claim",
    "Intent-v1-" + token + ".claim",
    "HELD-v1-" + token + ".claim",
    "held-V1-" + token + ".claim",
    "shared-v1-" + token + ".claim",
    "intent-v1-held-v1-" + token + ".claim",
    "held-v1-intent-v1-" + token + ".claim",
    "held-v1-" + token,
    "held-v1-" + token + ".clai",
    "held-v1-" + token + ".claims",
    "held-v1-" + token + ".claim.claim",
    "held-v1-" + token + ".Claim",
    "held-v1-" + token + "claim",
    "held-v1-" + token + ".tmp",
    "held-v1-" + token + ".claim ",
    "held-v1-" + token + ".claim~",
    "held-v1-" + token + ".claim\n",
    "held-v1-" + token + ".claim\0"s,
    "held-v1-" + token.substr(1) + ".claim",
    "held-v1-" + token + "0.claim",
    "held-v1-" + token.substr(1) + "g.claim",
    "held-v1-" + token.substr(1) + "A.claim",
    "held-v1-" + token.substr(1) + " .claim",
    "held-v1-" + token.substr(1) + "\0.claim"s,
    "held-v1-" + token.substr(1) + "/.claim",
    "./held-v1-" + token + ".claim",
    " held-v1-" + token + ".claim",
    ".held-v1-" + token + ".claim",
};

std::string const public_name = "held-v1-" + other_token + ".claim";

std::vector<std::string> const malformed_private_names = {
    "",
    ".",
    ".tmp",
    public_name,
    '.' + public_name,
    public_name + ".private-v1-" + token + ".tmp",
    " ." + public_name + ".private-v1-" + token + ".tmp",
    ".private-v1-" + token + ".tmp",
    '.' + public_name + ".private-v1-.tmp",
    '.' + public_name + ".private-v1-.tmp.tmp",
    '.' + public_name + ".private-v1-" + token,
    '.' + public_name + ".private-v1-" + token + ".temp",
    '.' + public_name + ".private-v1-" + token + ".tmp~",
    '.' + public_name + ".private-v1-" + token + ".tmp.tmp",
    '.' + public_name + ".private-v1-" + token + "0.tmp",
    '.' + public_name + ".private-v1-" + token.substr(1) + ".tmp",
    '.' + public_name + ".private-v1-" + token.substr(1) + "A.tmp",
    '.' + public_name + ".private-v1-" + token.substr(1) + "g.tmp",
    '.' + public_name + ".private-v1-x" + token + ".tmp",
    '.' + public_name + ".private-v2-" + token + ".tmp",
    '.' + public_name + ".Private-v1-" + token + ".tmp",
    '.' + public_name + "private-v1-" + token + ".tmp",
    '.' + public_name + ".private-v1" + token + ".tmp",
};

} // namespace

BOOST_AUTO_TEST_SUITE(claim_record_suite)

BOOST_AUTO_TEST_CASE(sentinel_has_exactly_these_bytes)
{
    auto const bytes = "1\nfilelock-strict-v1\0\n0\n"s;
    BOOST_TEST(bytes.size() == 24u);
    BOOST_TEST((fd::strict_sentinel == bytes));
    BOOST_TEST(fd::read_marker(bytes).kind == fd::marker_content::sentinel);
}

// A file that is cut or lengthened is no sentinel: the lock must not enter with it.
BOOST_AUTO_TEST_CASE(no_other_text_is_the_sentinel)
{
    std::string const whole(fd::strict_sentinel);
    auto const is_sentinel = [](std::string const& text) {
        return fd::read_marker(text).kind == fd::marker_content::sentinel;
    };
    for (std::size_t n = 0; n != whole.size(); ++n) {
        BOOST_TEST(!is_sentinel(whole.substr(0, n)));
        for (int bit = 1; bit != 256; bit *= 2) {
            auto changed = whole;
            changed[n] = static_cast<char>(changed[n] ^ bit);
            BOOST_TEST(!is_sentinel(changed), "byte " << n << ", bit " << bit);
        }
    }
    for (auto const& more : {"\n"s, "\0"s, "1\n"s, whole})
        BOOST_TEST(!is_sentinel(whole + more));
}

BOOST_AUTO_TEST_CASE(record_has_exactly_these_bytes)
{
    fd::claim_record record{token, 4711, "build-7", start};
    BOOST_TEST(record.text() == valid);
    record.start_token.clear();
    BOOST_TEST(record.text() == with(start, ""));
    record.host = "r\xc3\xa9\xf0\x9f\x94\x92Z";
    BOOST_TEST(record.text() == with(start, "", with_host("72c3a9f09f94925a")));
}

BOOST_DATA_TEST_CASE(valid_record_reads_back, data::make(records))
{
    auto const record = fd::read_claim(sample.text, token);
    BOOST_TEST_REQUIRE(record.has_value());
    BOOST_TEST(record->token == token);
    BOOST_TEST(record->text() == sample.text);
}

BOOST_AUTO_TEST_CASE(record_names_its_owner)
{
    auto const record = fd::read_claim(valid, token);
    BOOST_TEST_REQUIRE(record.has_value());
    BOOST_TEST(record->pid == 4711);
    BOOST_TEST(record->host == "build-7");
    BOOST_TEST(record->start_token == start);
    BOOST_TEST(fd::read_claim(with(start, ""), token).value().start_token == "");
}

BOOST_DATA_TEST_CASE(malformed_record_is_refused, data::make(malformed_records))
{
    BOOST_TEST(!fd::read_claim(sample.text, token));
}

BOOST_AUTO_TEST_CASE(record_of_another_name_is_refused)
{
    BOOST_TEST(!fd::read_claim(valid, other_token));
    BOOST_TEST(!fd::read_claim(valid, ""));
    BOOST_TEST(!fd::read_claim(valid, token + '\n'));
    BOOST_TEST(fd::read_claim(with(token, other_token), other_token).has_value());
}

// No writer leaves a part of a record under a public name. A part is damage.
BOOST_AUTO_TEST_CASE(every_part_of_a_record_is_refused)
{
    for (std::size_t n = 0; n != valid.size(); ++n) {
        BOOST_TEST(!fd::read_claim(std::string_view(valid).substr(0, n), token), n << " bytes");
        BOOST_TEST(!fd::read_claim(std::string_view(valid).substr(n + 1), token), n << " bytes");
    }
}

// The path of a lock is no place for a claim. A claim there is the caller's mistake.
BOOST_AUTO_TEST_CASE(claim_is_no_marker)
{
    BOOST_TEST(fd::read_marker(valid).kind == fd::marker_content::foreign);
}

BOOST_AUTO_TEST_CASE(claim_has_exactly_this_name)
{
    BOOST_TEST((claim_name{claim_name::intent, token}).text() == "intent-v1-" + token + ".claim");
    BOOST_TEST((claim_name{claim_name::held, token}).text() == "held-v1-" + token + ".claim");
}

BOOST_AUTO_TEST_CASE(name_of_a_claim_reads_back)
{
    for (auto const kind : {claim_name::intent, claim_name::held}) {
        auto const name = fd::read_claim_name(claim_name{kind, token}.text());
        BOOST_TEST_REQUIRE(name.has_value());
        BOOST_TEST(name->kind == kind);
        BOOST_TEST(name->token == token);
    }
}

BOOST_DATA_TEST_CASE(malformed_name_is_refused, data::make(malformed_names))
{
    BOOST_TEST(!fd::read_claim_name(sample));
}

BOOST_AUTO_TEST_CASE(private_file_has_exactly_this_name)
{
    BOOST_TEST(fd::draft_name("test.lock", token) == ".test.lock.private-v1-" + token + ".tmp");
    BOOST_TEST(fd::draft_name(public_name, token) ==
               ".held-v1-" + other_token + ".claim.private-v1-" + token + ".tmp");
}

BOOST_AUTO_TEST_CASE(public_name_is_that_of_the_private_name)
{
    for (auto const& name : {"x"s, "test.lock"s, ".hidden"s, " "s, "\xff\xfe"s, public_name,
                             fd::draft_name("x", token), "a.private-v1-b"s, ".private-v1-"s})
        BOOST_TEST(fd::published_name_of(fd::draft_name(name, token)) == name);
}

BOOST_DATA_TEST_CASE(malformed_private_name_has_no_public_name, data::make(malformed_private_names))
{
    BOOST_TEST(fd::published_name_of(sample) == "");
}

BOOST_AUTO_TEST_SUITE_END()
