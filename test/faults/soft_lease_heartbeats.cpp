// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Faults of the heartbeats of a lease, in the heartbeat thread: the process is killed at any call,
// any call fails, or the refreshes fail for some time.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/lease_actor.hpp"
#include "support/markers.hpp"
#include "support/sample.hpp"
#include "support/stops.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lease;
using boost::filelock::storage;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

struct failure
{
    char const* name;
    int number;
    friend std::ostream& operator<<(std::ostream& out, failure const& f) { return out << f.name; }
};

auto const failures = data::make<failure>({{"EIO", EIO}, {"ESTALE", ESTALE}});

struct fixture : temporary_directory
{
    /// Removes what killed processes have left.
    void clean() const
    {
        for (fs::directory_iterator it(directory), end; it != end;)
            fs::remove((it++)->path());
    }

    /// Returns the calls of a heartbeat, by another thread than the first.
    std::vector<stop_point> calls_of_beat(storage where) const
    {
        auto const lock = std::make_shared<soft_file_lease>(path, steady(where));
        deed d;
        d.first = [lock] {
            lock->lock();
            return std::string();
        };
        d.then = [this] {
            wait_for_beats(path, 2);
            return std::string();
        };
        auto points = stop_points(d);
        points.erase(std::remove_if(points.begin(), points.end(),
                                    [](stop_point const& p) {
                                        return p.is_by_first_thread ||
                                               calls_of_threads.count(p.meaning()) != 0;
                                    }),
                     points.end());
        auto const is_next_stamp = [n = 0](stop_point const& p) mutable {
            return p.meaning() == "utimensat" && ++n == 2;
        };
        points.erase(std::find_if(points.begin(), points.end(), is_next_stamp), points.end());
        return points;
    }

    /// Calls `problem_with` for a sample of these calls.
    template <class F>
    void check_beats(storage where, F const& problem_with) const
    {
        auto const points = calls_of_beat(where);
        BOOST_TEST_REQUIRE(points.size() > 3u);
        for (auto const i : sample(points.size(), {2, 2})) {
            restart_hang_timer();
            clean();
            auto const problem = problem_with(points[i]);
            BOOST_TEST(problem.empty(), points[i] << ": " << problem);
        }
    }

    static std::string injection(stop_point const& p, std::string const& what)
    {
        return "-e inject=" + p.call + ':' + what + ":when=" + std::to_string(p.occurrence);
    }

    static std::string stamps_fail(failure const& what, std::string const& when)
    {
        return "-e inject=" + calls_for("utimensat") + ":error=" + what.name + ":when=" + when;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_heartbeats, fixture, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(fixture, lock_comes_free_when_process_is_killed_in_a_heartbeat,
                       both_storages, where)
{
    check_beats(where, [&, where = where](stop_point const& p) -> std::string {
        lease_actor holder(path, steady(where));
        holder.expect("held");
        tracer const t(holder.pid(), injection(p, "signal=SIGKILL"));
        if (holder.wait() != -SIGKILL)
            return "it was not killed";
        soft_file_lease other(path, steady(where));
        auto const ec = take(other);
        return ec ? "the other: " + ec.message() : "";
    });
}

// A failed refresh is repeated soon.
BOOST_DATA_TEST_CASE_F(fixture, hold_goes_on_when_a_call_of_a_heartbeat_fails, both_storages, where)
{
    check_beats(where, [&, where = where](stop_point const& p) -> std::string {
        lease_actor holder(path, steady(where));
        holder.expect("held");
        {
            tracer const t(holder.pid(), injection(p, "error=EIO"));
            wait_for_beats(path, static_cast<int>(p.occurrence) + 2);
        }
        if (holder.ask("held?") != "held" || holder.ask("losses") != "0")
            return "it was lost";
        auto const given = holder.ask("release");
        return given != "done" ? given : fs::exists(path) ? "the marker is left" : "";
    });
}

BOOST_DATA_TEST_CASE_F(fixture, an_extension_that_fails_is_reported_and_loses_nothing,
                       both_storages* failures, where, what)
{
    lease_actor holder(path, without_heartbeats(where));
    holder.expect("held");
    {
        tracer const t(holder.pid(), stamps_fail(what, "1"));
        BOOST_TEST(holder.ask("extend") ==
                   error_code(what.number, boost::system::system_category()).message());
        BOOST_TEST(holder.ask("held?") == "held");
        BOOST_TEST(holder.ask("extend") == "done");
    }
    BOOST_TEST(holder.ask("losses") == "0");
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
