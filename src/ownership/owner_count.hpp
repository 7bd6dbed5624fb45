// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_COUNT_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_COUNT_HPP

#include "owner.hpp"

#include <atomic>
#include <cstdint>

namespace boost {
namespace filelock {
namespace detail {

/// The number of exclusive levels of the only owner of a lock object, while it is lent: then the
/// owner adds and drops levels without the mutex of the queue, as in a recursive mutex. The queue
/// takes the number back whenever it locks its mutex, and lends it again before it unlocks it.
/// Any thread may call `add` and `drop`; the others are called with the mutex held.
class owner_count
{
public:
    /// Adds a level. Returns false if the owner has to ask the queue.
    bool add(owner who) noexcept
    {
        auto now = word_.load(std::memory_order_relaxed);
        while (is_lent_to(who, now) && levels_in(now) != max_levels)
            if (word_.compare_exchange_weak(now, now + 1, std::memory_order_acquire,
                                            std::memory_order_relaxed))
                return true;
        return false;
    }

    /// Drops a level that is not the last. Returns false if the owner has to ask the queue.
    bool drop(owner who) noexcept
    {
        auto now = word_.load(std::memory_order_relaxed);
        while (is_lent_to(who, now) && levels_in(now) != 1)
            // Another thread of the same owner may drop the last level, and must have seen all that
            // this one has done under the lock.
            if (word_.compare_exchange_weak(now, now - 1, std::memory_order_release,
                                            std::memory_order_relaxed))
                return true;
        return false;
    }

    /// Lends the levels of the owner to `add` and `drop`, unless the numbers are too large.
    void lend(owner who, unsigned levels) noexcept
    {
        if (who.number() <= last_owner && levels <= max_levels)
            word_.store(who.number() << level_bits | levels, std::memory_order_release);
    }

    /// Takes the levels back. Returns their number, or zero if none are lent.
    unsigned take_back() noexcept
    {
        if (word_.load(std::memory_order_relaxed) == 0)
            return 0;
        return static_cast<unsigned>(levels_in(word_.exchange(0, std::memory_order_acquire)));
    }

private:
    static constexpr unsigned level_bits = 16;
    static constexpr std::uint64_t max_levels = (std::uint64_t(1) << level_bits) - 1;
    static constexpr std::uint64_t last_owner = ~std::uint64_t(0) >> level_bits;

    // A word of zero is lent to no owner, although the lock object has the number zero.
    static bool is_lent_to(owner who, std::uint64_t word) noexcept
    {
        return word != 0 && word >> level_bits == who.number();
    }
    static std::uint64_t levels_in(std::uint64_t word) noexcept { return word & max_levels; }

    std::atomic<std::uint64_t> word_{0}; // the owner and its levels; zero if none are lent
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
