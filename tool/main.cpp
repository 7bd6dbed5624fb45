// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "command_line.hpp"
#include "commands.hpp"
#include "exit_status.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/exception.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <system_error>

namespace {

using namespace filelock_tool;

struct command
{
    char const* name;
    int (*execute)(arguments const&);
    char const* summary;
};

constexpr command commands[] = {
    {"run", run, "run a command while a lock is held"},
    {"status", status, "show locks and their holders"},
    {"break", break_lock, "remove the lock of another process"},
    {"wait", wait, "wait until a lock is free"},
    {"verify", verify, "measure which locks exclude in a directory"},
};

void print_help()
{
    std::cout << "Usage: filelock COMMAND [ARGUMENT...]\n\nCommands:\n";
    for (auto const& c : commands)
        std::cout << "  " << c.name << std::string(10 - std::string(c.name).size(), ' ')
                  << c.summary << '\n';
    std::cout << "\nOptions:\n"
                 "  --help      print this text; after a command, that command's\n"
                 "  --version   print the version\n";
}

int dispatch(arguments given)
{
    if (given.empty())
        throw usage_error("a command is missing");
    auto name = given.front();
    given.erase(given.begin());
    if (name == "--version") {
        print_version();
        return success;
    }
    if (name == "--help" || name == "-h" || (name == "help" && given.empty())) {
        print_help();
        return success;
    }
    if (name == "help") {
        name = given.front();
        given = {"--help"};
    }
    auto const* const found = std::find_if(std::begin(commands), std::end(commands),
                                           [&](command const& c) { return c.name == name; });
    if (found == std::end(commands))
        throw usage_error("there is no command '" + name + "'");
    return found->execute(given);
}

int report(std::string const& text, int status)
{
    std::cerr << "filelock: " << text << '\n';
    return status;
}

} // namespace

int main(int count, char** words)
try {
    auto const result = dispatch(arguments(words + 1, words + count));
    if (!std::cout.flush())
        return report("cannot write to standard output", os_error);
    return result;
} catch (usage_error const& e) {
    return report(std::string(e.what()) + "\nTry 'filelock --help'.", bad_usage);
} catch (boost::filelock::lock_error const& e) {
    return report(e.what(), status_of(e.code()));
} catch (boost::filesystem::filesystem_error const& e) {
    return report(e.what(), status_of(e.code()));
} catch (std::invalid_argument const& e) {
    return report(e.what(), bad_usage); // an option of a lock that is out of range
} catch (std::system_error const& e) {
    return report(e.what(), os_error);
} catch (std::bad_alloc const&) {
    return report("out of memory", os_error);
} catch (std::exception const& e) {
    return report(e.what(), software);
}
