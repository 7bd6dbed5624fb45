// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Holders of a `soft_file_lease` and contenders have other clocks. No living holder is ever
// evicted, and every dead one is evicted in time.

#include "support/lease_actor.hpp"
#include "support/namespaces.hpp"
#include "support/wrong_clock.hpp"

#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using clock_type = std::chrono::steady_clock;

/// The body of a process that acquires a lock.
using body = std::function<int(fs::path const&, storage, milliseconds)>;

int usual(fs::path const& at, storage where, milliseconds time)
{
    return lease_actor::serve(at, lasting_in_a_crowd(time, where));
}

body at_time(long shift)
{
    return [shift](fs::path const& at, storage where, milliseconds time) {
        enter_time(shift, 987'654'321);
        return usual(at, where, time);
    };
}

body with_clock(char const* offset)
{
    return [offset](fs::path const& at, storage where, milliseconds time) {
        return run_party(offset, "lease", at, where, time);
    };
}

/// Pairs of a holder and a waiter, all at the same time.
class many
{
public:
    many(fs::path directory, milliseconds duration)
        : directory_(std::move(directory)), duration_(duration)
    {}

    void add(std::string const& what, body const& holder, body const& waiter)
    {
        for (auto const where : {storage::local, storage::network})
            for (bool const is_elsewhere : {false, true}) {
                auto const at = directory_ / std::to_string(pairs_.size());
                auto const start = [&](body const& b, bool enters) {
                    return std::make_unique<child>([&] {
                        if (enters)
                            enter_host("elsewhere");
                        return b(at, where, duration_);
                    });
                };
                pairs_.push_back({what + (where == storage::local ? ", local" : ", network") +
                                      (is_elsewhere ? ", elsewhere" : ""),
                                  start(holder, is_elsewhere), nullptr});
                auto& p = pairs_.back();
                BOOST_TEST_REQUIRE(p.holder->read_line().value_or("it died") == "held", p.what);
                p.waiter = start(waiter, false);
                auto const came = p.waiter->read_line().value_or("it died");
                unless_late(came == "waits", p.what + ", at once: " + came);
            }
    }

    void check()
    {
        std::this_thread::sleep_for(2 * duration_ + duration_ / 2);
        for (auto const& p : pairs_) {
            unless_late(!p.waiter->has_line(), p.what + ": a living one is evicted");
            unless_late(p.holder->ask("held?") == "held", p.what + ": it is lost");
        }
        for (auto const& p : pairs_) {
            p.holder->kill();
            BOOST_TEST(p.holder->wait() == -SIGKILL, p.what);
        }
        auto const killed = clock_type::now();
        for (auto const& p : pairs_) {
            auto const came = p.waiter->read_line().value_or("it died");
            BOOST_TEST(came == "held", p.what << ": " << came);
            auto const took = clock_type::now() - killed;
            unless_late(took < duration_ + duration_ / 2, p.what + ": it took too long");
            unless_late(p.waiter->ask("held?") == "held", p.what + ": it is lost at once");
        }
    }

private:
    struct pair
    {
        std::string what;
        std::unique_ptr<child> holder, waiter;
    };
    std::list<pair> pairs_;
    fs::path const directory_;
    milliseconds const duration_;
};

struct fixture : lease_directory
{
    /// The pairs run together, so the duration is twice as long.
    template <class F>
    void check_all(F const& add_to) const
    {
        check_in_time([&](milliseconds time) {
            many pairs(directory, 2 * time);
            add_to(pairs);
            pairs.check();
        });
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(soft_lease_clocks, *ut::precondition(have_namespaces))

BOOST_FIXTURE_TEST_CASE(of_other_times, fixture, *ut::precondition(have_time_namespaces))
{
    check_all([](many& pairs) {
        for (long const shift : {100'000L, -10L}) {
            pairs.add("a holder at " + std::to_string(shift), at_time(shift), usual);
            pairs.add("a waiter at " + std::to_string(shift), usual, at_time(shift));
        }
        pairs.add("a holder in the past", at_time(-10), at_time(100'000));
        pairs.add("a holder in the future", at_time(100'000), at_time(-10));
    });
}

BOOST_FIXTURE_TEST_CASE(of_wrong_clocks, fixture, *ut::precondition(have_faketime))
{
    check_all([](many& pairs) {
        for (auto const* const offset : {"-1h", "+1h"}) {
            pairs.add(std::string("a holder with ") + offset, with_clock(offset), usual);
            pairs.add(std::string("a waiter with ") + offset, usual, with_clock(offset));
        }
        pairs.add("a holder that is late", with_clock("-1h"), with_clock("+1h"));
        pairs.add("a holder that is early", with_clock("+1h"), with_clock("-1h"));
    });
}

BOOST_AUTO_TEST_SUITE_END()
