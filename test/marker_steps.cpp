// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The steps of marker_file, one by one. Between two of them other processes replace, rename, stamp
// or lock the file. The marker of a successor stays.

#include "../src/protocol/marker_file.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "process/markers.hpp"
#include "process/stops.hpp"
#include "process/temporary_directory.hpp"
#include "process/tracer.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fd = boost::filelock::detail;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;
using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::storage;
using boost::system::error_code;
using outcome = fd::marker_file::outcome;
using names_list = std::vector<std::string>;

namespace {

std::string const dead = "4711\nsome-host\n", live = "4712\nsome-host\n",
                  third = "4713\nsome-host\n", own = "4714\nsome-host\n";

bool is_dead(fd::found_marker const& found)
{
    return found.text == dead;
}

std::string name_of(error_code const& ec, outcome result)
{
    switch (result) {
    case outcome::ours:
        return ec ? ec.message() : "ours";
    case outcome::taken:
        return ec ? ec.message() : "taken";
    case outcome::again:
        return ec ? ec.message() : "again";
    case outcome::busy_right:
        break;
    }
    return ec ? ec.message() : "busy_right";
}

/// The removal right of another process.
class removal_right
{
public:
    explicit removal_right(fs::path const& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (fd_ == -1)
            throw std::runtime_error("open " + path.string());
        is_taken_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    }
    removal_right(removal_right const&) = delete;
    removal_right& operator=(removal_right const&) = delete;
    ~removal_right() { ::close(fd_); }

    /// Returns whether nobody else had it.
    bool is_taken() const { return is_taken_; }

private:
    int fd_;
    bool is_taken_;
};

/// No file can be written until the end of the scope.
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

struct steps : temporary_directory
{
    fs::path const aside = directory / "test.lock.break.1.python";
    std::string const name = path.filename().string();

    fd::found_marker found;

    /// The path names a marker, which `found` has found.
    void find(std::string const& text)
    {
        write_text(path, text);
        BOOST_TEST_REQUIRE(!found.look(path));
        BOOST_TEST_REQUIRE(found.text == text);
    }

    /// A Python breaker renames the marker at the path, and another process publishes its own.
    void give_path_to(std::string const& text) const
    {
        fs::rename(path, aside);
        write_text(path, text);
    }

    /// Removes `found` as a caller of marker_file does: with a marker in its place, or without.
    std::string break_with(fd::marker_file& marker, fd::marker_file::judgement const& is_removable,
                           bool replaces)
    {
        auto result = outcome::ours;
        auto const ec = replaces ? marker.replace(found, is_removable, own, result)
                                 : marker.evict(found, is_removable, result);
        return name_of(ec, result);
    }
};

auto const with_and_without_replacement = data::make({true, false});

} // namespace

BOOST_FIXTURE_TEST_SUITE(marker_steps, steps)

// Local storage

BOOST_DATA_TEST_CASE(breaker_judges_again_under_removal_right, with_and_without_replacement,
                     replaces)
{
    find(dead);
    write_text(path, live); // its maker was slow to write it
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
    BOOST_TEST(came == "again");
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
        BOOST_TEST(break_with(marker, is_dead, replaces) == "busy_right");
        BOOST_TEST(text_of(path) == dead);
    }
    BOOST_TEST(break_with(marker, is_dead, replaces) == (replaces ? "ours" : "again"));
    BOOST_TEST(text_of(path) == (replaces ? own : ""));
}

// The file that was found is still open, and its text is still that of a dead process. It cannot be
// replaced in one step where a breaker cannot write a marker of its own.
BOOST_DATA_TEST_CASE(breaker_leaves_marker_that_has_come_to_the_path, with_and_without_replacement,
                     replaces)
{
    find(dead);
    give_path_to(live);
    fd::marker_file marker(path, {}, storage::local);
    std::string came;
    {
        without_writing const limited;
        came = break_with(marker, is_dead, replaces);
    }
    BOOST_TEST(came == "again");
    BOOST_TEST(text_of(path) == live);
}

BOOST_AUTO_TEST_CASE(breaker_that_cannot_write_vacates_the_path)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::local);
    std::string came;
    {
        without_writing const limited;
        came = break_with(marker, is_dead, true);
    }
    BOOST_TEST(came == "again");
    BOOST_TEST(fs::is_empty(directory));
}

// Network storage

namespace {

struct successor
{
    char const* difference;
    std::string text;
    std::time_t later; // than the marker that was found

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
BOOST_DATA_TEST_CASE(marker_that_is_carried_off_by_mistake_is_not_removed, successors, s)
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
    BOOST_TEST(came == "again");
    BOOST_TEST(!fs::exists(path));
    auto const left = names_in(directory);
    BOOST_TEST_REQUIRE(left.size() == 1u);
    BOOST_TEST(left.front().rfind(name + ".break.", 0) == 0u);
    BOOST_TEST(text_of(directory / left.front()) == s.text);
}

BOOST_AUTO_TEST_CASE(marker_that_is_carried_off_is_removed)
{
    find(dead);
    fd::marker_file marker(path, {}, storage::network);
    BOOST_TEST(break_with(marker, is_dead, true) == "again");
    BOOST_TEST(fs::is_empty(directory));
}

// The owner stamps or rewrites it after it was found.
BOOST_DATA_TEST_CASE(marker_with_a_unique_name_is_put_back_if_it_has_changed, successors, s)
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
    BOOST_TEST(came == "again");
    BOOST_TEST(!is_judged);
    BOOST_TEST(text_of(path) == s.text);
    BOOST_TEST((names_in(directory) == names_list{name}));
}

