// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_PROTOCOL_HPP

#include "../platform/change_notifier.hpp"
#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"

#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/lease_loss.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// The result of one attempt to acquire a lock.
struct attempt_result
{
    enum kind_type
    {
        acquired,
        busy,           ///< another holder has it; next attempt after `delay` at the latest
        retry,          ///< it may be free; next attempt after `delay`
        in_progress,    ///< unfinished, even if it is the only attempt; continue after `delay`
        would_deadlock, ///< another waits for what the caller holds; neither would succeed
        failed          ///< `error` is the reason
    };

    kind_type kind = busy;
    /// In `busy`: a prior hold of the caller, if it has one, could change the result.
    bool depends_on_prior_hold = false;
    std::chrono::nanoseconds delay{}; ///< zero in `busy`: unknown
    system::error_code error;

    attempt_result(kind_type k) : kind(k) {}
    attempt_result(system::error_code ec) : kind(failed), error(ec) {}
    static attempt_result retry_after(std::chrono::nanoseconds delay) { return {retry, delay}; }
    static attempt_result continue_after(std::chrono::nanoseconds delay)
    {
        return {in_progress, delay};
    }
    static attempt_result busy_for(std::chrono::nanoseconds delay) { return {busy, delay}; }
    static attempt_result busy_for_others()
    {
        attempt_result a = busy;
        a.depends_on_prior_hold = true;
        return a;
    }

private:
    attempt_result(kind_type k, std::chrono::nanoseconds d) : kind(k), delay(d) {}
};

/// Converts the error code of a lock call into the result of the attempt.
inline attempt_result of_locking(system::error_code const& ec)
{
    if (!ec)
        return attempt_result::acquired;
    return ec == system::errc::operation_would_block ? attempt_result(attempt_result::busy)
                                                     : attempt_result(ec);
}

/// The hold that the caller already has on the same file. With such a hold the caller must not wait
/// for a writer that waits for that hold.
enum class prior_hold : unsigned char
{
    none,         ///< no hold, as far as is known
    other_object, ///< a hold through another lock object
    converting    ///< the hold that this attempt strengthens
};

/// The circumstances of the caller on which an attempt depends.
struct attempt_context
{
    prior_hold prior = prior_hold::none;
    /// More attempts follow this one. If false, it is the only one, in however many steps.
    bool waits = true;
};

/// The mechanisms that a lock uses, one bit each. Two locks without a common bit do not exclude
/// each other.
namespace domain {
enum : std::uint8_t
{
    flock = 1,
    record_lock = 2,
    marker = 4
};
} // namespace domain

/// The file-system side of one kind of lock: the attempts and the one hold of a lock object.
///
/// A protocol knows no threads. It does not wait, except in `sleep`. The engine calls one non-const
/// member at a time; const members may run at the same time. In a forked child the calls find
/// nothing held.
class protocol
{
public:
    virtual ~protocol() = default;

    /// Tries to acquire the file in this mode. The object may already hold the file, possibly in a
    /// weaker mode. After `in_progress` the next call continues the attempt; it may come before
    /// `delay` has passed. An attempt must have few steps, since nothing else limits how long it
    /// takes.
    virtual attempt_result attempt(lock_mode mode, attempt_context const& context) = 0;

    /// Keeps new readers out on behalf of a writer that waits until the other owners of this object
    /// have left. The attempts that follow start from what this call has claimed. Never returns
    /// `in_progress`.
    virtual attempt_result announce(prior_hold who)
    {
        (void)who;
        return attempt_result::busy;
    }

    /// Waits in the kernel for the lock, without a time limit, if the protocol can; else does the
    /// same as `attempt`. Called only after a busy attempt, if `can_sleep` returns true, and for a
    /// caller that holds nothing.
    virtual attempt_result sleep(lock_mode mode) { return attempt(mode, {}); }
    virtual bool can_sleep() const noexcept { return false; }

    /// Called after the lock was acquired and before any caller relies on it. May throw.
    virtual void acquired() {}

    /// Returns what to watch after a busy attempt. A change of it makes another attempt worthwhile.
    virtual watch_target to_watch() const noexcept { return {}; }

    /// Lets the holders know that a change notification is awaited, which some raise only then. It
    /// lasts until the lock is acquired or the attempts end. Returns `no` if a holder may not know:
    /// then poll, and call it again after each attempt. `anew`: holders that have left before this
    /// call may not have known. Called after `to_watch`, while the file is watched.
    virtual watch_result request_notice() noexcept { return watch_result::already; }

    /// Returns whether all processes that change the watched file are on this machine, so that
    /// change notification reports every change.
    virtual bool is_local() const noexcept { return false; }

    /// Ends a series of attempts that did not acquire the lock. An earlier hold stays. Errors are
    /// as for `release`.
    virtual system::error_code withdraw() noexcept = 0;

    virtual std::uint8_t exclusion_domains() const noexcept = 0;

    /// Returns the file that the last attempt found locked, by this object or another holder.
    virtual std::optional<file_identity> observed_file() const noexcept = 0;

    /// Releases what is still held. After an error it may be called again. After
    /// `operation_would_block` it must be called again in about a millisecond, since another
    /// process is in the way. The protocol limits how often it returns that error before it leaves
    /// the rest to other processes.
    virtual system::error_code release() noexcept = 0;

    /// Weakens the hold to this mode.
    virtual system::error_code downgrade(lock_mode) noexcept { return {}; }

    /// Returns whether the hold is still ours, by asking the file system.
    virtual bool still_held(system::error_code& ec) = 0;

    /// Returns the holders of the file, in all processes, as far as they can be determined. May be
    /// called from any thread.
    virtual std::vector<owner_record> holders() const = 0;

    /// Returns the name of the file that the last error was about, other than the lock's path;
    /// empty where there is none. From any thread.
    virtual std::string culprit() const { return {}; }

    /// Returns whether markers replace the kernel locks that the file system does not have. From
    /// any thread.
    virtual bool is_soft() const noexcept { return false; }
};

/// The result of refreshing a hold.
struct refresh_result
{
    std::optional<loss_reason> lost = {};
    system::error_code error = {};      ///< the error of this refresh
    std::chrono::nanoseconds next = {}; ///< since boot: when the next refresh is due
    /// Since boot: when the hold is lost if no further refresh succeeds.
    std::chrono::nanoseconds good_until = {};
};

/// A protocol that must refresh its holds. Without that, contenders take the holder for dead.
class refreshable_protocol : public protocol
{
public:
    /// Refreshes the hold. May be called from any thread, at any time from a successful attempt to
    /// the release.
    virtual refresh_result refresh() noexcept = 0;

    /// Returns how the hold was lost, or nothing if no loss can be seen now.
    virtual std::optional<loss_reason> lost() noexcept = 0;

    /// Returns the result of the successful attempt, in the same terms as `refresh`.
    virtual refresh_result first_refresh() const noexcept = 0;

    /// Returns the token that distinguishes this hold from all others.
    virtual std::string const& token() const noexcept = 0;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
