// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The options of `soft_read_write_lock`.

#include "support/marker_tree.hpp"
#include "support/soft_read_write_roles.hpp"

#include <boost/filelock/detail/option_difference.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/shared_instance.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::ownership;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using std::chrono::steady_clock;
namespace fs = boost::filesystem;

BOOST_FIXTURE_TEST_SUITE(soft_read_write, marker_tree)

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(that_are_invalid_are_refused_by_name_and_value)
{
    auto const check = [](soft_read_write_lock_options const& options, std::string const& name,
                          std::string const& value) {
        BOOST_CHECK_EXCEPTION(soft_read_write_lock("x", options), std::invalid_argument,
                              ([&](std::invalid_argument const& e) {
                                  std::string const what = e.what();
                                  BOOST_TEST_INFO(what);
                                  return what.find(name) != what.npos &&
                                         what.find(value) != what.npos;
                              }));
    };
    soft_read_write_lock_options options;
    options.poll_interval = 0ns;
    check(options, "poll_interval", "0");
    options = {};
    options.permissions = fs::perms_not_known;
    check(options, "permissions", "65535");
    options = {};
    options.scope = static_cast<ownership>(7);
    check(options, "scope", "7");
    options = {};
    options.where = static_cast<storage>(3);
    check(options, "where", "3");
    options = {};
    options.heartbeat_interval = 0ns;
    check(options, "heartbeat_interval", "0");
    options.heartbeat_interval = -7ns;
    check(options, "heartbeat_interval", "-7");
    options = {};
    options.heartbeat_interval = 1234ns;
    options.stale_threshold = 1234ns;
    check(options, "stale_threshold", "1234");
    options.stale_threshold = -5ns;
    check(options, "stale_threshold", "-5");
    options.stale_threshold = 1235ns;
    BOOST_CHECK_NO_THROW(soft_read_write_lock("x", options));
    options = {};
    options.settle = -1ns;
    check(options, "settle", "-1");
    BOOST_CHECK_THROW(soft_read_write_lock(""), std::invalid_argument);
    BOOST_CHECK_THROW(soft_read_write_lock("a\0b"s), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(are_as_documented_by_default)
{
    soft_read_write_lock_options const options;
    BOOST_TEST((options.poll_interval == 250ms));
    BOOST_TEST((options.heartbeat_interval == 30s));
    BOOST_TEST(!options.stale_threshold);
    BOOST_TEST(!options.settle);
    BOOST_TEST(!options.on_loss);
}

BOOST_AUTO_TEST_CASE(have_a_threshold_of_three_intervals_by_default)
{
    forge(role::writer, record(4711, "elsewhere"));
    auto options = steady();
    options.heartbeat_interval = 150ms;
    options.stale_threshold.reset();
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(lock.try_lock_for(80s)); // the default interval of 30 s would make it 90 s
    BOOST_TEST((steady_clock::now() - begun >= 450ms));
}

BOOST_AUTO_TEST_CASE(are_the_same_where_all_of_them_are)
{
    using options_type = soft_read_write_lock_options;
    auto const are_same = [](auto const& a, auto const& b) {
        return boost::filelock::detail::option_difference(a, b).empty();
    };
    BOOST_TEST(are_same(options_type(), options_type()));
    std::function<void(options_type&)> const changes[] = {
        [](auto& o) { o.poll_interval = 1ms; },
        [](auto& o) { o.permissions = fs::perms(0600); },
        [](auto& o) { o.scope = ownership::instance; },
        [](auto& o) { o.create_directories = false; },
        [](auto& o) { o.where = storage::network; },
        [](auto& o) { o.heartbeat_interval = 1s; },
        [](auto& o) { o.stale_threshold = 90s; },
        [](auto& o) { o.settle = 0s; },
    };
    for (auto const& change : changes) {
        options_type a, b;
        change(a);
        BOOST_TEST(!are_same(a, b));
        BOOST_TEST(!are_same(b, a));
        change(b);
        BOOST_TEST(are_same(a, b));
    }
    options_type listens;
    listens.on_loss = [](auto const&) {};
    BOOST_TEST(!are_same(listens, listens));
    BOOST_TEST(!are_same(options_type(), listens));
}

BOOST_AUTO_TEST_CASE(of_a_shared_instance_must_be_the_same)
{
    using boost::filelock::shared_instance;
    auto options = steady();
    auto const a = shared_instance<soft_read_write_lock>(path, options);
    BOOST_TEST(a == shared_instance<soft_read_write_lock>(path, options));
    options.heartbeat_interval = 21ms;
    BOOST_CHECK_THROW((void)shared_instance<soft_read_write_lock>(path, options),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
