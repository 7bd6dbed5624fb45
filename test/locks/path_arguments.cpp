// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The types of a lock's path argument, with every version of Boost.Filesystem.

#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace fs = boost::filesystem;

using boost::filelock::shared_instance;

namespace {

template <class Lock>
struct derived_lock : Lock
{
    using Lock::Lock;
};

template <class Lock>
struct named_lock : Lock
{
    named_lock() : Lock(std::filesystem::path("named")) {}
};

/// Calls `check` with "a b" in every type.
template <class Check>
void with_each_type(Check check)
{
    char array[] = "a b";
    std::string const string = array;
    std::filesystem::path const standard = array;
    check("a b");
    check(array);
    check(static_cast<char const*>(array));
    check(L"a b");
    check(string);
    check(std::string(array));
    check(std::wstring(L"a b"));
    check(std::string_view(array));
    check(fs::path(array));
    check(standard);
    check(std::filesystem::path(array));
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_takes_every_type_of_path, Lock, exclusive_kinds)
{
    typename options_of<Lock>::type options;
    options.poll_interval = 10ms;
    with_each_type([&](auto const& path) {
        BOOST_TEST(Lock(path).path() == "a b");
        BOOST_TEST(Lock(path, {}).path() == "a b");
        BOOST_TEST(Lock(path, options).path() == "a b");
        BOOST_TEST(derived_lock<Lock>(path).path() == "a b");
        BOOST_TEST(derived_lock<Lock>(path, options).path() == "a b");
    });
    BOOST_TEST(named_lock<Lock>().path() == "named");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(shared_instance_takes_every_type_of_path, Lock, exclusive_kinds)
{
    temporary_directory const directory;
    fs::current_path(directory.directory);
    typename options_of<Lock>::type options;
    options.poll_interval = 10ms;
    auto const first = shared_instance<Lock>("a b", options);
    with_each_type([&](auto const& path) {
        BOOST_CHECK(shared_instance<Lock>(path, options) == first);
        BOOST_CHECK_THROW((void)shared_instance<Lock>(path), std::invalid_argument);
    });
    fs::current_path("/");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_else_becomes_a_lock, Lock, exclusive_kinds)
{
    static_assert(!std::is_convertible_v<std::filesystem::path, Lock>, "explicit");
    static_assert(!std::is_convertible_v<fs::path, Lock>, "explicit");
    static_assert(!std::is_constructible_v<Lock, Lock const&>);
    static_assert(!std::is_constructible_v<Lock, Lock&>);
    static_assert(!std::is_constructible_v<Lock, derived_lock<Lock>&>);
    static_assert(!std::is_constructible_v<Lock, int>);
    static_assert(!std::is_default_constructible_v<Lock>);
}
