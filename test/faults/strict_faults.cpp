// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as faults.cpp for claims: a process is killed at any system call, or any call
// fails. The claims of a killed process keep the lock until an operator breaks them.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/fault_points.hpp"
#include "support/kernel_state.hpp"
#include "support/link_hook.hpp"
#include "support/markers.hpp"
#include "support/strict_files.hpp"
#include "support/succession.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>
#include <time.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::claim_state;
using boost::filelock::error;
using boost::filelock::lock_error;
using boost::filelock::storage;
using boost::filelock::strict_claim;
using boost::filelock::strict_soft_file_lock;
using boost::filelock::strict_soft_file_lock_options;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::hours;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

bool is_of_a_dead_process(strict_claim const& claim)
{
    return claim.owner.pid != 0 && ::kill(static_cast<::pid_t>(claim.owner.pid), 0) == -1;
}

enum order
{
    held_first,
    intent_first
};

enum class which
{
    all,
    deaths
};

} // namespace

struct fixture : temporary_directory
{
    strict_soft_file_lock_options options;

    fixture() { options.poll_interval = milliseconds(10); }

    /// Breaks the claims of the killed process in the given order. Returns whether no process could
    /// acquire the lock before that, and one can at once after it.
    bool break_claims(order which_first) const
    {
        strict_soft_file_lock other(path, options);
        auto claims = other.claims();
        if (claims.size() != claim_names(path).size() || claims.size() > 2)
            return false;
        if (which_first == intent_first)
            std::reverse(claims.begin(), claims.end());
        for (auto const& claim : claims) {
            auto const right = is_held_claim(claim.name) ? claim_state::held : claim_state::intent;
            if (claim.state != right || !is_of_a_dead_process(claim) || other.try_lock())
                return false;
            other.force_break(claim.name);
        }
        if (!other.try_lock())
            return false;
        other.unlock();
        return reclaims_private_files();
    }

    /// Returns whether no private file is left by an acquisition when they are two seconds old.
    bool reclaims_private_files() const
    {
        for (auto const& name : files_among_claims(path))
            make_old(claims_directory(path) / name);
        strict_soft_file_lock other(path, options);
        other.lock();
        other.unlock();
        return files_among_claims(path).empty();
    }

    bool can_be_acquired(milliseconds limit) const
    {
        strict_soft_file_lock other(path, options);
        return other.try_lock_for(limit);
    }

