// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "soft_file_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/fork.hpp"
#include "../platform/kernel_lock.hpp"
#include "../platform/process.hpp"
#include "attempts.hpp"
#include "parent_directories.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;

constexpr auto shortest_right_backoff = 1ms,
               longest_right_backoff = 256ms; // of a process with the removal right
constexpr auto unwatched_owner_poll = 1s;     // no notification reports its end

} // namespace

soft_file_protocol::soft_file_protocol(filesystem::path absolute,
                                       soft_file_lock_options const& options,
                                       std::optional<std::chrono::nanoseconds> foreign_limit)
    : path_(absolute), directory_(absolute.parent_path() / "."),
      hash_of_name_(std::hash<std::string>()(absolute.filename().native())), options_(options),
      foreign_limit_(foreign_limit),
      marker_(std::move(absolute), options.permissions, options.where),
      right_backoff_(shortest_right_backoff)
{}

attempt_result soft_file_protocol::attempt(lock_mode, attempt_context const&)
{
    system::error_code ec;
    is_held_ = false;
    // A marker that could not be removed earlier may be there still, perhaps incomplete.
    if ((ec = marker_.withdraw()) && marker_.is_published())
        return of_failure(ec);
    if ((ec = make_record()))
        return ec;
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
        ec = marker_.publish(record_, result);
        // Other processes may remove the parent directories meanwhile. In a removed working
        // directory the error persists, so the last restart reports it.
        if (ec == errc::no_such_file_or_directory && i != max_restarts - 1)
            ec = make_parent_directories(path_, options_.create_directories);
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

system::error_code soft_file_protocol::make_record()
{
    auto host = host_name();
    if (record_of_ == process_generation() && host == host_)
        return {};
    certain_.clear(); // a forked child may be in another namespace
    dead_.clear();
    auto const us = this_process();
    record_ = marker_record{us.pid, host, us.start_token}.text();
    host_ = std::move(host);
    bool const is_one = read_marker(record_).kind == marker_content::record;
    record_of_ = is_one && !us.start_token.empty() ? process_generation() : 0;
    return is_one ? system::error_code()
                  : error::host_without_name; // no process would recognize it
}

// Combines the directory and the name. The marker's own inode number would not do: another file may
// get it as soon as the marker has gone.
std::optional<file_identity> soft_file_protocol::identity() const
{
    file_facts directory;
    if (facts_of(directory_, directory))
        return std::nullopt;
    directory.identity.inode ^= hash_of_name_;
    return directory.identity;
}

// An unchanged file need not be opened and read again.
system::error_code soft_file_protocol::look()
{
    file_facts now;
    if (is_local() && !facts_of(path_, now) && is_unchanged(now, theirs_.facts))
        return {};
    return theirs_.look(path_);
}

attempt_result soft_file_protocol::note_acquired()
{
    observed_file_ = identity();
    theirs_.file.close();
    right_backoff_ = shortest_right_backoff;
    is_held_ = true;
    return attempt_result::acquired;
}

attempt_result soft_file_protocol::judge_file()
{
    is_path_occupied_ = true;
    observed_file_ = identity();
    auto const v = judge(theirs_);
    process_ = v.process;
    if (v.error)
        return v.error;
    if (!v.is_removable)
        return attempt_result::busy_for(v.recheck_after);
    marker_outcome result;
    auto const still = [this](found_marker const& found) { return judge(found).is_removable; };
    if (auto const ec = marker_.replace(theirs_, still, record_, result))
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
attempt_result soft_file_protocol::of_failure(system::error_code const& ec) const
{
    file_facts directory;
    if (is_server_lost(ec) && !facts_of(directory_, directory))
        return attempt_result::retry_after(contention_backoff);
    return of_undoing(ec);
}

marker_verdict soft_file_protocol::judge(found_marker const& found)
{
    marker_verdict v;
    if (!found.file.is_open())
        return v; // the owner is unknown: we may not read the file
    auto const content = read_marker(found.text);
    auto limit = options_.lifetime;
    switch (content.kind) {
    case marker_content::foreign:
        v.error = error::not_a_lock_file;
        return v;
    case marker_content::sentinel:
    case marker_content::lease:
        return v;
    case marker_content::record:
        v = judge_owner(found, content.owner);
        break;
    case marker_content::beginning:
        if (options_.malformed_grace && (!limit || *options_.malformed_grace < *limit))
            limit = options_.malformed_grace;
        break;
    }
    if (v.is_removable || !limit)
        return v;
    auto const age = age_of(found);
    v.is_removable = age >= *limit;
    if (!v.is_removable) {
        auto const left = *limit - age;
        v.recheck_after = v.recheck_after == left.zero() ? left : (std::min)(left, v.recheck_after);
    }
    return v;
}

marker_verdict soft_file_protocol::judge_owner(found_marker const& found,
                                               marker_record const& owner)
{
    marker_verdict v;
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
        }
        if (seen.kind == process_status::unknown && foreign_limit_)
            return judge_foreign(found);
        if (seen.kind != process_status::gone)
            return v;
        if (!is_death_proved(found, owner))
            return foreign_limit_ ? judge_foreign(found) : v;
        dead_ = found.text;
    }
    // The owner may live where this process cannot see it. It may also have died as a breaker while
    // another process held the lock.
    bool is_witnessed = false;
    if (marker_.site().is_local(found.file) &&
        (has_witness(found.file.native(), is_witnessed) || is_witnessed ||
         marker_.site().hides_a_holder(owner.pid)))
        v.recheck_after = unwatched_owner_poll;
    else
        v.is_removable = true;
    return v;
}

