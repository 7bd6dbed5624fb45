// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "writer_claim.hpp"

#include "../platform/clock.hpp"
#include "attempts.hpp"
#include "server_errors.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <new>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;
using std::chrono::nanoseconds;

// Python programs on other hosts may miss a new writer for this long (NFS, acregmax aside).
constexpr auto network_settle = 2s;

} // namespace

attempt_result writer_claim::make(storage rules, access_marker const& record, bool& is_tree_gone)
{
    auto const a = gate_.in_state([&] { return publish(rules, record, is_tree_gone); });
    if (is_acquired(a))
        return a;
    auto const undone = drop();
    return is_acquired(undone) ? a : undone;
}

attempt_result writer_claim::publish(storage rules, access_marker const& record, bool& is_tree_gone)
{
    auto const there = gate_.evict(rules);
    if (!is_acquired(there))
        return there;
    dropping_since_.reset();
    auto result = marker_outcome::retry;
    auto const ec = marker_.publish(gate_.write_path(), gate_.write_path(), record, permissions_,
                                    rules, false, result);
    is_tree_gone = is_gone(ec);
    if (is_tree_gone)
        return retry_now();
    if (ec)
        return ec;
    if (result != marker_outcome::published)
        return retry_now();
    made_at_ = time_since_boot();
    has_settled_ = false;
    is_made_ = gate_.is_in_state();
    if (is_made_ && gate_.has_evicted())
        marker_.remove_litter();
    return is_made_ ? attempt_result(attempt_result::acquired) : retry_now();
}

attempt_result writer_claim::settle()
{
    auto const now = time_since_boot();
    if (now >= due()) {
        auto const a = refresh();
        if (!is_acquired(a))
            return a;
    }
    if (has_settled_)
        return attempt_result::acquired;
    auto const long_enough =
        times_.settle.value_or(marker_.has_local_rules() ? nanoseconds() : network_settle);
    if (long_enough != long_enough.zero()) {
        auto const left = long_enough - (now - made_at_);
        if (left > left.zero())
            return attempt_result::continue_after((std::min)(left, times_.interval));
        // A cache may have reported to a Python reader in the meantime that there is no writer.
        // That reader publishes its marker within `state`, so it has entered once we get `state`.
        auto const a = gate_.in_state([] { return attempt_result(attempt_result::acquired); });
        if (!is_acquired(a))
            return a;
    }
    has_settled_ = true;
    return attempt_result::acquired;
}

attempt_result writer_claim::refresh()
{
    auto state = marker_state::missing;
    auto const ec = marker_.refresh(state);
    if (ec == errc::operation_would_block)
        return attempt_result::retry_after(removal_backoff);
    if (ec && !is_gone(ec))
        return ec;
    if (!ec && state == marker_state::intact)
        return attempt_result::acquired;
    // The marker may still be there, since the look-up of the path may have been wrong.
    auto const undone = drop();
    return is_acquired(undone) ? retry_now() : undone;
}

// If the marker is still there on network storage, other processes have to leave `state` first.
attempt_result writer_claim::drop()
{
    auto const ec = remove();
    if (!ec || !marker_.is_published())
        return attempt_result::acquired;
    if (is_gone(ec)) // GlusterFS, for a second; the directory was found before
        return attempt_result::retry_after(contention_backoff);
    if (ec != errc::operation_would_block)
        return ec;
    return marker_.has_local_rules() ? of_undoing(ec) : attempt_result(attempt_result::busy);
}

system::error_code writer_claim::remove() noexcept
try {
    is_made_ = false;
    if (!marker_.is_published())
        return {};
    if (marker_.has_local_rules())
        return marker_.withdraw();
    auto const now = time_since_boot();
    if (!dropping_since_)
        dropping_since_ = now;
    system::error_code ec;
    auto const a = gate_.in_state([&] {
        auto const may_go = [](void const* gate) {
            return static_cast<writer_gate const*>(gate)->is_in_state();
        };
        ec = marker_.withdraw(may_go, &gate_);
        return attempt_result(attempt_result::acquired);
    });
    if (a.kind == attempt_result::failed)
        return a.error;
    if (is_acquired(a) && ec != errc::operation_would_block)
        return ec;
    if (now - *dropping_since_ <= times_.threshold)
        return make_error_code(errc::operation_would_block);
    marker_.leave();
    return make_error_code(errc::timed_out);
} catch (std::bad_alloc const&) { // the caller tries this again as well
    return make_error_code(errc::operation_would_block);
}

} // namespace detail
} // namespace filelock
} // namespace boost
