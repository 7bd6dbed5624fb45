// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "read_write_protocol.hpp"

#include "../platform/storage.hpp"
#include "attempts.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

// The lock bytes of "File Locking And Concurrency In SQLite Version 3".
constexpr byte_range pending{0x40000000, 1};
constexpr byte_range reserved{0x40000001, 1};
constexpr byte_range shared{0x40000002, 510};
constexpr byte_range pending_and_reserved{0x40000000, 2};
constexpr byte_range all_lock_bytes{0x40000000, 512};

} // namespace

read_write_protocol::read_write_protocol(filesystem::path absolute,
                                         read_write_lock_options const& options)
    : poll_interval_(options.poll_interval), where_(options.where),
      file_(std::move(absolute), options, options.keep_open)
{}

attempt_result read_write_protocol::attempt(lock_mode mode, attempt_context const& context)
{
    notice_fork();
    if (claims_are_left_over_)
        if (auto const ec = drop_claims(false))
            return ec;
    if (held_ != lock_mode::none)
        return mode <= held_ ? join(context.prior) : strengthen(mode, context);
    return noted(mode, file_.attempt(
                           mode == lock_mode::shared ? access::read : access::read_write,
                           context.waits, poll_interval_, [&] { return check_storage(); },
                           [&] { return take(mode, context); }, [&] { discard(); }));
}

attempt_result read_write_protocol::take(lock_mode mode, attempt_context const& context)
{
    if (mode == lock_mode::shared)
        return enter(context.prior);
    if (mode == lock_mode::upgrade) {
        auto const a = reserve(context.prior);
        return is_acquired(a) ? enter_reserved(context.prior) : a;
    }
    // A caller that reads through another object cannot succeed. Its claims would keep other
    // processes out in vain until it gives up.
    if (context.prior == prior_hold::other_object)
        if (auto const ec = drop_claims(true))
            return ec;
    if (!has_reserved_) {
        auto const a = take_all();
        if (a.kind != attempt_result::busy || !context.waits ||
            context.prior == prior_hold::other_object)
            return a;
    }
    auto a = drain(context.prior);
    a.depends_on_prior_hold = a.kind == attempt_result::busy;
    return a;
}

system::error_code read_write_protocol::check_storage() const
{
    if (where_ == storage::local || !is_host_local_lock(file_.open_file(), kernel_lock::record))
        return {};
    return error::kernel_lock_not_supported;
}

// Locks all bytes in one call, which succeeds only if no other lock is there. A call that fails
// leaves nothing that others could take for a waiting writer.
inline attempt_result read_write_protocol::take_all() noexcept
{
    auto const a = lock(all_lock_bytes, lock_mode::exclusive);
    if (is_acquired(a))
        has_reserved_ = has_pending_ = true;
    return a;
}

// Locks SHARED for a reader, unless a writer waits. Testing PENDING is enough, since exclusion
// rests on SHARED alone. A reader that locked PENDING for a moment would make a writer's attempt
// fail.
inline attempt_result read_write_protocol::enter(prior_hold who) noexcept
{
    if (who == prior_hold::none) {
        bool is_pending;
        if (auto const ec = is_kept_out(file_.native(), pending, lock_mode::shared, is_pending))
            return ec;
        if (is_pending)
            return attempt_result::busy_for_others();
    }
    return lock(shared, lock_mode::shared);
}

// On failure nothing stays locked, since a writer could be waiting for it.
attempt_result read_write_protocol::enter_reserved(prior_hold who) noexcept
{
    auto const a = enter(who);
    if (!is_acquired(a))
        if (auto const ec = drop_claims(true))
            return ec;
    return a;
}

attempt_result read_write_protocol::reserve(prior_hold who) noexcept
{
    if (has_reserved_)
        return attempt_result::acquired;
    auto const a = lock(reserved, lock_mode::exclusive);
    has_reserved_ = is_acquired(a);
    if (a.kind != attempt_result::busy)
        return a;
    if (who == prior_hold::none)
        return attempt_result::busy_for_others();
    // If PENDING is locked, the holder of RESERVED waits for the readers to leave, and the caller
    // is one of them. Without PENDING the holder may never come to wait.
    bool is_pending;
    if (auto const ec = is_kept_out(file_.native(), pending, lock_mode::shared, is_pending))
        return ec;
    return is_pending ? attempt_result::would_deadlock : attempt_result::busy;
}

