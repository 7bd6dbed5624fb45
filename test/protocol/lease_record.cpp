// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The marker of a `soft_file_lease`, byte by byte: what is written, and how each text is read.

#include "../src/protocol/lease_record.hpp"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using namespace std::string_literals;
using kind = fd::marker_content;
using std::chrono::nanoseconds;

namespace {

std::string const start = "4201130709627349751843887742688589461873235491003197025214";
std::string const token = "0123456789abcdef0123456789abcdef";

std::string const valid = "filelock/2\npid=4711\nhost=build-7\nmode=lease\ntoken=" + token +
                          "\nduration=30.0\nstart=" + start + "\n";

std::string record_for(std::string const& seconds)
{
    return "filelock/2\npid=1\nhost=h\nmode=lease\ntoken=t\nduration=" + seconds + "\n";
}

/// Returns the valid record with the first occurrence of a text replaced.
std::string with(std::string_view old, std::string_view other)
{
    auto text = valid;
    return text.replace(text.find(old), old.size(), other);
}

std::string without(std::string_view line)
{
    return with(line, "");
}

void print(std::ostream& out, std::string const& text)
{
    for (char const c : text.substr(0, 160))
        c < ' ' ? out << '<' << static_cast<int>(c) << '>' : out << c;
}

// Durations that a holder writes, and the text of each.
struct written
{
    nanoseconds duration;
    std::string text;

