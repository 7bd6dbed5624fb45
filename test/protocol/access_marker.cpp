// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Which texts are the marker of a reader or a writer, and which are not.

#include "../src/protocol/access_marker.hpp"
#include "../src/protocol/record_lines.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using boost::filelock::detail::access_content;
using boost::filelock::detail::access_marker;
using boost::filelock::detail::longest_record;
using boost::filelock::detail::read_access;

namespace {

std::string const token = "0123456789abcdef0123456789abcdef";
std::string const whole = token + "\n4711\nsome.host-1\n";

bool is_foreign(std::string const& text)
{
    return read_access(text).kind == access_content::foreign;
}
bool is_beginning(std::string const& text)
{
    return read_access(text).kind == access_content::beginning;
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_marker_suite)

BOOST_AUTO_TEST_CASE(record_is_read_as_it_was_written)
{
    access_marker const record{token, 4711, "some.host-1"};
    BOOST_TEST(record.text() == whole);
    for (auto const* const more : {"", "\n", "\n\n\n"}) {
        auto const content = read_access(whole + more);
        BOOST_TEST((content.kind == access_content::record));
        BOOST_TEST(content.owner.token == token);
        BOOST_TEST(content.owner.pid == 4711);
        BOOST_TEST(content.owner.host == "some.host-1");
    }
    auto const pid = [](char const* text) {
        return read_access(token + '\n' + text + "\nh\n").owner.pid;
    };
    BOOST_TEST(pid("1") == 1);
    BOOST_TEST(pid("2147483647") == 2147483647);
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_record_is_a_beginning)
{
    for (std::size_t n = 0; n < whole.size(); ++n)
        BOOST_TEST(is_beginning(whole.substr(0, n)), whole.substr(0, n));
    BOOST_TEST(is_beginning(std::string(3, '\0')));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_marker)
{
    for (auto const& text :
         {std::string("x"), std::string("\n"), token + "0", token.substr(1) + "\n", token + "\n\n",
          token + "\n0\nh\n", token + "\n-1\nh\n", token + "\n01\nh\n", token + "\n2147483648\nh\n",
          token + "\n1 \nh\n", token + "\n1\n\n", token + "\n1\nan other\n",
          token + "\n1\nh\xc3\xa4\n", token + "\n1\nh\nmore", token + "\n1\nh\n\nx",
          std::string("0123456789ABCDEF0123456789abcdef\n1\nh\n"), '\0' + whole})
        BOOST_TEST(is_foreign(text), text);
    std::string const longest(253, 'h');
    BOOST_TEST((read_access(token + "\n1\n" + longest + '\n').kind == access_content::record));
    BOOST_TEST(is_foreign(token + "\n1\n" + longest + "h\n"));
    BOOST_TEST(is_foreign(token + "\n1\n" + longest + 'h'));
    BOOST_TEST(is_foreign(whole + std::string(longest_record, '\n')));
}

BOOST_AUTO_TEST_SUITE_END()