    /// Returns a sequence that begins without any file.
    sequence unused(order which_first = held_first)
    {
        sequence s;
        s.make = [this] {
            return std::make_unique<patient_taker<strict_soft_file_lock>>(path, options);
        };
        s.is_free = [this] { return can_be_acquired(milliseconds(0)); };
        s.comes_free = [this] { return can_be_acquired(patience); };
        s.frees_after_death = [=] { return break_claims(which_first); };
        s.is_clean = [this] { return left_of_claims(path).empty(); };
        s.has_other_ways = true;
        s.lists_holders = true;
        s.needs_links = true;
        s.prepare = [this] {
            remove_claim_files(path);
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence that begins with the directories and the permanent file.
    sequence used(order which_first = held_first)
    {
        auto s = unused(which_first);
        s.prepare = [this] {
            remove_claim_files(path);
            if (!can_be_acquired(milliseconds(0)))
                throw std::runtime_error("it is not free");
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence in which another object holds the lock until it is waited for.
    sequence waiting()
    {
        auto s = unused();
        s.prepare = [this, other = std::make_shared<strict_soft_file_lock>(path, options)] {
            remove_claim_files(path);
            other->lock();
            return [other] { other->unlock(); };
        };
        return s;
    }

    /// Adds to the sequence a process that sleeps until it is notified that it can acquire the
    /// lock.
    sequence beside_a_sleeper(sequence s)
    {
        options.poll_interval = hours(1);
        s.frees_after_death = [this] {
            strict_soft_file_lock other(path, options);
            for (auto const& claim : other.claims())
                if (is_of_a_dead_process(claim))
                    other.force_break(claim.name);
            return true;
        };
        s.sleeper = [this] {
            auto c = std::make_unique<child>([this] {
                restart_hang_timer();
                strict_soft_file_lock lock(path, options);
                acquire_options how;
                how.progress_interval = hours(1);
                how.on_wait = [](wait_status const&) { say("waits"); };
                lock.acquire(how);
                lock.unlock();
                return 0;
            });
            c->expect("waits");
            wait_until_settled(c->pid());
            return c;
        };
        return s;
    }

    static void check(sequence const& what, which wanted = which::all)
    {
        fault_points const points(what);
        auto all = points.all();
        if (wanted == which::deaths)
            all.erase(std::remove_if(all.begin(), all.end(),
                                     [](fault const& f) { return !f.error.empty(); }),
                      all.end());
        check_faults(points, all, {4, std::max<std::size_t>(all.size() / 15, 1)});
    }
};

BOOST_FIXTURE_TEST_SUITE(strict_faults, fixture, *ut::precondition(can_trace))

auto const orders = data::make({held_first, intent_first});

BOOST_DATA_TEST_CASE_F(fixture, claims_of_the_dead_stay_until_they_are_broken, orders, which_first)
{
    check(used(which_first), which::deaths);
}

BOOST_DATA_TEST_CASE_F(fixture, first_user_dies, orders, which_first)
{
    check(unused(which_first), which::deaths);
}

BOOST_AUTO_TEST_CASE(first_use)
{
    check(unused());
}

BOOST_AUTO_TEST_CASE(later_use)
{
    check(used());
}

BOOST_AUTO_TEST_CASE(permissions_are_set)
{
    options.permissions = fs::perms(0640);
    check(unused());
}

BOOST_AUTO_TEST_CASE(on_network_storage)
{
    options.where = storage::network;
    check(used());
}

BOOST_AUTO_TEST_CASE(after_a_wait)
{
    check(waiting());
}

BOOST_AUTO_TEST_CASE(sleeper_gets_lock_when_claims_are_broken)
{
    check(beside_a_sleeper(used()), which::deaths);
}

// The unreadable claim may be that of a holder.
BOOST_DATA_TEST_CASE_F(fixture, claim_that_cannot_be_read_keeps_the_lock,
                       data::make({"EIO", "EACCES", "ESTALE"}) ^
                           data::make({make_error_code(errc::io_error).message(),
                                       make_error_code(error::claim_damaged).message(), busy}),
                       error, result)
{
    BOOST_TEST_REQUIRE(can_be_acquired(milliseconds(0)));
    auto const claim = held_of(first_token);
    put_claim(path, claim);
    child other([this] {
        say("ready");
        hear();
        strict_soft_file_lock lock(path, options);
        say(try_for(lock, milliseconds(0)));
        return 0;
    });
    other.expect("ready");
    tracer const t(other.pid(),
                   "-P " + claim + " -e inject=" + calls_for("open") + ":error=" + error);
    BOOST_TEST(other.ask("go") == result);
    BOOST_TEST(claim_names(path) == std::vector{claim}, boost::test_tools::per_element());
}

// A private file of another process. It may be about to be linked.
BOOST_AUTO_TEST_CASE(private_file_is_removed_when_it_is_old_or_linked)
{
    BOOST_TEST_REQUIRE(can_be_acquired(milliseconds(0)));
    auto const file = claims_directory(path) /
                      ("." + intent_of(first_token) + ".private-v1-" + last_token + ".tmp");
    write_text(file, "");
    fs::last_write_time(file, ::time(nullptr) + 3600);
    BOOST_TEST(can_be_acquired(milliseconds(0)));
    BOOST_TEST(fs::exists(file));
    fs::create_hard_link(file, directory / "linked");
    BOOST_TEST(can_be_acquired(milliseconds(0)));
    BOOST_TEST(!fs::exists(file));
    write_text(file, "");
    make_old(file);
    BOOST_TEST(can_be_acquired(milliseconds(0)));
    BOOST_TEST(!fs::exists(file));
}

// A link is made, and reported as an error: the answer of a server was lost, and the client's
// repetition of the request failed.
struct repeated_requests : fixture
{
    strict_soft_file_lock lock{path, options}, other{path, options};
    unsigned links = 0; // names that were linked
    std::string linked; // the name whose link is reported as an error

    ~repeated_requests() { after_link = {}; }

    /// Reports the error of the lock's next links: of the one with this number, from 1.
    void fail(unsigned number, int error)
    {
        links = 0;
        after_link = [this, number, error](std::string const& name) {
            if (++links != number)
                return 0;
            linked = name;
            return error;
        };
    }

    std::string acquire(milliseconds limit)
    {
        auto const came = try_for(lock, limit);
        after_link = {};
        return came;
    }

    /// Checks that the lock is held, or that nothing is left of the attempt. Then checks that it
    /// can be acquired.
    void check_result(std::string const& came)
    {
        bool const has = came == has_it;
        BOOST_TEST(holds(lock) == has);
        BOOST_TEST(claim_names(path).size() == (has ? 2u : 0u));
        BOOST_TEST(other.try_lock() != has);
        if (has)
            lock.unlock();
        else
            other.unlock();
        BOOST_TEST(left_of_claims(path) == "");
        BOOST_TEST(lock.try_lock());
        lock.unlock();
        BOOST_TEST(left_of_claims(path) == "");
    }
};

// The links of a first use are those of the permanent file, the intent and the held claim.
auto const all_links = data::make({1u, 2u, 3u}), claim_links = data::make({2u, 3u});

BOOST_DATA_TEST_CASE_F(repeated_requests, link_that_is_found_is_taken_for_made, all_links, number)
{
    fail(number, EEXIST);
    auto const came = acquire(milliseconds(0));
    BOOST_TEST(came == has_it);
    check_result(came);
}

BOOST_DATA_TEST_CASE_F(repeated_requests, link_that_seems_disturbed_is_withdrawn,
                       all_links* data::make({ENOENT, ESTALE, ENOTCONN}), number, error)
{
    fail(number, error);
    auto const came = acquire(milliseconds(0));
    BOOST_TEST(came == (number == 1 ? has_it : busy));
    check_result(came);
}

BOOST_DATA_TEST_CASE_F(repeated_requests, wait_makes_another_link,
                       claim_links* data::make({ENOENT, ESTALE, ENOTCONN}), number, error)
{
    fail(number, error);
    auto const came = acquire(patience);
    BOOST_TEST(came == has_it);
    BOOST_TEST(links > 3u);
    check_result(came);
}

BOOST_DATA_TEST_CASE_F(repeated_requests, link_that_failed_is_withdrawn,
                       all_links* data::make({EIO, ENOSPC, EACCES}), number, error)
{
    fail(number, error);
    auto const came = acquire(patience);
    BOOST_TEST(came == error_code(error, boost::system::system_category()).message());
    check_result(came);
}

// The names are of one owner alone. A file of another under one of them is none that it made.
BOOST_DATA_TEST_CASE_F(repeated_requests, claim_of_another_is_no_link_that_was_made, claim_links,
                       number)
{
    fail(number, EEXIST);
    auto const report = after_link;
    after_link = [&](std::string const& name) {
        auto const error = report(name);
        if (error != 0)
            put_claim(path, name);
        return error;
    };
    BOOST_TEST(acquire(milliseconds(0)) == busy);
    BOOST_TEST(claim_names(path) == std::vector{linked}, boost::test_tools::per_element());
    other.force_break(linked);
    check_result(busy);
}

// A claim that cannot be removed keeps the lock, and the error names it.
BOOST_AUTO_TEST_CASE(release_that_fails_is_reported_and_retried)
{
    for (auto const when : {"1", "2", "1+"}) {
        remove_claim_files(path);
        child holder([this] {
            strict_soft_file_lock lock(path, options);
            lock.lock();
            say("held");
            while (hear() == "release") {
                try {
                    lock.release();
                    say("released");
                } catch (lock_error const& e) {
                    say(e.code() == errc::io_error ? e.claim() : e.what());
                }
            }
            lock.lock();
            lock.unlock();
            return 0;
        });
        holder.expect("held");
        strict_soft_file_lock other(path, options);
        {
            tracer const t(holder.pid(),
                           "-e inject=" + calls_for("unlink") + ":error=EIO:when=" + when);
            auto const named = holder.ask("release");
            auto const left = claim_names(path);
            BOOST_TEST_REQUIRE(left.size() == (when == std::string("2") ? 1u : 2u));
            BOOST_TEST(named == left.front());
            BOOST_TEST(!other.try_lock());
        }
        BOOST_TEST(!other.try_lock());
        holder.write_line("acquire and release");
        BOOST_TEST(holder.wait() == 0);
        BOOST_TEST(left_of_claims(path) == "");
        BOOST_TEST(other.try_lock());
        other.unlock();
    }
}

BOOST_AUTO_TEST_SUITE_END()
