// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_LEVELS_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_LEVELS_HPP

#include "owner.hpp"

#include <boost/filelock/detail/lock_mode.hpp>

#include <boost/container/small_vector.hpp>

#include <array>
#include <cstddef>

namespace boost {
namespace filelock {
namespace detail {

/// The levels of each owner of one lock object, by mode. Not thread-safe.
//
// What every lock does is inline: after a system call the returns of a chain of calls are
// mispredicted.
class owner_levels
{
public:
    using counts = std::array<unsigned, 4>; // by mode

    struct entry
    {
        owner who;
        counts levels = {};

        unsigned of(lock_mode mode) const noexcept { return levels[index(mode)]; }
        lock_mode strongest() const noexcept { return owner_levels::strongest(levels); }
        unsigned sum() const noexcept { return owner_levels::sum(levels); }
    };

    /// Returns null for an owner without levels. Valid until the next change.
    entry* find(owner who) noexcept
    {
        for (auto& e : entries_)
            if (e.who == who)
                return &e;
        return nullptr;
    }
    entry const* find(owner who) const noexcept
    {
        return const_cast<owner_levels*>(this)->find(who);
    }

    /// Makes room for one more owner, so that `add` cannot fail.
    void reserve_one() { entries_.reserve(entries_.size() + 1); }

    /// Adds an owner without levels. Follow it with `add`.
    entry& insert(owner who) noexcept { return entries_.emplace_back(entry{who}); }

    void add(entry& to, lock_mode mode) noexcept
    {
        ++to.levels[index(mode)];
        ++total_[index(mode)];
    }
    /// Removes the entry with its last level.
    void subtract(entry& from, lock_mode mode) noexcept
    {
        --total_[index(mode)];
        if (--from.levels[index(mode)] == 0)
            remove_if_empty(from);
    }
    void remove_all(entry& from) noexcept;
    /// Removes all levels of all owners. Returns how many these were.
    unsigned clear() noexcept;

    /// Moves the levels of one owner to another. Returns false where the first has none, or the
    /// second has levels of another mode.
    bool give(owner from, owner to) noexcept;

    /// Returns the owner that has exclusive levels and is the only owner, or null.
    entry* sole_exclusive() noexcept
    {
        bool const is_sole = entries_.size() == 1;
        return is_sole && entries_[0].of(lock_mode::exclusive) != 0 ? &entries_[0] : nullptr;
    }
    /// Sets the number of exclusive levels of that owner. Not to zero.
    void set_exclusive(entry& sole, unsigned count) noexcept
    {
        sole.levels[index(lock_mode::exclusive)] = total_[index(lock_mode::exclusive)] = count;
    }

    bool empty() const noexcept { return entries_.empty(); }
    lock_mode strongest() const noexcept { return strongest(total_); }

    /// Returns the number of levels of this mode that other owners have.
    unsigned of_others(entry const* mine, lock_mode mode) const noexcept
    {
        return total_[index(mode)] - (mine ? mine->of(mode) : 0);
    }

private:
    static constexpr std::size_t index(lock_mode mode) noexcept
    {
        return static_cast<std::size_t>(mode);
    }
    static lock_mode strongest(counts const& levels) noexcept
    {
        auto mode = index(lock_mode::exclusive);
        while (mode != 0 && levels[mode] == 0)
            --mode;
        return static_cast<lock_mode>(mode);
    }
    static unsigned sum(counts const& levels) noexcept
    {
        return levels[0] + levels[1] + levels[2] + levels[3];
    }
    void remove_if_empty(entry& e) noexcept
    {
        if (sum(e.levels) != 0)
            return;
        e = entries_.back();
        entries_.pop_back();
    }

    container::small_vector<entry, 1> entries_;
    counts total_ = {};
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
