// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "strict_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/process.hpp"
#include "attempts.hpp"
#include "claim_inspection.hpp"
#include "marker_record.hpp"
#include "path_identity.hpp"
#include "published_file.hpp"
#include "server_errors.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;
using std::chrono::nanoseconds;

// Two contenders with each other's intents in sight would otherwise withdraw for each other for
// ever. A contender that will withdraw does so in less time, unless it is stopped.
constexpr nanoseconds longest_look = 50ms, pause_between_looks = 1ms;

// Between attempts that other contenders disturbed. The pauses are random, and grow up to 50 ms.
constexpr nanoseconds first_pause = 1ms, last_pause = 50ms;

constexpr nanoseconds longest_wait_for_name = 2s; // GlusterFS reports ESTALE for a second

bool is_before(found_claim const& claim, std::string const& token)
{
    return claim.owner.token < token;
}

} // namespace

strict_protocol::strict_protocol(filesystem::path const& absolute,
                                 strict_soft_file_lock_options const& options)
    : permissions_(options.permissions), create_directories_(options.create_directories),
      where_(options.where), directory_(absolute), longest_pause_(first_pause)
{}

// A server reports ESTALE for a name or a file that has just been removed. If it has lost the
// directory too, the error does not pass.
attempt_result strict_protocol::attempt(lock_mode, attempt_context const&)
{
    auto const a = look_until_ ? look_again() : begin_attempt();
    file_facts parent;
    bool const passes = a.kind == attempt_result::failed && is_stale(a.error) && culprit_.empty() &&
                        !facts_of(directory_.path().parent_path() / ".", parent);
    return passes ? attempt_result::retry_after(contention_backoff) : a;
}

attempt_result strict_protocol::begin_attempt()
{
    culprit_.clear();
    // An earlier attempt may have been unable to remove its claims.
    if (auto const ec = remove_claims())
        return of_undoing(ec);
    auto a = begin();
    if (is_acquired(a))
        a = publish_intent();
    return is_acquired(a) ? publish_held() : a;
}

// Opens the directories, and looks whether another holder is there.
attempt_result strict_protocol::begin()
{
    at_path_.file.close();
    observed_.reset();
    if (auto const ec = directory_.open_or_make(permissions_, create_directories_))
        return ec;
    auto const& claims = directory_.claims();
    is_local_ = storage_.is_local(where_, claims.file, claims.mount);
    observed_ = path_identity(directory_.parent().facts.identity, hash_of_name(directory_.path()));
    auto const a = check_path();
    if (!is_acquired(a))
        return a;
    claim_scan seen;
    auto const looked = scan(seen);
    if (!is_acquired(looked))
        return looked;
    return seen.claims.empty() ? attempt_result::acquired : attempt_result::busy;
}

// Publishes the permanent file if the path names nothing. Another marker there keeps us out.
attempt_result strict_protocol::check_path()
{
    auto const path = directory_.lock_path();
    for (int i = 0; i < max_restarts; ++i) {
        if (is_sentinel(path))
            return attempt_result::acquired;
        auto ec = at_path_.look(path);
        if (ec == errc::no_such_file_or_directory) {
            publication result;
            published_file sentinel{
                std::string(strict_sentinel), permissions_, is_local_, true, {}};
            ec = publish(sentinel, path, result);
            if (!ec)
                remove_privates_of(path, sentinel.facts.modified);
            if (!ec && result == publication::done)
                return attempt_result::acquired;
        } else if (!ec) {
            auto const kind = at_path_.file.is_open() ? read_marker(at_path_.text).kind
                                                      : marker_content::other_contract;
            if (kind == marker_content::foreign)
                return make_error_code(error::not_a_lock_file);
            if (kind != marker_content::sentinel)
                return attempt_result::busy;
            at_path_.file.close();
            sentinel_ = at_path_.facts;
            if (sentinel_->has_other_names) // its publisher has died, or is still at it
                remove_privates_of(path, sentinel_->modified);
            return attempt_result::acquired;
        }
        if (ec && !is_stale(ec))
            return ec;
    }
    return attempt_result::retry_after(contention_backoff);
}

