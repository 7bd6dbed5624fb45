// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Mishaps of a holder of a `strict_soft_file_lock`: its files or directories are changed or moved,
// and claims that cannot be removed.

#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/privileges.hpp"
#include "support/system_calls.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
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

struct strict_mishap : claim_files
{
    std::string held() const { return claim_name("held", token()); }
    std::string intent() const { return claim_name("intent", token()); }
};

/// Something that happens to the files of a holder.
struct mishap
{
    char const* what;
    std::function<void(strict_mishap const&)> happen;

    friend std::ostream& operator<<(std::ostream& out, mishap const& m) { return out << m.what; }
};

std::vector<mishap> const mishaps = {
    {"removed held claim", [](auto& s) { fs::remove(s.claims / s.held()); }},
    {"removed intent", [](auto& s) { fs::remove(s.claims / s.intent()); }},
    {"removed claims",
     [](auto& s) {
         for (auto const& name : s.claim_names())
             fs::remove(s.claims / name);
     }},
    {"changed claims",
     [](auto& s) { write_text(s.claims / s.held(), claim_text(s.token(), 4711, "elsewhere")); }},
    {"a link for a claim",
     [](auto& s) {
         fs::rename(s.claims / s.held(), s.directory / "aside");
         fs::create_symlink(s.directory / "aside", s.claims / s.held());
     }},
    {"removed sentinel", [](auto& s) { fs::remove(s.path); }},
    {"data for the sentinel", [](auto& s) { write_text(s.path, "data"); }},
    {"a link for the sentinel",
     [](auto& s) {
         fs::rename(s.path, s.directory / "aside");
         fs::create_symlink("aside", s.path);
     }},
    {"renamed claims directory", [](auto& s) { fs::rename(s.claims, s.box / "other"); }},
    {"renamed box", [](auto& s) { fs::rename(s.box, s.directory / "other"); }},
    {"another directory of claims",
     [](auto& s) {
         fs::rename(s.claims, s.box / "other");
         fs::create_directory(s.claims);
     }},
    {"a link to the directory of claims",
     [](auto& s) {
         fs::rename(s.claims, s.box / "other");
         fs::create_directory_symlink("other", s.claims);
     }},
    {"a file for the box",
     [](auto& s) {
         fs::rename(s.box, s.directory / "other");
         write_text(s.box, "");
     }},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_mishaps, strict_mishap)

BOOST_DATA_TEST_CASE_F(strict_mishap, hold_is_noticed_as_lost, both_storages* data::make(mishaps),
                       where, m)
{
    strict_soft_file_lock lock(path, strict_options(where));
    error_code ec;
    lock.lock();
    BOOST_TEST(lock.still_held(ec));
    m.happen(*this);
    ec = errc::make_error_code(errc::io_error);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(lock.is_locked());
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    for (auto const& places : {claims, box / "other", directory / "other" / "claims"})
        BOOST_TEST((!fs::is_directory(places) || fs::is_empty(places)));
}

BOOST_DATA_TEST_CASE_F(strict_mishap, other_files_leave_the_hold_alone, both_storages, where)
{
    strict_soft_file_lock lock(path, strict_options(where));
    error_code ec;
    lock.lock();
    make_old(path);
    make_old(claims / held());
    forge("intent", first_token);
    forge("held", last_token);
    write_text(claims / "unknown", "");
    write_text(box / "unknown", "");
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!ec, ec.message());
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(claim_names() == (names{claim_name("held", last_token),
                                       claim_name("intent", first_token), "unknown"}),
               per_element);
}

// The claims are removed where they are, and nothing is removed where the link points now.
BOOST_DATA_TEST_CASE_F(strict_mishap, link_to_the_parent_is_switched_while_the_lock_is_held,
                       both_storages, where)
{
    auto const link = directory / "link", old = directory / "old", next = directory / "next";
    fs::create_directory(old);
    fs::create_directory(next);
    fs::create_symlink("old", link);
    strict_soft_file_lock lock(link / "x", strict_options(where)), there(next / "x"),
        through(link / "x", strict_options(where)), direct(old / "x");
    error_code ec;
    lock.lock();
    BOOST_TEST(names_in(old / "x.filelock" / "claims").size() == 2u);
    BOOST_TEST(lock.still_held(ec));
    fs::remove(link);
    fs::create_symlink("next", link);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!direct.try_lock());
    BOOST_TEST(through.try_lock());
    BOOST_TEST(!there.try_lock());
    auto const before = names_in(next / "x.filelock" / "claims");
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(fs::is_empty(old / "x.filelock" / "claims"));
    BOOST_TEST(names_in(next / "x.filelock" / "claims") == before, per_element);
    BOOST_TEST(direct.try_lock());
    BOOST_TEST(through.still_held(ec));
}

