// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock verify` on two mounts of one directory, which exclude each other or not.

#include <boost/test/unit_test.hpp>

#include "support/passthrough.hpp"
#include "support/two_mounts.hpp"
#include "support/verify_runs.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <chrono>
#include <string>

using namespace filelock_test;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

struct mounts : with_two_mounts
{
    outcome run(words arguments) const
    {
        arguments.insert(arguments.end(), {one.native(), two.native()});
        return run_verify(arguments);
    }

    /// Returns the exclusion of this kind. `seconds`: the length of the race.
    std::string exclusion(std::string const& kind, std::string const& seconds) const
    {
        auto const seen = run({"--seconds", seconds, "--kind", kind});
        auto const row = row_of(seen.out, kind);
        BOOST_TEST_CONTEXT(seen.out << seen.err)
        BOOST_REQUIRE(row.size() == 5u);
        BOOST_TEST(fs::is_empty(backing));
        return row[1];
    }
};

passthrough_options forwarding(bool does)
{
    passthrough_options options;
    options.forwards_flock = options.forwards_record_locks = does;
    return options;
}

struct with_forwarding : mounts
{
    passthrough at_one{backing, one, forwarding(true)}, at_two{backing, two, forwarding(true)};
};

struct without_forwarding : mounts
{
    passthrough at_one{backing, one, forwarding(false)}, at_two{backing, two, forwarding(false)};
};

/// Returns the text of a number of seconds.
std::string in_seconds(std::chrono::milliseconds time)
{
    return std::to_string(std::chrono::duration<double>(time).count());
}

} // namespace

BOOST_AUTO_TEST_SUITE(verify_mounts, *ut::precondition(have_fuse))

// A race too short for a slow machine may miss the overlap.
BOOST_FIXTURE_TEST_CASE(kernel_locks_of_separate_mounts_do_not_exclude, without_forwarding)
{
    for (std::string const kind : {"file_lock", "read_write_lock"})
        BOOST_TEST(with_growing_time(std::chrono::milliseconds(300), [&](auto time) {
                       auto const found = exclusion(kind, in_seconds(time));
                       unless_late(boost::starts_with(found, "no: "), kind + ": " + found);
                   }) == "");
}

BOOST_FIXTURE_TEST_CASE(required_kind_that_does_not_exclude_is_status_1, without_forwarding)
{
    BOOST_TEST(with_growing_time(std::chrono::milliseconds(300), [&](auto time) {
                   auto const seen = run({"--seconds", in_seconds(time), "--kind", "file_lock",
                                          "--require", "soft_file_lock,file_lock"});
                   unless_late(seen.status == 1, std::to_string(seen.status));
                   auto const soft = row_of(seen.out, "soft_file_lock");
                   BOOST_REQUIRE(soft.size() == 5u);
                   BOOST_TEST(soft[1] == "yes");
               }) == "");
}

BOOST_FIXTURE_TEST_CASE(status_depends_on_the_required_kinds_only, without_forwarding)
{
    auto const seen = run({"--seconds", "0.2", "--kind", "file_lock", "--require",
                           "strict_soft_file_lock", "--require", "soft_file_lease"});
    BOOST_TEST(seen.status == 0, seen.out << seen.err);
    BOOST_TEST(fs::is_empty(backing));
}

BOOST_FIXTURE_TEST_CASE(forwarded_kernel_locks_exclude, with_forwarding)
{
    BOOST_TEST(exclusion("file_lock", "0.3") == "yes");
    BOOST_TEST(exclusion("read_write_lock", "0.3") == "yes");
}

BOOST_FIXTURE_TEST_CASE(soft_locks_exclude_across_mounts, with_forwarding)
{
    auto const kinds = {"soft_file_lock", "strict_soft_file_lock", "soft_file_lease",
                        "soft_read_write_lock"};
    words arguments{"--seconds", "0.2"};
    for (auto const* const kind : kinds)
        arguments.insert(arguments.end(), {"--require", kind, "--kind", kind});
    auto const seen = run(arguments);
    BOOST_TEST_CONTEXT(seen.out << seen.err)
    BOOST_TEST(seen.status == 0);
    for (auto const* const kind : kinds)
        BOOST_TEST(row_of(seen.out, kind).at(1) == "yes");
}

// Each mount sends the events of its own changes only.
BOOST_FIXTURE_TEST_CASE(changes_through_another_mount_are_not_noticed, with_forwarding)
{
    auto const seen = run({"--seconds", "0.1", "--kind", "soft_file_lock"});
    auto const row = row_of(seen.out, "soft_file_lock");
    BOOST_REQUIRE(row.size() == 5u);
    BOOST_TEST(row[4] == "no");
    auto const alone = run_verify({"--seconds", "0.1", "--kind", "soft_file_lock", one.native()});
    auto const noticed = row_of(alone.out, "soft_file_lock");
    BOOST_REQUIRE(noticed.size() == 5u);
    BOOST_TEST(noticed[4] == "yes");
}

BOOST_FIXTURE_TEST_CASE(missing_kernel_lock_is_shown, with_forwarding)
{
    at_one.faults().flock.set(ENOSYS);
    at_two.faults().flock.set(ENOSYS);
    auto const seen = run({"--seconds", "0.1", "--kind", "file_lock", "--require", "file_lock"});
    BOOST_TEST(seen.status == 1);
    auto const row = row_of(seen.out, "file_lock");
    BOOST_REQUIRE(row.size() == 5u);
    BOOST_TEST(row[1].find("kernel lock") != std::string::npos, row[1]);
    BOOST_TEST(row[2] == "-");
    BOOST_TEST(row[4] == "-");
    BOOST_TEST(fs::is_empty(backing));
}

BOOST_FIXTURE_TEST_CASE(facts_of_the_directory_are_measured, with_forwarding)
{
    at_one.faults().link.set(EPERM);
    at_one.faults().seconds_per_tick = 2;
    auto const seen = run({"--seconds", "0.1", "--kind", "file_lock"});
    auto const row = row_of(seen.out, one.native()), other = row_of(seen.out, two.native());
    BOOST_REQUIRE(row.size() == 7u);
    BOOST_REQUIRE(other.size() == 7u);
    BOOST_TEST(row[1] == "no");
    BOOST_TEST(other[1] == "yes");
    BOOST_TEST(row[2] == "2 s");
    BOOST_TEST(row[3] == "0 ms");
    BOOST_TEST(row[4] == "-");
    BOOST_TEST(boost::starts_with(other[4], "after "));
}

BOOST_FIXTURE_TEST_CASE(cached_state_is_old, mounts)
{
    auto caching = forwarding(true);
    caching.attribute_seconds = caching.entry_seconds = caching.negative_seconds = 3600;
    passthrough const at_one(backing, one, forwarding(true)), at_two(backing, two, caching);
    auto const seen = run({"--seconds", "0.1", "--kind", "file_lock"});
    auto const row = row_of(seen.out, two.native());
    BOOST_REQUIRE(row.size() == 7u);
    BOOST_TEST(row[4] == "not in 5 s");
    BOOST_TEST(row[5] == "not in 5 s");
    BOOST_TEST(row[6] == "not in 5 s");
}

BOOST_AUTO_TEST_SUITE_END()
