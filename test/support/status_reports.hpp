// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_STATUS_REPORTS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_STATUS_REPORTS_HPP

#include "tool.hpp"

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

// The JSON that `filelock status` prints, as another parser reads it.

namespace filelock_test {

/// The values of a JSON document, as JSON in ASCII, by their places. An object with the member
/// "path" in an array is found by its last component: "test.lock.holders.0.pid". Any other element
/// by its number.
class json_values
{
public:
    explicit json_values(std::string const& document)
    {
        program parser({"python3", "-c", script});
        parser.write(document);
        parser.close_input();
        if (parser.wait() != 0)
            throw std::runtime_error(parser.err() + "in: " + document);
        std::istringstream lines(parser.out());
        for (std::string line; std::getline(lines, line);)
            values_[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    }

    /// Returns "absent" if there is no such value.
    std::string operator[](std::string const& place) const
    {
        auto const found = values_.find(place);
        return found == values_.end() ? "absent" : found->second;
    }

    double number(std::string const& place) const { return std::stod((*this)[place]); }

    bool has(std::string const& place) const { return values_.count(place) != 0; }

    std::map<std::string, std::string> const& all() const { return values_; }

private:
    static constexpr char script[] = R"(
import json, sys

def name_of(index, value):
    named = isinstance(value, dict) and isinstance(value.get("path"), str) and "state" in value
    return value["path"].rsplit("/", 1)[-1] if named else str(index)

def show(place, value):
    if isinstance(value, dict):
        for name, inner in value.items():
            show(place + [name], inner)
    elif isinstance(value, list):
        print(".".join(place + ["size"]), len(value))
        for index, inner in enumerate(value):
            show(place + [name_of(index, inner)], inner)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
        print(json.dumps(".".join(place))[1:-1].replace(" ", "_"), json.dumps(text)[1:-1])

def unexpected(constant):
    raise ValueError(constant)

show([], json.loads(sys.stdin.buffer.read().decode("utf-8"), parse_constant=unexpected))
)";

    std::map<std::string, std::string> values_;
};

/// Returns what `filelock status --json` prints with these arguments.
inline json_values json_status(words arguments, int status = 0)
{
    arguments.insert(arguments.begin(), "--json");
    auto const done = run_program(tool("status", arguments));
    if (done.status != status)
        throw std::runtime_error("exit status " + std::to_string(done.status) + ": " + done.err);
    return json_values(done.out);
}

} // namespace filelock_test

#endif