BOOST_DATA_TEST_CASE_F(strict_mishap, parent_is_renamed_while_the_lock_is_held, both_storages,
                       where)
{
    auto const old = directory / "old", next = directory / "next";
    strict_soft_file_lock lock(old / "x", strict_options(where)), other(next / "x");
    error_code ec;
    lock.lock();
    fs::rename(old, next);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(!other.try_lock());
    fs::rename(next, old);
    BOOST_TEST(lock.still_held(ec));
    fs::rename(old, next);
    lock.release(ec);
    BOOST_TEST(!ec, ec.message());
    BOOST_TEST(other.try_lock());
    BOOST_TEST(!fs::exists(old));
}

BOOST_AUTO_TEST_SUITE(claims_of_a_failed_release, *ut::precondition(is_root))

/// Holds the lock as a user that may not write in the directory of the claims any more. Runs `then`
/// after a release has failed.
int fail_to_release(strict_mishap const& s, storage where,
                    std::function<int(std::unique_ptr<strict_soft_file_lock>&)> const& then)
{
    fs::permissions(s.directory, fs::perms(0777));
    return as_nobody([&] {
        auto lock = std::make_unique<strict_soft_file_lock>(s.path, strict_options(where));
        lock->lock();
        auto const held = s.held();
        fs::permissions(s.claims, fs::perms(0555));
        try {
            lock->release();
            return 101;
        } catch (lock_error const& e) {
            bool const names_it = std::string(e.what()).find(held) != std::string::npos;
            if (e.code() != errc::permission_denied || e.claim() != held || !names_it)
                return 102;
        }
        if (lock->is_locked() || s.claim_names().size() != 2)
            return 103;
        return then(lock);
    });
}

BOOST_DATA_TEST_CASE_F(strict_mishap, keep_the_lock_held_until_the_next_acquisition, both_storages,
                       where)
{
    BOOST_TEST(fail_to_release(*this, where, [&](auto& lock) {
                   auto const before = held();
                   if (error_of(*lock, patience) != errc::permission_denied)
                       return 1;
                   try {
                       lock->lock();
                       return 2;
                   } catch (lock_error const& e) {
                       if (e.claim() != before)
                           return 3;
                   }
                   fs::permissions(claims, fs::perms(0777));
                   if (is_free(where) || !lock->try_lock())
                       return 4;
                   if (claim_names().size() != 2 || held() == before)
                       return 5;
                   error_code ec;
                   lock->release(ec);
                   return !ec && claim_names().empty() ? 0 : 6;
               }) == 0);
}

BOOST_DATA_TEST_CASE_F(strict_mishap, keep_the_lock_held_until_the_destruction, both_storages,
                       where)
{
    BOOST_TEST(fail_to_release(*this, where, [&](auto& lock) {
                   fs::permissions(claims, fs::perms(0777));
                   if (is_free(where))
                       return 1;
                   lock.reset();
                   return claim_names().empty() && is_free(where) ? 0 : 2;
               }) == 0);
}

BOOST_DATA_TEST_CASE_F(strict_mishap, stay_after_the_destruction_until_an_operator_removes_them,
                       both_storages, where)
{
    BOOST_TEST(fail_to_release(*this, where, [&](auto& lock) {
                   lock.reset();
                   return claim_names().size() == 2 ? 0 : 1;
               }) == 0);
    BOOST_TEST(!is_free(where));
    strict_soft_file_lock lock(path, strict_options(where));
    for (auto const& claim : lock.claims())
        lock.force_break(claim.name);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(claims_that_cannot_be_removed, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(strict_mishap, are_named_by_the_error_when_only_the_intent_stays,
                       both_storages, where)
{
    child c([&] {
        strict_soft_file_lock lock(path, strict_options(where));
        lock.lock();
        say("held");
        hear();
        auto const name = intent();
        try {
            lock.release();
            return 1;
        } catch (lock_error const& e) {
            if (e.code() != errc::io_error || e.claim() != name)
                return 2;
        }
        if (claim_names() != names{name} || is_free(where))
            return 3;
        return lock.try_lock() && claim_names().size() == 2 && intent() != name ? 0 : 4;
    });
    c.expect("held");
    tracer const t(c.pid(), "-e inject=" + calls_for("unlink") + ":error=EIO:when=2");
    c.write_line("go");
    BOOST_TEST(c.wait() == 0);
}

// The second link(2) of an acquisition is that of the held claim.
BOOST_DATA_TEST_CASE_F(strict_mishap, of_a_failed_attempt_are_removed_by_the_next, both_storages,
                       where)
{
    make_directories();
    write_text(path, sentinel);
    child c([&] {
        strict_soft_file_lock lock(path, strict_options(where));
        say("ready");
        hear();
        auto const failed = error_of(lock, patience);
        auto const left = lock.claims();
        if (failed != errc::io_error || lock.is_locked() || left.size() != 1)
            return 1;
        say("failed");
        hear();
        if (!lock.try_lock())
            return 2;
        auto const now = lock.claims();
        return now.size() == 2 && now[0].owner.token != left[0].owner.token ? 0 : 3;
    });
    c.expect("ready");
    {
        tracer const t(c.pid(), "-e inject=linkat:error=EIO:when=2 -e inject=" +
                                    calls_for("unlink") + ":error=EIO");
        c.write_line("go");
        c.expect("failed");
    }
    BOOST_TEST(!is_free(where));
    c.write_line("go");
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
