// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_VERIFY_RUNS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_VERIFY_RUNS_HPP

#include "child.hpp"
#include "markers.hpp"
#include "temporary_directory.hpp"
#include "tool.hpp"

#include <boost/test/framework.hpp>
#include <boost/test/tree/test_unit.hpp>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

// Runs of `filelock verify`, and what it prints.

namespace filelock_test {

/// Returns the command for these arguments of `verify`.
inline words verify_command(words const& arguments)
{
    return tool("verify", arguments);
}

/// Replaces this process, with standard error in a file.
[[noreturn]] inline void execute(words const& command, std::string const& errors)
{
    int const file = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file == -1 || ::dup2(file, STDERR_FILENO) == -1)
        throw std::system_error(errno, std::generic_category(), errors);
    std::vector<char*> argv;
    for (auto const& word : command)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    throw std::system_error(errno, std::generic_category(), command[0]);
}

/// A process of the tool, with a pipe as its output and a file for its errors.
class verify_process
{
public:
    explicit verify_process(words const& command)
        : errors_(boost::filesystem::temp_directory_path() /
                  boost::filesystem::unique_path("filelock-test-%%%%-%%%%-%%%%")),
          process_([&]() -> int { execute(command, errors_.native()); })
    {}
    verify_process(verify_process const&) = delete;
    verify_process& operator=(verify_process const&) = delete;
    ~verify_process()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove(errors_, ignored);
    }

    child& process() noexcept { return process_; }

    /// Returns the output until its end.
    std::string output()
    {
        std::string all;
        while (auto const line = process_.read_line())
            all += *line + '\n';
        return all;
    }

    std::string errors() const { return text_of(errors_); }

private:
    boost::filesystem::path const errors_;
    child process_;
};

/// Runs the tool to its end.
inline outcome run_verify(words const& arguments)
{
    verify_process running(verify_command(arguments));
    auto const output = running.output();
    auto const status = running.process().wait();
    return {status, output, running.errors()};
}

/// Returns the cells of the row that begins with this text; nothing if there is none.
inline words row_of(std::string const& output, std::string const& first)
{
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (!boost::starts_with(line, first + "  "))
            continue;
        words cells;
        while (!line.empty()) {
            auto const end = line.find("  ");
            cells.push_back(line.substr(0, end));
            line.erase(0, end);
            boost::trim_left(line);
        }
        return cells;
    }
    return {};
}

/// Returns what a parser of another make says of the JSON: the value of a Python expression of
/// `all`.
inline std::string value_in_json(std::string const& json, std::string const& expression)
{
    child python({"/usr/bin/python3", "-c",
                  "import json, sys; all = json.load(sys.stdin); print(" + expression + ")"});
    python.write_line(json);
    python.close_input();
    return python.read_line().value_or("no answer");
}

} // namespace filelock_test

#endif
