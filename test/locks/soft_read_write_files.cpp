// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The files of `soft_read_write_lock`: names, content and permissions, which files are taken for
// markers, and what they tell of the holders.

#include "support/kernel_state.hpp"
#include "support/marker_tree.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/soft_read_write_roles.hpp"
#include "support/soft_read_write_waiters.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::error;
using boost::filelock::owner_mode;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

unsigned mode_of(fs::path const& path)
{
    return stat_of(path).st_mode & 07777u;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write, marker_tree)

BOOST_AUTO_TEST_SUITE(files)

BOOST_DATA_TEST_CASE_F(marker_tree, of_a_reader, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    BOOST_TEST(names_in(directory).empty());
    lock.lock_shared();
    BOOST_TEST(names_in(directory) == std::vector<std::string>{"test.lock.readers"},
               boost::test_tools::per_element());
    auto const name = reader().filename().string(), text = text_of(reader());
    BOOST_TEST(is_token(name.substr(0, 32)));
    BOOST_TEST(name.substr(32) == '.' + std::to_string(::getpid()));
    BOOST_TEST(is_token(text.substr(0, 32)));
    BOOST_TEST(text.substr(32) == '\n' + std::to_string(::getpid()) + '\n' + host_name() + '\n');
    lock.unlock_shared();
    BOOST_TEST(names_in(directory) == std::vector<std::string>{"test.lock.readers"},
               boost::test_tools::per_element());
    BOOST_TEST(reader_names().empty());
}

BOOST_DATA_TEST_CASE_F(marker_tree, of_a_writer, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    lock.lock();
    auto const text = text_of(write);
    BOOST_TEST(is_token(text.substr(0, 32)));
    BOOST_TEST(text.substr(32) == '\n' + std::to_string(::getpid()) + '\n' + host_name() + '\n');
    BOOST_TEST(!is_there(path));
    BOOST_TEST(!is_there(state));
    BOOST_TEST(reader_names().empty());
    lock.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(of_a_reader_have_a_new_name_each_time)
{
    soft_read_write_lock lock(path, steady());
    std::vector<std::string> names, tokens;
    for (int i = 0; i < 3; ++i) {
        lock.lock_shared();
        names.push_back(reader().filename().string());
        tokens.push_back(token_in(reader()));
        lock.unlock_shared();
    }
    BOOST_TEST((names[0] != names[1] && names[1] != names[2] && names[0] != names[2]));
    BOOST_TEST((tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]));
}

BOOST_AUTO_TEST_CASE(are_two_for_two_readers_and_one_for_two_levels)
{
    soft_read_write_lock a(path, steady()), b(path, steady());
    a.lock_shared();
    a.lock_shared();
    BOOST_TEST(reader_names().size() == 1u);
    b.lock_shared();
    BOOST_TEST(reader_names().size() == 2u);
    a.unlock_shared();
    BOOST_TEST(reader_names().size() == 2u);
    a.unlock_shared();
    BOOST_TEST(reader_names().size() == 1u);
}

BOOST_DATA_TEST_CASE_F(marker_tree, are_for_the_owner_alone_whatever_the_umask,
                       both_storages* data::make({022, 077, 0}), where, umask)
{
    auto const before = ::umask(static_cast<::mode_t>(umask));
    soft_read_write_lock reads(path, steady(where)), writes(directory / "other", steady(where));
    reads.lock_shared();
    writes.lock();
    ::umask(before);
    BOOST_TEST(mode_of(reader()) == 0600u);
    BOOST_TEST(mode_of(readers) == 0700u);
    BOOST_TEST(mode_of(directory / "other.write") == 0600u);
}

BOOST_DATA_TEST_CASE_F(marker_tree, have_the_permissions_asked_for,
                       both_storages* data::make({022, 077, 0}), where, umask)
{
    auto options = steady(where);
    options.permissions = fs::perms(0640);
    auto const before = ::umask(static_cast<::mode_t>(umask));
    soft_read_write_lock reads(path, options), writes(directory / "other", options);
    reads.lock_shared();
    writes.lock();
    ::umask(before);
    BOOST_TEST(mode_of(reader()) == 0640u);
    BOOST_TEST(mode_of(readers) == 0750u);
    BOOST_TEST(mode_of(directory / "other.write") == 0640u);
}

