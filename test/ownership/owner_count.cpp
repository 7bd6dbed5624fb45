// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The exclusive levels that a sole owner adds and drops without the mutex of the queue.

#include "support/child.hpp"
#include "support/engine.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;

namespace {

/// Adds and drops levels as a lock object does.
struct recursive_engine : engine
{
    bool add(lock_mode mode, owner who)
    {
        return (mode == exclusive && queue.add_level(who)) || have(mode, who);
    }
    bool take_off(owner who, lock_mode mode = lock_mode::none)
    {
        bool const may_be_quick = mode == exclusive || mode == lock_mode::none;
        return (may_be_quick && queue.drop_level(who)) || drop(who, mode);
    }
    bool settle(owner_queue::dropped const& dropped)
    {
        fd::perform(queue, protocol, dropped.next);
        return dropped.owned;
    }
};

/// A request for an exclusive level, for owners on several threads.
class one_more : public fd::waiter
{
public:
    one_more(owner_queue& queue, owner who) noexcept
        : waiter(who, {exclusive}, waker_), queue_(queue)
    {}
    bool is_granted() { return queue_.ask(*this) == owner_queue::grant::granted; }

private:
    counting_waker waker_;
    owner_queue& queue_;
};

constexpr std::array<lock_mode, 3> modes{shared, upgrade, exclusive};

/// What the queue does, without waiters and files.
class model
{
public:
    using counts = std::array<unsigned, 4>; // by mode

    unsigned levels(std::size_t who) const { return sum(owners_[who]); }
    unsigned all() const { return levels(0) + levels(1) + levels(2); }

    bool add(lock_mode mode, std::size_t who)
    {
        if (levels(who) != 0 ? of(who, mode) == 0 : !fits(mode, who))
            return false;
        ++of(who, mode);
        return true;
    }
    bool drop(std::size_t who, lock_mode mode)
    {
        if (mode == lock_mode::none)
            mode = strongest(who);
        if (mode == lock_mode::none || of(who, mode) == 0)
            return false;
        --of(who, mode);
        return true;
    }
    bool drop_all(std::size_t who)
    {
        bool const owned = levels(who) != 0;
        owners_[who] = {};
        return owned;
    }
    bool drop_everything()
    {
        bool const owned = all() != 0;
        owners_ = {};
        return owned;
    }
    bool convert(std::size_t who, lock_mode from, lock_mode to)
    {
        if (of(who, from) == 0 || (to == exclusive && !fits(to, who)))
            return false;
        --of(who, from);
        ++of(who, to);
        return true;
    }
    bool give(std::size_t from, std::size_t to)
    {
        if (levels(from) == 0)
            return false;
        if (levels(to) == 0) {
            owners_[to] = owners_[from];
            owners_[from] = {};
            return true;
        }
        auto const mode = strongest(from);
        if (of(to, mode) == 0)
            return false;
        of(to, mode) += of(from, mode);
        of(from, mode) = 0;
        return true;
    }

private:
    static unsigned sum(counts const& c) { return std::accumulate(c.begin(), c.end(), 0u); }
    unsigned& of(std::size_t who, lock_mode mode)
    {
        return owners_[who][static_cast<std::size_t>(mode)];
    }
    lock_mode strongest(std::size_t who)
    {
        auto mode = lock_mode::none;
        for (auto const m : modes)
            if (of(who, m) != 0)
                mode = m;
        return mode;
    }
    bool fits(lock_mode mode, std::size_t who)
    {
        auto strongest_other = lock_mode::none;
        for (std::size_t other = 0; other < owners_.size(); ++other)
            if (other != who)
                strongest_other = (std::max)(strongest_other, strongest(other));
        switch (mode) {
        case shared:
            return strongest_other != exclusive;
        case upgrade:
            return strongest_other <= shared;
        default:
            return strongest_other == lock_mode::none;
        }
    }

