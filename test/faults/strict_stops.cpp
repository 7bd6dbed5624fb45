// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process that acquires or releases a strict_soft_file_lock is stopped after each of its system
// calls. Meanwhile others try the lock and hold it, or are stopped themselves. Two processes never
// hold the lock, and no claim is left. A test takes a sample of the calls (support/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/claim_stops.hpp"
#include "support/first_bytes.hpp"
#include "support/link_hook.hpp"
#include "support/markers.hpp"
#include "support/sample.hpp"
#include "support/stops.hpp"
#include "support/strict_files.hpp"
#include "support/succession.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::strict_soft_file_lock;
using boost::filelock::wait_status;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(strict_stops, claim_stops, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(others_come_and_go_during_an_acquisition)
{
    for (bool const is_new : {true, false})
        check(
            acquisition(), [&] { is_new ? nothing() : used(); },
            [this](stop_point const& p) -> std::string {
                stopped one(acquisition(), p);
                if (!one.has_met())
                    return "it was not stopped";
                if (auto const problem = others_come_and_go(); !problem.empty())
                    return problem;
                successor next(path, options);
                return problem_with_next(one, next);
            });
}

BOOST_AUTO_TEST_CASE(others_come_and_go_during_a_release)
{
    check(
        release_of_a_hold(), [this] { nothing(); },
        [this](stop_point const& p) -> std::string {
            stopped one(release_of_a_hold(), p);
            if (!one.has_met())
                return "it was not stopped";
            if (auto const problem = others_come_and_go(); !problem.empty())
                return problem;
            successor next(path, options);
            auto const given = one.go_on();
            if (given != done)
                return "who was stopped: " + given;
            if (next.is_in() && (!next.still_held() || next.give_back() != done))
                return "the next has lost it";
            auto const last = one.at_last();
            return last != done ? "who was stopped, at last: " + last : what_is_left();
        });
}

// Other processes remove private files that are two seconds old.
BOOST_AUTO_TEST_CASE(stopped_for_longer_than_private_files_stay)
{
    check(
        acquisition(), [this] { nothing(); },
        [this](stop_point const& p) -> std::string {
            stopped one(acquisition(), p);
            if (!one.has_met())
                return "it was not stopped";
            for (auto const& where : {directory, claims_directory(path)})
                if (fs::exists(where))
                    for (auto const& name : names_in(where))
                        if (name.find(".private-v1-") != name.npos)
                            make_old(where / name);
            if (auto const problem = others_come_and_go(); !problem.empty())
                return problem;
            bool const is_claimed = !claim_names(path).empty();
            auto const came = one.go_on();
            if (came != has_it && (came != busy || is_claimed))
                return "who was stopped: " + came;
            auto const last = one.at_last();
            return last != done ? "who was stopped, at last: " + last : what_is_left();
        });
}

// A holder releases the lock when the process begins to wait.
struct wait_stops : claim_stops
{
    int ends[2];
    std::unique_ptr<child> holder;

    wait_stops() { BOOST_TEST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
    ~wait_stops()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    void hold()
    {
        nothing();
        holder = std::make_unique<child>([this] {
            strict_soft_file_lock lock(path, options);
            auto const came = acquire(lock, 0ms);
            say(came);
            char c;
            auto const got = ::read(ends[0], &c, 1);
            return came == has_it && got == 1 && give_back(lock) == done ? 0 : 1;
        });
        holder->expect(has_it);
    }

    deed wait() const
    {
        auto d = acquisition();
        auto const lock = make_lock();
        d.then = [this, lock] {
            error_code ec;
            acquire_options how;
            how.timeout = patience;
            how.progress_interval = patience;
            how.on_wait = [this](wait_status const&) {
                if (::write(ends[1], "w", 1) != 1)
                    throw std::runtime_error("write");
            };
            lock->acquire(how, ec);
            return ec ? ec.message() : probe.enter() ? has_it : overlap;
        };
        d.last = [this, lock] { return give_back(*lock); };
        return d;
    }
};

BOOST_FIXTURE_TEST_CASE(others_come_and_go_during_a_wait, wait_stops)
{
    check(
        wait(), [this] { hold(); },
        [this](stop_point const& p) -> std::string {
            stopped one(wait(), p);
            for (int i = 0; one.has_met() && i < 3; ++i) {
                successor other(path, options);
                if (other.came() != has_it && other.came() != busy)
                    return "another: " + other.came();
                if (other.is_in() && !(probe.enter() && other.still_held() && probe.leave()))
                    return "two have it";
                if (other.is_in() && other.give_back() != done)
                    return "another cannot give it back";
            }
            auto const came = one.go_on();
            if (came != has_it)
                return "who was stopped: " + came;
            if (holder->wait() != 0)
                return "the holder cannot give it back";
            auto const last = one.at_last();
            return last != done ? "who was stopped, at last: " + last : what_is_left();
        });
}

// Another contender's intent appears after one of the links of the process, which then withdraws.
struct withdrawal_stops : claim_stops
{
    /// `link`: of the process's links, from 1. The first is that of its intent.
    deed withdrawal(int link) const
    {
        auto d = acquisition([this, link] {
            after_link = [this, left = link](std::string const&) mutable {
                if (--left == 0)
                    put_claim(path, intent_of(first_token));
                return 0;
            };
        });
        d.last = [this, last = d.last] {
            break_claim(intent_of(first_token));
            return last();
        };
        return d;
    }
};

BOOST_DATA_TEST_CASE_F(withdrawal_stops, others_come_and_go_during_a_withdrawal, data::make({1, 2}),
                       link)
{
    check(
        withdrawal(link), [this] { used(); },
        [this, link = link](stop_point const& p) -> std::string {
            stopped one(withdrawal(link), p);
            if (!one.has_met())
                return ""; // the number of calls of the last look depends on the time
            if (auto const problem = others_come_and_go(); !problem.empty())
                return problem;
            auto const came = one.go_on();
            if (came != busy || claim_names(path) != std::vector{intent_of(first_token)})
                return "who was stopped: " + came;
            auto const last = one.at_last();
            return last != done ? "who was stopped, at last: " + last : what_is_left();
        });
}

// What the dead contender left keeps all others out until it is broken, claim by claim.
BOOST_DATA_TEST_CASE_F(withdrawal_stops, process_is_killed_during_its_withdrawal,
                       data::make({1, 2}), link)
{
    check(
        withdrawal(link), [this] { used(); },
        [this, link = link](stop_point const& p) -> std::string {
            stopped one(withdrawal(link), p);
            if (!one.has_met())
                return ""; // the number of calls of the last look depends on the time
            one.kill();
            auto const left = claim_names(path);
            for (auto const& name : left) {
                if (try_for(*make_lock(), 0ms) != busy)
                    return "another does not wait for " + name;
                break_claim(name);
            }
            if (left.size() > 3)
                return "there are too many claims";
            fs::remove(path.parent_path() / ("made." + first_token)); // of put_claim
            for (auto const& name : files_among_claims(path))
                make_old(claims_directory(path) / name);
            return what_is_left();
        });
}

// Two contenders are stopped. Each of them may have the smaller token.
struct two_stops : claim_stops
{
    deed contender(unsigned char first_byte) const
    {
        return acquisition([first_byte] { first_random_byte = first_byte; });
    }

    /// Returns the calls after which what others see may have changed, or this process knows more
    /// of them.
    std::vector<stop_point> points() const
    {
        used();
        static std::set<std::string> const meanings{"open", "getdents", "link", "unlink"};
        auto all = stop_points(contender(0));
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [](auto& p) { return meanings.count(p.meaning()) == 0; }),
                  all.end());
        return all;
    }

    /// `smaller`: the one with the smaller token. `earlier`: the one that continues first.
    std::string problem_with(stop_point const& p, stop_point const& q, int smaller,
                             int earlier) const
    {
        used();
        stopped one(contender(smaller == 0 ? 0 : 255), p);
        if (!one.has_met())
            return "it was not stopped";
        stopped two(contender(smaller == 1 ? 0 : 255), q); // may have withdrawn before
        auto& first = earlier == 0 ? one : two;
        auto& second = earlier == 0 ? two : one;
        auto const came = first.go_on(), came_later = second.go_on();
        for (auto const& result : {came, came_later})
            if (result != has_it && result != busy)
                return result;
        if (came == has_it && came_later == has_it)
            return "two have it";
        // The one that does not hold the lock waits for the other's release.
        auto& holder = came_later == has_it ? second : first;
        auto& other = came_later == has_it ? first : second;
        for (auto* const s : {&holder, &other})
            if (auto const last = s->at_last(); last != done)
                return "at last: " + last;
        return what_is_left();
    }
};

BOOST_FIXTURE_TEST_CASE(two_acquisitions_are_stopped, two_stops)
{
    auto const calls = points();
    auto const n = calls.size();
    BOOST_TEST_REQUIRE(n > 3u);
    for (auto const i : sample(n * n * 4, {16, 8})) {
        restart_hang_timer();
        auto const& p = calls[i / 4 / n];
        auto const& q = calls[i / 4 % n];
        auto const problem = problem_with(p, q, i % 2, i / 2 % 2);
        BOOST_TEST(problem.empty(), p << "; the other " << q << ": " << problem);
    }
}

BOOST_AUTO_TEST_SUITE_END()
