// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner_levels.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

lock_mode owner_levels::strongest(counts const& levels) noexcept
{
    auto mode = index(lock_mode::exclusive);
    while (mode != 0 && levels[mode] == 0)
        --mode;
    return static_cast<lock_mode>(mode);
}

unsigned owner_levels::sum(counts const& levels) noexcept
{
    return std::accumulate(levels.begin(), levels.end(), 0u);
}

owner_levels::entry* owner_levels::find(owner who) noexcept
{
    auto const it = std::find_if(entries_.begin(), entries_.end(),
                                 [&](entry const& e) { return e.who == who; });
    return it == entries_.end() ? nullptr : &*it;
}

void owner_levels::add(entry& to, lock_mode mode) noexcept
{
    ++to.levels[index(mode)];
    ++total_[index(mode)];
}

void owner_levels::subtract(entry& from, lock_mode mode) noexcept
{
    --total_[index(mode)];
    if (--from.levels[index(mode)] == 0)
        remove_if_empty(from);
}

void owner_levels::remove_all(entry& from) noexcept
{
    for (std::size_t mode = 0; mode < total_.size(); ++mode)
        total_[mode] -= std::exchange(from.levels[mode], 0);
    remove_if_empty(from);
}

unsigned owner_levels::clear() noexcept
{
    auto const count = sum(total_);
    entries_.clear();
    total_ = {};
    return count;
}

bool owner_levels::give(owner from, owner to) noexcept
{
    auto* const source = find(from);
    if (!source)
        return false;
    auto* const target = find(to);
    if (!target) {
        source->who = to;
        return true;
    }
    auto const mode = index(source->strongest());
    if (target->levels[mode] == 0)
        return false;
    target->levels[mode] += std::exchange(source->levels[mode], 0);
    remove_if_empty(*source);
    return true;
}

void owner_levels::remove_if_empty(entry& e) noexcept
{
    if (e.sum() != 0)
        return;
    e = entries_.back();
    entries_.pop_back();
}

} // namespace detail
} // namespace filelock
} // namespace boost
