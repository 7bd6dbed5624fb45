// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock break`: it names the holder, asks, and removes the files of the lock and no others.

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

#include <boost/filesystem/operations.hpp>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <unistd.h>

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
        return tool("break", more);
    }

    outcome breaks() const { return run_program(command({"--yes"})); }

    std::vector<std::string> files() const
    {
        std::vector<std::string> found;
        for (auto const& e : fs::recursive_directory_iterator(directory))
            if (!fs::is_directory(e))
                found.push_back(fs::relative(e, directory).string());
        std::sort(found.begin(), found.end());
        return found;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tool_break, fixture)

BOOST_DATA_TEST_CASE_F(fixture, live_holder_is_named_and_its_lock_removed, data::make(soft_kinds),
                       held)
{
    write_text(directory / "beside", "data");
    auto const lock = held.make(path);
    auto const done = breaks();
    BOOST_TEST(done.status == 0);
    BOOST_TEST(contains(done.out, path.string() + " (" + held.kind + "): held by " +
                                      std::to_string(::getpid())));
    BOOST_TEST(contains(done.out, "which runs"));
    BOOST_TEST(contains(done.out, "removed\n"));
    BOOST_TEST(done.err == "");
    auto const next = held.make(path); // does not have to wait
    BOOST_TEST(text_of(directory / "beside") == "data");
}

BOOST_DATA_TEST_CASE_F(fixture, dead_holder_is_told, data::make(soft_kinds), held)
{
    child owner([&] { return hold_until_told(held.make, path); });
    owner.expect("held");
    owner.kill();
    owner.wait();
    auto const done = breaks();
    BOOST_TEST(done.status == 0);
    BOOST_TEST(contains(done.out, std::to_string(owner.pid())));
    BOOST_TEST(contains(done.out, "which has ended"));
    auto const next = held.make(path);
}

BOOST_DATA_TEST_CASE_F(fixture, kernel_lock_is_not_broken, data::make(kernel_kinds), held)
{
    auto const lock = held.make(path);
    auto const before = files();
    auto const done = breaks();
    BOOST_TEST(done.status == 1);
    BOOST_TEST(contains(done.out, "held by " + std::to_string(::getpid())));
    BOOST_TEST(contains(done.err, "a kernel lock cannot be broken"));
    BOOST_TEST(files() == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(answer_decides)
{
    soft_file_lock lock(path);
    for (auto const* const answer : {"n\n", "\n", "yesterday\n", ""}) {
        lock.lock();
        program p(command());
        p.wait_for_out("[y/N]");
        p.write(answer);
        p.close_input();
        BOOST_TEST(p.wait() == 1);
        BOOST_TEST(contains(p.err(), "nothing was removed"));
        BOOST_TEST(fs::exists(path));
        lock.unlock();
    }
    for (auto const* const answer : {"y\n", "Y\n", "yes\n"}) {
        lock.lock();
        program p(command(), {40, {}});
        p.wait_for_out("[y/N]");
        p.write(answer);
        BOOST_TEST(p.wait() == 0);
        BOOST_TEST(!fs::exists(path));
        lock.unlock();
    }
}

BOOST_AUTO_TEST_CASE(lock_that_changes_hands_before_the_answer_stays)
{
    auto const hold_in_child = [&] {
        return std::make_unique<child>([&] {
            soft_file_lock lock(path);
            lock.lock();
            say("held");
            hear();
            return 0;
        });
    };
    auto first = hold_in_child();
    first->expect("held");
    program p(command());
    p.wait_for_out("[y/N]");
    first->write_line("go");
    BOOST_TEST(first->wait() == 0);
    auto second = hold_in_child();
    second->expect("held");
    p.write("y\n");
    BOOST_TEST(p.wait() == 1);
    BOOST_TEST(contains(p.err(), "it has changed meanwhile"));
    BOOST_TEST(fs::exists(path));
    second->write_line("go");
    BOOST_TEST(second->wait() == 0);
}

BOOST_AUTO_TEST_CASE(one_claim_is_removed)
{
    strict_soft_file_lock lock(path);
    lock.lock();
    auto const claims = lock.claims();
    BOOST_TEST_REQUIRE(claims.size() == 2u);
    auto const done = run_program(command({"--yes", "--claim", claims[0].name}));
    BOOST_TEST(done.status == 0);
    BOOST_TEST_REQUIRE(lock.claims().size() == 1u);
    BOOST_TEST(lock.claims()[0].name == claims[1].name);
    auto const unknown = run_program(command({"--yes", "--claim", claims[0].name}));
    BOOST_TEST(unknown.status == 64);
    BOOST_TEST(contains(unknown.err, "there is no claim"));
    BOOST_TEST(lock.claims().size() == 1u);
}

BOOST_AUTO_TEST_CASE(free_lock_is_no_error)
{
    auto const missing = breaks();
    BOOST_TEST(missing.status == 0);
    BOOST_TEST(contains(missing.out, "it is free"));
    file_lock lock(path);
    lock.lock();
    lock.unlock();
    BOOST_TEST(breaks().status == 0);
    BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_CASE(file_of_another_program_stays)
{
    write_text(path, "data of another program\n");
    auto const done = breaks();
    BOOST_TEST(done.status == 65);
    BOOST_TEST(contains(done.err, path.string()));
    BOOST_TEST(text_of(path) == "data of another program\n");
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_refused)
{
    for (auto const& wrong : std::vector<words>{{},
                                                {"a", "b"},
                                                {"--frob", "a"},
                                                {"--kind", "frob", "a"},
                                                {"--claim", "held", path.string()}}) {
        auto const done = run_program(tool("break", wrong));
        BOOST_TEST(done.status == 64);
        BOOST_TEST(contains(done.err, "Try 'filelock --help'"));
        BOOST_TEST(done.out == "");
    }
    auto const help = run_program(tool("break", {"--help"}));
    BOOST_TEST(help.status == 0);
    BOOST_TEST(contains(help.out, "Usage: filelock break"));
}

BOOST_AUTO_TEST_SUITE_END()
