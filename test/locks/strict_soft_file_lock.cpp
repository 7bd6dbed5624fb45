// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The files of `strict_soft_file_lock` while it is held and afterwards, and what they tell of the
// owners.

#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::claim_state;
using boost::filelock::lock_error;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::strict_claim;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const per_element = boost::test_tools::per_element();

struct strict_files : claim_files
{
    /// Returns what a claim of this process contains.
    std::string own_text(std::string const& with_token) const
    {
        auto const marker = own_record(directory);
        auto const start = marker.substr(without_start(marker).size());
        return claim_text(with_token, ::getpid(), host_name(), start.substr(0, start.find('\n')));
    }
};

std::vector<std::string> names_of(std::vector<strict_claim> const& claims)
{
    std::vector<std::string> names;
    for (auto const& claim : claims)
        names.push_back(claim.name);
    return names;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_soft_file_lock_suite, strict_files)

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(of_an_unused_lock_are_none)
{
    strict_soft_file_lock lock(path, strict_options());
    error_code ec;
    BOOST_TEST(lock.claims().empty());
    BOOST_TEST(lock.holders().empty());
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_DATA_TEST_CASE_F(strict_files, of_a_hold_are_two_claims_of_the_same_record, both_storages,
                       where)
{
    strict_soft_file_lock lock(path, strict_options(where));
    lock.lock();
    BOOST_TEST(names_in(directory) == (names{"test.lock", "test.lock.filelock"}), per_element);
    BOOST_TEST(names_in(box) == names{"claims"}, per_element);
    BOOST_TEST(text_of(path) == sentinel);
    auto const held = claim_name("held", token()), intent = claim_name("intent", token());
    BOOST_TEST(claim_names() == (names{held, intent}), per_element);
    BOOST_TEST(token().find_first_not_of("0123456789abcdef") == std::string::npos);
    BOOST_TEST(text_of(claims / held) == own_text(token()));
    BOOST_TEST(text_of(claims / intent) == own_text(token()));
    lock.unlock();
}

BOOST_DATA_TEST_CASE_F(strict_files, after_a_release_are_the_sentinel_and_the_directory,
                       both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where));
    for (int i = 0; i < 3; ++i) {
        lock.lock();
        auto const inode = facts_of(path).st_ino;
        lock.unlock();
        BOOST_TEST(names_in(directory) == (names{"test.lock", "test.lock.filelock"}), per_element);
        BOOST_TEST(names_in(box) == names{"claims"}, per_element);
        BOOST_TEST(claim_names().empty());
        BOOST_TEST(text_of(path) == sentinel);
        BOOST_TEST(facts_of(path).st_ino == inode);
    }
}

BOOST_AUTO_TEST_CASE(of_each_hold_have_a_new_token)
{
    strict_soft_file_lock lock(path, strict_options());
    names tokens;
    for (int i = 0; i < 4; ++i) {
        lock.lock();
        tokens.push_back(token());
        lock.unlock();
    }
    std::sort(tokens.begin(), tokens.end());
    BOOST_TEST((std::unique(tokens.begin(), tokens.end()) == tokens.end()));
}

BOOST_AUTO_TEST_CASE(stay_until_the_last_level_is_dropped)
{
    strict_soft_file_lock lock(path, strict_options());
    lock.lock();
    auto const before = claim_names();
    lock.lock();
    BOOST_TEST(claim_names() == before, per_element);
    lock.unlock();
    BOOST_TEST(claim_names() == before, per_element);
    lock.unlock();
    BOOST_TEST(claim_names().empty());
}

BOOST_DATA_TEST_CASE_F(strict_files, of_a_refused_attempt_are_none, both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where)), other(path, strict_options(where));
    lock.lock();
    auto const before = claim_names();
    BOOST_TEST(!other.try_lock());
    BOOST_TEST((error_of(other, 20ms) == errc::timed_out));
    BOOST_TEST(claim_names() == before, per_element);
}

BOOST_AUTO_TEST_CASE(are_removed_by_the_destructor)
{
    {
        strict_soft_file_lock lock(path, strict_options());
        lock.lock();
        BOOST_TEST(claim_names().size() == 2u);
    }
    BOOST_TEST(claim_names().empty());
}

BOOST_DATA_TEST_CASE_F(strict_files, leave_no_descriptor_open_after_the_release, both_storages,
                       where)
{
    strict_soft_file_lock lock(path, strict_options(where));
    auto const before = open_descriptors();
    lock.lock();
    BOOST_TEST(open_descriptors() == before + 1); // the directory of the claims
    lock.unlock();
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(keep_a_soft_file_lock_out_for_good)
{
    soft_file_lock_options options;
    options.poll_interval = 1ms;
    options.malformed_grace = 0ns;
    options.lifetime = 1ns;
    {
        strict_soft_file_lock lock(path, strict_options());
        lock.lock();
        soft_file_lock soft(path, options);
        BOOST_TEST(!soft.try_lock());
    }
    make_old(path);
    soft_file_lock soft(path, options);
    BOOST_TEST(!soft.try_lock());
    BOOST_TEST(!soft.try_lock_for(20ms));
    BOOST_TEST(text_of(path) == sentinel);
    BOOST_TEST(is_free());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reports)

BOOST_DATA_TEST_CASE_F(strict_files, claims_of_a_hold_name_its_owner, both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where)), other(path);
    lock.lock();
    auto const seen = other.claims();
    BOOST_TEST(names_of(seen) == claim_names(), per_element);
    BOOST_TEST_REQUIRE(seen.size() == 2u);
    BOOST_TEST((seen[0].state == claim_state::held));
    BOOST_TEST((seen[1].state == claim_state::intent));
    for (auto const& claim : seen) {
        auto const& owner = claim.owner;
        BOOST_TEST(owner.pid == ::getpid());
        BOOST_TEST(owner.hostname == host_name());
        BOOST_TEST(claim_text(token(), owner.pid, owner.hostname, owner.start_token) ==
                   own_text(token()));
        BOOST_TEST(owner.token == token());
        BOOST_TEST(owner.command != "");
        BOOST_TEST((owner.mode == owner_mode::claim));
        BOOST_TEST(!owner.duration);
        BOOST_TEST_REQUIRE(owner.age.has_value());
        BOOST_TEST((*owner.age > -1s && *owner.age < patience));
    }
}

