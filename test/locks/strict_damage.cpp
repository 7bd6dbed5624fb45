// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Files among the claims of a `strict_soft_file_lock` that are no valid claims: nothing is acquired
// while one of them is there, and the error names it.

#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/kernel_state.hpp"
#include "support/odd_files.hpp"
#include "support/privileges.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::acquire_options;
using boost::filelock::claim_state;
using boost::filelock::error;
using boost::filelock::lock_error;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const per_element = boost::test_tools::per_element();

std::string const valid_name = claim_name("held", last_token);
std::string const valid_text = claim_text(last_token, 4711, "elsewhere");
std::string const litter_name = private_file_name(claim_name("intent", first_token), last_token);

struct damage
{
    char const* what;
    std::string name;
    file_maker make;

    friend std::ostream& operator<<(std::ostream& out, damage const& d) { return out << d.what; }
};

std::vector<damage> const all_damage = {
    {"unknown name", "unknown", text(valid_text)},
    {"name without a suffix", "held-v1-" + last_token, text(valid_text)},
    {"name with a longer suffix", valid_name + "~", text(valid_text)},
    {"name of a later version", "held-v2-" + last_token + ".claim", text(valid_text)},
    {"intent of a later version", "intent-v2-" + last_token + ".claim", text(valid_text)},
    {"name with capital digits", "held-v1-" + std::string(32, 'F') + ".claim", text(valid_text)},
    {"name of another kind", "shared-v1-" + last_token + ".claim", text(valid_text)},
    {"private name without a dot", litter_name.substr(1), text(valid_text)},
    {"empty claim", valid_name, text("")},
    {"claim of NULs", valid_name, text(std::string(100, '\0'))},
    {"malformed claim", valid_name, text("held\n")},
    {"claim with another token", valid_name, text(claim_text(first_token, 4711, "elsewhere"))},
    {"claim with pid 0", valid_name, text(claim_text(last_token, 0, "elsewhere"))},
    {"claim of a host with a blank", valid_name, text(claim_text(last_token, 4711, "two words"))},
    {"claim of a later version", valid_name, text("filelock-strict-v2" + valid_text.substr(18))},
    {"claim without an end", valid_name, text(valid_text.substr(0, valid_text.size() - 1))},
    {"claim with more", valid_name, text(valid_text + "x\n")},
    {"claim of 1025 bytes", valid_name, text(valid_text + std::string(1025, ' '))},
    {"huge claim", valid_name, text(valid_text + std::string(1 << 20, '\0'))},
    {"claim that is a directory", valid_name, make_directory},
    {"claim that is a FIFO", valid_name, make_fifo},
    {"claim that is a socket", valid_name, make_socket},
    {"claim that is a link to a claim", valid_name, link_to(valid_text)},
    {"claim that is a link to nothing", valid_name, make_dangling_link},
    {"unknown directory", "sub", make_directory},
    {"unknown FIFO", "fifo", make_fifo},
    {"unknown link", "link", link_to(valid_text)},
    {"private directory", litter_name, make_directory},
    {"private FIFO", litter_name, make_fifo},
    {"private link", litter_name, link_to(valid_text)},
    {"private link to nothing", litter_name, make_dangling_link},
};

struct strict_damage : claim_files
{
    strict_damage() { make_directories(); }

    void damage_with(damage const& d) const { d.make(claims / d.name, directory / "aside"); }

    /// Checks that every way to acquire the lock fails at once, and that the error names the file.
    void check_refused(std::string const& name, storage where) const
    {
        strict_soft_file_lock lock(path, strict_options(where));
        auto const before = open_descriptors();
        BOOST_TEST((error_of(lock) == error::claim_damaged));
        BOOST_TEST((error_of(lock, patience) == error::claim_damaged));
        std::function<void()> const ways[] = {[&] { lock.lock(); }, [&] { (void)lock.try_lock(); },
                                              [&] { (void)lock.try_lock_for(patience); },
                                              [&] { lock.acquire(); }};
        for (auto const& acquire : ways)
            check_error(name, acquire);
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(open_descriptors() == before);
    }

