// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process that evicts or publishes a marker is stopped between two system calls. Meanwhile other
// processes replace, rename, write or lock the file. The marker of a successor must stay.

#include "support/marker_steps.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/markers.hpp"
#include "support/stops.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <ostream>
#include <string>

namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;
using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;
using boost::system::error_code;

namespace {

// These calls are the same with each C library and on each architecture. A complete marker gets its
// name by linkat, which follows the last inspection of the path.
stop_point const naming{"linkat", 1}, exchange{"renameat2", 1}, second_exchange{"renameat2", 2},
    first_right{"flock", 1}, second_right{"flock", 2}, second_writing{"pwrite64", 2};

// strace makes linkat fail, so an unnamed file cannot get a name.
char const in_place[] = "-e inject=linkat:error=EPERM";

struct stopped_steps : steps
{
    /// Returns the deed of a process that evicts a marker with the text `dead`, and publishes its
    /// own.
    deed breaker()
    {
        deed d;
        d.then = [this] {
            found.look(path);
            fd::marker_file marker(path, {}, storage::local);
            auto const came = break_with(marker, is_dead, true);
            marker.leave();
            return came;
        };
        return d;
    }

    /// Returns the deed of a process that publishes a marker in place.
    deed publisher(std::chrono::nanoseconds limit = 1h)
    {
        deed d;
        d.then = [this, limit] {
            fd::marker_policy policy;
            policy.publish_limit = limit;
            fd::marker_file marker(path, {}, storage::local, policy);
            auto result = outcome::published;
            auto const ec = marker.publish(own, result);
            marker.leave();
            return name_of(ec, result);
        };
        d.faults = in_place;
        return d;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(marker_stops, steps, *ut::precondition(can_trace))

// The breaker gets the marker of another dead process.
BOOST_FIXTURE_TEST_CASE(breaker_removes_what_it_got_under_removal_right, stopped_steps)
{
    for (bool const is_right_free : {true, false}) {
        write_text(path, dead);
        stopped breaks(breaker(), naming);
        BOOST_TEST_REQUIRE(breaks.has_met());
        give_path_to(dead);
        if (is_right_free) {
            BOOST_TEST(breaks.go_on() == "published");
            BOOST_TEST(text_of(path) == own);
        } else {
            removal_right const others(path);
            BOOST_TEST_REQUIRE(others.is_taken());
            BOOST_TEST(breaks.go_on() == "retry");
            BOOST_TEST(text_of(path) == dead);
        }
        breaks.at_last();
        fs::remove(aside);
        BOOST_TEST((names_in(directory) == names_list{name}));
    }
}

// The marker's creator was slow to write it.
BOOST_FIXTURE_TEST_CASE(breaker_reads_what_it_got_again_under_removal_right, stopped_steps)
{
    write_text(path, dead);
    stopped breaks(breaker(), naming, second_right);
    BOOST_TEST_REQUIRE(breaks.has_met());
    give_path_to(dead);
    breaks.go_on_to_next();
    BOOST_TEST_REQUIRE(breaks.has_met());
    BOOST_TEST_REQUIRE(text_of(path) == own);
    for (auto const& got : names_in(directory))
        if (got != name && directory / got != aside)
            write_text(directory / got, live);
    BOOST_TEST(breaks.go_on() == "retry");
    breaks.at_last();
    BOOST_TEST(text_of(path) == live);
}

namespace {

// Actions of other processes while a breaker has a successor's marker under its temporary name, and
// the text at the path in the end.
struct event
{
    char const* name;
    bool is_witnessed; // the successor's marker has a witness
    std::function<void(stopped_steps&)> happens;
    std::string left; // empty: no file

    friend std::ostream& operator<<(std::ostream& out, event const& e) { return out << e.name; }
};

auto const events = data::make<event>({
    {"nothing", false, [](stopped_steps&) {}, live},
    {"witnessed_nothing", true, [](stopped_steps&) {}, live},
    // A Python holder removes the file that the path names.
    {"holder_releases", false, [](stopped_steps& s) { fs::remove(s.path); }, ""},
    // A holder of ours does not remove another process's marker.
    {"user_removes_breakers_marker", true, [](stopped_steps& s) { fs::remove(s.path); }, live},
    {"python_breaker_carries_off_breakers_marker", false,
     [](stopped_steps& s) { fs::rename(s.path, s.aside); }, live},
    {"holder_releases_and_third_comes", false,
     [](stopped_steps& s) {
         fs::remove(s.path);
         write_text(s.path, third);
     },
     third},
});

} // namespace

BOOST_DATA_TEST_CASE_F(stopped_steps, breaker_restores_a_successor, events, e)
{
    write_text(path, dead);
    stopped breaks(breaker(), naming, exchange);
    BOOST_TEST_REQUIRE(breaks.has_met());
    fs::remove(path);
    fd::marker_file successor(path, {}, storage::local);
    auto result = outcome::retry;
    if (e.is_witnessed)
        BOOST_TEST_REQUIRE((!successor.publish(live, result) && result == outcome::published));
    else
        write_text(path, live);
    breaks.go_on_to_next();
    BOOST_TEST_REQUIRE(breaks.has_met());
    BOOST_TEST_REQUIRE(text_of(path) == own);
    e.happens(*this);
    BOOST_TEST(breaks.go_on() == "retry");
    breaks.at_last();
    BOOST_TEST(text_of(path) == e.left);
    BOOST_TEST(fs::exists(path) == !e.left.empty());
    error_code ec;
    BOOST_TEST(successor.is_in_place(ec) == e.is_witnessed);
    if (e.left != third) {
        fs::remove(aside);
        BOOST_TEST((names_in(directory) == (e.left.empty() ? names_list{} : names_list{name})));
    }
}

// The breaker restores the successor's marker and gets a third marker in exchange. Then the
// successor releases.
BOOST_FIXTURE_TEST_CASE(breaker_restores_a_third_marker_to_a_vacant_path, stopped_steps)
{
    auto breaks_amid_others = breaker();
    breaks_amid_others.then = [this] {
        found.look(path);
        fd::marker_file marker(path, {}, storage::local);
        auto const judge = [this](fd::found_marker const& f) {
            if (f.text == live) { // it is under its temporary name
                fs::remove(path);
                write_text(path, third);
            }
            return is_dead(f);
        };
        auto const came = break_with(marker, judge, true);
        marker.leave();
        return came;
    };
    write_text(path, dead);
    stopped breaks(breaks_amid_others, naming, second_exchange);
    BOOST_TEST_REQUIRE(breaks.has_met());
    give_path_to(live);
    breaks.go_on_to_next();
    BOOST_TEST_REQUIRE(breaks.has_met());
    BOOST_TEST_REQUIRE(text_of(path) == live);
    fs::remove(path);
    BOOST_TEST(breaks.go_on() == "retry");
    breaks.at_last();
    fs::remove(aside);
    BOOST_TEST_REQUIRE((names_in(directory) == names_list{name}));
    BOOST_TEST(text_of(path) == third);
}

BOOST_FIXTURE_TEST_CASE(marker_made_in_place_counts_if_the_path_names_it_after_writing,
                        stopped_steps)
{
    for (bool const is_replaced : {false, true}) {
        stopped makes(publisher(), second_writing);
        BOOST_TEST_REQUIRE(makes.has_met());
        BOOST_TEST(text_of(path) == own);
        if (is_replaced)
            give_path_to(live);
        BOOST_TEST(makes.go_on() == (is_replaced ? "retry" : "published"));
        makes.at_last();
        BOOST_TEST(text_of(path) == (is_replaced ? live : own));
        if (!is_replaced)
            fs::remove(path);
    }
    BOOST_TEST(text_of(aside) == "");
}

namespace {

// Counts the writes. The first is that to the unnamed file.
long count_of_writes(stopped& makes)
{
    auto const calls = makes.calls();
    return std::count_if(calls.begin(), calls.end(),
                         [](stop_point const& p) { return p.call == "pwrite64"; });
}

} // namespace

BOOST_FIXTURE_TEST_CASE(marker_made_in_place_is_not_written_after_it_is_replaced, stopped_steps)
{
    stopped makes(publisher(), first_right);
    BOOST_TEST_REQUIRE(makes.has_met());
    give_path_to(live);
    BOOST_TEST(makes.go_on() == "retry");
    makes.at_last();
    BOOST_TEST(text_of(path) == live);
    BOOST_TEST(text_of(aside) == "");
    BOOST_TEST(count_of_writes(makes) == 1);
}

// Another process with the removal right is judging the marker, and removes or leaves it.
BOOST_FIXTURE_TEST_CASE(marker_made_in_place_is_not_written_without_removal_right, stopped_steps)
{
    auto publishes = publisher();
    publishes.faults += " -e inject=flock:error=EAGAIN:when=1";
    stopped makes(publishes, {});
    BOOST_TEST(makes.go_on() == "retry");
    makes.at_last();
    BOOST_TEST(fs::exists(path));
    BOOST_TEST(text_of(path) == "");
    BOOST_TEST(count_of_writes(makes) == 1);
}

// Other processes may have judged the empty file by then. It stays for the grace.
BOOST_FIXTURE_TEST_CASE(marker_made_in_place_is_not_written_too_late, stopped_steps)
{
    stopped makes(publisher(-1ns), {});
    BOOST_TEST(makes.go_on() == "retry");
    makes.at_last();
    BOOST_TEST(fs::exists(path));
    BOOST_TEST(text_of(path) == "");
    BOOST_TEST(count_of_writes(makes) == 1);
}

// On network storage the last step of publishing checks that the path names the marker.
BOOST_FIXTURE_TEST_CASE(marker_counts_if_the_path_names_it_after_it_is_published, stopped_steps)
{
    deed publishes;
    publishes.then = [this] {
        fd::marker_file marker(path, {}, storage::network);
        auto result = outcome::published;
        auto const ec = marker.publish(own, result);
        marker.leave();
        return name_of(ec, result);
    };
    for (std::string const successor : {"", live.c_str()}) {
        stopped makes(publishes, naming);
        BOOST_TEST_REQUIRE(makes.has_met());
        fs::remove(path);
        if (!successor.empty())
            write_text(path, successor);
        BOOST_TEST(makes.go_on() == "retry");
        makes.at_last();
        BOOST_TEST(text_of(path) == successor);
    }
}

BOOST_FIXTURE_TEST_CASE(marker_is_intact_if_the_path_names_it_after_it_is_stamped, stopped_steps)
{
    fd::marker_file marker(path, {}, storage::local);
    deed stamps;
    stamps.first = [&] {
        auto result = outcome::published;
        return name_of(marker.publish(own, result), result);
    };
    stamps.then = [&] { return name_of_refresh(marker, 1h); };
    stamps.last = [&] {
        marker.leave();
        return "";
    };
    auto const points = stop_points(stamps);
    fs::remove(path);
    auto const stamping = std::find_if(points.begin(), points.end(), [](stop_point const& p) {
        return p.meaning() == "utimensat";
    });
    BOOST_TEST_REQUIRE((stamping != points.end()));
    for (std::string const successor : {"", live.c_str()}) {
        stopped refreshes(stamps, *stamping);
        BOOST_TEST_REQUIRE(refreshes.has_met());
        fs::remove(path);
        if (!successor.empty())
            write_text(path, successor);
        BOOST_TEST(refreshes.go_on() == (successor.empty() ? "missing" : "replaced"));
        refreshes.at_last();
        fs::remove(path);
    }
}

BOOST_AUTO_TEST_SUITE_END()
