// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// An operator breaks claims of a process that is not dead: it is stopped after one of the system
// calls of an acquisition or a release. The process does not hold the lock then, or still_held
// reports the loss, and a successor keeps the lock. A test takes a sample of the calls
// (support/sample.hpp).

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/strict_files.hpp"
#include "support/claim_stops.hpp"
#include "support/stops.hpp"
#include "support/succession.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <memory>
#include <string>

using namespace filelock_test;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(strict_breaks, claim_stops, *ut::precondition(can_trace))

struct broken_stops : claim_stops
{
    enum choice
    {
        all,
        all_backwards,
        the_first,
        the_last
    };

    /// Returns whether a claim is left.
    std::string break_claims(choice which) const
    {
        auto names = claim_names(path);
        if (which == all_backwards)
            std::reverse(names.begin(), names.end());
        if (which == the_first && !names.empty())
            names.resize(1);
        if (which == the_last && !names.empty())
            names.erase(names.begin(), names.end() - 1);
        for (auto const& name : names) {
            successor early(path, options);
            if (early.came() != busy)
                return "another, beside " + name + ": " + early.came();
            break_claim(name);
        }
        return "";
    }

    std::string problem_with(deed const& what, stop_point const& p, choice which) const
    {
        stopped one(what, p);
        if (!one.has_met())
            return "it was not stopped";
        bool const was_claimed = !claim_names(path).empty();
        if (auto const problem = break_claims(which); !problem.empty())
            return problem;
        bool const is_claimed = !claim_names(path).empty();
        successor next(path, options);
        if (next.came() != (is_claimed ? busy : has_it))
            return "the next: " + next.came();
        auto const came = one.go_on();
        bool const may_have_it = !next.is_in() || was_claimed; // it holds what was broken
        if (came != busy && came != done && (came != has_it || !may_have_it))
            return "who was stopped: " + came;
        return problem_at_last(one, next, came == has_it && was_claimed);
    }

    /// `has_lost`: the stopped process has acquired the lock with a claim that was broken.
    std::string problem_at_last(stopped& one, successor& next, bool has_lost) const
    {
        if (!next.is_in() || !has_lost) {
            if (next.is_in() && next.give_back() != done)
                return "the next has lost it";
            auto const last = one.at_last();
            return last == (has_lost ? released_after_loss : done) ? what_is_left()
                                                                   : "at last: " + last;
        }
        if (!next.still_held())
            return "the next has lost it";
        if (auto const last = one.at_last(); last != released_after_loss)
            return "at last: " + last;
        if (!next.still_held() || next.give_back() != done)
            return "the next has lost it by the other's release";
        return what_is_left();
    }
};

auto const choices = data::xrange(4);

BOOST_DATA_TEST_CASE_F(broken_stops, claims_are_broken_during_an_acquisition, choices, which)
{
    check(
        acquisition(), [this] { used(); },
        [this, which = which](stop_point const& p) {
            return problem_with(acquisition(), p, static_cast<choice>(which));
        });
}

BOOST_DATA_TEST_CASE_F(broken_stops, claims_are_broken_during_a_release, choices, which)
{
    check(
        release_of_a_hold(), [this] { used(); },
        [this, which = which](stop_point const& p) {
            return problem_with(release_of_a_hold(), p, static_cast<choice>(which));
        });
}

// The operator is stopped. Meanwhile the owner releases the lock, and a successor acquires it.
BOOST_FIXTURE_TEST_CASE(successor_keeps_its_claims_when_operator_was_stopped, broken_stops)
{
    auto const owner = std::make_shared<std::unique_ptr<successor>>();
    auto const found = std::make_shared<std::string>();
    deed d;
    d.first = [this, found] { return *found = claim_names(path).at(0); };
    d.then = [this, found] {
        error_code ec;
        strict_soft_file_lock(path, options).force_break(*found, ec);
        return !ec ? done : ec == errc::no_such_file_or_directory ? "no such claim" : ec.message();
    };
    d.last = [] { return done; };
    check(
        d,
        [&] {
            owner->reset();
            used();
            *owner = std::make_unique<successor>(path, options);
        },
        [&](stop_point const& p) -> std::string {
            stopped breaks(d, p);
            if (!breaks.has_met() || !(*owner)->is_in())
                return "it was not stopped";
            if ((*owner)->give_back() != done)
                return "the owner cannot give it back";
            successor next(path, options);
            auto const broke = breaks.go_on();
            if (broke != done && broke != "no such claim")
                return "the operator: " + broke;
            if (!next.is_in() || !next.still_held() || next.give_back() != done)
                return "the next has lost it";
            return breaks.at_last() != done ? "the operator died" : what_is_left();
        });
}

BOOST_AUTO_TEST_SUITE_END()
