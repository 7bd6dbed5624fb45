// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How an operator removes claims of a `strict_soft_file_lock`, and what the owner and others see of
// it.

#include "support/child.hpp"
#include "support/claim_files.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <signal.h>
#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::acquire_options;
using boost::filelock::lock_error;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

auto const per_element = boost::test_tools::per_element();

struct strict_operator : claim_files
{
    /// Lets another process acquire the lock and die.
    void leave_claims(storage where) const
    {
        child dies([&] {
            strict_soft_file_lock lock(path, strict_options(where));
            lock.lock();
            say("held");
            hear();
            return 0;
        });
        dies.expect("held");
        dies.kill();
        BOOST_TEST(dies.wait() == -SIGKILL);
    }

    void break_all() const
    {
        strict_soft_file_lock operators(path);
        for (auto const& claim : operators.claims())
            operators.force_break(claim.name);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_force_break, strict_operator)

BOOST_AUTO_TEST_SUITE(force_break)

BOOST_AUTO_TEST_CASE(removes_exactly_the_named_claim)
{
    auto const a = forge("intent", first_token), b = forge("held", first_token),
               c = forge("intent", last_token);
    write_text(path, sentinel);
    strict_soft_file_lock lock(path, strict_options());
    lock.force_break(b);
    BOOST_TEST(claim_names() == (names{a, c}), per_element);
    BOOST_TEST(!is_free());
    lock.force_break(c);
    BOOST_TEST(claim_names() == names{a}, per_element);
    BOOST_TEST(!is_free());
    lock.force_break(a);
    BOOST_TEST(claim_names().empty());
    BOOST_TEST(is_free());
    BOOST_TEST(text_of(path) == sentinel);
}

BOOST_AUTO_TEST_CASE(removes_a_damaged_file_and_not_the_target_of_a_link)
{
    auto const target = directory / "target";
    make_directories();
    write_text(target, "data");
    write_text(claims / "unknown", "x");
    write_text(claims / "with\nan end", "x");
    write_text(claims / claim_name("held", first_token), std::string(2000, 'x'));
    fs::create_symlink(target, claims / claim_name("intent", first_token));
    BOOST_TEST(::mkfifo((claims / "fifo").c_str(), 0600) == 0);
    fs::create_symlink(target,
                       claims / private_file_name(claim_name("held", last_token), last_token));
    break_all();
    BOOST_TEST(claim_names().empty());
    BOOST_TEST(text_of(target) == "data");
    BOOST_TEST(is_free());
}

BOOST_AUTO_TEST_CASE(of_a_directory_is_an_error)
{
    fs::create_directories(claims / "sub");
    strict_soft_file_lock lock(path);
    error_code ec;
    lock.force_break("sub", ec);
    BOOST_TEST((ec == errc::is_a_directory), ec.message());
    BOOST_TEST(fs::is_directory(claims / "sub"));
}

BOOST_AUTO_TEST_CASE(of_a_name_that_is_not_among_the_claims_is_an_error)
{
    auto const held = forge("held", first_token);
    auto const hidden = ".hidden"s, litter = private_file_name(held, last_token);
    write_text(claims / hidden, "data");
    write_text(claims / litter, "data");
    write_text(directory / "data", "data");
    strict_soft_file_lock lock(path);
    for (auto const& name :
         {""s, "."s, ".."s, "/"s, "x"s, hidden, litter, "../claims/" + held, "./" + held,
          held + '/', '/' + held, (claims / held).string(), "../../data"s, held.substr(1),
          held + '\0', claim_name("intent", first_token), "Held" + held.substr(4)}) {
        error_code ec;
        lock.force_break(name, ec);
        BOOST_TEST((ec == errc::no_such_file_or_directory), name << ": " << ec.message());
    }
    BOOST_TEST(claim_names() == (names{litter, hidden, held}), per_element);
    BOOST_TEST(text_of(directory / "data") == "data");
}

BOOST_AUTO_TEST_CASE(of_an_unused_lock_is_an_error_that_names_the_claim)
{
    strict_soft_file_lock lock(path);
    try {
        lock.force_break("x.claim");
        BOOST_ERROR("no error");
    } catch (lock_error const& e) {
        BOOST_TEST((e.code() == errc::no_such_file_or_directory));
        BOOST_TEST(e.claim() == "x.claim");
        BOOST_TEST(e.path() == path);
        BOOST_TEST(std::string(e.what()).find("x.claim") != std::string::npos);
    }
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_DATA_TEST_CASE_F(strict_operator,
                       of_one_claim_of_a_live_holder_ends_its_hold_but_frees_nothing,
                       both_storages* boost::unit_test::data::make({"held", "intent"}), where, kind)
{
    strict_soft_file_lock lock(path, strict_options(where)), other(path, strict_options(where));
    error_code ec;
    lock.lock();
    BOOST_TEST(lock.still_held(ec));
    other.force_break(claim_name(kind, token()));
    ec = errc::make_error_code(errc::io_error);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(lock.is_locked());
    BOOST_TEST(!other.try_lock());
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(claim_names().empty());
    BOOST_TEST(other.try_lock());
}

BOOST_DATA_TEST_CASE_F(strict_operator, of_both_claims_of_a_live_holder_lets_another_in,
                       both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where)), other(path, strict_options(where));
    error_code ec;
    lock.lock();
    break_all();
    BOOST_TEST(other.try_lock());
    auto const its = claim_names();
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec, ec.message());
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(claim_names() == its, per_element);
    BOOST_TEST(other.still_held(ec));
}

BOOST_AUTO_TEST_CASE(works_in_a_forked_child)
{
    strict_soft_file_lock lock(path, strict_options());
    lock.lock();
    child c([&] {
        for (auto const& claim : lock.claims())
            lock.force_break(claim.name);
        return lock.claims().empty() && lock.try_lock() ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(crash)

BOOST_DATA_TEST_CASE_F(strict_operator, keeps_the_lock_until_both_claims_are_broken, both_storages,
                       where)
{
    leave_claims(where);
    auto const left = claim_names();
    BOOST_TEST_REQUIRE(left.size() == 2u);
    for (auto const& name : left)
        make_old(claims / name);
    make_old(path);
    strict_soft_file_lock lock(path, strict_options(where));
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST((error_of(lock, 50ms) == errc::timed_out));
    BOOST_TEST(claim_names() == left, per_element);
    BOOST_TEST(lock.holder().value().command == "");
    for (auto const& name : left) {
        BOOST_TEST(!lock.try_lock());
        lock.force_break(name);
    }
    BOOST_TEST(lock.try_lock());
}

BOOST_DATA_TEST_CASE_F(strict_operator, lets_a_waiter_in_once_its_claims_are_broken, both_storages,
                       where)
{
    leave_claims(where);
    child waits([&] {
        strict_soft_file_lock lock(path, strict_options(where));
        acquire_options how;
        how.on_wait = [is_first = true](auto const&) mutable {
            if (std::exchange(is_first, false))
                say("waits");
        };
        lock.acquire(how);
        say("has it");
        return 0;
    });
    waits.expect("waits");
    break_all();
    waits.expect("has it");
    BOOST_TEST(waits.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
