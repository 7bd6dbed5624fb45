// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers and writers run on several hosts, with other clocks. No living holder is ever taken for
// dead, and every dead one is evicted in time.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/namespaces.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/soft_read_write_hosts.hpp"
#include "support/wrong_clock.hpp"

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

using namespace filelock_test;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Pairs of a holder and a process that wants to succeed it, all at the same time.
struct many : on_several_hosts
{
    struct pair
    {
        std::string what;
        std::unique_ptr<actor> holder, other;
    };
    std::list<pair> pairs;

    using maker = std::function<std::unique_ptr<actor>(fs::path const&, storage, entry const&)>;

    maker usual() const
    {
        return [this](fs::path const& at, storage where, entry const& enter) {
            return std::make_unique<actor>(at, quick(where, threshold), enter);
        };
    }

    void add(std::string const& what, maker const& holder, maker const& other)
    {
        for (auto const where : {storage::local, storage::network})
            for (auto const& has : modes)
                for (bool const is_elsewhere : {false, true}) {
                    auto const at = directory / std::to_string(pairs.size());
                    auto const text = what + ", " + has +
                                      (where == storage::local ? ", local" : ", network") +
                                      (is_elsewhere ? ", elsewhere" : "");
                    pairs.push_back({text, holder(at, where, is_elsewhere ? elsewhere : here),
                                     other(at, where, here)});
                    unless_late((*pairs.back().holder)(has) == has_it, text + ": lost at once");
                }
    }

    void check_pairs()
    {
        for (auto const& p : pairs)
            unless_late((*p.other)("try") == busy, p.what + ": taken for dead by a try");
        for (auto const& p : pairs)
            p.other->begin(beyond(threshold));
        for (auto const& p : pairs) {
            unless_late(p.other->result() == busy, p.what + ": a live one is taken for dead");
            unless_late((*p.holder)("held?") == "held", p.what + ": lost");
            unless_late((*p.holder)("losses") == "0", p.what + ": lost");
        }
        for (auto const& p : pairs)
            p.holder->kill();
        for (auto const& p : pairs)
            p.other->begin("wait");
        for (auto const& p : pairs) {
            auto const came = p.other->result();
            unless_late(came != lost, p.what + ": lost at once");
            BOOST_TEST(came == has_it, p.what << ": a dead one is not followed");
            unless_late(p.other->how_long() < 3 * threshold, p.what + ": it took too long");
        }
        pairs.clear();
    }

    /// The pairs run together, so the threshold is four times as long.
    template <class F>
    void check_all(F const& add_them)
    {
        check_in_time([&] {
            pairs.clear();
            threshold *= 4;
            add_them();
            check_pairs();
        });
    }
};

many::maker at_time(many const& m, long shift)
{
    return [usual = m.usual(), shift](fs::path const& at, storage where, entry const& enter) {
        return usual(at, where, [shift, enter] {
            if (enter)
                enter();
            enter_time(shift, 987'654'321);
        });
    };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_hosts, on_several_hosts,
                         *ut::precondition(have_namespaces))

BOOST_FIXTURE_TEST_CASE(of_other_times, many, *ut::precondition(have_time_namespaces))
{
    check_all([this] {
        for (long const shift : {100'000L, -10L}) {
            add("a holder at " + std::to_string(shift), at_time(*this, shift), usual());
            add("another at " + std::to_string(shift), usual(), at_time(*this, shift));
        }
    });
}

namespace {

many::maker with_clock(char const* offset, milliseconds const& threshold)
{
    return [offset, &threshold](fs::path const& at, storage where, entry const& enter) {
        return std::make_unique<actor>(std::make_unique<child>([&] {
            if (enter)
                enter();
            return run_party(offset, "read-write", at, where, threshold);
        }));
    };
}

} // namespace

BOOST_FIXTURE_TEST_CASE(of_wrong_clocks, many, *ut::precondition(have_faketime))
{
    check_all([this] {
        for (auto const offset : {"-1h", "+1h"}) {
            add(std::string("a holder with ") + offset, with_clock(offset, threshold), usual());
            add(std::string("another with ") + offset, usual(), with_clock(offset, threshold));
        }
    });
}

BOOST_FIXTURE_TEST_CASE(of_clocks_that_are_wrong_both_ways, many, *ut::precondition(have_faketime))
{
    check_all([this] {
        add("a holder that is late", with_clock("-1h", threshold), with_clock("+1h", threshold));
        add("a holder that is early", with_clock("+1h", threshold), with_clock("-1h", threshold));
    });
}

BOOST_AUTO_TEST_SUITE_END()
