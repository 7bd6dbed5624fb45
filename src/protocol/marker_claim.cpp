// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_claim.hpp"

#include "../platform/clock.hpp"
#include "attempts.hpp"
#include "parent_directories.hpp"
#include "path_identity.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;

constexpr auto shortest_right_backoff = 1ms,
               longest_right_backoff = 256ms; // of a process with the removal right

} // namespace

marker_claim::marker_claim(marker_contract& contract, filesystem::path const& absolute,
                           std::optional<filesystem::perms> permissions, storage where,
                           bool create_directories, marker_policy policy)
    : contract_(contract), path_(absolute), directory_(absolute.parent_path() / "."),
      hash_of_name_(hash_of_name(absolute)), create_directories_(create_directories),
      marker_(absolute, permissions, where, policy), right_backoff_(shortest_right_backoff)
{}

attempt_result marker_claim::attempt()
{
    system::error_code ec;
    is_held_ = false;
    // A marker that could not be removed earlier may be there still, perhaps incomplete.
    if ((ec = marker_.withdraw()) && marker_.is_published())
        return of_failure(ec);
    for (int i = 0; i < max_restarts; ++i) {
        // A waiter was notified that the marker has gone, or it now checks whether it has.
        if (std::exchange(is_path_occupied_, false)) {
            ec = look();
            if (!ec) {
                auto const a = judge_file();
                if (a.kind != attempt_result::retry || a.delay != a.delay.zero())
                    return a;
                continue;
            }
            if (ec != errc::no_such_file_or_directory && !is_server_lost(ec))
                return ec;
        }
        marker_outcome result;
        if ((ec = contract_.make_text(text_)))
            return ec;
        ec = marker_.publish(text_, result);
        // Other processes may remove the parent directories meanwhile. In a removed working
        // directory the error persists, so the last restart reports it.
        if (ec == errc::no_such_file_or_directory && i != max_restarts - 1)
            ec = make_parent_directories(path_, create_directories_);
        else if (!ec && result == marker_outcome::published)
            return note_acquired();
        if (ec)
            return of_failure(ec);
        is_path_occupied_ = result == marker_outcome::taken;
        // The engine checks the caller's time limit between attempts.
        if (!is_path_occupied_ && marker_.is_on_slow_storage())
            break;
    }
    return attempt_result::retry_after(contention_backoff);
}

std::optional<file_identity> marker_claim::observed_file() const noexcept
{
    file_facts directory;
    if (facts_of(directory_, directory))
        return std::nullopt;
    return path_identity(directory.identity, hash_of_name_);
}

// An unchanged file need not be opened and read again.
system::error_code marker_claim::look()
{
    file_facts now;
    if (is_local() && !facts_of(path_, now) && is_unchanged(now, theirs_.facts))
        return {};
    return theirs_.look(path_);
}

attempt_result marker_claim::note_acquired()
{
    theirs_.file.close();
    right_backoff_ = shortest_right_backoff;
    is_held_ = true;
    return attempt_result::acquired;
}

attempt_result marker_claim::judge_file()
{
    is_path_occupied_ = true;
    auto const v = contract_.judge(theirs_);
    process_ = v.process;
    if (v.error)
        return v.error;
    if (!v.is_removable)
        return attempt_result::busy_for(v.recheck_after);
    if (auto const ec = contract_.make_text(text_))
        return ec;
    marker_outcome result;
    auto const still = [this](found_marker const& found) {
        return contract_.judge(found).is_removable;
    };
    if (auto const ec = marker_.replace(theirs_, still, text_, result))
        return of_failure(ec);
    switch (result) {
    case marker_outcome::published:
        return note_acquired();
    case marker_outcome::right_taken: // for long, if that process was stopped
        right_backoff_ =
            std::min<std::chrono::nanoseconds>(right_backoff_ * 2, longest_right_backoff);
        return attempt_result::retry_after(right_backoff_ / 2);
    default:
        return attempt_result::retry_after({});
    }
}

// GlusterFS reports ESTALE for a name for a second after its file was removed. A lost server
// reports it for the directory too.
attempt_result marker_claim::of_failure(system::error_code const& ec) const
{
    file_facts directory;
    if (is_server_lost(ec) && !facts_of(directory_, directory))
        return attempt_result::retry_after(contention_backoff);
    return of_undoing(ec);
}

watch_target marker_claim::to_watch() const noexcept
{
    if (!theirs_.file.is_open())
        return {};
    return {&theirs_.file, theirs_.facts.identity, watch_kind::marker, process_};
}

bool marker_claim::is_local() const noexcept
{
    return theirs_.file.is_open() && site().is_local(theirs_.file);
}

// This also removes a marker that was published before the attempt failed.
system::error_code marker_claim::withdraw() noexcept
{
    theirs_.file.close();
    is_path_occupied_ = false;
    right_backoff_ = shortest_right_backoff;
    return is_held_ ? system::error_code() : marker_.withdraw();
}

system::error_code marker_claim::release() noexcept
{
    is_held_ = false;
    return marker_.withdraw();
}

// On network storage a contender may evict an expired marker, and publish its own, between the last
// look at the marker and its removal. If that takes long, the release is begun again.
system::error_code marker_claim::release(std::chrono::nanoseconds until) noexcept
{
    if (marker_.has_local_rules())
        return release();
    is_held_ = false;
    auto const is_in_time = [](void const* limit) {
        return time_since_boot() <= *static_cast<std::chrono::nanoseconds const*>(limit);
    };
    return marker_.withdraw(is_in_time, &until);
}

} // namespace detail
} // namespace filelock
} // namespace boost
