// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The fence numbers of a path: their names, their order among processes and crashes, and which of
// them are removed.

#include "../src/protocol/fence_numbers.hpp"

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <ctime>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::detail::fence_numbers;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using names = std::vector<std::string>;

struct numbers_of_path : temporary_directory
{
    fs::path const numbers = path.string() + ".fence";

    error_code make(std::uint64_t& number, std::optional<fs::perms> permissions = {}) const
    {
        return fence_numbers(path, permissions).make_next(number);
    }

    std::uint64_t next(std::optional<fs::perms> permissions = {}) const
    {
        std::uint64_t number = 0;
        if (auto const ec = make(number, permissions))
            throw boost::system::system_error(ec);
        return number;
    }

    error_code error_of_next() const
    {
        std::uint64_t number;
        return make(number);
    }

    /// Makes the file of a number as another process has made it so many minutes ago.
    void put(std::string const& name, int minutes = 0) const
    {
        fs::create_directory(numbers);
        write_text(numbers / name, "");
        fs::last_write_time(numbers / name, std::time(nullptr) - 60 * minutes);
    }

    deed one_more() const
    {
        deed d;
        d.then = [this] { return std::to_string(next()); };
        return d;
    }
};

fs::perms mode_of(fs::path const& path)
{
    return fs::status(path).permissions();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(numbers_of_fences, numbers_of_path)

BOOST_AUTO_TEST_SUITE(names_of_files)

BOOST_AUTO_TEST_CASE(begin_at_one_and_ascend)
{
    for (std::uint64_t n = 1; n <= 12; ++n) {
        BOOST_TEST(next() == n);
        BOOST_TEST(fs::file_size(numbers / std::to_string(n)) == 0u);
    }
    BOOST_TEST(names_in(numbers).size() == 12u);
    BOOST_TEST((names_in(directory) == names{"test.lock.fence"}));
}

BOOST_AUTO_TEST_CASE(that_are_no_numbers_are_ignored_and_stay)
{
    names const others{"0",      "007",  "08", "+9", "-9",  " 9", "9 ",  "9\n",
                       "0x9",    "9.0",  "9~", ".9", "1e3", "a",  "9,0", "1000000000000000000",
                       "9break", "9\x80"};
    for (auto const& name : others)
        put(name, 1000);
    BOOST_TEST(next() == 1u);
    BOOST_TEST(next() == 2u);
    put("40");
    BOOST_TEST(next() == 41u);
    for (auto const& name : others)
        BOOST_TEST(fs::exists(numbers / name), name);
}

BOOST_AUTO_TEST_CASE(may_have_gaps)
{
    put("3");
    put("10");
    BOOST_TEST(next() == 11u);
    put("999");
    BOOST_TEST(next() == 1000u);
}

BOOST_AUTO_TEST_CASE(count_whatever_they_name)
{
    fs::create_directories(numbers / "5");
    BOOST_TEST(next() == 6u);
    fs::create_symlink("nowhere", numbers / "8");
    BOOST_TEST(next() == 9u);
    write_text(numbers / "11", "data");
    BOOST_TEST(next() == 12u);
    BOOST_TEST(text_of(numbers / "11") == "data");
    BOOST_TEST(!fs::exists(numbers / "nowhere"));
}

BOOST_AUTO_TEST_CASE(end_with_the_greatest_of_eighteen_digits)
{
    put("999999999999999998");
    BOOST_TEST(next() == 999'999'999'999'999'999u);
    for (int i = 0; i < 2; ++i)
        BOOST_TEST((error_of_next() == errc::value_too_large));
    BOOST_TEST((names_in(numbers) == names{"999999999999999998", "999999999999999999"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(removal)

BOOST_AUTO_TEST_CASE(takes_the_numbers_whose_next_greater_one_is_more_than_an_hour_old)
{
    put("1", 180);
    put("4", 120);
    put("5", 62);
    put("6", 58);
    put("7", 10);
    BOOST_TEST(next() == 8u);
    BOOST_TEST((names_in(numbers) == names{"5", "6", "7", "8"}));
}

BOOST_AUTO_TEST_CASE(leaves_the_greatest_number_however_old)
{
    put("7", 10'000);
    BOOST_TEST(next() == 8u);
    BOOST_TEST((names_in(numbers) == names{"7", "8"}));
    put("8", 10'000);
    BOOST_TEST(next() == 9u);
    BOOST_TEST((names_in(numbers) == names{"8", "9"}));
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_the_age_of_the_number_itself)
{
    put("1", 10'000);
    put("2", 30);
    put("3", 10'000);
    BOOST_TEST(next() == 4u);
    BOOST_TEST((names_in(numbers) == names{"1", "2", "3", "4"}));
    put("2", 61);
    put("1", 0);
    BOOST_TEST(next() == 5u);
    BOOST_TEST((names_in(numbers) == names{"3", "4", "5"}));
}

BOOST_AUTO_TEST_CASE(leaves_numbers_before_one_of_the_future)
{
    put("1", 200);
    put("2", -200);
    put("3", -10'000'000);
    BOOST_TEST(next() == 4u);
    BOOST_TEST((names_in(numbers) == names{"1", "2", "3", "4"}));
}

BOOST_AUTO_TEST_CASE(takes_numbers_in_numerical_order)
{
    put("9", 100);
    put("10", 90);
    put("100", 10);
    BOOST_TEST(next() == 101u);
    BOOST_TEST((names_in(numbers) == names{"10", "100", "101"}));
}

BOOST_AUTO_TEST_CASE(ignores_errors)
{
    fs::create_directories(numbers / "1" / "content");
    put("2", 100);
    put("3", 90);
    BOOST_TEST(next() == 4u);
    BOOST_TEST((names_in(numbers) == names{"1", "3", "4"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(directories)

BOOST_AUTO_TEST_CASE(that_are_something_else_are_refused_and_stay)
{
    auto const target = directory / "target";
    fs::create_directory(target);

    write_text(numbers, "data");
    BOOST_TEST((error_of_next() == error::not_a_lock_file));
    BOOST_TEST(text_of(numbers) == "data");

    for (auto const& to : {target, directory / "nowhere"}) {
        fs::remove(numbers);
        fs::create_symlink(to, numbers);
        BOOST_TEST((error_of_next() == error::not_a_lock_file));
        BOOST_TEST(fs::is_symlink(fs::symlink_status(numbers)));
    }
    BOOST_TEST(fs::is_empty(target));
    BOOST_TEST(!fs::exists(directory / "nowhere"));

    fs::remove(numbers);
    BOOST_TEST_REQUIRE(::mkfifo(numbers.c_str(), 0600) == 0);
    BOOST_TEST((error_of_next() == error::not_a_lock_file));
}

BOOST_AUTO_TEST_CASE(are_not_made_without_a_parent)
{
    std::uint64_t number;
    auto const ec = fence_numbers(directory / "a" / "b", {}).make_next(number);
    BOOST_TEST((ec == errc::no_such_file_or_directory));
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_AUTO_TEST_CASE(begin_at_one_again_when_they_are_removed)
{
    BOOST_TEST(next() == 1u);
    BOOST_TEST(next() == 2u);
    fs::remove_all(numbers);
    BOOST_TEST(next() == 1u);
}

BOOST_AUTO_TEST_CASE(have_permissions_of_the_umask_or_those_that_are_asked_for)
{
    auto const before = ::umask(027);
    next();
    BOOST_TEST(mode_of(numbers) == 0750);
    BOOST_TEST(mode_of(numbers / "1") == 0640);
    ::umask(077);
    next(fs::perms(0664));
    BOOST_TEST(mode_of(numbers) == 0775); // its maker may have died before it set them
    fs::remove_all(numbers);
    next(fs::perms(0664));
    BOOST_TEST(mode_of(numbers) == 0775);
    next();
    BOOST_TEST(mode_of(numbers) == 0775);
    ::umask(before);
}

BOOST_AUTO_TEST_CASE(of_another_user_are_refused, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    next(fs::perms(0644));
    auto const refused = [&] { return error_of_next() == errc::permission_denied ? 0 : 1; };
    BOOST_TEST(as_nobody(refused) == 0);
    fs::permissions(numbers, fs::perms(0700));
    BOOST_TEST(as_nobody(refused) == 0);
    BOOST_TEST((names_in(numbers) == names{"1"}));
    fs::permissions(numbers, fs::perms(0777));
    BOOST_TEST(as_nobody([&] { return next() == 2 ? 0 : 1; }) == 0);
    BOOST_TEST(as_nobody([&] { return next(fs::perms(0644)) == 3 ? 0 : 1; }) == 0);
    BOOST_TEST(mode_of(numbers) == 0777); // only its owner can set them
    BOOST_TEST(next() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(processes)

BOOST_AUTO_TEST_CASE(that_make_numbers_at_once_get_each_of_them_once)
{
    constexpr unsigned each = 60;
    std::deque<child> makers;
    for (int i = 0; i < 6; ++i)
        makers.emplace_back([this] {
            hear();
            for (unsigned n = 0; n < each; ++n)
                say(std::to_string(next()));
            return 0;
        });
    for (auto& m : makers)
        m.write_line("go");
    std::set<std::uint64_t> all;
    for (auto& m : makers) {
        std::uint64_t last = 0;
        for (unsigned i = 0; i < each; ++i) {
            auto const n = std::stoull(m.read_line().value_or("0"));
            BOOST_TEST(n > last);
            BOOST_TEST(all.insert(n).second);
            last = n;
        }
        BOOST_TEST(m.wait() == 0);
    }
    BOOST_TEST(*all.begin() == 1u);
    BOOST_TEST(*all.rbegin() == makers.size() * each);
}

BOOST_AUTO_TEST_SUITE(stopped_amid_a_number, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(get_another_number_than_those_made_meanwhile)
{
    put("7");
    for (auto const& point : stop_points(one_more())) {
        BOOST_TEST_CONTEXT(point)
        {
            fs::remove_all(numbers);
            put("7");
            stopped s(one_more(), point);
            BOOST_TEST_REQUIRE(s.has_met());
            std::set<std::uint64_t> all{7, next(), next(), next()};
            auto const number = std::stoull(s.go_on());
            s.at_last();
            BOOST_TEST(number > 7u);
            BOOST_TEST(all.insert(number).second);
            BOOST_TEST(next() > *all.rbegin());
        }
    }
}

// The directory may also have been made by a process that ended at once.
BOOST_AUTO_TEST_CASE(and_killed_leave_a_gap_at_most)
{
    for (bool const is_first : {true, false}) {
        auto const prepare = [&] {
            fs::remove_all(numbers);
            if (!is_first)
                put("7");
        };
        prepare();
        for (auto const& point : stop_points(one_more())) {
            BOOST_TEST_CONTEXT(point)
            {
                prepare();
                stopped s(one_more(), point);
                BOOST_TEST_REQUIRE(s.has_met());
                s.kill();
                auto const left = fs::exists(numbers) ? names_in(numbers) : names();
                auto const number = next();
                BOOST_TEST(number > (is_first ? 0u : 7u));
                BOOST_TEST(number <= (is_first ? 2u : 9u));
                for (auto const& name : left)
                    BOOST_TEST(number > std::stoull(name));
            }
        }
    }
}

// Otherwise a crash of the system could lose a number that was returned.
BOOST_AUTO_TEST_CASE(have_it_on_the_disk_before_they_return_it)
{
    for (bool const is_first : {true, false}) {
        fs::remove_all(numbers);
        if (is_first)
            fs::create_directory(numbers); // by a process that ended before it flushed the name
        else
            put("7");
        std::string order;
        for (auto const& point : stop_points(one_more()))
            if (point.call == "fsync" || point.text.find("O_EXCL") != point.text.npos)
                order += point.call == "fsync" ? "fsync " : "create ";
        BOOST_TEST(order == (is_first ? "fsync create fsync " : "create fsync "));
    }
}

BOOST_AUTO_TEST_CASE(fail_if_it_does_not_get_on_the_disk)
{
    put("7");
    auto d = one_more();
    d.then = [this] { return error_of_next().message(); };
    d.faults = "-e inject=fsync:error=EIO";
    stopped s(d, {});
    BOOST_TEST(s.go_on() == make_error_code(errc::io_error).message());
    s.at_last();
    BOOST_TEST(next() == 9u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