// Reads the claims. A damaged one is an error.
attempt_result strict_protocol::scan(claim_scan& seen)
{
    if (auto const ec = directory_.scan(seen, record_.token))
        return is_stale(ec) ? give_up(attempt_result::retry_after(contention_backoff))
                            : give_up(ec);
    auto const* const damaged = seen.damaged();
    if (!damaged)
        return attempt_result::acquired;
    culprit_ = damaged->name;
    return give_up(make_error_code(error::claim_damaged));
}

system::error_code strict_protocol::make_record()
{
    if (auto const ec = make_token(record_.token))
        return ec;
    auto us = this_process();
    record_.pid = us.pid;
    record_.host = host_name();
    record_.start_token = std::move(us.start_token);
    claim_ = {record_.text(), permissions_, is_local_, false, {}};
    intent_ = directory_.path_of(claim_name{claim_name::intent, record_.token}.text());
    held_ = directory_.path_of(claim_name{claim_name::held, record_.token}.text());
    return read_claim(claim_.text, record_.token) ? system::error_code() : error::host_without_name;
}

attempt_result strict_protocol::publish_intent()
{
    if (auto const ec = make_record())
        return ec;
    publication result;
    has_intent_ = true;
    if (auto const ec = publish(claim_, intent_, result))
        return give_up(ec);
    has_intent_ = result != publication::taken; // then the file is another's
    if (result != publication::done)
        return give_up(attempt_result::retry_after(next_pause()));
    claim_scan seen;
    auto const looked = scan(seen);
    if (!is_acquired(looked))
        return looked;
    for (auto const& litter : seen.privates)
        remove_private(directory_.path_of(litter), claim_.facts.modified);
    // A smaller intent does not count here: its owner may be about to withdraw it for another's.
    bool const is_free = std::none_of(seen.claims.begin(), seen.claims.end(),
                                      [](auto& c) { return c.kind == claim_name::held; });
    return is_free ? attempt_result(attempt_result::acquired)
                   : give_up(attempt_result::retry_after(next_pause()));
}

attempt_result strict_protocol::publish_held()
{
    publication result;
    has_held_ = true;
    auto const ec = add_name_of(claim_, intent_, held_, result);
    if (ec)
        return give_up(ec);
    has_held_ = result != publication::taken;
    if (result != publication::done)
        return give_up(attempt_result::retry_after(next_pause()));
    look_until_ = time_since_boot() + longest_look;
    return look_again();
}

// Returns `acquired` if both claims of ours are there, and the claims of all others follow them. An
// intent before them may be that of a contender that is about to withdraw.
attempt_result strict_protocol::look_again()
{
    claim_scan seen;
    auto const looked = scan(seen);
    if (!is_acquired(looked))
        return looked;
    int ours = 0;
    bool has_earlier = false, has_earlier_held = false;
    for (auto const& claim : seen.claims) {
        ours += claim.owner.token == record_.token;
        bool const is_earlier = is_before(claim, record_.token);
        has_earlier = has_earlier || is_earlier;
        has_earlier_held = has_earlier_held || (is_earlier && claim.kind == claim_name::held);
    }
    if (ours == 2 && !has_earlier) {
        // A process that evicts another marker may have moved the permanent file.
        system::error_code ec;
        if (!is_in_place(directory_.lock_path(), ec))
            return give_up(ec ? attempt_result(ec)
                              : attempt_result::retry_after(contention_backoff));
        look_until_.reset();
        is_held_ = true;
        longest_pause_ = first_pause;
        directory_.close_all_but_claims();
        return attempt_result::acquired;
    }
    if (ours == 2 && !has_earlier_held && time_since_boot() < *look_until_)
        return attempt_result::continue_after(pause_between_looks);
    return give_up(attempt_result::retry_after(next_pause()));
}

// Removes the claims of this attempt. Returns `why`, or the error if they cannot be removed.
attempt_result strict_protocol::give_up(attempt_result const& why)
{
    look_until_.reset();
    auto const ec = remove_claims();
    return ec && why.kind != attempt_result::failed ? of_undoing(ec) : why;
}

