// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_WRONG_CLOCK_HPP
#define BOOST_FILELOCK_TEST_WRONG_CLOCK_HPP

#include "child.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

// Processes with a wrong clock, as on another host.

namespace filelock_test {

/// Executes the program support/party, which is the last argument of the test, with these
/// arguments. libfaketime adds the offset to the clock, except the monotonic clocks. Called in a
/// forked child. Returns an exit status if the program cannot be executed.
inline int run_party(char const* offset, std::vector<std::string> arguments)
{
    auto const& test = boost::unit_test::framework::master_test_suite();
    arguments.insert(arguments.begin(), test.argv[test.argc - 1]);
    std::vector<char*> argv;
    for (auto& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::setenv("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1", 1);
    ::setenv("FAKETIME", offset, 1);
    ::setenv("DONT_FAKE_MONOTONIC", "1", 1);
    ::setenv("NO_FAKE_STAT", "1", 1);
    ::execv(argv[0], argv.data());
    return 127;
}

/// Executes that program as a process that uses a lock.
inline int run_party(char const* offset, std::string const& type,
                     boost::filesystem::path const& path, boost::filelock::storage where,
                     std::chrono::milliseconds time)
{
    return run_party(offset, {type, path.string(),
                              where == boost::filelock::storage::local ? "local" : "network",
                              std::to_string(time.count())});
}

/// A precondition of test cases.
inline boost::test_tools::assertion_result have_faketime(boost::unit_test::test_unit_id)
{
    child tried([] { return run_party("-1h", {"time"}); });
    auto const text = tried.read_line().value_or("it died");
    boost::test_tools::assertion_result result(
        std::strtol(text.c_str(), nullptr, 10) + 1800 < std::time(nullptr) && text != "it died");
    result.message() << "libfaketime does nothing: " << text;
    return result;
}

} // namespace filelock_test

#endif
