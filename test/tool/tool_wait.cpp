// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock wait`: it ends when the lock is free, when a process has let go, or at its limit.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/held_kinds.hpp"
#include "support/markers.hpp"
#include "support/temporary_directory.hpp"
#include "support/tool.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <string>
#include <vector>

using namespace filelock_test;
using namespace boost::filelock;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

namespace {

struct fixture : temporary_directory
{
    words command(words more = {}) const
    {
        more.push_back(path.string());
        return tool("wait", more);
    }
};

std::vector<held_kind> const kinds = [] {
    auto all = kernel_kinds;
    all.insert(all.end(), soft_kinds.begin(), soft_kinds.end());
    return all;
}();

} // namespace

BOOST_FIXTURE_TEST_SUITE(tool_wait, fixture)

BOOST_DATA_TEST_CASE_F(fixture, ends_when_the_holder_lets_go, data::make(kinds), held)
{
    child holder([&] { return hold_until_told(held.make, path); });
    holder.expect("held");
    program p(command(), {1000, {}});
    p.wait_for_out("for " + std::to_string(holder.pid()) + " (");
    p.wait_for_out(path.string() + " (" + held.kind + ")");
    holder.write_line("go");
    BOOST_TEST(holder.wait() == 0);
    BOOST_TEST(p.wait() == 0);
    BOOST_TEST(run_program(command({"--timeout", "0"})).status == 0);
}

BOOST_DATA_TEST_CASE_F(fixture, ends_at_its_limit, data::make(kinds), held)
{
    child holder([&] { return hold_until_told(held.make, path); });
    holder.expect("held");
    for (auto const* const limit : {"0", "0.05"}) {
        auto const done = run_program(command({"--timeout", limit}));
        BOOST_TEST(done.status == 1);
        BOOST_TEST(done.out + done.err == ""); // no terminal
    }
    holder.write_line("go");
    BOOST_TEST(holder.wait() == 0);
}

BOOST_AUTO_TEST_CASE(ends_when_one_of_two_holders_lets_go)
{
    child first([&] { return hold_until_told(hold_shared<file_lock>, path); });
    child second([&] { return hold_until_told(hold_shared<file_lock>, path); });
    first.expect("held");
    second.expect("held");
    auto const pid = std::to_string(first.pid());
    BOOST_TEST(run_program(command({"--timeout", "0", "--pid", pid})).status == 1);
    program p(command({"--pid", pid}), {1000, {}});
    p.wait_for_out("waiting");
    first.write_line("go");
    BOOST_TEST(first.wait() == 0);
    BOOST_TEST(p.wait() == 0);
    BOOST_TEST(run_program(command({"--timeout", "0"})).status == 1);
    BOOST_TEST(run_program(command({"--timeout", "0", "--shared"})).status == 0);
    second.write_line("go");
    BOOST_TEST(second.wait() == 0);
}

BOOST_AUTO_TEST_CASE(line_fits_a_narrow_terminal)
{
    child holder([&] { return hold_until_told(hold_exclusively<soft_file_lock>, path); });
    holder.expect("held");
    program p(command(), {40, {}});
    p.wait_for_out("waiting 1 s"); // at least one update
    holder.write_line("go");
    BOOST_TEST(p.wait() == 0);
    std::size_t longest = 0, length = 0;
    for (char const c : p.out()) {
        length = c == '\r' || c == '\n' ? 0 : length + (c != '\033');
        longest = std::max(longest, length);
    }
    BOOST_TEST(longest <= 42u); // 39, and the two characters after the escape
    BOOST_TEST(contains(p.out(), "waiting"));
}

BOOST_AUTO_TEST_CASE(line_has_nothing_that_a_terminal_obeys)
{
    auto const odd = directory / "a\033[31m\xc2\x9b\xff.lock";
    child holder([&] { return hold_until_told(hold_exclusively<soft_file_lock>, odd); });
    holder.expect("held");
    program p(tool("wait", {odd.string()}), {1000, {}});
    p.wait_for_out("a?[31m?\xef\xbf\xbd.lock"); // U+FFFD
    holder.write_line("go");
    BOOST_TEST(p.wait() == 0);
}

BOOST_AUTO_TEST_CASE(missing_lock_is_free)
{
    BOOST_TEST(run_program(command()).status == 0);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(marker_of_a_dead_owner_does_not_last)
{
    write_text(path, record_of_the_dead(directory));
    BOOST_TEST(run_program(command()).status == 0);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(damaged_claim_is_an_error)
{
    strict_soft_file_lock lock(path);
    lock.lock();
    lock.unlock();
    write_text(fs::path(path.string() + ".filelock") / "claims" / "held-v1-x.claim", "");
    auto const done = run_program(command());
    BOOST_TEST(done.status == 76);
    BOOST_TEST(contains(done.err, path.string()));
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_refused)
{
    for (auto const& wrong : std::vector<words>{{},
                                                {"a", "b"},
                                                {"--timeout", "-1", "a"},
                                                {"--timeout", "soon", "a"},
                                                {"--timeout", "nan", "a"},
                                                {"--pid", "x", "a"},
                                                {"--shared", "--kind", "soft_file_lock", "a"},
                                                {"--lifetime", "1", "--kind", "file_lock", "a"}}) {
        auto const done = run_program(tool("wait", wrong));
        BOOST_TEST(done.status == 64);
        BOOST_TEST(contains(done.err, "Try 'filelock --help'"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
