// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `fence_guard`: the numbers that it admits, and its file after other programs and after crashes.

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/fence_guard.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <cstdint>
#include <filesystem>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::fence_guard;
using boost::filelock::file_lock;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

std::string const seven = "00000000000000000007\n";

error_code admission(fence_guard& guard, std::uint64_t number)
{
    error_code ec = make_error_code(errc::io_error);
    guard.admit(number, ec);
    return ec;
}

std::string admission_text(fs::path const& path, std::uint64_t number)
{
    fence_guard guard(path);
    auto const ec = admission(guard, number);
    return ec ? ec.message() : "admitted";
}

bool is_free(fs::path const& path)
{
    file_lock lock(path);
    return lock.try_lock();
}

std::string const passed = error_code(error::fence_passed).message();

template <class F>
error_code code_thrown_by(F const& f)
{
    try {
        f();
    } catch (lock_error const& e) {
        return e.code();
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(fence_guards, temporary_directory)

BOOST_AUTO_TEST_SUITE(numbers)

BOOST_AUTO_TEST_CASE(are_admitted_in_ascending_order)
{
    fence_guard guard(path);
    BOOST_TEST(guard.highest() == 0u);
    BOOST_TEST(!fs::exists(path));
    for (std::uint64_t const n : {3u, 4u, 100u}) {
        BOOST_TEST(!admission(guard, n));
        BOOST_TEST(guard.highest() == n);
    }
    BOOST_TEST((admission(guard, 99) == error::fence_passed));
    BOOST_TEST((admission(guard, 1) == error::fence_passed));
    BOOST_TEST(guard.highest() == 100u);
    BOOST_TEST(!admission(guard, 101));
}

BOOST_AUTO_TEST_CASE(that_are_equal_are_admitted)
{
    fence_guard guard(path), another(path);
    BOOST_TEST(!admission(guard, 7));
    BOOST_TEST(!admission(guard, 7));
    BOOST_TEST(!admission(another, 7));
    BOOST_TEST(text_of(path) == seven);
}

BOOST_AUTO_TEST_CASE(of_zero_are_refused)
{
    fence_guard guard(path);
    BOOST_TEST((admission(guard, 0) == errc::invalid_argument));
    bool is_called = false;
    auto const ec = code_thrown_by([&] { guard.run(0, [&] { is_called = true; }); });
    BOOST_TEST((ec == errc::invalid_argument));
    BOOST_TEST(!is_called);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(of_all_values_are_kept)
{
    auto const most = (std::numeric_limits<std::uint64_t>::max)();
    fence_guard guard(path);
    BOOST_TEST(!admission(guard, most - 1));
    BOOST_TEST((admission(guard, most - 2) == error::fence_passed));
    BOOST_TEST(!admission(guard, most));
    BOOST_TEST(text_of(path) == "18446744073709551615\n");
    BOOST_TEST(guard.highest() == most);
}

BOOST_AUTO_TEST_CASE(that_are_refused_are_reported_with_the_path)
{
    fence_guard guard(path);
    guard.admit(2);
    BOOST_CHECK_EXCEPTION(guard.admit(1), lock_error, [&](lock_error const& e) {
        return e.code() == error::fence_passed && e.path() == path;
    });
    BOOST_TEST(guard.path() == path);
}

BOOST_AUTO_TEST_CASE(are_refused_across_processes)
{
    child other([&] {
        for (;;)
            say(admission_text(path, std::stoull(hear())));
        return 0;
    });
    fence_guard guard(path);
    BOOST_TEST(other.ask("5") == "admitted");
    BOOST_TEST((admission(guard, 4) == error::fence_passed));
    BOOST_TEST(!admission(guard, 6));
    BOOST_TEST(other.ask("5") == passed);
    BOOST_TEST(other.ask("6") == "admitted");
    BOOST_TEST(guard.highest() == 6u);
}

BOOST_AUTO_TEST_CASE(that_begin_again_are_refused)
{
    fence_guard guard(directory / "guard");
    soft_file_lease lease(path);
    for (std::uint64_t const n : {1u, 2u}) {
        std::lock_guard<soft_file_lease> const held(lease);
        BOOST_TEST(!admission(guard, lease.fence()));
        BOOST_TEST(guard.highest() == n);
    }
    fs::remove_all(path.string() + ".fence");
    std::lock_guard<soft_file_lease> const held(lease);
    BOOST_TEST(lease.fence() == 1u);
    BOOST_TEST((admission(guard, lease.fence()) == error::fence_passed));
    fs::remove(directory / "guard");
    BOOST_TEST(!admission(guard, lease.fence()));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(run)

BOOST_AUTO_TEST_CASE(returns_what_the_function_returns)
{
    fence_guard guard(path);
    BOOST_TEST(guard.run(1, [] { return 5; }) == 5);
    int value = 0;
    decltype(auto) same = guard.run(2, [&]() -> int& { return value; });
    static_assert(std::is_same<decltype(same), int&>::value, "");
    BOOST_TEST(&same == &value);
    auto const nothing = [] {};
    static_assert(std::is_void<decltype(guard.run(2, nothing))>::value, "");
    BOOST_TEST(*guard.run(2, [p = std::make_unique<int>(3)]() mutable { return std::move(p); }) ==
               3);
}

BOOST_AUTO_TEST_CASE(calls_nothing_for_a_number_that_is_refused)
{
    fence_guard guard(path);
    bool is_called = false;
    guard.admit(2);
    auto const ec = code_thrown_by([&] { guard.run(1, [&] { is_called = true; }); });
    BOOST_TEST((ec == error::fence_passed));
    BOOST_TEST(!is_called);
}

BOOST_AUTO_TEST_CASE(remembers_the_number_before_it_calls_the_function)
{
    fence_guard guard(path);
    guard.run(7, [&] { BOOST_TEST(text_of(path) == seven); });
    BOOST_CHECK_THROW(guard.run(8, [] { throw std::runtime_error("of f"); }), std::runtime_error);
    BOOST_TEST(guard.highest() == 8u);
    BOOST_TEST(is_free(path));
}

BOOST_AUTO_TEST_CASE(may_be_nested_in_one_object)
{
    fence_guard guard(path);
    auto const highest = guard.run(1, [&] {
        guard.admit(2);
        guard.run(3, [&] { BOOST_TEST(guard.highest() == 3u); });
        BOOST_TEST((admission(guard, 1) == error::fence_passed));
        return guard.highest();
    });
    BOOST_TEST(highest == 3u);
    BOOST_TEST(is_free(path));
}

BOOST_AUTO_TEST_CASE(refuses_to_wait_for_the_calling_thread)
{
    fence_guard guard(path), another(path);
    guard.run(1, [&] {
        BOOST_TEST((admission(another, 2) == errc::resource_deadlock_would_occur));
        error_code ec;
        BOOST_TEST(another.highest(ec) == 0u);
        BOOST_TEST((ec == errc::resource_deadlock_would_occur));
    });
    BOOST_TEST(!admission(another, 2));
}

BOOST_AUTO_TEST_CASE(keeps_other_threads_and_processes_out)
{
    auto const file = directory / "resource";
    fence_guard guard(path), another(path);
    child other([&] {
        fence_guard its_own(path);
        hear();
        its_own.run(3, [&] { write_text(file, text_of(file) + "3"); });
        say("done");
        return 0;
    });
    std::future<void> threads[2];
    guard.run(1, [&] {
        other.write_line("go on");
        for (auto* const g : {&guard, &another})
            threads[g == &guard] = std::async(std::launch::async, [&file, g] {
                g->run(3, [&file] { write_text(file, text_of(file) + "3"); });
            });
        BOOST_TEST(!is_free(path));
        for (int i = 0; i < 1000; ++i)
            BOOST_TEST_REQUIRE(!fs::exists(file));
        BOOST_TEST(text_of(path) == "00000000000000000001\n");
        write_text(file, "1");
    });
    other.expect("done");
    for (auto& t : threads)
        t.get();
    BOOST_TEST(text_of(file) == "1333");
    BOOST_TEST((admission(guard, 1) == error::fence_passed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(with_other_content_are_refused_and_stay)
{
    fence_guard guard(path);
    for (std::string const text :
         {"\n", "7", "7\n", "0000000000000000007\n", "00000000000000000007", "0000000000000000007x",
          "000000000000000000007", "00000000000000000007\n\n", "00000000000000000007\r\n",
          "00000000000000000000\n", "18446744073709551616\n", "99999999999999999999\n",
          "-0000000000000000007\n", "+0000000000000000007\n", " 0000000000000000007\n",
          "0000000000000000 007\n", "00000000000000000007 ", "something else entirely"}) {
        BOOST_TEST_CONTEXT(text)
        {
            write_text(path, text);
            BOOST_TEST((admission(guard, 9) == error::not_a_lock_file));
            error_code ec;
            BOOST_TEST(guard.highest(ec) == 0u);
            BOOST_TEST((ec == error::not_a_lock_file));
            BOOST_CHECK_THROW((void)guard.highest(), lock_error);
            BOOST_TEST(text_of(path) == text);
        }
    }
    auto const nuls = std::string(21, '\0'), much = seven + std::string(100'000, '0');
    for (auto const& text : {nuls, much}) {
        write_text(path, text);
        BOOST_TEST((admission(guard, 9) == error::not_a_lock_file));
        BOOST_TEST((text_of(path) == text));
    }
}

BOOST_AUTO_TEST_CASE(that_are_empty_count_as_without_number)
{
    fence_guard guard(path);
    write_text(path, "");
    BOOST_TEST(guard.highest() == 0u);
    BOOST_TEST(text_of(path).empty());
    BOOST_TEST(!admission(guard, 7));
    BOOST_TEST(text_of(path) == seven);
}

BOOST_AUTO_TEST_CASE(that_are_not_regular_are_refused)
{
    auto const target = directory / "target";
    fence_guard guard(path);
    error_code ec;

    write_text(target, seven);
    fs::create_symlink(target, path);
    BOOST_TEST((admission(guard, 9) == error::not_a_lock_file));
    BOOST_TEST(guard.highest(ec) == 0u);
    BOOST_TEST((ec == error::not_a_lock_file));
    BOOST_TEST(text_of(target) == seven);

    fs::remove(path);
    BOOST_TEST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    BOOST_TEST((admission(guard, 9) == error::not_a_lock_file));

    fs::remove(path);
    fs::create_directory(path);
    BOOST_TEST((admission(guard, 9) == errc::is_a_directory));
}

BOOST_AUTO_TEST_CASE(are_not_made_in_a_missing_directory)
{
    fence_guard guard(directory / "missing" / "guard");
    BOOST_TEST(guard.highest() == 0u);
    BOOST_TEST((admission(guard, 1) == errc::no_such_file_or_directory));
    BOOST_TEST(!fs::exists(directory / "missing"));
}

BOOST_AUTO_TEST_CASE(may_be_named_by_a_path_of_the_standard_library_or_relative)
{
    fence_guard guard(std::filesystem::path(path.native()));
    BOOST_TEST(!admission(guard, 7));
    auto const before = fs::current_path();
    fs::current_path(directory);
    fence_guard relative(path.filename());
    fs::current_path(before);
    BOOST_TEST(relative.highest() == 7u);
    BOOST_TEST(!admission(relative, 8));
    BOOST_TEST(guard.highest() == 8u);
    BOOST_CHECK_THROW(fence_guard(""), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(can_be_read_but_not_changed_by_another_user, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    fence_guard(path).admit(7);
    auto const status = as_nobody([&] {
        fence_guard guard(path);
        auto const ec = admission(guard, 9);
        return ec == errc::permission_denied && guard.highest() == 7 ? 0 : 1;
    });
    BOOST_TEST(status == 0);
    BOOST_TEST(text_of(path) == seven);
}

BOOST_AUTO_TEST_CASE(are_not_locked_by_a_forked_child)
{
    fence_guard guard(path);
    guard.run(7, [&] {
        child forked([&] {
            error_code ec;
            say("runs");
            guard.admit(8, ec); // waits for the parent
            say(ec ? ec.message() : "admitted");
            hear();
            return 0;
        });
        forked.expect("runs");
        BOOST_TEST(!forked.has_line());
        BOOST_TEST(text_of(path) == seven);
        forked.kill();
        forked.wait();
    });
    child forked([&] {
        say(admission(guard, 8) ? "refused" : "admitted");
        return 0;
    });
    forked.expect("admitted");
    BOOST_TEST(guard.highest() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(crashes, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(leave_the_former_number_or_the_new_one)
{
    for (std::uint64_t const before : {0u, 6u}) {
        auto const prepare = [&] {
            fs::remove(path);
            if (before)
                fence_guard(path).admit(before);
        };
        deed d;
        d.then = [&] { return admission_text(path, 7); };
        prepare();
        auto const points = stop_points(d);
        BOOST_TEST(points.size() > 6u);
        bool is_written = false;
        for (auto const& point : points) {
            BOOST_TEST_CONTEXT(point << ", before: " << before)
            {
                prepare();
                stopped s(d, point);
                BOOST_TEST_REQUIRE(s.has_met());
                s.kill();
                is_written = is_written || point.meaning().rfind("pwrite", 0) == 0;
                fence_guard guard(path);
                BOOST_TEST(guard.highest() == (is_written ? 7 : before));
                BOOST_TEST(!admission(guard, 7));
                BOOST_TEST((admission(guard, 6) == error::fence_passed));
            }
        }
        BOOST_TEST(is_written);
    }
}

// Also for an equal number, since the process that wrote it may have ended before that.
BOOST_AUTO_TEST_CASE(of_the_system_find_the_number_on_the_disk_before_the_function_runs)
{
    for (std::uint64_t const before : {0u, 6u, 7u}) {
        fs::remove(path);
        if (before)
            fence_guard(path).admit(before);
        deed d;
        d.then = [&] {
            fence_guard(path).run(7, [] { ::getppid(); });
            return std::string();
        };
        std::string order;
        for (auto const& point : stop_points(d))
            for (std::string const call : {"fsync", "pwrite", "fdatasync", "getppid"})
                if (point.call.rfind(call, 0) == 0)
                    order += call + ' ';
        BOOST_TEST(order ==
                   (before ? "pwrite fdatasync getppid " : "fsync pwrite fdatasync getppid "));
    }
}

BOOST_AUTO_TEST_CASE(in_the_function_release_the_guard)
{
    child holder([&] {
        fence_guard(path).run(7, [] {
            say("runs");
            hear();
        });
        return 0;
    });
    holder.expect("runs");
    holder.kill();
    fence_guard guard(path);
    BOOST_TEST((admission(guard, 6) == error::fence_passed));
    BOOST_TEST(!admission(guard, 8));
}

// A write that fails is injected, so that the first number is written in part or not at all.
BOOST_AUTO_TEST_CASE(and_errors_of_the_disk_admit_nothing)
{
    for (std::uint64_t const before : {0u, 6u})
        for (std::string const fault :
             {"fdatasync:error=EIO", "pwrite64:error=ENOSPC", "fsync:error=EIO"}) {
            fs::remove(path);
            if (before)
                fence_guard(path).admit(before);
            deed d;
            d.then = [&] { return admission_text(path, 7); };
            d.faults = "-e inject=" + fault;
            stopped s(d, {});
            auto const result = s.go_on();
            s.at_last();
            fence_guard guard(path);
            BOOST_TEST_CONTEXT(fault << ", before: " << before)
            {
                BOOST_TEST((result == "admitted") == (before && fault[1] == 's'));
                BOOST_TEST((guard.highest() == before || (before && guard.highest() == 7)));
                BOOST_TEST(!admission(guard, 7));
            }
        }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
