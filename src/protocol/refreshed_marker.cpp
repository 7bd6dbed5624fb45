// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "refreshed_marker.hpp"

#include "../platform/clock.hpp"

namespace boost {
namespace filelock {
namespace detail {

system::error_code refreshed_marker::publish(anchored_path const& path, access_marker const& who,
                                             std::optional<filesystem::perms> permissions,
                                             storage where, bool unique_name,
                                             marker_outcome& result)
{
    file_.emplace(path, permissions, where,
                  marker_policy{unique_name, !unique_name, true, good_for_});
    token_ = who.token;
    auto const ec = file_->publish(who.text(), result);
    good_since_.store(file_->made().count(), std::memory_order_relaxed);
    return ec;
}

system::error_code refreshed_marker::refresh(marker_state& result) noexcept
{
    auto const now = time_since_boot(); // before the stamp, by which others judge
    auto const ec = file_->refresh(good_until(), result);
    if (!ec && result == marker_state::intact)
        good_since_.store(now.count(), std::memory_order_relaxed);
    return ec;
}

system::error_code refreshed_marker::look(marker_state& result) const noexcept
{
    auto const ec = file_->look(result);
    if (!ec && result == marker_state::intact && time_since_boot() > good_until())
        result = marker_state::expired;
    return ec;
}

std::optional<loss_reason> loss_of(marker_state state) noexcept
{
    switch (state) {
    case marker_state::intact:
        return std::nullopt;
    case marker_state::expired:
        return loss_reason::refresh_failed;
    case marker_state::missing:
        return loss_reason::marker_missing;
    case marker_state::replaced:
        break;
    }
    return loss_reason::owner_changed;
}

} // namespace detail
} // namespace filelock
} // namespace boost