marker_verdict soft_file_protocol::judge_foreign(found_marker const& found)
{
    marker_verdict v;
    auto const unchanged = unchanged_for(found);
    v.is_removable = unchanged >= *foreign_limit_;
    if (!v.is_removable)
        v.recheck_after = *foreign_limit_ - unchanged;
    return v;
}

bool soft_file_protocol::is_surely_held() const noexcept
{
    system::error_code ec;
    return is_held_ && (marker_.has_local_rules() || (marker_.is_in_place(ec) && !ec));
}

void soft_file_protocol::observe()
{
    found_marker found;
    if (!found.look(path_) && found.file.is_open())
        (void)unchanged_for(found);
}

std::chrono::nanoseconds soft_file_protocol::unchanged_for(found_marker const& found)
{
    auto const now = std::chrono::steady_clock::now();
    if (!sample_ || !is_unchanged(sample_->facts, found.facts) || sample_->text != found.text)
        sample_ = sample{found.facts, found.text, now};
    return now - sample_->since;
}

// On network storage another host may have our host name, and the owner may run there.
bool soft_file_protocol::is_death_proved(found_marker const& found, marker_record const& owner)
{
    if (marker_.site().is_local(found.file) || is_of_this_boot(owner.start_token))
        return true;
    // The answer stays the same while the marker is unchanged, since both clocks go on.
    if (found.text == namesakes_ && found.facts.modified == namesakes_modified_)
        return false;
    auto const precedes = marker_.site().precedes_this_boot(found);
    if (precedes && !*precedes) {
        namesakes_ = found.text;
        namesakes_modified_ = found.facts.modified;
    }
    return precedes.value_or(false);
}

// Returns the age by the clock of the file system, which on local storage is the machine's. A
// marker with a time in the future is at least as old as it was watched.
std::chrono::nanoseconds soft_file_protocol::age_of(found_marker const& found)
{
    auto const now =
        marker_.site().is_local(found.file) ? time_of_day() : marker_.site().storage_time();
    auto const unchanged = unchanged_for(found);
    return now ? (std::max)(*now - found.facts.modified, unchanged) : unchanged;
}

watch_target soft_file_protocol::to_watch() const noexcept
{
    if (!theirs_.file.is_open())
        return {};
    return {&theirs_.file, theirs_.facts.identity, watch_kind::marker, process_};
}

bool soft_file_protocol::is_local() const noexcept
{
    return theirs_.file.is_open() && marker_.site().is_local(theirs_.file);
}

// This also removes a marker that was published before the attempt failed.
system::error_code soft_file_protocol::withdraw() noexcept
{
    theirs_.file.close();
    is_path_occupied_ = false;
    right_backoff_ = shortest_right_backoff;
    return is_held_ ? system::error_code() : marker_.withdraw();
}

system::error_code soft_file_protocol::release() noexcept
{
    is_held_ = false;
    return marker_.withdraw();
}

std::vector<owner_record> soft_file_protocol::holders() const
{
    found_marker found;
    if (found.look(path_))
        return {};
    owner_record holder;
    holder.mode = owner_mode::marker;
    auto content = read_marker(found.text);
    if (content.kind == marker_content::record) {
        auto& owner = content.owner;
        auto const seen = find_process({owner.pid, owner.host, owner.start_token});
        holder.pid = seen.pid != 0 ? seen.pid : owner.pid;
        if (seen.kind == process_status::alive)
            holder.command = command_of(holder.pid);
        holder.hostname = std::move(owner.host);
        holder.start_token = std::move(owner.start_token);
    } else if (content.kind == marker_content::sentinel) {
        holder.mode = owner_mode::claim;
    } else if (content.kind == marker_content::lease) {
        holder.mode = owner_mode::lease;
    } else if (content.kind == marker_content::foreign && found.file.is_open()) {
        return {};
    }
    holder.age = time_of_day() - found.facts.modified;
    return {holder};
}

std::optional<marker_record> read_marker_at(filesystem::path const& absolute)
{
    found_marker found;
    if (found.look(absolute) || !found.file.is_open())
        return std::nullopt;
    auto content = read_marker(found.text);
    if (content.kind != marker_content::record)
        return std::nullopt;
    return std::move(content.owner);
}

system::error_code break_marker(filesystem::path const& absolute, storage where)
{
    found_marker found;
    auto const ec = found.look(absolute);
    if (ec == errc::no_such_file_or_directory)
        return {};
    if (ec)
        return ec;
    if (!found.file.is_open())
        return make_error_code(errc::permission_denied);
    auto const kind = read_marker(found.text).kind;
    if (kind == marker_content::foreign || kind == marker_content::sentinel)
        return error::not_a_lock_file;
    return marker_site(absolute, where).remove(found);
}

} // namespace detail
} // namespace filelock
} // namespace boost
