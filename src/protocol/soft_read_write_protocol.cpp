// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "soft_read_write_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/process.hpp"
#include "access_holders.hpp"
#include "attempts.hpp"
#include "parent_directories.hpp"
#include "server_errors.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;
using std::chrono::nanoseconds;

std::string name_of(access_marker const& reader)
{
    return reader.token + '.' + std::to_string(reader.pid);
}

filesystem::path readers_of(filesystem::path const& path)
{
    return filesystem::path(path.native() + ".readers");
}

} // namespace

soft_read_write_protocol::soft_read_write_protocol(filesystem::path const& absolute,
                                                   soft_read_write_lock_options const& options)
    : path_(absolute), options_(options), times_(options),
      permissions_(options.permissions.value_or(filesystem::perms(0600))),
      gate_(absolute, options, times_),
      readers_(readers_of(absolute), times_.threshold, times_.interval), mine_(times_),
      claim_(gate_, permissions_, times_)
{}

soft_read_write_protocol::~soft_read_write_protocol()
{
    (void)release();
    claim_.marker().leave(); // its destructor must not remove the marker outside `state`
}

attempt_result soft_read_write_protocol::attempt(lock_mode mode, attempt_context const& context)
{
    if (held_ == lock_mode::shared)
        return join();
    (void)gate_.finish_leaving(); // if this fails, the next entry of `state` does it
    if (auto const ec = find_tree())
        return ec;
    waits_ = waits::unknown;
    // An earlier attempt may have given up without being able to drop its claim. A writer that
    // holds the lock through another object must not keep a claim either: the claim would keep
    // other processes out in vain until the writer gives up.
    if (mode == lock_mode::shared || context.prior == prior_hold::other_object) {
        auto const a = at_gate(claim_.drop());
        if (!is_acquired(a))
            return a;
        if (mode == lock_mode::exclusive)
            return attempt_result::busy;
    }
    auto a = mode == lock_mode::shared ? read() : write(!context.waits);
    if (a.kind != attempt_result::busy)
        return a;
    a.depends_on_prior_hold = mode == lock_mode::exclusive || !gate_.is_blocked_by_state();
    if (context.waits)
        observe(mode);
    return a;
}

// Observes all markers that may block a later attempt. Their ages then count together from now on,
// rather than one after the other.
void soft_read_write_protocol::observe(lock_mode mode)
{
    if (waits_ == waits::for_readers || !readers_.is_time_for_all())
        return;
    if (!gate_.is_blocked_by_state())
        gate_.observe();
    if (mode == lock_mode::exclusive)
        readers_.observe(where_);
}

// Opens the directory of the readers' markers. It also shows on which kind of storage the tree is.
system::error_code soft_read_write_protocol::find_tree()
{
    if (auto const ec = drop_reader()) // a marker that an earlier release could not remove
        return ec;
    auto& readers = readers_.directory();
    auto ec = readers.open(options_.permissions);
    for (int i = 1; i < max_restarts && is_gone(ec); ++i) {
        if ((ec = make_parent_directories(path_, options_.create_directories)))
            return ec;
        ec = readers.open(options_.permissions);
    }
    if (ec)
        return ec;
    bool const is_local = storage_.is_local(options_.where, readers.file(), readers.mount());
    where_ = is_local ? storage::local : storage::network;
    observed_file_ = readers.identity();
    return {};
}

// Records that the object waits for a change at the gate. Returns `a`.
attempt_result soft_read_write_protocol::at_gate(attempt_result const& a) noexcept
{
    waits_ = waits::at_gate;
    return a;
}

system::error_code soft_read_write_protocol::make_record()
{
    auto const ec = make_token(record_.token);
    if (ec)
        return ec;
    auto host = host_name();
    if (record_.pid != 0 && host == record_.host)
        return {};
    record_.host = std::move(host);
    record_.pid = this_process().pid;
    if (read_access(record_.text()).kind == access_content::record)
        return {};
    record_.pid = 0; // no process would recognize it
    return error::host_without_name;
}

