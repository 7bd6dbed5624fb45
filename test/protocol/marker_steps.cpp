// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The steps of marker_file, one by one. Between two steps other processes replace, rename, stamp or
// lock the file. The marker of a successor must stay.

#include "support/marker_steps.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <csignal>
#include <ctime>
#include <ostream>
#include <string>

#include <sys/resource.h>

namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;

namespace {

/// Prevents writing to any file until the end of the scope.
class without_writing
{
public:
    without_writing() : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &limit_);
        ::rlimit none = limit_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    without_writing(without_writing const&) = delete;
    without_writing& operator=(without_writing const&) = delete;
    ~without_writing()
    {
        ::setrlimit(RLIMIT_FSIZE, &limit_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    ::rlimit limit_ = {};
};

std::string break_without_writing(steps& s, bool replaces)
{
    fd::marker_file marker(s.path, {}, storage::local);
    without_writing const limited;
    return s.break_with(marker, is_dead, replaces);
}

auto const with_and_without_replacement = data::make({true, false});

} // namespace

BOOST_FIXTURE_TEST_SUITE(marker_steps, steps)

// Local storage

BOOST_DATA_TEST_CASE(breaker_judges_again_under_removal_right, with_and_without_replacement,
                     replaces)
{
    find(dead);
    write_text(path, live); // its creator was slow to write it
    int judged = 0;
    fd::marker_file marker(path, {}, storage::local);
    auto const came = break_with(
        marker,
        [&](fd::found_marker const& now) {
            ++judged;
            BOOST_TEST(now.text == live);
            BOOST_TEST(!removal_right(path).is_taken());
            return is_dead(now);
        },
        replaces);
    BOOST_TEST(came == "retry");
    BOOST_TEST(judged == 1);
    BOOST_TEST(text_of(path) == live);
    BOOST_TEST((names_in(directory) == names_list{name}));
    BOOST_TEST(removal_right(path).is_taken());
}

BOOST_DATA_TEST_CASE(breaker_leaves_marker_while_another_process_has_removal_right,
                     with_and_without_replacement, replaces)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::local);
    {
        removal_right const others(path);
        BOOST_TEST_REQUIRE(others.is_taken());
        BOOST_TEST(break_with(marker, is_dead, replaces) == "right_taken");
        BOOST_TEST(text_of(path) == dead);
    }
    BOOST_TEST(break_with(marker, is_dead, replaces) == (replaces ? "published" : "retry"));
    BOOST_TEST(text_of(path) == (replaces ? own : ""));
}

// The file that was found is still open, and its text is still that of a dead process. A breaker
// that cannot write its own marker cannot replace the marker in one step.
BOOST_DATA_TEST_CASE(breaker_leaves_marker_that_has_come_to_the_path, with_and_without_replacement,
                     replaces)
{
    find(dead);
    give_path_to(live);
    BOOST_TEST(break_without_writing(*this, replaces) == "retry");
    BOOST_TEST(text_of(path) == live);
}

// The marker's age would count from its creation. With `keep_on_failure` the name must never be
// removed by its owner.
BOOST_AUTO_TEST_CASE(marker_that_is_published_too_late_is_no_hold)
{
    for (bool const keep_on_failure : {false, true}) {
        fd::marker_policy policy;
        policy.keep_on_failure = keep_on_failure;
        policy.publish_limit = -1ns;
        fd::marker_file marker(path, {}, storage::local, policy);
        auto result = outcome::published;
        auto const ec = marker.publish(own, result);
        BOOST_TEST(name_of(ec, result) == "retry");
        BOOST_TEST(marker.is_published() == keep_on_failure);
        BOOST_TEST(text_of(path) == (keep_on_failure ? own : ""));
        BOOST_TEST(fs::exists(path) == keep_on_failure);
    }
}

