// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock verify` on storage where all locks exclude, and what it refuses.

#include <boost/test/unit_test.hpp>

#include "support/privileges.hpp"
#include "support/verify_runs.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/filesystem/operations.hpp>

#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <sys/mount.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace filelock_test;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

std::vector<std::string> const kinds = {"file_lock",       "read_write_lock",
                                        "soft_file_lock",  "strict_soft_file_lock",
                                        "soft_file_lease", "soft_read_write_lock"};

std::string const all_kinds = "file_lock,read_write_lock,soft_file_lock,strict_soft_file_lock,"
                              "soft_file_lease,soft_read_write_lock";

words const an_hour_fast = {"/usr/bin/env", "LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1",
                            "FAKETIME=+1h", "DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"};

boost::test_tools::assertion_result have_faketime(ut::test_unit_id)
{
    auto command = an_hour_fast, version = an_hour_fast;
    command.insert(command.end(), {"date", "+%s"});
    version.insert(version.end(), {tool_path(), "--version"});
    auto const time = child(command).read_line().value_or("");
    // AddressSanitizer wants to be the first library.
    boost::test_tools::assertion_result result(std::strtol(time.c_str(), nullptr, 10) >
                                                   std::time(nullptr) + 1800 &&
                                               child(version).wait() == 0);
    result.message() << "libfaketime does nothing: " << time;
    return result;
}

void expect_good(fs::path const& directory)
{
    auto const seen = run_verify({"--seconds", "0.2", "--require", all_kinds, directory.native()});
    BOOST_TEST_CONTEXT(seen.out << seen.err)
    {
        BOOST_TEST(seen.status == 0);
        BOOST_TEST(seen.err.empty());
        for (auto const& kind : kinds) {
            auto const row = row_of(seen.out, kind);
            BOOST_REQUIRE(row.size() == 5u);
            BOOST_TEST(row[1] == "yes");
            BOOST_TEST(boost::starts_with(row[2], "yes, "));
            BOOST_TEST(std::stoul(row[3]) >= 4u);
            BOOST_TEST(row[4] == "yes");
        }
        auto const facts = row_of(seen.out, directory.native());
        BOOST_REQUIRE(facts.size() == 4u);
        BOOST_TEST(facts[1] == "yes");
        BOOST_TEST(facts[3] == "0 ms");
        BOOST_TEST(fs::is_empty(directory));
    }
}

struct two_directories : temporary_directory
{
    fs::path const one = directory / "one", two = directory / "two";