attempt_result soft_read_write_protocol::read()
{
    for (int i = 0; i < max_restarts; ++i) {
        auto a = at_gate(gate_.enter(where_));
        if (is_acquired(a))
            a = become_reader();
        if (is_acquired(a)) {
            held_ = lock_mode::shared;
            (void)gate_.stop_waiting();
        } else if (auto const ec = drop_reader()) {
            return ec;
        }
        if (!is_immediate_retry(a))
            return a;
        if (!readers_.directory().is_open())
            if (auto const ec = find_tree())
                return ec;
    }
    return attempt_result::retry_after(contention_backoff);
}

// Returns `intact` if our marker is among those that a writer sees. On local storage the looks at
// the marker determine that: they take the path by which a writer finds it.
marker_state soft_read_write_protocol::state_in_tree(system::error_code& ec) const noexcept
try {
    if (where_ == storage::local)
        return marker_state::intact;
    return readers_.directory().state_of(name_of(record_), record_.text(), ec);
} catch (std::bad_alloc const&) {
    ec = make_error_code(errc::not_enough_memory);
    return marker_state::missing;
}

// Enters without `state`, since exclusion never rests on it.
attempt_result soft_read_write_protocol::become_reader()
{
    if (auto const ec = make_record())
        return ec;
    marker_outcome result;
    auto const& readers = readers_.directory();
    auto const name = name_of(record_);
    auto ec = mine_.publish(readers.path_of(name), readers.seen_path_of(name), record_,
                            permissions_, where_, true, result);
    if (is_gone(ec)) // another process has removed the directory
        return retry_now();
    if (ec)
        return ec;
    if (result != marker_outcome::published)
        return retry_now();
    auto const a = gate_.look(where_);
    if (!is_acquired(a))
        return a.kind == attempt_result::busy ? retry_now() : a;
    auto state = marker_state::missing;
    ec = mine_.refresh(state);
    bool const is_ours =
        !ec && state == marker_state::intact && state_in_tree(ec) == marker_state::intact;
    if (is_ours)
        return attempt_result::acquired;
    bool const is_passing = ec == errc::operation_would_block || is_gone(ec);
    return !ec || is_passing ? retry_now() : attempt_result(ec);
}

// Adds another reader of the same object. It must not share a lost hold, although the present
// readers do not know of the loss, so it waits for them to leave. The readers of one object must
// not keep a writer out by overlapping for ever, so a new reader also waits for a writer.
attempt_result soft_read_write_protocol::join()
{
    system::error_code ec;
    waits_ = waits::unknown;
    if (!still_held(ec))
        return ec ? attempt_result(ec) : attempt_result(attempt_result::busy);
    auto const a = at_gate(gate_.look(where_));
    return gate_.is_stale() ? attempt_result(attempt_result::acquired) : a;
}

attempt_result soft_read_write_protocol::write(bool is_only_try)
{
    for (int i = 0; i < max_restarts; ++i) {
        auto const a = try_to_write(is_only_try);
        if (is_acquired(a)) {
            held_ = lock_mode::exclusive;
            (void)gate_.stop_waiting();
            readers_.directory().close();
        }
        if (!is_immediate_retry(a))
            return a;
        if (!readers_.directory().is_open()) // readers use another directory by now
            if (auto const ec = find_tree())
                return ec;
    }
    return attempt_result::retry_after(contention_backoff);
}

attempt_result soft_read_write_protocol::try_to_write(bool is_only_try)
{
    auto a = attempt_result(attempt_result::acquired);
    if (!claim_.is_made())
        a = at_gate(claim_.drop()); // a claim that was published too late
    // A sole attempt must not keep new readers out while others read.
    if (is_acquired(a) && !claim_.is_made() && is_only_try)
        a = drain();
    if (is_acquired(a) && !claim_.is_made())
        a = claim();
    if (is_acquired(a))
        a = at_gate(claim_.settle());
    if (is_acquired(a))
        a = drain();
    if (is_acquired(a))
        a = at_gate(claim_.refresh());
    return a;
}