// Locks PENDING, so that no further reader enters. An SQLite reader holds that byte for two system
// calls while it enters, so a busy byte is tried several times.
attempt_result read_write_protocol::pend(prior_hold who) noexcept
{
    auto a = reserve(who);
    claims_are_left_over_ = false;
    if (!is_acquired(a) || has_pending_)
        return a;
    for (int i = 0; i < max_restarts; ++i) {
        a = lock(pending, lock_mode::exclusive);
        has_pending_ = is_acquired(a);
        // This writer now waits for all readers. Wake a reader that waits to upgrade, so that its
        // next attempt is refused.
        if (has_pending_ && held_ == lock_mode::upgrade)
            file_.notify_waiters();
        if (a.kind != attempt_result::busy)
            return a;
    }
    return attempt_result::busy_for(1ms);
}

attempt_result read_write_protocol::drain(prior_hold who) noexcept
{
    auto const a = pend(who);
    return is_acquired(a) ? lock(shared, lock_mode::exclusive) : a;
}

attempt_result read_write_protocol::announce(prior_hold who)
{
    notice_fork();
    auto const a = pend(who);
    return is_acquired(a) ? attempt_result::busy : a;
}

attempt_result read_write_protocol::lock(byte_range bytes, lock_mode mode) const noexcept
{
    auto const ec = try_range_lock(file_.native(), bytes, mode);
    // The file is open for reading only, since this process may not write it.
    if (ec == system::errc::bad_file_descriptor && is_read_only(file_.open_file()))
        return make_error_code(system::errc::permission_denied);
    return of_locking(ec);
}

// Adds another reader of the same object. It must not share an invalid lock, although the present
// readers do not know of the loss, so it waits for them to leave. The readers of one object must
// not keep a writer out by overlapping for ever, so a new reader also waits for a writer.
attempt_result read_write_protocol::join(prior_hold who)
{
    bool valid;
    if (auto const ec = file_.is_valid(valid))
        return ec;
    if (!valid)
        return attempt_result::busy;
    // The hold is still exclusive where a downgrade failed. Entering would convert its lock on
    // SHARED to a reader's.
    return held_ == lock_mode::exclusive ? attempt_result(attempt_result::acquired) : enter(who);
}

attempt_result read_write_protocol::strengthen(lock_mode mode, attempt_context const& context)
{
    bool valid;
    if (auto const ec = file_.is_valid(valid))
        return ec;
    if (!valid)
        return context.prior == prior_hold::converting
                   ? attempt_result(make_error_code(error::hold_lost))
                   : attempt_result(attempt_result::busy);
    if (mode == lock_mode::upgrade)
        return noted(mode, reserve(context.prior));
    if (!has_pending_) {
        auto const a = noted(mode, take_all());
        if (a.kind != attempt_result::busy || !context.waits)
            return a;
    }
    return noted(mode, drain(context.prior));
}

attempt_result read_write_protocol::sleep(lock_mode mode)
{
    if (!file_.is_open())
        return attempt(mode, {});
    auto const verdict = noted(mode, file_.wait([&] { return wait_for(mode); }));
    if (is_acquired(verdict) ||
        (verdict.kind == attempt_result::retry && !is_immediate_retry(verdict)))
        return verdict;
    discard();
    return verdict.kind == attempt_result::retry ? attempt(mode, {}) : verdict;
}

attempt_result read_write_protocol::wait_for(lock_mode mode)
{
    auto const file = file_.native();
    auto const wait = [&](byte_range bytes, lock_mode as) {
        return wait_for_range_lock(file, bytes, as);
    };
    system::error_code ec;
    if (mode == lock_mode::shared) {
        ec = wait(pending, lock_mode::shared);
        if (!ec)
            ec = wait(shared, lock_mode::shared);
        if (!ec)
            ec = unlock_range(file, pending);
        return of_locking(ec);
    }
    if (!has_reserved_) {
        ec = wait(reserved, lock_mode::exclusive);
        has_reserved_ = !ec;
    }
    if (!ec && mode == lock_mode::upgrade) {
        auto const a = enter_reserved(prior_hold::none);
        return a.kind == attempt_result::busy ? attempt_result::retry_after(poll_interval_) : a;
    }
    if (!ec && !has_pending_) {
        ec = wait(pending, lock_mode::exclusive);
        has_pending_ = !ec;
    }
    if (!ec)
        ec = wait(shared, lock_mode::exclusive);
    return of_locking(ec);
}

