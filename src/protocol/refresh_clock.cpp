// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "refresh_clock.hpp"

#include "../platform/clock.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::chrono::seconds longest_refresh_pause{1}; // after an error

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

} // namespace

system::error_code refresh_clock::refresh(own_marker const& marker, marker_state& result) noexcept
{
    auto const now = time_since_boot(); // before the stamp, by which others judge
    auto const ec = marker.refresh(good_until(), result);
    if (!ec && result == marker_state::intact)
        set(now);
    return ec;
}

system::error_code refresh_clock::look(own_marker const& marker,
                                       marker_state& result) const noexcept
{
    auto const ec = marker.look(result);
    if (!ec && result == marker_state::intact && !is_good())
        result = marker_state::expired;
    return ec;
}

refresh_result refresh_clock::result_of(system::error_code const& ec,
                                        marker_state state) const noexcept
{
    refresh_result r;
    r.error = ec;
    r.good_until = good_until();
    if (!ec) {
        r.lost = loss_of(state);
        r.next = due();
        return r;
    }
    // The error may be transient. The next try is soon, and the last one is when the hold expires.
    auto const now = time_since_boot();
    auto const pause = std::min<std::chrono::nanoseconds>(interval_ / 8, longest_refresh_pause);
    r.next = (std::min)(now + pause, r.good_until);
    if (now >= r.good_until)
        r.lost = loss_reason::refresh_failed;
    return r;
}

std::optional<loss_reason> refresh_clock::loss_after(system::error_code const& ec,
                                                     marker_state state) const noexcept
{
    if (ec && !is_good())
        return loss_reason::refresh_failed;
    return ec ? std::nullopt : loss_of(state);
}

bool refresh_clock::is_good() const noexcept
{
    return time_since_boot() <= good_until();
}

} // namespace detail
} // namespace filelock
} // namespace boost
