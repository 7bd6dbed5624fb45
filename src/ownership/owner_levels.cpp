// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner_levels.hpp"

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

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

} // namespace detail
} // namespace filelock
} // namespace boost