BOOST_AUTO_TEST_CASE(claims_are_sorted_and_name_owners_on_other_hosts)
{
    auto const last = forge("intent", last_token, 4711, "r\xc3\xa9seau");
    auto const first = forge("intent", first_token), held = forge("held", last_token);
    auto const damaged = "held-v2-" + first_token + ".claim";
    write_text(claims / damaged, claim_text(first_token, 4711, "elsewhere"));
    make_old(claims / first);
    strict_soft_file_lock lock(path);
    auto const seen = lock.claims();
    BOOST_TEST(names_of(seen) == (names{held, damaged, first, last}), per_element);
    BOOST_TEST_REQUIRE(seen.size() == 4u);
    BOOST_TEST((seen[0].state == claim_state::held));
    BOOST_TEST((seen[2].state == claim_state::intent));
    BOOST_TEST(seen[3].owner.pid == 4711);
    BOOST_TEST(seen[3].owner.hostname == "r\xc3\xa9seau");
    BOOST_TEST(seen[3].owner.start_token == "");
    BOOST_TEST(seen[3].owner.command == "");
    BOOST_TEST(seen[3].owner.token == last_token);
    BOOST_TEST((seen[2].owner.age.value() > 299'000'000s));
    BOOST_TEST((seen[1].state == claim_state::damaged));
    BOOST_TEST(seen[1].owner.pid == 0);
    BOOST_TEST(seen[1].owner.token == "");
    BOOST_TEST(seen[1].owner.hostname == "");
    BOOST_TEST(!seen[1].owner.age);
}

BOOST_AUTO_TEST_CASE(directory_that_cannot_be_listed_is_an_error, *ut::precondition(is_root))
{
    make_directories();
    fs::permissions(directory, fs::perms(0755));
    fs::permissions(claims, fs::perms(0711));
    BOOST_TEST(as_nobody([&] {
                   strict_soft_file_lock lock(path);
                   error_code ec;
                   auto const seen = lock.claims(ec);
                   return seen.empty() && ec == errc::permission_denied &&
                                  error_of([&] { lock.claims(); }) == errc::permission_denied
                              ? 0
                              : 1;
               }) == 0);
}

BOOST_DATA_TEST_CASE_F(strict_files, holder_is_the_owner_of_a_held_claim, both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where));
    child holds([&] {
        strict_soft_file_lock its(path, strict_options(where));
        its.lock();
        say("held");
        hear();
        its.unlock();
        say("free");
        hear();
        return 0;
    });
    holds.expect("held");
    auto const who = lock.holders();
    BOOST_TEST_REQUIRE(who.size() == 1u);
    BOOST_TEST(who[0].pid == holds.pid());
    BOOST_TEST(who[0].token == token());
    BOOST_TEST((who[0].mode == owner_mode::claim));
    BOOST_TEST(lock.holder().value().pid == holds.pid());
    try {
        acquire_options once;
        once.timeout = 0ns;
        lock.acquire(once);
        BOOST_ERROR("two hold it");
    } catch (lock_error const& e) {
        BOOST_TEST((e.code() == errc::timed_out));
        BOOST_TEST(e.holder().value().pid == holds.pid());
        BOOST_TEST(e.claim() == "");
    }
    BOOST_TEST(holds.ask("release") == "free");
    BOOST_TEST(lock.holders().empty());
}

BOOST_AUTO_TEST_CASE(holders_are_neither_contenders_nor_damaged_claims)
{
    forge("intent", first_token);
    write_text(claims / claim_name("held", last_token), "");
    write_text(path, sentinel);
    strict_soft_file_lock lock(path);
    BOOST_TEST(lock.holders().empty());
    forge("held", first_token);
    BOOST_TEST(lock.holder().value().token == first_token);
}

BOOST_AUTO_TEST_CASE(holder_may_be_a_soft_file_lock)
{
    soft_file_lock soft(path);
    soft.lock();
    strict_soft_file_lock lock(path, strict_options());
    BOOST_TEST((error_of(lock) == errc::timed_out));
    auto const who = lock.holder();
    BOOST_TEST_REQUIRE(who.has_value());
    BOOST_TEST(who->pid == ::getpid());
    BOOST_TEST((who->mode == owner_mode::marker));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
