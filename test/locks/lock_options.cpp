// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The options that the constructors refuse, and the effects of the others.

#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/soft_file_lease.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using filelock_test::temporary_directory;
namespace fs = boost::filesystem;
using namespace std::chrono_literals;

namespace {

auto names(std::string const& name, std::string const& value)
{
    return [=](std::invalid_argument const& e) {
        std::string const what = e.what();
        return what.find(name) != what.npos && what.find(value) != what.npos;
    };
}

} // namespace

BOOST_AUTO_TEST_CASE(invalid_option_is_refused_by_name_and_value)
{
    file_lock_options options;
    options.poll_interval = -5ns;
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("poll_interval", "-5"));
    options.poll_interval = 0ns;
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("poll_interval", "0"));
    options = {};
    options.permissions = fs::perms_not_known;
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("permissions", "65535"));
    options = {};
    options.scope = static_cast<boost::filelock::ownership>(7);
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument, names("scope", "7"));
    options = {};
    options.where = static_cast<boost::filelock::storage>(3);
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument, names("where", "3"));
    options = {};
    options.backend = static_cast<boost::filelock::kernel_lock>(-1);
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument, names("backend", "-1"));
    options = {};
    options.on_unsupported = static_cast<boost::filelock::fallback>(2);
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("on_unsupported", "2"));
    options.on_unsupported = boost::filelock::fallback::soft;
    options.on_acquired = [](boost::filelock::native_handle_type) {};
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("on_acquired", "fallback::soft"));
    options = {};
    options.backend = boost::filelock::kernel_lock::both;
    options.where = boost::filelock::storage::network;
    BOOST_CHECK_EXCEPTION(file_lock("x", options), std::invalid_argument,
                          names("kernel_lock::both", "storage::network"));
    BOOST_CHECK_EXCEPTION(file_lock(""), std::invalid_argument, names("path", "empty"));
    BOOST_CHECK_EXCEPTION(file_lock(std::string("a\0b", 3)), std::invalid_argument,
                          names("path", "\"a\""));
}

BOOST_AUTO_TEST_CASE(every_type_of_path_is_accepted)
{
    BOOST_TEST(file_lock("a").path() == "a");
    BOOST_TEST(file_lock(std::string("a")).path() == "a");
    BOOST_TEST(file_lock(std::string_view("a")).path() == "a");
    BOOST_TEST(file_lock(L"a").path() == "a");
    BOOST_TEST(file_lock(fs::path("a")).path() == "a");
    BOOST_TEST(file_lock(std::filesystem::path("a b")).path() == "a b");
}

BOOST_AUTO_TEST_CASE(options_can_be_given_in_braces)
{
    file_lock const first("a", {10ms}); // there is no warning that the other members are missing
#if __cplusplus >= 202002L
    file_lock const named("a", {.poll_interval = 10ms, .create_directories = false});
#endif
    BOOST_TEST(first.path() == "a");
}

BOOST_FIXTURE_TEST_CASE(missing_parents_are_made_unless_declined, temporary_directory)
{
    auto const deep = directory / "a" / "b" / "c.lock";
    file_lock_options options;
    options.create_directories = false;
    file_lock declined(deep, options);
    BOOST_CHECK_EXCEPTION(declined.lock(), boost::filelock::lock_error, [](auto const& e) {
        return e.code() == boost::system::errc::no_such_file_or_directory;
    });
    BOOST_TEST(fs::is_empty(directory));
    file_lock lock(deep);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(fs::is_regular_file(deep));
}

BOOST_FIXTURE_TEST_CASE(umask_decides_without_permissions, temporary_directory)
{
    auto const before = ::umask(027);
    file_lock(path).release(boost::filelock::force);
    file_lock lock(path);
    lock.lock();
    ::umask(before);
    BOOST_TEST(fs::status(path).permissions() == 0640);
    lock.unlock();
    fs::permissions(path, fs::perms(0600));
    lock.lock();
    BOOST_TEST(fs::status(path).permissions() == 0600);
}

BOOST_FIXTURE_TEST_CASE(permissions_are_exact_once_the_lock_is_held, temporary_directory)
{
    file_lock_options options;
    options.permissions = fs::perms(0666);
    auto const before = ::umask(077);
    file_lock lock(path, options);
    lock.lock();
    ::umask(before);
    BOOST_TEST(fs::status(path).permissions() == 0666);

    // An attempt that fails changes nothing.
    options.permissions = fs::perms(0600);
    file_lock loser(path, options);
    BOOST_TEST(!loser.try_lock());
    BOOST_TEST(fs::status(path).permissions() == 0666);
    lock.unlock();
    BOOST_TEST(loser.try_lock());
    BOOST_TEST(fs::status(path).permissions() == 0600);
}

BOOST_AUTO_TEST_CASE(invalid_option_of_a_lease_is_refused_by_name_and_value)
{
    using boost::filelock::soft_file_lease;
    auto const check = [](boost::filelock::soft_file_lease_options const& options,
                          std::string const& name, std::string const& value) {
        BOOST_CHECK_EXCEPTION(soft_file_lease("x", options), std::invalid_argument,
                              names(name, value));
    };
    boost::filelock::soft_file_lease_options options;
    options.poll_interval = 0ns;
    check(options, "poll_interval", "0");
    options = {};
    options.permissions = fs::perms_not_known;
    check(options, "permissions", "65535");
    options = {};
    options.scope = static_cast<boost::filelock::ownership>(7);
    check(options, "scope", "7");
    options = {};
    options.where = static_cast<boost::filelock::storage>(3);
    check(options, "where", "3");
    options = {};
    options.duration = 0ns;
    check(options, "duration", "0");
    options.duration = -5ns;
    check(options, "duration", "-5");
    options.duration = 1234ns;
    options.heartbeat_interval = 0ns;
    check(options, "heartbeat_interval", "0");
    options.heartbeat_interval = 1234ns;
    check(options, "heartbeat_interval", "1234");
    options.heartbeat_interval = 1233ns;
    BOOST_CHECK_NO_THROW(soft_file_lease("x", options));
    BOOST_CHECK_THROW(soft_file_lease(""), std::invalid_argument);
}