    friend std::ostream& operator<<(std::ostream& out, written const& w) { return out << w.text; }
};

std::vector<written> const durations = {
    {30s, "30.0"},
    {1ms, "0.001"},
    {100ms, "0.1"},
    {1500ms, "1.5"},
    {1ns, "0.000000001"},
    {10us, "0.00001"},
    {999'999'999ns, "0.999999999"},
    {1'000'000'001ns, "1.000000001"},
    {100s, "100.0"},
    {1h, "3600.0"},
    {24h * 365, "31536000.0"},
    {nanoseconds(123'456'789'123'456'789), "123456789.123456789"},
    {(nanoseconds::max)() / 8, "1152921504.606846975"},
    {(nanoseconds::max)(), "9223372036.854775807"},
};

// Texts of durations, and the duration that each is read as, if it is one.
struct read
{
    std::string text;
    std::optional<nanoseconds> duration;

    friend std::ostream& operator<<(std::ostream& out, read const& r) { return out << r.text; }
};

std::vector<read> const texts = {
    // as Python prints a float
    {"30.0", 30s},
    {"0.1", 100ms},
    {"0.001", 1ms},
    {"1e-05", 10us},
    {"1e-09", 1ns},
    {"2.5e-06", 2500ns},
    {"0.30000000000000004", 300ms},
    {"1.7999999999999998", 1'800ms},
    {"33.333333333333336", nanoseconds(33'333'333'333)},
    {"66.66666666666667", nanoseconds(66'666'666'667)},
    {"1e+16", (nanoseconds::max)()},
    {"1.7976931348623157e+308", (nanoseconds::max)()},
    // other numbers
    {"30", 30s},
    {"30.", 30s},
    {".5", 500ms},
    {"030", 30s},
    {"3e1", 30s},
    {"3E1", 30s},
    {"3E+01", 30s},
    {"0.3e2", 30s},
    {"300e-1", 30s},
    {"0.0000000005", 1ns}, // rounds to the next nanosecond
    {"0.00000000149999999999999999", 1ns},
    {"1.00000000000000000000000000001", 1s},
    {"12345678901234567890", (nanoseconds::max)()},
    {"9223372036.854775807", (nanoseconds::max)()},
    {"0" + std::string(100, '0') + "1", 1s},
    {"0." + std::string(100, '0') + "1e101", 1s},
    {std::string(20, '1') + "e-19", nanoseconds(1'111'111'111)},
    // zero, or less than half a nanosecond
    {"0", {}},
    {"0.0", {}},
    {"0e5", {}},
    {"-0.0", {}},
    {"1e-10", {}},
    {"4.9e-324", {}},
    {"1e-400", {}},
    // negative or not finite
    {"-1", {}},
    {"-30.0", {}},
    {"inf", {}},
    {"-inf", {}},
    {"infinity", {}},
    {"nan", {}},
    {"1e309", {}},
    {"1e400", {}},
    {"1e99999999", {}},
    {"1e99999999999999999999", {}},
    {std::string(310, '9'), {}},
    {std::string(310, '9') + ".0", {}},
    // no numbers
    {"", {}},
    {".", {}},
    {"+30", {}},
    {" 30", {}},
    {"30 ", {}},
    {"30s", {}},
    {"1.2.3", {}},
    {"1,5", {}},
    {"0x1e", {}},
    {"1_000", {}},
    {"e1", {}},
    {".e1", {}},
    {"1e", {}},
    {"1e+", {}},
    {"1e-", {}},
    {"1e1.5", {}},
    {"1e+-1", {}},
    {"1e1e1", {}},
    {"30.0\r", {}},
    {"30\0"s, {}},
};

// Texts that begin as a lease, and what each is read as.
struct example
{
    char const* what;
    std::string text;
    kind::kind_type expected;

    friend std::ostream& operator<<(std::ostream& out, example const& e)
    {
        out << e.what << ": ";
        print(out, e.text);
        return out;
    }
};

auto const lease = kind::lease;
auto const malformed = kind::beginning;
auto const other = kind::other_contract;
auto const foreign = kind::foreign;

std::vector<example> const records = {
    {"valid", valid, lease},
    {"no start", without("start=" + start + "\n"), lease},
    {"unknown key", valid + "colour=blue\n", lease},
    {"unknown key first", with("pid=", "colour=blue\npid="), lease},
    {"unknown key without a value", valid + "colour=\n", lease},
    {"no key", valid + "=\n", lease},
    {"key with a capital letter", valid + "Mode=x\n", lease},
    {"another order", "filelock/2\nduration=30.0\ntoken=t\nstart=1\nmode=lease\nhost=h\npid=1\n",
     lease},
    {"host in UTF-8", with("build-7", "r\xc3\xa9seau"), lease},
    {"host with =", with("build-7", "a=b"), lease},
    {"greatest pid", with("4711", "2147483647"), lease},
    {"1024 bytes", valid + "x=" + std::string(1024 - valid.size() - 3, 'x') + "\n", lease},

    {"no pid", without("pid=4711\n"), malformed},
    {"no host", without("host=build-7\n"), malformed},
    {"no mode", without("mode=lease\n"), malformed},
    {"no token", without("token=" + token + "\n"), malformed},
    {"no duration", without("duration=30.0\n"), malformed},
    {"empty pid", with("4711", ""), malformed},
    {"empty host", with("build-7", ""), malformed},
    {"empty mode", with("mode=lease", "mode="), malformed},
    {"empty token", with(token, ""), malformed},
    {"empty duration", with("30.0", ""), malformed},
    {"empty start", with(start, ""), malformed},
    {"pid 0", with("4711", "0"), malformed},
    {"negative pid", with("4711", "-4711"), malformed},
    {"pid with +", with("4711", "+4711"), malformed},
    {"pid with a zero", with("4711", "04711"), malformed},
    {"pid with a blank", with("4711", " 4711"), malformed},
    {"pid with a point", with("4711", "4711.0"), malformed},
    {"hexadecimal pid", with("4711", "0x4711"), malformed},
    {"pid of 32 bits", with("4711", "2147483648"), malformed},
    {"pid of 90 bits", with("4711", "99999999999999999999999999"), malformed},
    {"host with a blank", with("build-7", "build 7"), malformed},
    {"host with a control character", with("build-7", "build\x7f"), malformed},
    {"host with NUL", with("build-7", "build\0007"s), malformed},
    {"host with half a character", with("build-7", "build\xc3"), malformed},
    {"long host", with("build-7", std::string(256, 'h')), malformed},
    {"negative start", with(start, "-1"), malformed},
    {"start with a zero", with(start, "01"), malformed},
    {"start with letters", with(start, "abc"), malformed},
    {"long start", with(start, std::string(59, '1')), malformed},
    {"key of a blank", with("pid=", "pid ="), malformed},
    {"key with a capital", with("mode=", "Mode="), malformed},
    {"line without =", valid + "colour\n", malformed},
    {"line without = first", with("pid=", "colour\npid="), malformed},
    {"empty line", valid + "\n", malformed},
    {"NUL at the end", valid + '\0', malformed},
    {"last line without an end", valid + "x=1", malformed},
    {"ends of lines as in DOS", with("pid=4711\n", "pid=4711\r\n"), malformed},
    {"nothing but the format", "filelock/2\n", malformed},
    {"the format without an end", "filelock/2", malformed},
    {"part of the format", "filel", malformed},

    {"another mode", with("mode=lease", "mode=claim"), other},
    {"a longer mode", with("mode=lease", "mode=leases"), other},
    {"a mode in capitals", with("mode=lease", "mode=LEASE"), other},
    {"a mode with a blank", with("mode=lease", "mode= lease"), other},
    {"another mode, no token and duration", "filelock/2\npid=1\nhost=h\nmode=x\n", other},
    {"another mode, unread duration", "filelock/2\npid=1\nhost=h\nmode=x\nduration=-1\n", other},
    {"another mode, no pid", "filelock/2\nhost=h\nmode=x\n", malformed},
    {"another mode, pid 0", "filelock/2\npid=0\nhost=h\nmode=x\n", malformed},
    {"another mode, no host", "filelock/2\npid=1\nmode=x\n", malformed},
    {"another mode, bad start", "filelock/2\npid=1\nhost=h\nmode=x\nstart=x\n", malformed},

    {"1025 bytes", valid + "x=" + std::string(1025 - valid.size() - 3, 'x') + "\n", foreign},
    {"another format", with("filelock/2", "filelock/3"), foreign},
    {"another name", with("filelock/2", "filelock/22"), foreign},
    {"a format line with a blank", with("filelock/2", "filelock/2 "), foreign},
    {"a format line as in DOS", with("filelock/2", "filelock/2\r"), foreign},
    {"a format in capitals", with("filelock/2", "Filelock/2"), foreign},
    {"a line before the format", "\n" + valid, foreign},
};

} // namespace

BOOST_AUTO_TEST_SUITE(lease_record_suite)

BOOST_AUTO_TEST_CASE(record_has_exactly_these_bytes)
{
    fd::lease_record record{{4711, "build-7", start}, token, 30s};
    BOOST_TEST(record.text() == valid);
    record.owner.start_token.clear();
    BOOST_TEST(record.text() == without("start=" + start + "\n"));
}

BOOST_DATA_TEST_CASE(duration_is_written_without_needless_digits, data::make(durations))
{
    fd::lease_record const record{{1, "h", {}}, "t", sample.duration};
    BOOST_TEST(record.text() == record_for(sample.text));
}

// Two programs of this library that have the same duration never see a mismatch.
BOOST_DATA_TEST_CASE(written_duration_reads_back, data::make(durations))
{
    auto const content = fd::read_marker(record_for(sample.text));
    BOOST_TEST_REQUIRE(content.kind == kind::lease);
    BOOST_TEST(content.duration.count() == sample.duration.count());
}

BOOST_DATA_TEST_CASE(duration_is_read, data::make(texts))
{
    auto const content = fd::read_marker(record_for(sample.text));
    BOOST_TEST_REQUIRE((content.kind == (sample.duration ? lease : malformed)));
    if (sample.duration)
        BOOST_TEST(content.duration.count() == sample.duration->count());
}

BOOST_DATA_TEST_CASE(record_is_classified, data::make(records))
{
    BOOST_TEST(fd::read_marker(sample.text).kind == sample.expected);
}

BOOST_AUTO_TEST_CASE(lease_names_its_owner_and_terms)
{
    auto const content = fd::read_marker(valid);
    BOOST_TEST(content.owner.pid == 4711);
    BOOST_TEST(content.owner.host == "build-7");
    BOOST_TEST(content.owner.start_token == start);
    BOOST_TEST(content.token == token);
    BOOST_TEST((content.duration == 30s));
}

BOOST_AUTO_TEST_CASE(record_of_another_contract_names_its_owner)
{
    auto const content = fd::read_marker(with("mode=lease", "mode=tomorrow"));
    BOOST_TEST(content.kind == kind::other_contract);
    BOOST_TEST(content.owner.pid == 4711);
    BOOST_TEST(content.owner.host == "build-7");
    BOOST_TEST(content.owner.start_token == start);
}

// An evicted owner would be the wrong one.
BOOST_DATA_TEST_CASE(malformed_record_names_no_owner, data::make(records))
{
    if (sample.expected != malformed && sample.expected != foreign)
        return;
    auto const content = fd::read_marker(sample.text);
    BOOST_TEST(content.owner.pid == 0);
    BOOST_TEST(content.owner.host == "");
    BOOST_TEST(content.owner.start_token == "");
    BOOST_TEST(content.token == "");
}

BOOST_AUTO_TEST_CASE(last_of_equal_keys_counts)
{
    auto const content = fd::read_marker(valid + "pid=1\nhost=h\ntoken=t\nduration=1\nstart=2\n");
    BOOST_TEST(content.kind == kind::lease);
    BOOST_TEST(content.owner.pid == 1);
    BOOST_TEST(content.owner.host == "h");
    BOOST_TEST(content.owner.start_token == "2");
    BOOST_TEST(content.token == "t");
    BOOST_TEST((content.duration == 1s));
    BOOST_TEST(fd::read_marker(valid + "pid=x\n").kind == malformed);
    BOOST_TEST(fd::read_marker(valid + "duration=x\n").kind == malformed);
    BOOST_TEST(fd::read_marker(valid + "mode=x\n").kind == other);
}

// A writer may die after any part of its record. Only the last line, which is optional, can be
// missing without notice.
BOOST_AUTO_TEST_CASE(every_prefix_of_a_record_is_a_beginning_or_names_the_same_owner)
{
    auto const without_start = without("start=" + start + "\n");
    for (std::size_t n = 0; n < valid.size(); ++n) {
        auto const content = fd::read_marker(std::string_view(valid).substr(0, n));
        if (n == without_start.size()) {
            BOOST_TEST(content.kind == lease);
            BOOST_TEST(content.owner.pid == 4711);
            BOOST_TEST(content.owner.start_token == "");
            BOOST_TEST(content.token == token);
        } else {
            BOOST_TEST(content.kind == malformed, n << " bytes");
            BOOST_TEST(content.owner.pid == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_name_of_the_format_is_known)
{
    for (std::string const text : {"f", "filelock/2", "filelock/2\n", "filelock/2\nx"})
        BOOST_TEST(fd::begins_as_lease(text), text);
    for (std::string const text : {"", "x", "filelock/3", "filelock/2 ", "1\nh\n"})
        BOOST_TEST(!fd::begins_as_lease(text), text);
    BOOST_TEST(fd::has_lease_format("filelock/2\n"));
    BOOST_TEST(fd::has_lease_format("filelock/2\nx"));
    for (std::string const text : {"", "f", "filelock/2", "filelock/3\n"})
        BOOST_TEST(!fd::has_lease_format(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
