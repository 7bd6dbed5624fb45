// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <string>

#define BOOST_TEST_MODULE error
#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using boost::filelock::error;
using boost::filelock::lock_error;
using boost::system::error_code;

BOOST_AUTO_TEST_CASE(codes_convert_and_belong_to_the_category)
{
    error_code const ec = error::not_a_lock_file;
    BOOST_TEST(ec.failed());
    BOOST_TEST((ec.category() == boost::filelock::error_category()));
    BOOST_TEST(ec.category().name() == std::string("boost.filelock"));
    BOOST_TEST((ec == error::not_a_lock_file));
    BOOST_TEST((ec != error::kernel_lock_not_supported));
}

BOOST_AUTO_TEST_CASE(codes_compare_with_their_natural_conditions)
{
    BOOST_TEST((error_code(error::not_a_lock_file) == errc::invalid_argument));
    BOOST_TEST((error_code(error::kernel_lock_not_supported) == errc::not_supported));
    BOOST_TEST((error_code(error::kernel_lock_not_supported) != errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(every_code_has_a_text_of_its_own)
{
    auto const text = [](int value) { return boost::filelock::error_category().message(value); };
    BOOST_TEST(text(1) != text(2));
    BOOST_TEST(text(1) != text(0));
    BOOST_TEST(text(2) != text(0));
    BOOST_TEST(text(3) == text(0)); // the last one: extend this test with the enumeration
    char buffer[8];
    BOOST_TEST(boost::filelock::error_category().message(1, buffer, sizeof buffer) == text(1));
}

BOOST_AUTO_TEST_CASE(a_lock_error_names_the_path_and_the_reason)
{
    lock_error const e(error::not_a_lock_file, "some/where.lock");
    BOOST_TEST(e.path() == "some/where.lock");
    BOOST_TEST((e.code() == error::not_a_lock_file));
    std::string const what = e.what();
    BOOST_TEST(what.find("some/where.lock") != std::string::npos);
    BOOST_TEST(what.find(e.code().message()) != std::string::npos);
}
