// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner_checker.hpp"

#include "../platform/clock.hpp"
#include "../platform/kernel_lock.hpp"
#include "../platform/process.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr auto unwatched_owner_poll = 1s; // no notification reports its end

} // namespace

owner_checker::owner_state owner_checker::check(found_marker const& found,
                                                marker_record const& owner, marker_verdict& v)
{
    // A dead owner does not come back. But without a start token the record of another process may
    // be the same.
    if (found.text != dead_ || owner.start_token.empty()) {
        auto const seen =
            find_process({owner.pid, owner.host, owner.start_token}, found.text == certain_);
        if (seen.is_certain && found.text != certain_)
            certain_ = found.text;
        if (seen.kind == process_status::alive) {
            v.process = seen.pid;
            if (v.process == 0)
                v.recheck_after = unwatched_owner_poll;
            return owner_state::alive;
        }
        if (seen.kind != process_status::gone || !is_death_proved(found, owner))
            return owner_state::unseen;
        dead_ = found.text;
    }
    // The owner may live where this process cannot see it. It may also have died as a breaker while
    // another process held the lock.
    bool is_witnessed = false;
    if (!at_.is_local(found.file) || (!has_witness(found.file.native(), is_witnessed) &&
                                      !is_witnessed && !at_.hides_a_holder(owner.pid)))
        return owner_state::dead;
    v.recheck_after = unwatched_owner_poll;
    return owner_state::alive;
}

std::chrono::nanoseconds owner_checker::unchanged_for(found_marker const& found)
{
    auto const now = std::chrono::steady_clock::now();
    if (!sample_ || !is_unchanged(sample_->facts, found.facts) || sample_->text != found.text)
        sample_ = sample{found.facts, found.text, now};
    return now - sample_->since;
}

// On network storage another host may have our host name, and the owner may run there.
bool owner_checker::is_death_proved(found_marker const& found, marker_record const& owner)
{
    if (at_.is_local(found.file) || is_of_this_boot(owner.start_token))
        return true;
    // The answer stays the same while the marker is unchanged, since both clocks go on.
    if (found.text == namesakes_ && found.facts.modified == namesakes_modified_)
        return false;
    auto const precedes = at_.precedes_this_boot(found);
    if (precedes && !*precedes) {
        namesakes_ = found.text;
        namesakes_modified_ = found.facts.modified;
    }
    return precedes.value_or(false);
}

std::chrono::nanoseconds owner_checker::age_of(found_marker const& found)
{
    auto const now = at_.is_local(found.file) ? time_of_day() : at_.storage_time();
    auto const unchanged = unchanged_for(found);
    return now ? (std::max)(*now - found.facts.modified, unchanged) : unchanged;
}

} // namespace detail
} // namespace filelock
} // namespace boost