    two_directories()
    {
        fs::create_directory(one);
        fs::create_directory(two);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(verify, two_directories)

BOOST_AUTO_TEST_CASE(all_kinds_exclude_in_the_directory_of_the_tests)
{
    expect_good(one);
}

BOOST_AUTO_TEST_CASE(all_kinds_exclude_on_tmpfs, *ut::precondition(can_mount))
{
    enter_own_mounts();
    mount("none", one.native(), "tmpfs");
    expect_good(one);
}

BOOST_AUTO_TEST_CASE(two_names_of_a_directory_are_the_same_storage)
{
    auto const other = (two / ".." / "one").native();
    auto const seen = run_verify({"--seconds", "0.1", "--kind", "file_lock", one.native(), other});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.err == "");
    auto const row = row_of(seen.out, other);
    BOOST_REQUIRE(row.size() == 7u);
    BOOST_TEST(boost::starts_with(row[4], "after "));
    BOOST_TEST(boost::starts_with(row[5], "after "));
    BOOST_TEST(boost::starts_with(row[6], "after "));
}

BOOST_AUTO_TEST_CASE(json_is_read_by_another_parser)
{
    auto const seen = run_verify({"--seconds", "0.1", "--kind", "file_lock", "--kind",
                                  "soft_file_lock", "--json", one.native()});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(value_in_json(seen.out, "[(k['kind'], k['excludes'], k['finishes'],"
                                       " k['overlaps'], k['error']) for k in all['kinds']]") ==
               "[('file_lock', True, True, 0, None), ('soft_file_lock', True, True, 0, None)]");
    BOOST_TEST(value_in_json(seen.out, "all['kinds'][0]['shared_holds'] >= 4,"
                                       " all['kinds'][1]['shared_holds']") == "True 0");
    BOOST_TEST(value_in_json(seen.out, "[(d['directory'], d['hard_links'], d['error'])"
                                       " for d in all['directories']]") ==
               "[('" + one.native() + "', True, None)]");
}

BOOST_AUTO_TEST_CASE(other_storage_is_refused)
{
    auto const seen = run_verify({one.native(), two.native()});
    BOOST_TEST(seen.status == 65);
    BOOST_TEST(seen.out.empty());
    BOOST_TEST(seen.err == "filelock: " + two.native() + " does not show the files of " +
                               one.native() + ": it is not the same storage\n");
    BOOST_TEST(fs::is_empty(one));
    BOOST_TEST(fs::is_empty(two));
}

BOOST_AUTO_TEST_CASE(clock_apart_from_the_file_system_is_shown, *ut::precondition(have_faketime))
{
    auto command = an_hour_fast;
    for (auto const& word :
         verify_command({"--seconds", "0.1", "--kind", "file_lock", "--json", one.native()}))
        command.push_back(word);
    verify_process running(command);
    auto const output = running.output();
    BOOST_TEST(running.process().wait() == 0);
    BOOST_TEST(value_in_json(output, "-3660e9 < all['directories'][0]['clock_offset_ns']"
                                     " < -3540e9") == "True");
    BOOST_TEST(value_in_json(output, "all['directories'][0]['clock_uncertainty_ns'] > 0") ==
               "True");
}

BOOST_AUTO_TEST_CASE(read_only_storage_is_refused, *ut::precondition(can_mount))
{
    enter_own_mounts();
    mount("none", one.native(), "tmpfs", MS_RDONLY);
    auto const seen = run_verify({one.native()});
    BOOST_TEST(seen.status == 73);
    BOOST_TEST(boost::ends_with(seen.err, ": Read-only file system\n"), seen.err);
}

BOOST_AUTO_TEST_CASE(missing_directory_and_file_are_refused)
{
    auto const missing = run_verify({(one / "none").native()});
    BOOST_TEST(missing.status == 66);
    BOOST_TEST(missing.err ==
               "filelock: " + (one / "none").native() + ": No such file or directory\n");
    write_text(one / "file", "");
    auto const file = run_verify({(one / "file").native()});
    BOOST_TEST(file.status == 66);
    BOOST_TEST(file.err == "filelock: " + (one / "file").native() + ": Not a directory\n");
}

BOOST_AUTO_TEST_CASE(unwritable_directory_is_refused, *ut::precondition(is_root))
{
    // Where another user finds it.
    auto const copy = two / "filelock";
    fs::copy_file(tool_path(), copy);
    auto const errors = two / "errors";
    write_text(errors, "");
    fs::permissions(errors, fs::all_all);
    auto const status = as_nobody([&]() -> int {
        execute({copy.native(), "verify", one.native()}, errors.native());
    });
    BOOST_TEST(status == 66);
    auto const text = text_of(errors);
    BOOST_TEST(boost::starts_with(text, "filelock: " + one.native()), text);
    BOOST_TEST(boost::ends_with(text, ": Permission denied\n"), text);
    BOOST_TEST(fs::is_empty(one));
}

BOOST_DATA_TEST_CASE(bad_arguments_are_refused,
                     data::make(std::vector<std::string>{
                         "", "--kind none DIR", "--require file_lock,none DIR", "--seconds x DIR",
                         "--seconds -1 DIR", "--processes 1 DIR", "--processes 0 DIR",
                         "--processes 101 DIR", "--unknown DIR", "--join localhost:1 DIR",
                         "--token 1 DIR", "--hosts 2 DIR", "--listen 1 --hosts 0 DIR",
                         "--join a:1 --token 1 --listen 1 DIR"}),
                     line)
{
    words arguments;
    std::istringstream all(line);
    for (std::string word; all >> word;)
        arguments.push_back(word == "DIR" ? one.native() : word);
    auto const seen = run_verify(arguments);
    BOOST_TEST(seen.status == 64);
    BOOST_TEST(seen.out.empty());
    BOOST_TEST(boost::ends_with(seen.err, "\nTry 'filelock --help'.\n"), seen.err);
    BOOST_TEST(fs::is_empty(one));
}

BOOST_AUTO_TEST_SUITE_END()
