// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as soft_successors.cpp and soft_releases.cpp for leases. A process that evicts an
// expired lease is stopped after each of its system calls, and others remove the marker and acquire
// the lock. A holder is stopped in a heartbeat or in its release, until its lease has expired and
// another process has acquired the lock.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/expired_leases.hpp"
#include "support/kernel_state.hpp"
#include "support/lease_actor.hpp"
#include "support/removal_right.hpp"
#include "support/sample.hpp"
#include "support/stops.hpp"
#include "support/succession.hpp"
#include "support/system_calls.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::soft_file_lease;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

// The processes must be fast enough for leases of this duration. Where they are not, a check is
// repeated with more time.
constexpr milliseconds shortest_lease = 400ms;

std::string const lost = error_code(error::hold_lost).message();

struct leases : succession_of<soft_file_lease>
{
    /// Runs the check at a sample of the calls. Each check gets the duration of the leases, and is
    /// repeated with a longer one if a process may have lost its hold because it was late.
    template <class Problem>
    static void check_in_time(std::vector<stop_point> const& points, sample_size size,
                              milliseconds shortest, Problem const& problem_with)
    {
        BOOST_TEST_REQUIRE(points.size() > 3u);
        for (auto const i : sample(points.size(), size)) {
            auto const problem = with_growing_time(shortest, [&](milliseconds duration) {
                auto const found = problem_with(points[i], duration);
                unless_late(found.empty(), found);
            });
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

    /// Returns the calls of the operation, which has this result, without those of the heartbeat
    /// thread.
    static std::vector<stop_point> calls_of(deed const& what, std::string const& result)
    {
        stopped once(what, {});
        auto const came = once.go_on();
        unless_late(came == result, came);
        once.at_last();
        auto points = once.calls();
        points.erase(std::remove_if(points.begin(), points.end(),
                                    [](stop_point const& p) {
                                        return !p.is_by_first_thread ||
                                               calls_of_threads.count(p.meaning()) != 0;
                                    }),
                     points.end());
        return points;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_successors, leases, *ut::precondition(can_trace))

// The holder is stopped in an operation until another process has taken its lease for expired.
struct outlived : leases
{
    outlived() { expired_leases_of(shortest_lease); } // for the cases below

    deed extends() const
    {
        auto const lock = std::make_shared<soft_file_lease>(path, options);
        deed d;
        d.first = [lock] { return try_for(*lock, patience); };
        d.then = [lock] {
            error_code ec;
            lock->extend(ec);
            return !ec ? done : ec.message();
        };
        d.last = [lock] {
            bool const is_told = !holds(*lock) && lock->loss() && lock->remaining() == 0ns;
            auto const given = release(*lock);
            return is_told ? given : "it was not told";
        };
        return d;
    }

    deed releases() const
    {
        auto const lock = std::make_shared<soft_file_lease>(path, options);
        deed d;
        d.first = [lock] { return try_for(*lock, patience); };
        d.then = [lock] { return release(*lock); };
        d.last = [lock] { return lock->loss() ? lost : done; };
        return d;
    }

    /// Returns the problem that a successor has with the process that is stopped at this point.
    /// `verify` returns whether the results of the operation and of what follows are right.
    std::string problem_with(deed const& what, stop_point const& p,
                             std::function<bool(std::string const&, std::string const&)> verify)
    {
        stopped holder(what, p);
        if (!holder.has_met())
            return "it was not stopped";
        auto const waits_until = steady_clock::now() + 2 * options.duration;
        // A process with the removal right may be about to act, so others leave the marker alone.
        bool const is_protected = fs::exists(path) && has_removal_right(holder.pid());
        lease_actor next(path, options);
        std::unique_ptr<file_at> its;
        if (is_protected) {
            comes_true([&] { return steady_clock::now() > waits_until; });
            if (next.read_line() != "waits" || next.has_line())
                return "the successor does not wait";
        } else {
            for (auto said = next.read_line(); said != "held"; said = next.read_line())
                if (said != "waits")
                    return "the successor: " + said.value_or("it died");
            its = std::make_unique<file_at>(path);
        }
        holder.trace_no_more();
        auto const came = holder.go_on();
        auto const last = holder.at_last();
        if (!verify(came, last))
            return "the holder: " + came + ", then: " + last;
        if (is_protected)
            next.expect("held");
        else if (!its->is_there())
            return "the successor's marker has gone";
        if (next.ask("held?") != "held" || next.ask("release") != "done")
            return "the successor has lost it";
        return what_is_left();
    }
};

BOOST_DATA_TEST_CASE_F(outlived, holder_that_is_stopped_in_an_extension_learns_of_its_loss,
                       both_storages, where)
{
    options = without_heartbeats(where);
    check_in_time(calls_of(extends(), done), {2, 2}, 200ms,
                  [&, where = where](stop_point const& p, milliseconds duration) {
                      clear();
                      options = lasting(duration, where);
                      return problem_with(extends(), p, [&](auto& came, auto& last) {
                          // The last call follows the look at the hold.
                          bool const is_extended = p.text.find("LOCK_UN") != p.text.npos;
                          return (came == lost || (is_extended && came == done)) && last == done;
                      });
                  });
}

BOOST_DATA_TEST_CASE_F(outlived, holder_that_is_stopped_in_its_release_leaves_the_successor_alone,
                       both_storages, where)
{
    options = without_heartbeats(where);
    auto const points = calls_of(releases(), done);
    check_in_time(points, {3, 2}, 200ms,
                  [&, where = where](stop_point const& p, milliseconds duration) {
                      clear();
                      options = lasting(duration, where);
                      return problem_with(releases(), p, [&](auto& came, auto& last) {
                          // The first call is that of the last look at the hold.
                          bool const is_first = &p == &points.front();
                          return came == done && (last == lost || (!is_first && last == done));
                      });
                  });
}

// A process evicts the expired lease of another host.
struct after_an_expiry : leases
{
    template <class Problem>
    void check(storage where, Problem const& problem_with)
    {
        std::vector<stop_point> points;
        auto const problem = with_growing_time(shortest_lease, [&](milliseconds duration) {
            put_expired(where, duration);
            points = calls_of(breaker(), has_it);
        });
        BOOST_TEST_REQUIRE(problem.empty(), problem);
        check_in_time(points, stops_of_markers, shortest_lease,
                      [&](auto& p, milliseconds duration) {
                          put_expired(where, duration);
                          return problem_with(p);
                      });
    }

    void put_expired(storage where, milliseconds duration)
    {
        clear();
        options = lasting(duration, where);
        expired_leases_of(duration).move_to(directory);
    }
};

// The marker is judged again under the removal right, without which no owner refreshes it.
BOOST_FIXTURE_TEST_CASE(owner_refreshes_an_expired_lease, after_an_expiry)
{
    check(storage::local, [&](stop_point const& p) -> std::string {
        auto const text = text_of(path);
        stopped breaks(breaker(), p);
        if (!breaks.has_met())
            return "it was not stopped";
        bool const is_refreshed = text_of(path) == text && !has_removal_right(breaks.pid());
        if (is_refreshed)
            fs::last_write_time(path, std::time(nullptr));
        auto const came = breaks.go_on();
        if (came != (is_refreshed ? busy : has_it))
            return "the breaker: " + came;
        if (is_refreshed && text_of(path) != text)
            return "the owner's marker has gone";
        if (is_refreshed)
            fs::remove(path);
        auto const last = breaks.at_last();
        return last != done ? "the breaker at last: " + last : what_is_left();
    });
}

BOOST_FIXTURE_TEST_CASE(one_of_ours_comes_in_after_an_expiry, after_an_expiry)
{
    for (auto const how : {removed, carried_off, being_carried, broken})
        check(storage::local, [&](stop_point const& p) { return with_one_of_ours(p, how); });
}

// As on a file system without unnamed files, where the path is vacant for a moment.
BOOST_FIXTURE_TEST_CASE(one_of_ours_comes_in_while_a_marker_is_made_in_place, after_an_expiry)
{
    faults = "-e inject=linkat:error=EOPNOTSUPP";
    check(storage::local, [&](stop_point const& p) {
        return p.meaning() == "link" ? "" : with_one_of_ours(p, broken); // that call fails
    });
}

BOOST_FIXTURE_TEST_CASE(one_of_another_make_comes_in_after_an_expiry, after_an_expiry)
{
    for (auto const how : {removed, carried_off, being_carried})
        check(storage::local, [&](stop_point const& p) {
            auto const record = lease_text(::getpid(), host_name(), options.duration);
            return with_one_of_another_make(p, how, record);
        });
}

BOOST_FIXTURE_TEST_CASE(on_network_storage_an_evicted_successor_detects_its_loss, after_an_expiry)
{
    for (auto const how : {removed, carried_off, broken})
        check(storage::network,
              [&](stop_point const& p) { return with_one_on_network_storage(p, how); });
}

BOOST_AUTO_TEST_SUITE_END()
