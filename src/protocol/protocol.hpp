// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_PROTOCOL_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "../platform/notices.hpp"

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
struct answer
{
    enum kind_type
    {
        have_it,
        busy,      ///< somebody holds it; ask again after `delay` at the latest
        ask_again, ///< nobody need hold it; ask again after `delay`
        halfway,   ///< the attempt is not over, also where it is the only one: go on after `delay`
        refused,   ///< somebody waits for what he who asks holds already: neither would get it
        failed     ///< `error` says why
    };

    kind_type kind = busy;
    bool matters_who = false;         ///< in `busy`: whose attempt it is, which was not known
    std::chrono::nanoseconds delay{}; ///< zero in `busy`: nothing is known
    system::error_code error;

    answer(kind_type k) : kind(k) {}
    answer(system::error_code ec) : kind(failed), error(ec) {}
    static answer again_after(std::chrono::nanoseconds delay) { return {ask_again, delay}; }
    static answer goes_on_after(std::chrono::nanoseconds delay) { return {halfway, delay}; }
    static answer busy_for(std::chrono::nanoseconds delay) { return {busy, delay}; }
    static answer busy_for_others()
    {
        answer a = busy;
        a.matters_who = true;
        return a;
    }

private:
    answer(kind_type k, std::chrono::nanoseconds d) : kind(k), delay(d) {}
};

/// What the call that locks says.
inline answer of_locking(system::error_code const& ec)
{
    if (!ec)
        return answer::have_it;
    return ec == system::errc::operation_would_block ? answer(answer::busy) : answer(ec);
}

/// What he who asks holds of the file already. He must not wait for a writer who waits for him.
enum class standing : unsigned char
{
    nothing,   ///< as far as is known
    elsewhere, ///< something, through another object
    converts   ///< what is to become stronger
};

/// Who makes an attempt, as far as it matters.
struct asker
{
    standing has = standing::nothing;
    bool waits = true; ///< and will make others; else it is the only one, however many its steps
};

/// What a lock is made of, one bit each: locks that have none in common do not exclude each other.
enum : std::uint8_t
{
    made_of_flock = 1,
    made_of_record_locks = 2,
    made_of_markers = 4
};

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
    virtual answer attempt(lock_mode mode, asker const& who) = 0;

    /// Keeps more readers from coming, for one who waits to write until the others who hold this
    /// object have gone. What it claims is a beginning of the attempts that follow. Never
    /// `halfway`.
    virtual answer announce(standing who)
    {
        (void)who;
        return answer::busy;
    }

    /// Waits in the kernel where the protocol can, without a limit; else as `attempt`. Asked only
    /// where `can_sleep` says so after an attempt that was busy, and for one who holds nothing.
    virtual answer sleep(lock_mode mode) { return attempt(mode, {}); }
    virtual bool can_sleep() const noexcept { return false; }

    /// Called when the lock was had, before anybody relies on it. May throw.
    virtual void acquired() {}

    /// After an attempt that was busy: what tells that it is worth another.
    virtual watched what_tells() const noexcept { return {}; }

    /// Whether all who change it are on this machine, so that every change is told.
    virtual bool is_local() const noexcept { return false; }

    /// Ends a row of attempts that did not get the lock. What was held before stays. Errors as for
    /// `release`.
    virtual system::error_code withdraw() noexcept = 0;

    virtual std::uint8_t made_of() const noexcept = 0;

    /// The file that the last attempt found locked, by us or by others.
    virtual std::optional<file_identity> met() const noexcept = 0;

    /// Gives back what is still there. After an error it may be called again. After
    /// `operation_would_block` it must be, in a millisecond or so: another process is in the way.
    /// How often that is said before the protocol leaves the rest to others, it knows itself.
    virtual system::error_code release() noexcept = 0;

    /// Holds the file in a weaker mode from now on.
    virtual system::error_code lower(lock_mode) noexcept { return {}; }

    /// Asks the file system whether what we hold is still ours.
    virtual bool still_held(system::error_code& ec) = 0;

    /// Who holds the file, in whatever process, as far as can be known. From any thread.
    virtual std::vector<owner_record> holders() const = 0;
};

/// What came of keeping a hold up.
struct upkeep
{
    std::optional<loss_reason> lost = {};
    system::error_code error = {};            ///< what went wrong this time
    std::chrono::nanoseconds next = {};       ///< since boot: when it must be done again
    std::chrono::nanoseconds good_until = {}; ///< since boot: when it will be lost if it never is
};

/// One whose holds must be kept up, or others take the holder for dead.
class kept_up : public protocol
{
public:
    /// For what is held. From any thread, at any time from an attempt that had it to the release.
    virtual upkeep keep_up() noexcept = 0;

    /// How what is held has been lost, if it has, as far as can be known now.
    virtual std::optional<loss_reason> lost() noexcept = 0;

    /// What an attempt that had it came to, in the same terms.
    virtual upkeep first_upkeep() const noexcept = 0;

    /// Of the hold: tells it from others.
    virtual std::string const& token() const noexcept = 0;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