BOOST_AUTO_TEST_CASE(breaker_that_cannot_write_vacates_the_path)
{
    find(dead);
    BOOST_TEST(break_without_writing(*this, true) == "retry");
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(removal_leaves_marker_that_has_come_to_the_path)
{
    find(dead);
    fd::marker_file const marker(path, {}, storage::local);
    give_path_to(live);
    BOOST_TEST(!marker.site().remove(found));
    BOOST_TEST(text_of(path) == live);
}

BOOST_AUTO_TEST_CASE(removal_fails_while_another_process_has_removal_right)
{
    find(dead);
    fd::marker_file const marker(path, {}, storage::local);
    {
        removal_right const others(path);
        BOOST_TEST(marker.site().remove(found));
        BOOST_TEST(text_of(path) == dead);
    }
    BOOST_TEST(!marker.site().remove(found));
    BOOST_TEST(!fs::exists(path));
}

namespace {

struct published : steps
{
    fd::marker_file marker{path, {}, storage::local};
    std::time_t const begun = std::time(nullptr);

    published()
    {
        auto result = outcome::retry;
        BOOST_TEST_REQUIRE((!marker.publish(own, result) && result == outcome::published));
        fs::last_write_time(path, begun - 1000);
    }

    /// Returns the state or the error; `limit`: from now.
    std::string refresh(std::chrono::nanoseconds limit = 1h) const
    {
        return name_of_refresh(marker, limit);
    }
    bool is_stamped(fs::path const& file) const { return fs::last_write_time(file) >= begun - 10; }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(release_is_tried_again_before_it_empties_the_marker, published)
{
    {
        removal_right const others(path);
        auto const first = marker.withdraw();
        BOOST_TEST((first == boost::system::errc::operation_would_block));
        BOOST_TEST(text_of(path) == own);
    }
    BOOST_TEST(!marker.withdraw());
    BOOST_TEST(!fs::exists(path));
}

BOOST_FIXTURE_TEST_CASE(marker_is_stamped_under_removal_right, published)
{
    {
        removal_right const others(path);
        BOOST_TEST_REQUIRE(others.is_taken());
        BOOST_TEST(refresh() == right_taken);
        BOOST_TEST(!is_stamped(path));
    }
    BOOST_TEST(refresh() == "intact");
    BOOST_TEST(is_stamped(path));
    BOOST_TEST(removal_right(path).is_taken());
}

// While the process was stopped, other processes may have judged the marker by its earlier stamp.
BOOST_FIXTURE_TEST_CASE(marker_that_is_stamped_too_late_is_late, published)
{
    BOOST_TEST(refresh(-1ns) == "expired");
    BOOST_TEST(is_stamped(path));
}

BOOST_FIXTURE_TEST_CASE(marker_that_is_missing_or_replaced_is_not_stamped, published)
{
    fs::rename(path, aside);
    BOOST_TEST(refresh() == "missing");
    write_text(path, own);
    fs::last_write_time(path, begun - 1000);
    BOOST_TEST(refresh() == "replaced");
    BOOST_TEST(!is_stamped(aside));
    BOOST_TEST(!is_stamped(path));
}

// Network storage

BOOST_AUTO_TEST_CASE(evictor_reads_and_judges_again)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::network);
    fs::remove(path);
    write_text(path, live);
    BOOST_TEST(break_with(marker, is_dead, false) == "retry");
    BOOST_TEST(text_of(path) == live);
    write_text(path, dead);
    BOOST_TEST(break_with(marker, is_dead, false) == "retry");
    BOOST_TEST(!fs::exists(path));
}

namespace {

struct successor
{
    char const* difference;
    std::string text;
    std::time_t later; // seconds after the time of the marker that was found

    friend std::ostream& operator<<(std::ostream& out, successor const& s)
    {
        return out << s.difference;
    }
};

auto const successors = data::make<successor>({
    {"another_time", dead, 100},
    {"another_text", live, 0},
});

} // namespace

// Two locks of one process write the same text.
BOOST_DATA_TEST_CASE(marker_that_is_moved_aside_by_mistake_is_not_removed, successors, s)
{
    find(dead);
    auto const written = fs::last_write_time(path);
    fs::last_write_time(path, written);
    fd::marker_file marker(path, {}, storage::network);
    auto const came = break_with(
        marker,
        [&](fd::found_marker const&) {
            fs::remove(path);
            write_text(path, s.text);
            fs::last_write_time(path, written + s.later);
            return true;
        },
        true);
    BOOST_TEST(came == "retry");
    BOOST_TEST(!fs::exists(path));
    auto const left = names_in(directory);
    BOOST_TEST_REQUIRE(left.size() == 1u);
    BOOST_TEST(left.front().rfind(name + ".break.", 0) == 0u);
    BOOST_TEST(text_of(directory / left.front()) == s.text);
}

// By then the path may name a successor's marker. Inspecting it takes as long as the storage is
// slow.
BOOST_AUTO_TEST_CASE(marker_is_not_moved_aside_long_after_it_was_inspected)
{
    for (bool const is_late : {true, false}) {
        find(dead);
        fd::marker_policy policy;
        policy.publish_limit = is_late ? 0ns : 1h;
        fd::marker_file marker(path, {}, storage::network, policy);
        auto const begin = fd::time_since_boot();
        auto const came = break_with(
            marker,
            [&](fd::found_marker const&) {
                auto const looked = fd::time_since_boot();
                while (fd::time_since_boot() - looked <= looked - begin)
                    continue;
                return true;
            },
            true);
        BOOST_TEST(came == "retry");
        BOOST_TEST(fs::exists(path) == is_late);
    }
}

BOOST_DATA_TEST_CASE(removal_leaves_marker_that_has_changed, successors, s)
{
    find(dead);
    auto const written = fs::last_write_time(path);
    fs::last_write_time(path, written);
    BOOST_TEST_REQUIRE(!found.look(path));
    write_text(path, s.text);
    fs::last_write_time(path, written + s.later);
    fd::marker_file const marker(path, {}, storage::network);
    BOOST_TEST(!marker.site().remove(found));
    BOOST_TEST(text_of(path) == s.text);
    BOOST_TEST_REQUIRE(!found.look(path));
    BOOST_TEST(!marker.site().remove(found));
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(marker_that_is_moved_aside_is_removed)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::network);
    BOOST_TEST(break_with(marker, is_dead, true) == "retry");
    BOOST_TEST(fs::is_empty(directory));
}