    std::array<counts, 3> owners_ = {};
};

/// One random step of the queue and of the model. Returns whether the results are the same.
bool random_step(recursive_engine& e, model& m, std::mt19937& random)
{
    auto const below = [&](unsigned limit) { return random() % limit; };
    std::array<owner, 3> const owners{e.me, e.object, e.other};
    auto const who = below(8) < 6 ? 0 : 1 + below(2); // one owner more often, for its depth
    auto const mode = below(8) < 6 ? exclusive : modes[below(3)];
    auto const at_once = deadline::at_once();
    switch (below(40)) {
    case 0:
        return e.settle(e.queue.drop_all(owners[who])) == m.drop_all(who);
    case 1:
        return e.settle(e.queue.drop_everything()) == m.drop_everything();
    case 2: {
        auto const to = (who + 1) % 3;
        return e.queue.give(owners[who], owners[to]) == m.give(who, to);
    }
    case 3:
    case 4: {
        auto const to = modes[below(2)];
        auto const from = to == shared && below(2) != 0 ? upgrade : exclusive;
        return e.weaken(owners[who], from, to) == m.convert(who, from, to);
    }
    case 5: {
        auto const done = e.convert(owners[who], upgrade, exclusive, at_once)->step(e.start);
        return (done.kind == next::granted) == m.convert(who, upgrade, exclusive);
    }
    case 6:
    case 7:
        for (std::size_t i = 0; i < 3; ++i)
            if (e.queue.levels(owners[i]) != m.levels(i))
                return false;
        return e.queue.is_held() == (m.all() != 0);
    default:
        if (below(9) < 5)
            return e.add(mode, owners[who]) == m.add(mode, who);
        auto const dropped = below(3) == 0 ? lock_mode::none : mode;
        return e.take_off(owners[who], dropped) == m.drop(who, dropped);
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(owner_count_suite, recursive_engine)

BOOST_AUTO_TEST_CASE(further_levels_of_a_sole_exclusive_owner_need_no_mutex)
{
    have(exclusive, me);
    {
        std::lock_guard<std::mutex> const guard(queue.mutex());
        BOOST_TEST(queue.add_level(me));
        BOOST_TEST(queue.add_level(me));
        BOOST_TEST(queue.drop_level(me));
    }
    BOOST_TEST(queue.levels(me) == 2u);
    BOOST_TEST(queue.drop_level(me));  // also a level that the queue has counted
    BOOST_TEST(!queue.drop_level(me)); // the last level
    BOOST_TEST(queue.levels(me) == 1u);
    BOOST_TEST(protocol.log == "ax");
    drop(me);
    BOOST_TEST(protocol.log == "axr");
}

BOOST_AUTO_TEST_CASE(queue_decides_for_all_other_owners_and_modes)
{
    for (auto const who : {me, object}) {
        BOOST_TEST(!queue.add_level(who));
        BOOST_TEST(!queue.drop_level(who));
        for (auto const mode : {shared, upgrade}) {
            have(mode, who);
            BOOST_TEST(!queue.add_level(who));
            have(mode, who);
            BOOST_TEST(!queue.drop_level(who));
            settle(queue.drop_everything());
        }
    }
    have(exclusive, me);
    have(exclusive, me);
    for (auto const who : {object, other, owner::unique()}) {
        BOOST_TEST(!queue.add_level(who));
        BOOST_TEST(!queue.drop_level(who));
    }
    BOOST_TEST(queue.levels(me) == 2u);
}

BOOST_AUTO_TEST_CASE(owner_with_levels_of_two_modes_counts_its_exclusive_ones)
{
    have(exclusive, me);
    BOOST_TEST(queue.add_level(me));
    BOOST_TEST(queue.add_level(me));
    BOOST_TEST(weaken(me, exclusive, shared));
    BOOST_TEST(queue.add_level(me));
    BOOST_TEST(queue.levels(me) == 4u);
    BOOST_TEST(drop(me, shared));
    BOOST_TEST(queue.drop_level(me));
    BOOST_TEST(queue.drop_level(me));
    BOOST_TEST(!queue.drop_level(me));
    BOOST_TEST(drop(me));
    BOOST_TEST(!drop(me));
}

BOOST_AUTO_TEST_CASE(levels_beyond_the_capacity_of_the_count_are_exact)
{
    unsigned const many = 70'000;
    for (unsigned i = 0; i < many; ++i)
        BOOST_REQUIRE(add(exclusive, me));
    BOOST_TEST(queue.levels(me) == many);
    for (unsigned i = 0; i < many; ++i)
        BOOST_REQUIRE(take_off(me));
    BOOST_TEST(!take_off(me));
    BOOST_TEST(protocol.log == "axr");
}

BOOST_AUTO_TEST_CASE(owner_number_beyond_the_capacity_of_the_count_asks_the_queue)
{
    for (auto const number : {std::uint64_t(1) << 48, ~std::uint64_t(0)}) {
        have(exclusive, owner(number));
        BOOST_TEST(!queue.add_level(owner(number)));
        BOOST_TEST(!queue.add_level(owner(number & 0xffff'ffff'ffff)));
        BOOST_TEST(drop(owner(number)));
    }
    owner const last((std::uint64_t(1) << 48) - 1);
    have(exclusive, last);
    BOOST_TEST(queue.add_level(last));
}

BOOST_AUTO_TEST_CASE(levels_that_were_given_are_counted_for_the_new_owner)
{
    have(exclusive, other);
    BOOST_TEST(queue.add_level(other));
    BOOST_TEST(queue.give(other, object));
    BOOST_TEST(!queue.drop_level(other));
    BOOST_TEST(queue.add_level(object));
    BOOST_TEST(queue.levels(object) == 3u);
}

BOOST_AUTO_TEST_CASE(drops_after_close_are_counted_exactly)
{
    have(exclusive, me);
    BOOST_TEST(queue.add_level(me));
    BOOST_TEST(queue.add_level(me));
    settle(queue.close());
    BOOST_TEST(!add(exclusive, me));
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(take_off(me));
    BOOST_TEST(!take_off(me));
    BOOST_TEST(protocol.log == "axr");
}

BOOST_AUTO_TEST_CASE(random_steps_agree_with_a_model)
{
    for (unsigned seed = 1; seed <= 100; ++seed) {
        recursive_engine e;
        model m;
        std::mt19937 random(seed);
        for (int i = 0; i < 2'000; ++i)
            BOOST_REQUIRE_MESSAGE(random_step(e, m, random), "seed " << seed << ", step " << i);
        e.settle(e.queue.close());
        for (unsigned i = 0; i < m.all(); ++i)
            BOOST_REQUIRE_MESSAGE(e.take_off(e.me), "seed " << seed << ", drop " << i);
        BOOST_REQUIRE_MESSAGE(!e.take_off(e.me), "seed " << seed);
    }
}

BOOST_AUTO_TEST_CASE(child_ignores_as_many_drops_as_its_parent_had_levels)
{
    for (int depth = 1; depth <= 3; ++depth) {
        BOOST_TEST(add(exclusive, me));
        child c([&] {
            if (queue.add_level(me) || queue.drop_level(me))
                return 1;
            for (int i = 0; i < depth; ++i)
                if (!take_off(me))
                    return 2;
            if (take_off(me))
                return 3;
            bool const has_own = add(exclusive, me) && queue.add_level(me);
            return has_own && queue.levels(me) == 2 ? 0 : 4;
        });
        BOOST_TEST(c.wait() == 0);
        BOOST_TEST(queue.levels(me) == static_cast<unsigned>(depth));
    }
}

// Two threads share the levels of the lock object, while a third makes the queue take them back now
// and then.
BOOST_AUTO_TEST_CASE(threads_with_one_owner_lose_no_level)
{
    have(exclusive, object);
    std::atomic<int> started{0}, running{2};
    std::atomic<unsigned> failures{0};
    auto const adds_and_drops = [&] {
        auto const check = [&](bool worked) { failures += worked ? 0 : 1; };
        for (++started; started != 2;)
            std::this_thread::yield();
        for (int i = 0; i < 100'000; ++i) {
            for (int n = 0; n < 2; ++n)
                check(queue.add_level(object) || one_more(queue, object).is_granted());
            for (int n = 0; n < 2; ++n)
                check(queue.drop_level(object) || queue.drop(object, exclusive).owned);
        }
        --running;
    };
    std::thread a(adds_and_drops), b(adds_and_drops);
    for (unsigned i = 0; running != 0; ++i)
        if (i % 1'000 == 0 && queue.levels(object) == 0)
            ++failures;
    a.join();
    b.join();
    BOOST_TEST(failures == 0u);
    BOOST_TEST(queue.levels(object) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
