// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "command_line.hpp"

#include <boost/filelock/version.hpp>

#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <sstream>
#include <utility>

namespace filelock_tool {
namespace po = boost::program_options;

namespace {

po::option as_operand(std::string const& word)
{
    po::option o;
    o.value = {word};
    o.original_tokens = {word};
    o.position_key = std::numeric_limits<int>::max();
    return o;
}

/// Ends the options at the first operand, as POSIX utilities do. Leaves a single word to the other
/// parsers: the library also passes the value of an option alone, and rejects it if it is taken
/// here and is the beginning of an option's name.
std::vector<po::option> end_at_operand(arguments& left)
{
    std::vector<po::option> result;
    if (left.size() < 2 || (left[0].size() > 1 && left[0][0] == '-' && left[0] != "--"))
        return result;
    for (auto word = left.begin() + (left[0] == "--"); word != left.end(); ++word)
        result.push_back(as_operand(*word));
    left.clear();
    return result;
}

void print_help(command_help const& help, po::options_description const& known)
{
    std::istringstream lines(help.synopsis);
    std::string line;
    char const* begin = "Usage: filelock ";
    while (std::getline(lines, line)) {
        std::cout << begin << line << '\n';
        begin = "       filelock ";
    }
    std::cout << '\n' << help.text << '\n' << known;
}

} // namespace

bool parse(command_help const& help, po::options_description known, operands place,
           arguments const& given, command_line& result)
try {
    known.add_options()("help,h", "print this text");
    po::basic_command_line_parser<char> parser(given);
    if (place == operands::last)
        parser.extra_style_parser(end_at_operand);
    po::positional_options_description rest;
    rest.add("operand", -1);
    po::options_description all;
    all.add(known).add_options()("operand", po::value(&result.operands));
    parser.options(all).positional(rest);
    po::store(parser.run(), result.options);
    if (result.has("help")) {
        print_help(help, known);
        return false;
    }
    po::notify(result.options);
    return true;
} catch (po::error const& e) {
    throw usage_error(e.what());
}

std::chrono::nanoseconds seconds_of(std::string const& option, std::string const& text)
{
    constexpr double most = 9e9; // fits in 64 bits of nanoseconds
    double seconds = 0;
    if (!boost::conversion::try_lexical_convert(text, seconds) || !std::isfinite(seconds) ||
        std::signbit(seconds))
        throw usage_error("--" + option + ": '" + text + "' is not a number of seconds");
    return std::chrono::nanoseconds(
        static_cast<std::chrono::nanoseconds::rep>(std::min(seconds, most) * 1e9));
}

void print_version()
{
    std::cout << "filelock " << BOOST_FILELOCK_LIB_VERSION << '\n';
}

} // namespace filelock_tool
