// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_COMMAND_LINE_HPP
#define BOOST_FILELOCK_TOOL_COMMAND_LINE_HPP

#include "commands.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace filelock_tool {

/// The arguments are wrong. The text says why.
class usage_error : public std::invalid_argument
{
public:
    using std::invalid_argument::invalid_argument;
};

/// What `--help` of a command prints, besides its options.
struct command_help
{
    char const* name;
    char const* synopsis; ///< without the name of the tool, lines separated by \n
    char const* text;     ///< what the command does
};

enum class operands
{
    anywhere, ///< between options, too
    last      ///< the first one ends the options: what follows is another program's
};

/// The parsed arguments.
struct command_line
{
    boost::program_options::variables_map options;
    arguments operands;

    bool has(char const* option) const { return options.count(option) != 0; }
};

/// Parses the arguments, and stores the options' values where the description says. Adds `--help`.
/// Returns false if that was given, after the help was printed.
bool parse(command_help const& help, boost::program_options::options_description known,
           operands place, arguments const& given, command_line& result);

/// Returns the duration that the text gives in seconds, such as "10" or "0.5". At least zero.
/// Throws `usage_error`, with the name of the option, for any other text.
std::chrono::nanoseconds seconds_of(std::string const& option, std::string const& text);

/// Returns a description of an option that is given in seconds. `Time`: a duration, or an optional
/// one.
template <class Time>
boost::program_options::typed_value<std::string>* in_seconds(char const* option, Time& result)
{
    return boost::program_options::value<std::string>()->value_name("SECONDS")->notifier(
        [option, &result](std::string const& text) { result = seconds_of(option, text); });
}

void print_version();

} // namespace filelock_tool

#endif
