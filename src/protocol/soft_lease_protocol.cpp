// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "soft_lease_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/directory.hpp"
#include "../platform/process.hpp"
#include "lease_record.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::chrono::seconds malformed_grace{2};

// Where another machine has replaced a marker, this one may find the former one at the path for a
// second (GlusterFS). A listing comes from the server, and corrects that.
void list_names_beside(filesystem::path const& path)
{
    (void)for_each_name(path.parent_path() / ".", [](std::string const&) {});
}

} // namespace

soft_lease_protocol::soft_lease_protocol(filesystem::path const& absolute,
                                         soft_file_lease_options const& options)
    : times_(options), clock_(times_.good_for, times_.interval),
      claim_(*this, absolute, options, marker_policy{false, false, true, times_.heartbeat}),
      checker_(claim_.site()), numbers_(absolute, options.permissions)
{}

attempt_result soft_lease_protocol::attempt(lock_mode, attempt_context const&)
{
    auto const a = claim_.attempt();
    if (a.kind == attempt_result::acquired) {
        clock_.begin(claim_.marker().made());
        number_.reset();
    }
    return a;
}

// Each marker has a token of its own.
system::error_code soft_lease_protocol::make_text(std::string& text)
{
    auto const us = this_process();
    lease_record record{{us.pid, host_name(), us.start_token}, {}, times_.duration};
    if (auto const ec = make_token(record.token))
        return ec;
    text = record.text();
    token_ = std::move(record.token);
    bool const is_one = read_marker(text).kind == marker_content::lease;
    return is_one ? system::error_code() : error::host_without_name; // none would recognize it
}

marker_verdict soft_lease_protocol::judge(found_marker const& found)
{
    marker_verdict v;
    if (!found.file.is_open())
        return v; // the owner is unknown: we may not read the file
    auto const content = read_marker(found.text);
    switch (content.kind) {
    case marker_content::foreign:
        v.error = error::not_a_lock_file;
        break;
    case marker_content::sentinel:
    case marker_content::other_contract:
        break;
    case marker_content::record:
        v.is_removable =
            checker_.check(found, content.owner, v) == owner_checker::owner_state::dead;
        break;
    case marker_content::lease:
        v = judge_lease(found, content);
        break;
    case marker_content::beginning:
        v.expire_at(malformed_grace, checker_.age_of(found));
        break;
    }
    return v;
}

marker_verdict soft_lease_protocol::judge_lease(found_marker const& found,
                                                marker_content const& content)
{
    marker_verdict v;
    auto const unchanged = checker_.unchanged_for(found);
    auto const state = checker_.check(found, content.owner, v);
    v.is_removable = state == owner_checker::owner_state::dead;
    if (v.is_removable)
        return v;
    if (content.duration != times_.duration) {
        v.error = error::lease_duration_mismatch;
        return v;
    }
    // A live owner of this host may be stopped, and be about to go on: only what was watched
    // counts.
    v.is_removable = state == owner_checker::owner_state::unseen &&
                     age_.exceeds(2 * times_.duration, found.facts, claim_.site());
    v.expire_at(times_.duration, unchanged);
    return v;
}

bool soft_lease_protocol::still_held(system::error_code& ec)
{
    // The time is checked last. If this process was stopped in between, contenders may have judged
    // it by the age of its marker.
    return claim_.marker().is_in_place(ec) && clock_.is_good();
}

refresh_result soft_lease_protocol::refresh() noexcept
{
    auto state = marker_state::intact;
    auto const ec = clock_.refresh(claim_.marker(), state);
    return clock_.result_of(ec, state);
}

std::optional<loss_reason> soft_lease_protocol::lost() noexcept
{
    auto state = marker_state::intact;
    auto const ec = clock_.look(claim_.marker(), state);
    return clock_.loss_after(ec, state);
}

system::error_code soft_lease_protocol::release() noexcept
{
    return claim_.release((std::max)(clock_.good_until(), time_since_boot() + times_.heartbeat));
}

// The number is made before the last look at the hold. So a successor, which acquires after that
// look, finds it, and takes a greater one.
system::error_code soft_lease_protocol::fence(std::uint64_t& number)
{
    system::error_code ec;
    if (!number_) {
        std::uint64_t made;
        if ((ec = numbers_.make_next(made)))
            return ec;
        number_ = made;
        if (!claim_.marker().has_local_rules())
            list_names_beside(claim_.path());
    }
    number = *number_;
    bool const is_held = still_held(ec);
    if (!ec && !is_held)
        ec = error::hold_lost;
    return ec;
}

} // namespace detail
} // namespace filelock
} // namespace boost