BOOST_AUTO_TEST_CASE(marker_with_a_unique_name_is_judged_again_where_nobody_sees_it)
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
        BOOST_TEST(came == "again");
        BOOST_TEST((names_in(directory) == (is_removable ? names_list{} : names_list{name})));
    }
}

// Between two system calls

namespace {

// Calls that are the same with each C library and on each architecture. A whole marker gets its
// name with linkat, which follows the last look at the path.
stop_point const naming{"linkat", 1}, exchange{"renameat2", 1}, second_writing{"pwrite64", 2};

// There are no names for unnamed files.
char const in_place[] = "-e inject=linkat:error=EPERM";

struct stopped_steps : steps
{
    /// A process that breaks a marker. Those with the text `dead` are removable.
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

    /// A process that publishes a marker in place.
    deed publisher(std::chrono::nanoseconds limit = 1h)
    {
        deed d;
        d.then = [this, limit] {
            fd::marker_habit habit;
            habit.longest_making = limit;
            fd::marker_file marker(path, {}, storage::local, habit);
            auto result = outcome::ours;
            auto const ec = marker.publish(own, result);
            marker.leave();
            return name_of(ec, result);
        };
        d.faults = in_place;
        return d;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(between_calls, *ut::precondition(can_trace))

// The breaker gets the marker of another process that has died.
BOOST_FIXTURE_TEST_CASE(breaker_removes_what_it_got_under_removal_right, stopped_steps)
{
    for (bool const is_right_free : {true, false}) {
        write_text(path, dead);
        stopped breaks(breaker(), naming);
        BOOST_TEST_REQUIRE(breaks.has_met());
        give_path_to(dead);
        if (is_right_free) {
            BOOST_TEST(breaks.go_on() == "ours");
            BOOST_TEST(text_of(path) == own);
        } else {
            removal_right const others(path);
            BOOST_TEST_REQUIRE(others.is_taken());
            BOOST_TEST(breaks.go_on() == "again");
            BOOST_TEST(text_of(path) == dead);
        }
        breaks.at_last();
        fs::remove(aside);
        BOOST_TEST((names_in(directory) == names_list{name}));
    }
}

namespace {

// What others do while a breaker has a successor's marker under its private name, and what the path
// names in the end.
struct event
{
    char const* name;
    bool is_witnessed; // the successor's marker
    std::function<void(stopped_steps&)> happens;
    std::string left; // empty: no file

    friend std::ostream& operator<<(std::ostream& out, event const& e) { return out << e.name; }
};

auto const events = data::make<event>({
    {"nothing", false, [](stopped_steps&) {}, live},
    {"witnessed_nothing", true, [](stopped_steps&) {}, live},
    // A Python holder removes what the path names.
    {"holder_releases", false, [](stopped_steps& s) { fs::remove(s.path); }, ""},
    // A holder of ours does not remove the marker of another.
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
    auto result = outcome::again;
    if (e.is_witnessed)
        BOOST_TEST_REQUIRE((!successor.publish(live, result) && result == outcome::ours));
    else
        write_text(path, live);
    breaks.go_on_to_next();
    BOOST_TEST_REQUIRE(breaks.has_met());
    BOOST_TEST_REQUIRE(text_of(path) == own);
    e.happens(*this);
    BOOST_TEST(breaks.go_on() == "again");
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

BOOST_FIXTURE_TEST_CASE(marker_made_in_place_counts_if_the_path_names_it_after_writing,
                        stopped_steps)
{
    for (bool const is_replaced : {false, true}) {
        stopped makes(publisher(), second_writing);
        BOOST_TEST_REQUIRE(makes.has_met());
        BOOST_TEST(text_of(path) == own);
        if (is_replaced)
            give_path_to(live);
        BOOST_TEST(makes.go_on() == (is_replaced ? "again" : "ours"));
        makes.at_last();
        BOOST_TEST(text_of(path) == (is_replaced ? live : own));
        if (!is_replaced)
            fs::remove(path);
    }
    BOOST_TEST(text_of(aside) == "");
}

// Other processes may have judged the empty file by then. It stays for the grace.
BOOST_FIXTURE_TEST_CASE(marker_made_in_place_is_not_written_too_late, stopped_steps)
{
    stopped makes(publisher(-1ns), {});
    BOOST_TEST(makes.go_on() == "again");
    makes.at_last();
    BOOST_TEST(fs::exists(path));
    BOOST_TEST(text_of(path) == "");
    auto const calls = makes.calls();
    BOOST_TEST(std::count_if(calls.begin(), calls.end(), [](stop_point const& p) {
                   return p.call == "pwrite64";
               }) == 1); // of the unnamed file
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
