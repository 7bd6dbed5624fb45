// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "storage_age.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {

bool storage_age::exceeds(std::chrono::nanoseconds limit, file_facts const& facts,
                          marker_site const& at)
{
    using clock = std::chrono::steady_clock;
    auto const changed = (std::max)(facts.modified, facts.changed);
    auto const is_so = [&] {
        auto const ours = std::chrono::nanoseconds(clock::now().time_since_epoch());
        return ours + *clocks_apart_ - changed > limit;
    };
    // To read the file system's clock, a file has to be made. So our clock serves as an estimate at
    // first, and the file system's clock is read before a marker counts as old.
    if (clocks_apart_ && !is_so())
        return false;
    auto const its = at.storage_time();
    clocks_apart_.reset();
    if (!its)
        return false;
    clocks_apart_ = *its - std::chrono::nanoseconds(clock::now().time_since_epoch());
    return is_so();
}

} // namespace detail
} // namespace filelock
} // namespace boost
