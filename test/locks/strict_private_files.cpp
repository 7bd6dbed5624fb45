// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Files of a `strict_soft_file_lock` that are not published yet: those that a crash has left are
// removed, and only those.

#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/wrong_clock.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <string>

#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
using std::chrono::nanoseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

auto const per_element = boost::test_tools::per_element();

std::string const valid_name = claim_name("held", last_token);
std::string const valid_text = claim_text(last_token, 4711, "elsewhere");
std::string const litter_name = private_file_name(claim_name("intent", first_token), last_token);

struct strict_private : claim_files
{
    strict_private() { make_directories(); }
};

/// Returns the time of the file system's clock.
nanoseconds time_in(fs::path const& directory)
{
    auto const probe = directory / "probe";
    write_text(probe, "");
    auto const now = modified(probe);
    fs::remove(probe);
    return now;
}

// Ages of private files in milliseconds. A negative one is that of a file from the future.
auto const ages = data::make({-300'000, -2'000, 0, 1'000, 2'000, 3'000, 300'000});

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_private_files, strict_private)

BOOST_AUTO_TEST_SUITE(dot_files)

BOOST_DATA_TEST_CASE_F(strict_private, are_ignored_unless_private, both_storages, where)
{
    names all = {".hidden",
                 ".nfs0000000000000001",
                 "." + valid_name,
                 private_file_name("x", last_token),
                 private_file_name(valid_name, last_token) + "x",
                 private_file_name(valid_name, "x"),
                 private_file_name("held-v2-" + last_token + ".claim", last_token)};
    for (auto const& name : all) {
        write_text(claims / name, "data");
        set_modified(claims / name, 0s);
    }
    fs::create_directory(claims / ".directory");
    BOOST_TEST(::mkfifo((claims / ".fifo").c_str(), 0600) == 0);
    fs::create_symlink("nothing", claims / ".link");
    strict_soft_file_lock lock(path, strict_options(where));
    BOOST_TEST(lock.claims().empty());
    BOOST_TEST((error_of(lock) == error_code()));
    lock.unlock();
    for (auto const& name : all)
        BOOST_TEST(text_of(claims / name) == "data", name);
    BOOST_TEST(claim_names().size() == all.size() + 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(private_file)

BOOST_DATA_TEST_CASE_F(strict_private, is_removed_after_two_seconds, both_storages* ages, where,
                       age)
{
    auto const litter = claims / litter_name;
    write_text(litter, "half a cl");
    set_modified(litter, time_in(claims) - std::chrono::milliseconds(age));
    auto const written = modified(litter);
    strict_soft_file_lock lock(path, strict_options(where));
    lock.lock();
    BOOST_TEST(lock.claims().size() == 2u);
    auto const made = modified(claims / claim_name("intent", lock.holder().value().token));
    BOOST_TEST(is_there(litter) == (made - written < 2s));
    lock.unlock();
    BOOST_TEST(is_there(litter) == (made - written < 2s));
}

BOOST_DATA_TEST_CASE_F(strict_private, is_removed_if_it_has_another_link, both_storages, where)
{
    auto const litter = claims / litter_name, aside = directory / "aside";
    write_text(litter, valid_text);
    fs::create_hard_link(litter, aside);
    set_modified(litter, time_in(claims) + 300s);
    BOOST_TEST(is_free(where));
    BOOST_TEST(claim_names().empty());
    BOOST_TEST(text_of(aside) == valid_text);
}

// A process that publishes its claim may be slow, and the holder does not disturb it.
BOOST_AUTO_TEST_CASE(is_left_alone_while_the_lock_is_held)
{
    auto const held = forge("held", first_token);
    write_text(claims / litter_name, "");
    set_modified(claims / litter_name, 0s);
    BOOST_TEST(!is_free());
    BOOST_TEST(claim_names() == (names{litter_name, held}), per_element);
}

BOOST_AUTO_TEST_CASE(is_no_claim)
{
    write_text(claims / litter_name, valid_text);
    strict_soft_file_lock lock(path);
    BOOST_TEST(lock.claims().empty());
    BOOST_TEST(lock.holders().empty());
}

BOOST_DATA_TEST_CASE_F(strict_private, of_the_sentinel_is_removed_after_two_seconds,
                       both_storages* ages, where, age)
{
    auto const litter = directory / private_file_name("test.lock", last_token);
    write_text(litter, "1\nfile");
    set_modified(litter, time_in(claims) - std::chrono::milliseconds(age));
    auto const written = modified(litter);
    BOOST_TEST(is_free(where));
    BOOST_TEST(is_there(litter) == (modified(path) - written < 2s));
}

BOOST_DATA_TEST_CASE_F(strict_private, of_the_sentinel_is_removed_if_it_has_another_link,
                       both_storages, where)
{
    auto const litter = directory / private_file_name("test.lock", last_token);
    write_text(litter, sentinel);
    fs::create_hard_link(litter, directory / "aside");
    BOOST_TEST(is_free(where));
    BOOST_TEST(!is_there(litter));
    BOOST_TEST(text_of(directory / "aside") == sentinel);
}

// A process died between the link to the path and the removal of the private name.
BOOST_DATA_TEST_CASE_F(strict_private, of_the_published_sentinel_is_removed, both_storages, where)
{
    auto const litter = directory / private_file_name("test.lock", last_token);
    write_text(litter, sentinel);
    fs::create_hard_link(litter, path);
    BOOST_TEST(is_free(where));
    BOOST_TEST(!is_there(litter));
    BOOST_TEST(text_of(path) == sentinel);
}

BOOST_AUTO_TEST_CASE(of_another_lock_or_kind_stays)
{
    names const all = {private_file_name("other.lock", last_token),
                       private_file_name("test.lock2", last_token),
                       private_file_name("test.lock", "x"),
                       private_file_name("test.lock", last_token) + "~",
                       ".test.lock.private-v2-" + last_token + ".tmp",
                       "test.lock.private-v1-" + last_token + ".tmp"};
    for (auto const& name : all) {
        write_text(directory / name, "data");
        set_modified(directory / name, 0s);
    }
    auto const sub = directory / private_file_name("test.lock", first_token);
    auto const link = directory / private_file_name("test.lock", last_token);
    fs::create_directory(sub);
    write_text(directory / "aside", valid_text);
    fs::create_symlink(directory / "aside", link);
    set_modified(sub, 0s);
    set_modified(link, 0s);
    BOOST_TEST(is_free());
    for (auto const& name : all)
        BOOST_TEST(text_of(directory / name) == "data", name);
    BOOST_TEST(is_there(sub));
    BOOST_TEST(is_there(link));
    BOOST_TEST(text_of(directory / "aside") == valid_text);
}

BOOST_AUTO_TEST_SUITE(on_a_host_with_a_wrong_clock, *boost::unit_test::precondition(have_faketime))

BOOST_DATA_TEST_CASE_F(strict_private, has_the_age_of_the_file_systems_clock,
                       both_storages* data::make({"-1h", "+1h"}), where, offset)
{
    auto const old = claims / litter_name,
               young = claims / private_file_name(valid_name, last_token);
    auto const of_sentinel = directory / private_file_name("test.lock", last_token);
    for (auto const& file : {old, young, of_sentinel})
        write_text(file, "");
    set_modified(old, time_in(claims) - 300s);
    set_modified(of_sentinel, time_in(claims) - 300s);
    set_modified(young, time_in(claims) + 300s);
    BOOST_TEST(child([&] { return run_party(offset, "strict", path, where, 0ms); }).wait() == 0);
    BOOST_TEST(!is_there(old));
    BOOST_TEST(!is_there(of_sentinel));
    BOOST_TEST(is_there(young));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