    void check_error(std::string const& name, std::function<void()> const& acquire) const
    {
        try {
            acquire();
            BOOST_ERROR("it was acquired");
        } catch (lock_error const& e) {
            BOOST_TEST((e.code() == error::claim_damaged));
            BOOST_TEST(e.claim() == name);
            BOOST_TEST(e.path() == path);
            BOOST_TEST(!e.holder());
            std::string const what = e.what();
            BOOST_TEST(what.find(name) != what.npos, what);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_damage_suite, strict_damage)

BOOST_AUTO_TEST_SUITE(damaged)

BOOST_DATA_TEST_CASE_F(strict_damage, file_is_refused_and_untouched,
                       both_storages* data::make(all_damage), where, bad)
{
    damage_with(bad);
    auto const file = claims / bad.name;
    auto const before = facts_of(file);
    auto const content = (before.st_mode & S_IFMT) == S_IFREG ? text_of(file) : "";
    check_refused(bad.name, where);
    auto const after = facts_of(file);
    BOOST_TEST(claim_names() == names{bad.name}, per_element);
    BOOST_TEST(after.st_ino == before.st_ino);
    BOOST_TEST(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
    BOOST_TEST(((before.st_mode & S_IFMT) != S_IFREG || text_of(file) == content));
    BOOST_TEST((!is_there(directory / "aside") || text_of(directory / "aside") == valid_text));
}

BOOST_DATA_TEST_CASE_F(strict_damage, file_is_reported, data::make(all_damage), bad)
{
    damage_with(bad);
    strict_soft_file_lock lock(path);
    auto const seen = lock.claims();
    BOOST_TEST_REQUIRE(seen.size() == 1u);
    BOOST_TEST(seen[0].name == bad.name);
    BOOST_TEST((seen[0].state == claim_state::damaged));
    BOOST_TEST(seen[0].owner.pid == 0);
    BOOST_TEST(seen[0].owner.hostname == "");
    BOOST_TEST(seen[0].owner.token == "");
    write_text(path, sentinel);
    BOOST_TEST(lock.holders().empty());
}

BOOST_DATA_TEST_CASE_F(strict_damage, file_counts_however_old_it_is,
                       both_storages* data::make(all_damage), where, bad)
{
    damage_with(bad);
    set_modified(claims / bad.name, 0s);
    check_refused(bad.name, where);
    BOOST_TEST(claim_names() == names{bad.name}, per_element);
}

BOOST_DATA_TEST_CASE_F(strict_damage, file_is_named_beside_valid_claims, both_storages, where)
{
    auto const first = forge("held", first_token), last = forge("intent", last_token);
    write_text(claims / "held-v1-x.claim", "");
    write_text(claims / "zzz", "");
    check_refused("held-v1-x.claim", where);
    BOOST_TEST(claim_names() == (names{first, "held-v1-x.claim", last, "zzz"}), per_element);
}

BOOST_AUTO_TEST_CASE(file_among_the_claims_of_a_holder_leaves_the_hold_alone)
{
    strict_soft_file_lock lock(path, strict_options());
    error_code ec;
    lock.lock();
    write_text(claims / "unknown", "");
    check_refused("unknown", storage::local);
    BOOST_TEST(lock.still_held(ec));
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(claim_names() == names{"unknown"}, per_element);
}

BOOST_DATA_TEST_CASE_F(strict_damage, file_ends_a_wait, both_storages, where)
{
    forge("held", first_token);
    child waits([&] {
        strict_soft_file_lock lock(path, strict_options(where));
        acquire_options how;
        how.on_wait = [is_first = true](auto const&) mutable {
            if (std::exchange(is_first, false))
                say("waits");
        };
        try {
            lock.acquire(how);
        } catch (lock_error const& e) {
            say(e.code() == error::claim_damaged ? e.claim() : e.what());
        }
        return 0;
    });
    waits.expect("waits");
    write_text(claims / "unknown", "");
    waits.expect("unknown");
    BOOST_TEST(waits.wait() == 0);
    BOOST_TEST(claim_names() == (names{claim_name("held", first_token), "unknown"}), per_element);
}

BOOST_AUTO_TEST_CASE(file_is_not_named_by_a_later_error)
{
    write_text(claims / "unknown", "");
    strict_soft_file_lock lock(path, strict_options());
    check_error("unknown", [&] { lock.lock(); });
    fs::remove(claims / "unknown");
    write_text(path, "data");
    try {
        lock.lock();
        BOOST_ERROR("it was acquired");
    } catch (lock_error const& e) {
        BOOST_TEST((e.code() == error::not_a_lock_file));
        BOOST_TEST(e.claim() == "");
    }
}

BOOST_AUTO_TEST_CASE(claim_is_one_that_cannot_be_read, *ut::precondition(is_root))
{
    write_text(path, sentinel);
    auto const name = forge("held", first_token);
    for (auto const& open : {directory, box, claims})
        fs::permissions(open, fs::perms(0777));
    fs::permissions(claims / name, fs::perms(0600));
    BOOST_TEST((as_nobody([&] {
                    strict_soft_file_lock lock(path, strict_options());
                    auto const seen = lock.claims();
                    bool const is_damaged = error_of(lock, patience) == error::claim_damaged;
                    return is_damaged && lock.holders().empty() && seen.size() == 1u &&
                                   seen[0].name == name && seen[0].state == claim_state::damaged
                               ? 0
                               : 1;
                }) == 0));
    BOOST_TEST(claim_names() == names{name}, per_element);
    strict_soft_file_lock lock(path, strict_options());
    BOOST_TEST((error_of(lock) == errc::timed_out));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
