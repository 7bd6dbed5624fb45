// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Which file contents are a marker, byte by byte.

#include "../src/protocol/marker_record.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace fd = boost::filelock::detail;
namespace data = boost::unit_test::data;
using namespace std::string_literals;
using kind = fd::marker_content;

namespace {

struct example
{
    std::string text;
    kind::kind_type what;

    friend std::ostream& operator<<(std::ostream& out, example const& e)
    {
        for (char const c : e.text.substr(0, 60))
            c < ' ' ? out << '<' << static_cast<int>(c) << '>' : out << c;
        return out;
    }
};

std::string const token = "4201130709627349751843887742688589461873235491003197025214";

std::vector<example> const examples = {
    // complete records
    {"1\nh\n", kind::record},
    {"4711\nbuild-7.example.org\n" + token + "\n", kind::record},
    {"2147483647\nhost\n0\n", kind::record},
    {"1\nr\xc3\xa9seau\n", kind::record},
    {"1\n" + std::string(255, 'h') + "\n1\n", kind::record},
    // records that are not complete yet
    {"", kind::beginning},
    {"\0\0\0"s, kind::beginning},
    {std::string(1024, '\0'), kind::beginning},
    {"4", kind::beginning},
    {"4711", kind::beginning},
    {"4711\n", kind::beginning},
    {"4711\nbuil", kind::beginning},
    {"4711\nr\xc3", kind::beginning},
    {"4711\nbuild\n42", kind::beginning},
    {"1\n" + std::string(253, 'h') + "\xc3", kind::beginning},
    {"1\nhost\n" + std::string(58, '1'), kind::beginning},
    {"filelock/2", kind::beginning},
    {"filelock/2\n", kind::beginning},
    {"filelock/2\npid=1\nhost=h\nmode=lease\n", kind::beginning},
    // records of other kinds of locks
    {"1\nfilelock-strict-v1\0\n0\n"s, kind::sentinel},
    {"filelock/2\npid=1\nhost=h\nmode=lease\ntoken=t\nduration=1.0\n", kind::lease},
    {"filelock/2\npid=1\nhost=h\nmode=queue\n", kind::other_contract},
    // records of unknown programs
    {"0\nhost\n", kind::foreign},
    {"-1\nhost\n", kind::foreign},
    {"+1\nhost\n", kind::foreign},
    {" 1\nhost\n", kind::foreign},
    {"1 \nhost\n", kind::foreign},
    {"01\nhost\n", kind::foreign},
    {"0x1\nhost\n", kind::foreign},
    {"1_000\nhost\n", kind::foreign},
    {"2147483648\nhost\n", kind::foreign},
    {"99999999999999999999999999\nhost\n", kind::foreign},
    {"1\n\n", kind::foreign},
    {"1\n\n1\n", kind::foreign},
    {"\n", kind::foreign},
    {"\nhost\n1\n", kind::foreign},
    {"1\r\nhost\r\n1\r\n", kind::foreign},
    {"1\nho st\n", kind::foreign},
    {"1\nho\tst\n", kind::foreign},
    {"1\nho\0st\n"s, kind::foreign},
    {"1\nho\x7fst\n", kind::foreign},
    {"1\nho\xffst\n", kind::foreign},
    {"1\nho\xc3\n", kind::foreign},
    {"1\n\xa9host\n", kind::foreign},
    {"1\n" + std::string(256, 'h') + "\n", kind::foreign},
    {"1\n" + std::string(254, 'h') + "\xc3", kind::foreign}, // the rest exceeds the size limit
    {"1\nhost\n" + std::string(59, '1'), kind::foreign},
    {"1\nhost\n" + std::string(59, '1') + "\n", kind::foreign},
    {"1\nhost\n-1\n", kind::foreign},
    {"1\nhost\n01\n", kind::foreign},
    {"1\nhost\nabc\n", kind::foreign},
    {"1\nhost\n1.5\n", kind::foreign},
    {"1\nhost\n\n", kind::foreign},
    {"1\nhost\n1\n\n", kind::foreign},
    {"1\nhost\n1\n2\n", kind::foreign},
    {"1\nhost\n1\n\0"s, kind::foreign},
    {"\0001\nhost\n"s, kind::foreign},
    {"1\nfilelock-strict-v1\0\n0"s, kind::foreign},
    {"filelock/3\npid=1\n", kind::foreign},
    {"hello, world\n", kind::foreign},
    {"{\"pid\": 1}\n", kind::foreign},
    {"\x7f"
     "ELF\2\1\1\0"s,
     kind::foreign},
    {std::string(1025, '\0'), kind::foreign},
    {"1\nhost\n" + std::string(1017, '1') + "\n", kind::foreign},
};

} // namespace

BOOST_AUTO_TEST_SUITE(marker_record_suite)

BOOST_DATA_TEST_CASE(content_is_classified, data::make(examples))
{
    BOOST_TEST(fd::read_marker(sample.text).kind == sample.what);
}

BOOST_AUTO_TEST_CASE(written_record_reads_back)
{
    for (auto const& start : {token, ""s}) {
        fd::marker_record const record{4711, "build-7", start};
        auto const text = record.text();
        BOOST_TEST(text == "4711\nbuild-7\n" + (start.empty() ? "" : start + "\n"));
        auto const content = fd::read_marker(text);
        BOOST_TEST(content.kind == kind::record);
        BOOST_TEST(content.owner.pid == 4711);
        BOOST_TEST(content.owner.host == "build-7");
        BOOST_TEST(content.owner.start_token == start);
    }
}

// A writer may die after any part of its record. The part is never taken for the record of another
// owner.
BOOST_AUTO_TEST_CASE(every_prefix_of_a_record_is_a_beginning_or_names_the_same_owner)
{
    auto const text = fd::marker_record{4711, "build-7", token}.text();
    for (std::size_t n = 0; n < text.size(); ++n) {
        auto const content = fd::read_marker(std::string_view(text).substr(0, n));
        if (n == "4711\nbuild-7\n"s.size())
            BOOST_TEST((content.kind == kind::record && content.owner.start_token.empty()));
        else
            BOOST_TEST(content.kind == kind::beginning);
    }
}

BOOST_AUTO_TEST_SUITE_END()