inline attempt_result read_write_protocol::noted(lock_mode mode,
                                                 attempt_result const& verdict) noexcept
{
    if (is_acquired(verdict)) {
        file_.end_request();
        held_ = mode;
    }
    return verdict;
}

inline void read_write_protocol::notice_fork() noexcept
{
    if (file_.is_open())
        return;
    held_ = lock_mode::none;
    has_reserved_ = has_pending_ = claims_are_left_over_ = false;
}

/// Returns whether more bytes are locked than the hold consists of.
inline bool read_write_protocol::has_claims() const noexcept
{
    return (has_pending_ && held_ < lock_mode::exclusive) ||
           (has_reserved_ && held_ < lock_mode::upgrade);
}

system::error_code read_write_protocol::drop_claims(bool reserved_too) noexcept
{
    reserved_too = has_reserved_ && (reserved_too || held_ < lock_mode::upgrade);
    auto const what = !has_pending_ ? reserved : reserved_too ? pending_and_reserved : pending;
    if (!has_pending_ && !reserved_too)
        return {};
    auto const ec = unlock_range(file_.native(), what);
    if (!ec) {
        has_pending_ = claims_are_left_over_ = false;
        has_reserved_ = has_reserved_ && !reserved_too;
    }
    return ec;
}

system::error_code read_write_protocol::withdraw() noexcept
{
    notice_fork();
    file_.end_request();
    if (held_ == lock_mode::none)
        return release_all();
    system::error_code ec;
    if (has_claims()) {
        ec = drop_claims(false);
        claims_are_left_over_ = bool(ec); // the next attempt or the release does it
        file_.notify_waiters();
    }
    return ec;
}

system::error_code read_write_protocol::release() noexcept
{
    notice_fork();
    // The last reader of this object leaves, and a writer that has announced itself waits for that.
    // The writer's claims stay.
    if (held_ == lock_mode::shared && has_claims() && !claims_are_left_over_ &&
        !unlock_range(file_.native(), shared)) {
        held_ = lock_mode::none;
        return {};
    }
    return release_all();
}

system::error_code read_write_protocol::release_all() noexcept
{
    if (!file_.is_open())
        return {};
    // Unlock before closing: waiters watch for the close, which would notify them too early if it
    // came first.
    auto const ec = unlock_all();
    if (ec)
        file_.discard();
    else
        file_.leave();
    return ec;
}

// Drops an invalid lock.
void read_write_protocol::discard() noexcept
{
    (void)unlock_all();
    file_.discard();
}

system::error_code read_write_protocol::unlock_all() noexcept
{
    held_ = lock_mode::none;
    has_reserved_ = has_pending_ = claims_are_left_over_ = false;
    return unlock_range(file_.native(), all_lock_bytes);
}

system::error_code read_write_protocol::downgrade(lock_mode mode) noexcept
{
    notice_fork();
    if (held_ == lock_mode::none)
        return {};
    if (held_ == lock_mode::exclusive) {
        if (auto const ec = try_range_lock(file_.native(), shared, lock_mode::shared))
            return ec;
        held_ = lock_mode::upgrade;
    }
    if (auto const ec = drop_claims(mode == lock_mode::shared))
        return ec;
    held_ = mode;
    file_.notify_waiters();
    return {};
}

bool read_write_protocol::still_held(system::error_code& ec)
{
    if (held_ == lock_mode::none || !file_.is_open() || file_.is_lost())
        return false;
    // Locking again in the same mode changes nothing if the bytes are still locked.
    if (held_ == lock_mode::exclusive)
        ec = try_range_lock(file_.native(), all_lock_bytes, lock_mode::exclusive);
    else
        ec = try_range_lock(file_.native(), shared, lock_mode::shared);
    if (!ec && held_ == lock_mode::upgrade)
        ec = try_range_lock(file_.native(), reserved, lock_mode::exclusive);
    return file_.is_valid_after(ec);
}

std::vector<owner_record> read_write_protocol::holders() const
{
    return range_lock_holders(file_.path(), shared, reserved);
}

} // namespace detail
} // namespace filelock
} // namespace boost