// Contenders that disturbed each other must not meet again. The token is random.
nanoseconds strict_protocol::next_pause() noexcept
{
    auto const part = std::hash<std::string>()(record_.token) % 1000 + 1;
    auto const pause = longest_pause_ * part / 1000;
    longest_pause_ = (std::min)(2 * longest_pause_, last_pause);
    return pause;
}

watch_target strict_protocol::to_watch() const noexcept
{
    if (at_path_.file.is_open())
        return {&at_path_.file, at_path_.facts.identity, watch_kind::marker};
    auto const& claims = directory_.claims();
    if (!claims.file.is_open())
        return {};
    return {&claims.file, claims.facts.identity, watch_kind::directory};
}

system::error_code strict_protocol::withdraw() noexcept
{
    if (is_held_)
        return {};
    look_until_.reset();
    longest_pause_ = first_pause;
    at_path_.file.close();
    auto const ec = remove_claims();
    if (!ec)
        directory_.close();
    return ec;
}

system::error_code strict_protocol::release() noexcept
{
    is_held_ = false;
    culprit_.clear();
    auto const ec = remove_claims();
    if (!ec)
        directory_.close();
    return ec;
}

// The held claim goes first: an intent without it keeps no process out for long.
system::error_code strict_protocol::remove_claims() noexcept
{
    auto ec = remove(held_, has_held_);
    if (!ec)
        ec = remove(intent_, has_intent_);
    return ec;
}

// The names are of this owner alone, so they can be removed whatever happened in between. The
// program may have closed the directory's descriptor, as closefrom(3) does, and may have opened
// another directory under its number.
system::error_code strict_protocol::remove(anchored_path const& claim, bool& is_there) noexcept
try {
    if (!is_there)
        return {};
    auto ec = remove_name(claim);
    if (ec && !is_stale(ec) && !directory_.claims().is_as_opened() &&
        !(ec = directory_.open_existing()))
        ec = remove_name(claim);
    if (is_stale(ec)) {
        auto const now = time_since_boot();
        if (!refused_since_)
            refused_since_ = now;
        if (now - *refused_since_ < longest_wait_for_name)
            return make_error_code(errc::operation_would_block);
    }
    refused_since_.reset();
    if (ec && ec != errc::no_such_file_or_directory) {
        culprit_ = claim.file_name();
        return ec;
    }
    is_there = false;
    return {};
} catch (std::bad_alloc const&) {
    return make_error_code(errc::operation_would_block); // the caller tries this again
}

// Returns whether the path names the permanent file, unchanged since it was last read.
bool strict_protocol::is_sentinel(anchored_path const& path) const noexcept
{
    file_facts now;
    return is_local_ && sentinel_ && !facts_of(path, now) && is_unchanged(now, *sentinel_);
}

// Returns whether the permanent file is at the path, and the directory of the claims where
// contenders find it.
bool strict_protocol::is_in_place(anchored_path const& path, system::error_code& ec) const
{
    found_marker found;
    file_facts claims;
    bool it_is = is_sentinel(path);
    if (!it_is) {
        ec = found.look(path);
        it_is = !ec && found.text == strict_sentinel;
    }
    if (it_is) {
        ec = facts_of(path.beside(path.file_name() + ".filelock/claims"), claims);
        it_is = !ec && claims.identity == directory_.claims().facts.identity;
    }
    if (is_missing(ec) || ec == errc::not_a_directory || ec == error::not_a_lock_file)
        ec.clear();
    return it_is;
}

bool strict_protocol::still_held(system::error_code& ec)
{
    ec.clear();
    if (!is_held_ || !is_in_place(directory_.path(), ec))
        return false;
    for (auto const* const claim : {&intent_, &held_}) {
        found_marker found;
        ec = found.look(*claim);
        if (is_missing(ec) || ec == error::not_a_lock_file) {
            ec.clear();
            return false;
        }
        if (ec || found.text != claim_.text)
            return false;
    }
    return true;
}

std::vector<owner_record> strict_protocol::holders() const
{
    return strict_holders(directory_.path());
}

} // namespace detail
} // namespace filelock
} // namespace boost
