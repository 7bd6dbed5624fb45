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

/// What an attempt to take a lock came to.
struct attempt_result
{
    enum kind_type
    {
        acquired,
        busy,           ///< somebody holds it; ask again after `delay` at the latest
        retry,          ///< nobody need hold it; ask again after `delay`
        in_progress,    ///< the attempt is not over, also where it is the only one: go on after
                        ///< `delay`
        would_deadlock, ///< somebody waits for what he who asks holds already: neither would get it
        failed          ///< `error` says why
    };

    kind_type kind = busy;
    bool depends_on_prior_hold = false; ///< in `busy`: whose attempt it is, which was not known
    std::chrono::nanoseconds delay{};   ///< zero in `busy`: nothing is known
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

/// What the call that locks says.
inline attempt_result of_locking(system::error_code const& ec)
{
    if (!ec)
        return attempt_result::acquired;
    return ec == system::errc::operation_would_block ? attempt_result(attempt_result::busy)
                                                     : attempt_result(ec);
}

/// What he who asks holds of the file already. He must not wait for a writer who waits for him.
enum class prior_hold : unsigned char
{
    none,         ///< as far as is known
    other_object, ///< something, through another object
    converting    ///< what is to become stronger
};

/// Who makes an attempt, as far as it matters.
struct attempt_context
{
    prior_hold prior = prior_hold::none;
    bool waits = true; ///< and will make others; else it is the only one, however many its steps
};

/// What a lock is made of, one bit each: locks that have none in common do not exclude each other.
namespace domain {
enum : std::uint8_t
{
    flock = 1,
    record_lock = 2,
    marker = 4
};
} // namespace domain

/// What one kind of lock does to the file system: one object's attempts and its one hold.
///
/// It knows no thread and does not wait, but for the sleep that it offers. The engine calls one
/// member at a time, those that are const excepted. After a fork the child's calls find nothing
/// held.
class protocol
{
public:
    virtual ~protocol() = default;

    /// Tries to hold the file in this mode; or in addition to a weaker one in which it is held. An
    /// attempt that said `halfway` goes on with the next call, which may come before `delay` has
    /// passed. Its steps must be few: nothing else limits how long one attempt takes.
    virtual attempt_result attempt(lock_mode mode, attempt_context const& context) = 0;

    /// Keeps more readers from coming, for one who waits to write until the others who hold this
    /// object have gone. What it claims is a beginning of the attempts that follow. Never
    /// `halfway`.
    virtual attempt_result announce(prior_hold who)
    {
        (void)who;
        return attempt_result::busy;
    }

    /// Waits in the kernel where the protocol can, without a limit; else as `attempt`. Asked only
    /// where `can_sleep` says so after an attempt that was busy, and for one who holds nothing.
    virtual attempt_result sleep(lock_mode mode) { return attempt(mode, {}); }
    virtual bool can_sleep() const noexcept { return false; }

    /// Called when the lock was had, before anybody relies on it. May throw.
    virtual void acquired() {}

    /// After an attempt that was busy: what tells that it is worth another.
    virtual watch_target to_watch() const noexcept { return {}; }

    /// Whether all who change it are on this machine, so that every change is told.
    virtual bool is_local() const noexcept { return false; }

    /// Ends a row of attempts that did not get the lock. What was held before stays. Errors as for
    /// `release`.
    virtual system::error_code withdraw() noexcept = 0;

    virtual std::uint8_t exclusion_domains() const noexcept = 0;

    /// The file that the last attempt found locked, by us or by others.
    virtual std::optional<file_identity> observed_file() const noexcept = 0;

    /// Gives back what is still there. After an error it may be called again. After
    /// `operation_would_block` it must be, in a millisecond or so: another process is in the way.
    /// How often that is said before the protocol leaves the rest to others, it knows itself.
    virtual system::error_code release() noexcept = 0;

    /// Holds the file in a weaker mode from now on.
    virtual system::error_code downgrade(lock_mode) noexcept { return {}; }

    /// Asks the file system whether what we hold is still ours.
    virtual bool still_held(system::error_code& ec) = 0;

    /// Who holds the file, in whatever process, as far as can be known. From any thread.
    virtual std::vector<owner_record> holders() const = 0;
};

/// What came of keeping a hold up.
struct refresh_result
{
    std::optional<loss_reason> lost = {};
    system::error_code error = {};            ///< what went wrong this time
    std::chrono::nanoseconds next = {};       ///< since boot: when it must be done again
    std::chrono::nanoseconds good_until = {}; ///< since boot: when it will be lost if it never is
};

/// One whose holds must be kept up, or others take the holder for dead.
class refreshable_protocol : public protocol
{
public:
    /// For what is held. From any thread, at any time from an attempt that had it to the release.
    virtual refresh_result refresh() noexcept = 0;

    /// How what is held has been lost, if it has, as far as can be known now.
    virtual std::optional<loss_reason> lost() noexcept = 0;

    /// What an attempt that had it came to, in the same terms.
    virtual refresh_result first_refresh() const noexcept = 0;

    /// Of the hold: tells it from others.
    virtual std::string const& token() const noexcept = 0;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