BOOST_DATA_TEST_CASE_F(marker_tree, do_without_the_path_itself, both_roles, r)
{
    write_text(path, "foreign data\n");
    soft_read_write_lock lock(path, steady());
    BOOST_TEST(try_as(lock, r));
    unlock_as(lock, r);
    BOOST_TEST(text_of(path) == "foreign data\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(other_files)

auto const beginnings =
    data::make({""s, some_token.substr(0, 7), some_token + "\n47",
                record(4711, "elsewhere"s).substr(0, 40), std::string(5, '\0')});

BOOST_DATA_TEST_CASE_F(marker_tree, unfinished_marker_is_kept_for_the_threshold,
                       both_roles* beginnings, r, text)
{
    check_in_time([&, r = r, text = text](auto threshold) {
        auto const forged = forge(r, text);
        unless_late(!is_free_for(role::writer, hasty(storage::local, threshold)), "it was old");
        BOOST_TEST(text_of(forged) == text);
        soft_read_write_lock lock(path, hasty(storage::local, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, other(r), patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        error_code ec;
        lock.release(ec);
        unless_late(!ec, "we have lost it");
        BOOST_TEST(is_clean());
    });
}

// Readers do not read others' markers in the readers' directory, so that combination is left out.
void check_that_it_is_refused(marker_tree const& t, role r)
{
    for (role const contender : {role::reader, role::writer}) {
        if (r == role::reader && contender == role::reader)
            continue;
        BOOST_TEST_CONTEXT(contender)
        {
            for (auto where : {storage::local, storage::network}) {
                soft_read_write_lock lock(t.path, hasty(where));
                BOOST_TEST(
                    (error_of([&] { (void)try_as(lock, contender); }) == error::not_a_lock_file));
                BOOST_TEST((error_of([&] { lock_as(lock, contender); }) == error::not_a_lock_file));
                BOOST_TEST(!lock.is_locked());
            }
        }
    }
}

auto const foreign_texts = data::make(
    {"hello\n"s, "{\"a\": 1}\n"s, std::string(2000, '\0'), std::string(2000, '\n'),
     "4711\nelsewhere\n12345\n"s, record(4711, "elsewhere") + "more\n", record(4711, "two words"),
     some_token + "\n04711\nelsewhere\n"s, "0123456789ABCDEF0123456789ABCDEF\n4711\nelsewhere\n"s});

BOOST_DATA_TEST_CASE_F(marker_tree, foreign_data_is_refused, both_roles* foreign_texts, r, text)
{
    auto const forged = forge(r, text);
    make_old(forged);
    check_that_it_is_refused(*this, r);
    BOOST_TEST(text_of(forged) == text);
    BOOST_TEST((r == role::writer || !is_there(write)));
    BOOST_TEST(!is_there(state));
}

BOOST_DATA_TEST_CASE_F(marker_tree, non_regular_marker_is_refused, both_roles, r)
{
    auto const where_it_is = forge(r, "");
    auto const target = directory / "target";
    auto const whole = record(4711, "elsewhere");
    write_text(target, whole);
    std::function<void()> const all[] = {
        [&] { fs::create_directory(where_it_is); },
        [&] { BOOST_TEST(::mkfifo(where_it_is.c_str(), 0600) == 0); },
        [&] { fs::create_symlink(target, where_it_is); },
        [&] { fs::create_symlink(directory / "none", where_it_is); },
    };
    for (auto const& make : all) {
        fs::remove(where_it_is);
        make();
        auto const before = stat_of(where_it_is);
        check_that_it_is_refused(*this, r);
        BOOST_TEST(stat_of(where_it_is).st_ino == before.st_ino);
    }
    BOOST_TEST(text_of(target) == whole);
    BOOST_TEST(!is_there(directory / "none"));
}

BOOST_DATA_TEST_CASE_F(marker_tree, non_directory_of_readers_is_refused, everyone, where, r)
{
    auto const target = directory / "target";
    fs::create_directory(target);
    std::function<void()> const all[] = {
        [&] { write_text(readers, ""); },
        [&] { BOOST_TEST(::mkfifo(readers.c_str(), 0600) == 0); },
        [&] { fs::create_directory_symlink(target, readers); },
        [&] { fs::create_symlink(directory / "none", readers); },
    };
    for (auto const& make : all) {
        make();
        auto const before = stat_of(readers);
        soft_read_write_lock lock(path, steady(where));
        BOOST_TEST((error_of([&] { lock_as(lock, r); }) == error::not_a_lock_file));
        BOOST_TEST(stat_of(readers).st_ino == before.st_ino);
        BOOST_TEST(!is_there(write));
        fs::remove(readers);
    }
    BOOST_TEST(fs::is_empty(target));
    BOOST_TEST(!is_there(directory / "none"));
}

BOOST_DATA_TEST_CASE_F(marker_tree, housekeeping_names_are_ignored, both_storages, where)
{
    fs::create_directory(readers);
    std::string const housekeeping[] = {".hidden", ".nfs0123", some_token + ".4711.break.1.x",
                                        "a.break"};
    for (auto const& name : housekeeping)
        write_text(readers / name, record(4711, "elsewhere"));
    fs::create_directory(readers / ".a.directory");
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(is_free_for(role::reader, steady(where)));
    soft_read_write_lock lock(path, steady(where));
    BOOST_TEST(lock.holders().empty());
}

BOOST_DATA_TEST_CASE_F(marker_tree, any_other_name_may_be_a_marker, both_storages, where)
{
    fs::create_directory(readers);
    write_text(readers / "whatever", record(4711, "elsewhere"));
    BOOST_TEST(!is_free_for(role::writer, steady(where)));
}

BOOST_DATA_TEST_CASE_F(marker_tree, trailing_newlines_are_accepted, everyone, where, r)
{
    forge(r, record(4711, "elsewhere") + "\n\n");
    BOOST_TEST(!is_free_for(role::writer, steady(where)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(holders)

BOOST_AUTO_TEST_CASE(are_none_where_the_lock_is_free)
{
    soft_read_write_lock lock(path, steady());
    BOOST_TEST(lock.holders().empty());
    BOOST_TEST(!lock.holder());
    BOOST_TEST(names_in(directory).empty());
    for (role const r : {role::reader, role::writer}) {
        lock_as(lock, r);
        unlock_as(lock, r);
        BOOST_TEST(lock.holders().empty());
    }
}

BOOST_DATA_TEST_CASE_F(marker_tree, are_the_readers_and_then_the_writer, both_storages, where)
{
    actor reads(path, steady(where), role::reader);
    reads.expect("held");
    auto const its = token_in(reader());
    soft_read_write_lock lock(path, steady(where));
    lock.lock_shared();
    actor writes(path, steady(where), role::writer);
    writes.expect("waits");
    auto all = lock.holders();
    BOOST_TEST_REQUIRE(all.size() == 3u);
    for (auto const& one : all) {
        BOOST_TEST(one.hostname == host_name());
        BOOST_TEST(is_token(one.token));
        BOOST_TEST_REQUIRE(one.age.has_value());
        BOOST_TEST((*one.age >= 0s && *one.age < patience));
    }
    BOOST_TEST((all[0].mode == owner_mode::reader));
    BOOST_TEST((all[1].mode == owner_mode::reader));
    BOOST_TEST((all[2].mode == owner_mode::writer));
    if (all[0].pid != reads.pid())
        std::swap(all[0], all[1]);
    BOOST_TEST(all[0].pid == reads.pid());
    BOOST_TEST(all[0].token == its);
    BOOST_TEST(all[1].pid == ::getpid());
    BOOST_TEST(all[2].pid == writes.pid());
    BOOST_TEST(all[2].token == token_in(write));
    BOOST_TEST((lock.holder().value().mode == owner_mode::reader));
}

BOOST_AUTO_TEST_CASE(may_be_on_another_host)
{
    forge(role::writer, record(4711, "elsewhere"));
    soft_read_write_lock lock(path, steady());
    auto const who = lock.holder();
    BOOST_TEST_REQUIRE(who.has_value());
    BOOST_TEST((who->mode == owner_mode::writer));
    BOOST_TEST(who->pid == 4711);
    BOOST_TEST(who->hostname == "elsewhere");
    BOOST_TEST(who->token == some_token);
    BOOST_TEST(who->command == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
