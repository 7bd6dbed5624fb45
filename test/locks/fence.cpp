// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `soft_file_lease::fence` and `fence_guard` together: the numbers grow in the order of the holds,
// and a guarded resource takes no write of a superseded holder.

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/fence_guard.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <signal.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::fence_guard;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using hold = std::unique_lock<soft_file_lease>;

struct fenced : temporary_directory
{
    fs::path const numbers = path.string() + ".fence", guard = directory / "guard",
                   resource = directory / "resource";

    /// Appends a line to the resource through its guard. Returns what happened.
    std::string write(std::uint64_t number, std::string const& line) const
    {
        try {
            return fence_guard(guard).run(number, [&] {
                write_text(resource, text_of(resource) + line + '\n');
                return std::string("written");
            });
        } catch (lock_error const& e) {
            return e.code() == error::fence_passed ? "refused" : e.what();
        }
    }

    void break_hold() const { soft_file_lease(path).force_break(); }
};

error_code error_of_fence(soft_file_lease& lease)
{
    error_code ec = make_error_code(errc::io_error);
    auto const number = lease.fence(ec);
    if (ec && number != 0)
        throw std::runtime_error("a number with an error");
    return ec;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(fences, fenced)

BOOST_AUTO_TEST_SUITE(numbers)

BOOST_AUTO_TEST_CASE(need_a_hold)
{
    soft_file_lease lease(path);
    BOOST_TEST((error_of_fence(lease) == errc::operation_not_permitted));
    BOOST_CHECK_EXCEPTION((void)lease.fence(), lock_error, [&](lock_error const& e) {
        return e.code() == errc::operation_not_permitted && e.path() == path;
    });
    {
        hold const held(lease);
    }
    BOOST_TEST((error_of_fence(lease) == errc::operation_not_permitted));
    BOOST_TEST(!fs::exists(numbers));
}

BOOST_AUTO_TEST_CASE(are_the_same_during_one_hold)
{
    soft_file_lease lease(path), another(path);
    for (std::uint64_t n = 1; n <= 3; ++n) {
        hold const held(lease);
        BOOST_TEST(lease.fence() == n);
        BOOST_TEST(lease.fence() == n);
        {
            hold const further(lease);
            BOOST_TEST(lease.fence() == n);
        }
        lease.extend();
        BOOST_TEST(lease.fence() == n);
        BOOST_TEST(names_in(numbers).size() == n);
    }
    hold const held(another);
    BOOST_TEST(another.fence() == 4u);
}

BOOST_AUTO_TEST_CASE(are_made_for_holds_that_ask_for_one_only)
{
    soft_file_lease lease(path);
    {
        hold const held(lease);
    }
    BOOST_TEST(!fs::exists(numbers));
    hold const held(lease);
    BOOST_TEST(lease.fence() == 1u);
}

BOOST_AUTO_TEST_CASE(are_the_objects_in_any_thread)
{
    soft_file_lease lease(path);
    hold const held(lease);
    std::future<std::uint64_t> others[4];
    for (auto& other : others)
        other = std::async(std::launch::async, [&] { return lease.fence(); });
    BOOST_TEST(lease.fence() == 1u);
    for (auto& other : others)
        BOOST_TEST(other.get() == 1u);
    BOOST_TEST((names_in(numbers) == std::vector<std::string>{"1"}));
}

BOOST_AUTO_TEST_CASE(are_not_those_of_a_forked_child)
{
    soft_file_lease lease(path);
    lease.lock();
    BOOST_TEST(lease.fence() == 1u);
    child forked([&] {
        say(error_of_fence(lease) == errc::operation_not_permitted ? "refused" : "no error");
        hear();
        lease.lock();
        say(std::to_string(lease.fence()));
        return 0;
    });
    forked.expect("refused");
    lease.unlock();
    BOOST_TEST(forked.ask("go on") == "2");
    BOOST_TEST(forked.wait() == 0);
}

BOOST_AUTO_TEST_CASE(are_not_returned_after_a_loss)
{
    soft_file_lease with(path), without(path), successor(path);
    with.lock();
    BOOST_TEST(with.fence() == 1u);
    break_hold();
    BOOST_TEST((error_of_fence(with) == error::hold_lost));
    BOOST_TEST((error_of_fence(with) == error::hold_lost));
    BOOST_TEST_REQUIRE(without.try_lock());
    break_hold();
    hold const held(successor);
    BOOST_TEST((error_of_fence(without) == error::hold_lost));
    BOOST_TEST((error_of_fence(with) == error::hold_lost));
    BOOST_CHECK_THROW((void)without.fence(), lock_error);
    auto const number = successor.fence();
    BOOST_TEST(number > 1u);
    BOOST_TEST((error_of_fence(with) == error::hold_lost));
    BOOST_TEST(successor.fence() == number);
}

// The heartbeat thread, which would report the loss, is kept in a callback.
BOOST_AUTO_TEST_CASE(are_not_returned_when_the_hold_has_expired_unnoticed)
{
    std::promise<void> end;
    soft_file_lease_options options, of_other;
    options.duration = 1s;
    of_other.heartbeat_interval = 10ms;
    of_other.on_loss = [&](auto const&) { end.get_future().wait(); };
    soft_file_lease lease(path, options), other(directory / "other", of_other);
    hold const other_held(other), held(lease);
    other.force_break();
    BOOST_TEST(comes_true([&] { return lease.remaining() == 0s; }));
    BOOST_TEST((error_of_fence(lease) == error::hold_lost));
    BOOST_TEST(fs::exists(path));
    end.set_value();
}

BOOST_AUTO_TEST_CASE(that_fail_can_be_asked_for_again)
{
    soft_file_lease lease(path);
    hold const held(lease);
    write_text(numbers, "data");
    BOOST_TEST((error_of_fence(lease) == error::not_a_lock_file));
    fs::remove(numbers);
    BOOST_TEST(lease.fence() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(superseded_holders)

BOOST_AUTO_TEST_CASE(are_refused_after_their_hold_was_broken)
{
    child former([&] {
        soft_file_lease lease(path);
        lease.lock();
        auto const number = lease.fence();
        say(write(number, "former"));
        for (;;) {
            hear();
            say(write(number, "former"));
        }
        return 0;
    });
    former.expect("written");
    BOOST_TEST(former.ask("again") == "written");
    break_hold();
    soft_file_lease lease(path);
    hold const held(lease);
    auto const number = lease.fence();
    // Until the successor has written, nothing is damaged.
    BOOST_TEST(former.ask("again") == "written");
    BOOST_TEST(write(number, "successor") == "written");
    BOOST_TEST(former.ask("again") == "refused");
    BOOST_TEST(write(number, "successor") == "written");
    BOOST_TEST(former.ask("again") == "refused");
    BOOST_TEST(text_of(resource) == "former\nformer\nformer\nsuccessor\nsuccessor\n");
}

BOOST_AUTO_TEST_CASE(are_refused_after_they_were_stopped_past_the_expiry)
{
    soft_file_lease_options options;
    // The holder makes its number and writes within this time, if the machine is not slow.
    auto const observe = [&](std::chrono::milliseconds duration) {
        for (auto const& file : {path, numbers, guard, resource})
            fs::remove_all(file);
        options.duration = duration;
        child former([&] {
            soft_file_lease lease(path, options), late(directory / "late", options);
            hold const held(lease), held_late(late);
            error_code ec, late_ec;
            auto const number = lease.fence(ec);
            say(ec ? "too late" : write(number, "former"));
            hear();
            auto const result = write(number, "former");
            lease.fence(ec);
            late.fence(late_ec);
            say(result + ", " + (ec == error::hold_lost ? "lost" : ec.message()) + ", " +
                (late_ec == error::hold_lost ? "lost" : late_ec.message()));
            hear();
            return 0;
        });
        auto const first = former.read_line();
        unless_late(first != "too late", "the holder made no number in time");
        if (first != "written")
            throw std::runtime_error("the holder: " + first.value_or("it died"));
        former.kill(SIGSTOP);
        soft_file_lease lease(path, options);
        lease.lock();
        error_code ec;
        auto const number = lease.fence(ec);
        unless_late(!ec, "the successor made no number in time");
        BOOST_TEST(number == 2u);
        BOOST_TEST(write(number, "successor") == "written");
        former.kill(SIGCONT);
        // The other lease has no successor. It is lost all the same.
        BOOST_TEST(former.ask("again") == "refused, lost, lost");
        former.write_line("end");
        BOOST_TEST(former.wait() == 0);
        BOOST_TEST(text_of(resource) == "former\nsuccessor\n");
    };
    BOOST_TEST(with_growing_time(1s, observe) == "");
}

// A process is stopped after each system call of `fence`. Meanwhile its hold is broken, and a
// successor makes its number.
BOOST_AUTO_TEST_CASE(that_are_stopped_in_fence_get_a_lower_number_or_none,
                     *ut::precondition(can_trace))
{
    soft_file_lease_options options;
    options.duration = 24h;
    deed d;
    std::unique_ptr<soft_file_lease> its_lease;
    d.first = [&] {
        its_lease = std::make_unique<soft_file_lease>(path, options);
        its_lease->lock();
        return std::string();
    };
    d.then = [&] {
        error_code ec;
        auto const number = its_lease->fence(ec);
        return ec == error::hold_lost ? "lost" : ec ? ec.message() : std::to_string(number);
    };
    auto const prepare = [&](bool has_numbers) {
        fs::remove(path);
        fs::remove_all(numbers);
        if (has_numbers) {
            fs::create_directory(numbers);
            write_text(numbers / "4", "");
        }
    };
    bool was_lost = false, was_returned = false;
    for (bool const has_numbers : {false, true}) {
        prepare(has_numbers);
        for (auto const& point : stop_points(d)) {
            if (!point.is_by_first_thread)
                continue;
            BOOST_TEST_CONTEXT(point << (has_numbers ? ", among numbers" : ""))
            {
                prepare(has_numbers);
                stopped s(d, point);
                BOOST_TEST_REQUIRE(s.has_met());
                soft_file_lease successor(path, options);
                successor.force_break();
                BOOST_TEST_REQUIRE(successor.try_lock());
                auto const number = successor.fence();
                BOOST_TEST(number > (has_numbers ? 4u : 0u));
                auto const result = s.go_on();
                s.at_last();
                was_lost = was_lost || result == "lost";
                was_returned = was_returned || result != "lost";
                BOOST_TEST((result == "lost" || std::stoull(result) < number), result);
                BOOST_TEST(successor.fence() == number);
                successor.unlock();
                BOOST_TEST_REQUIRE(successor.try_lock());
                BOOST_TEST(successor.fence() > number);
                successor.unlock();
            }
        }
    }
    BOOST_TEST(was_lost);
    BOOST_TEST(was_returned);
}

// Contenders may have judged the marker by then, even if they have not evicted it.
BOOST_AUTO_TEST_CASE(that_are_stopped_in_fence_past_the_expiry_get_no_number,
                     *ut::precondition(can_trace))
{
    soft_file_lease_options options;
    options.duration = 1s;
    deed d;
    d.then = [&] {
        soft_file_lease lease(path, options);
        hold const held(lease);
        return error_of_fence(lease) == error::hold_lost ? "lost" : "a number or another error";
    };
    fs::create_directory(numbers);
    write_text(numbers / "4", "");
    stopped s(d, {"fsync", 1});
    BOOST_TEST_REQUIRE(s.has_met());
    auto const expiry = std::chrono::steady_clock::now() + options.duration;
    BOOST_TEST(comes_true([&] { return std::chrono::steady_clock::now() > expiry; }));
    BOOST_TEST(s.go_on() == "lost");
    s.at_last();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