attempt_result soft_read_write_protocol::claim()
{
    auto const a = at_gate(gate_.look(where_)); // without `state`, so as not to disturb others
    if (!is_acquired(a) && !gate_.is_stale())
        return a;
    if (auto const ec = make_record())
        return ec;
    bool is_tree_gone = false;
    auto const made = claim_.make(where_, record_, is_tree_gone);
    if (is_tree_gone)
        readers_.directory().close();
    return made;
}

// Returns `acquired` once no reader is left.
attempt_result soft_read_write_protocol::drain()
{
    auto a = readers_.drain(where_, gate_.write_path());
    waits_ = waits::for_readers;
    if (a.kind == attempt_result::busy && claim_.is_made()) {
        auto const due = claim_.due() - time_since_boot();
        a.delay = (std::min)(a.delay, std::max<nanoseconds>(due, removal_backoff));
    }
    return a;
}

// The program may have closed the directory's descriptor, as closefrom(3) does, and may have opened
// another file or directory under its number. The directory is opened again then.
system::error_code soft_read_write_protocol::drop_reader() noexcept
{
    auto& readers = readers_.directory();
    system::error_code ec;
    if (mine_.is_published() && !readers.is_as_opened() && readers.open_existing())
        mine_.leave(); // it becomes stale
    else
        ec = mine_.withdraw();
    if (!ec)
        readers.close();
    return ec;
}

watch_target soft_read_write_protocol::to_watch() const noexcept
{
    switch (waits_) {
    case waits::at_gate:
        return gate_.to_watch();
    case waits::for_readers:
        return readers_.to_watch();
    case waits::unknown:
        break;
    }
    return {};
}

bool soft_read_write_protocol::is_local() const noexcept
{
    return where_ == storage::local && waits_ != waits::unknown;
}

system::error_code soft_read_write_protocol::withdraw() noexcept
{
    waits_ = waits::unknown;
    system::error_code ec;
    if (held_ == lock_mode::none)
        ec = claim_.remove();
    if (held_ != lock_mode::shared)
        add_error(ec, drop_reader());
    add_error(ec, gate_.stop_waiting());
    return ec;
}

system::error_code soft_read_write_protocol::release() noexcept
{
    held_ = lock_mode::none;
    auto ec = drop_reader();
    add_error(ec, claim_.remove());
    add_error(ec, gate_.finish_leaving());
    return ec;
}

bool soft_read_write_protocol::still_held(system::error_code& ec)
{
    if (held_ == lock_mode::none || !hold().is_published())
        return false;
    if (held_ == lock_mode::shared && state_in_tree(ec) != marker_state::intact)
        return false;
    // The time is checked last. If this process was stopped in between, contenders may have judged
    // it by the age of its marker.
    return hold().is_in_place(ec) && hold().clock().is_good();
}

refresh_result soft_read_write_protocol::first_refresh() const noexcept
{
    return hold().clock().first();
}

refresh_result soft_read_write_protocol::refresh() noexcept
{
    auto& marker = held_ == lock_mode::shared ? mine_ : claim_.marker();
    auto state = marker_state::intact;
    system::error_code ec;
    if (held_ == lock_mode::shared)
        state = state_in_tree(ec);
    if (!ec && state == marker_state::intact)
        ec = marker.refresh(state);
    return marker.clock().result_of(ec, state);
}

std::optional<loss_reason> soft_read_write_protocol::lost() noexcept
{
    auto state = marker_state::intact;
    system::error_code ec;
    if (held_ == lock_mode::shared)
        state = state_in_tree(ec);
    if (!ec && state == marker_state::intact)
        ec = hold().look(state);
    return hold().clock().loss_after(ec, state);
}

std::vector<owner_record> soft_read_write_protocol::holders() const
{
    return access_holders(readers_of(path_), gate_.write_path());
}

} // namespace detail
} // namespace filelock
} // namespace boost
