// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <set>
#include <string>

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
    BOOST_TEST((error_code(error::lease_duration_mismatch) == errc::invalid_argument));
    BOOST_TEST((error_code(error::kernel_lock_not_supported) == errc::not_supported));
    BOOST_TEST((error_code(error::both_not_supported) == errc::not_supported));
    BOOST_TEST((error_code(error::witness_not_supported) == errc::not_supported));
    BOOST_TEST((error_code(error::hard_links_not_supported) == errc::not_supported));
    BOOST_TEST((error_code(error::kernel_lock_not_supported) != errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(every_code_has_a_text_of_its_own)
{
    auto const text = [](int value) { return boost::filelock::error_category().message(value); };
    std::set<std::string> texts;
    for (int value = 0; value <= 12; ++value)
        texts.insert(text(value));
    BOOST_TEST(texts.size() == 13u);
    BOOST_TEST(text(13) == text(0)); // the last code: extend this test with the enumeration
    char buffer[8];
    BOOST_TEST(boost::filelock::error_category().message(1, buffer, sizeof buffer) == text(1));
}

BOOST_AUTO_TEST_CASE(lock_error_names_the_path_and_the_reason)
{
    lock_error const e(error::not_a_lock_file, "some/where.lock");
    BOOST_TEST(e.path() == "some/where.lock");
    BOOST_TEST((e.code() == error::not_a_lock_file));
    std::string const what = e.what();
    BOOST_TEST(what.find("some/where.lock") != std::string::npos);
    BOOST_TEST(what.find(e.code().message()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lock_error_names_the_claim_if_there_is_one)
{
    lock_error const without(error::claim_damaged, "x.lock");
    BOOST_TEST(without.claim() == "");
    lock_error const with(error::claim_damaged, "x.lock", {}, "held-v2");
    BOOST_TEST(with.claim() == "held-v2");
    BOOST_TEST(std::string(with.what()).find("x.lock, claim held-v2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lock_error_names_the_holder_if_it_is_known)
{
    boost::filelock::owner_record holder;
    lock_error const unknown(error::not_a_lock_file, "x.lock");
    BOOST_TEST(!unknown.holder());
    lock_error const unnamed(error::not_a_lock_file, "x.lock", holder);
    BOOST_TEST(std::string(unnamed.what()) == unknown.what());
    holder.pid = 4711;
    lock_error const by_number(error::not_a_lock_file, "x.lock", holder);
    BOOST_TEST(std::string(by_number.what()).find("4711") != std::string::npos);
    holder.command = "make all";
    lock_error const by_name(error::not_a_lock_file, "x.lock", holder);
    BOOST_TEST(std::string(by_name.what()).find("4711 (make all)") != std::string::npos);
    BOOST_REQUIRE(by_name.holder());
    BOOST_TEST(by_name.holder()->command == "make all");
}