// The owner stamps or rewrites the marker after it was found.
BOOST_DATA_TEST_CASE(marker_with_a_unique_name_is_restored_if_it_has_changed, successors, s)
{
    find(dead);
    auto const written = fs::last_write_time(path);
    fs::last_write_time(path, written);
    BOOST_TEST_REQUIRE(!found.look(path));
    write_text(path, s.text);
    fs::last_write_time(path, written + s.later);
    bool is_judged = false;
    fd::marker_file marker(path, {}, storage::network, {true, false, true, {}});
    auto const came = break_with(
        marker,
        [&](fd::found_marker const&) {
            is_judged = true;
            return true;
        },
        false);
    BOOST_TEST(came == "retry");
    BOOST_TEST(!is_judged);
    BOOST_TEST(text_of(path) == s.text);
    BOOST_TEST((names_in(directory) == names_list{name}));
}

BOOST_AUTO_TEST_CASE(marker_with_a_unique_name_is_judged_again_under_its_temporary_name)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::network, {true, false, true, {}});
    for (bool const is_removable : {false, true}) {
        auto const came = break_with(
            marker,
            [&](fd::found_marker const& now) {
                BOOST_TEST(!fs::exists(path));
                BOOST_TEST(now.text == dead);
                return is_removable;
            },
            false);
        BOOST_TEST(came == "retry");
        BOOST_TEST((names_in(directory) == (is_removable ? names_list{} : names_list{name})));
    }
}

BOOST_AUTO_TEST_SUITE_END()
