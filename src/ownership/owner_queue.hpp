// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_QUEUE_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_QUEUE_HPP

#include "../platform/file.hpp"
#include "../platform/fork.hpp"
#include "owner_count.hpp"
#include "owner_levels.hpp"
#include "waiter.hpp"
#include "waiter_queue.hpp"

#include <boost/intrusive/list.hpp>

#include <boost/system/error_code.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

struct object_tag;
using object_hook = intrusive::list_base_hook<intrusive::tag<object_tag>,
                                              intrusive::link_mode<intrusive::normal_link>>;

/// What the owner at work on the file has to do to it next, on behalf of all owners.
struct pending_action
{
    enum kind_type
    {
        none,     ///< nothing: the owner is no longer at work
        withdraw, ///< remove the claim that the attempts of a former waiter left
        downgrade ///< weaken the hold to mode `to`; release it where that is `none`
    };

    kind_type kind = none;
    lock_mode to = lock_mode::none;
    lock_mode from = lock_mode::none; ///< the mode before a downgrade
};

/// The owners of one lock object in this process, and the FIFO of those that wait for it.
///
/// All owners share one hold on the file, as strong as the strongest of their levels. One of them
/// at a time is at work on the file: from `ask`, which says so, until it reports the outcome. It
/// also performs the actions that other owners leave to be done meanwhile.
///
/// The queue touches no file and never waits. Its users do.
class owner_queue : public object_hook
{
public:
    enum class grant
    {
        granted,  ///< the owner had levels of this mode, and has one more
        attempt,  ///< the waiter is at work: try, then call `record_acquired`, `found_busy` or
                  ///< `leave`
        announce, ///< the waiter is at work: announce it, call `found_busy`, and ask again
        wait,     ///< the waiter is queued and will be woken
        settle,   ///< the same, but a release or a withdrawal is under way, which does not wait
        conversion_conflict, ///< another conversion comes first, and would wait for this one
        would_deadlock,      ///< the owner has levels of another mode
        closed,              ///< the lock object was closed
        not_owned            ///< the owner has no level to inspect or to convert
    };

    /// `exclusion_domains`: as of the object's protocol.
    explicit owner_queue(std::uint8_t exclusion_domains = 255);

    /// Queues a waiter that will ask later. It holds nothing so far.
    void line_up(waiter& w) noexcept;

    /// Adds an exclusive level to those that the owner has, or drops one that is not its last,
    /// without the mutex. Returns false if `ask` or `drop` has to decide.
    bool add_level(owner who) noexcept { return is_current() && lent_.add(who); }
    bool drop_level(owner who) noexcept { return is_current() && lent_.drop(who); }

    /// Requests what the waiter wants: at first, whenever it was woken, and before every attempt.
    /// `may_announce`: a writer that waits only for readers of this object is told to announce
    /// itself to the readers of other objects. Throws std::bad_alloc.
    grant ask(waiter& w, bool may_announce = false);

    /// Returns whether the waiter is at work and must first withdraw another waiter's claim.
    bool must_withdraw(waiter const& w) const noexcept
    {
        return unfinished_.withdraw_before_attempt && worker_ == &w;
    }
    /// Returns whether the waiter is at work and must first repeat a release that failed.
    bool must_release(waiter const& w) const noexcept
    {
        return unfinished_.release_failed && worker_ == &w;
    }

    /// Records that the waiter acquired this file. Returns nothing where it has to ask again: this
    /// is a child that a callback forked; another thread dropped the level that was converted; or
    /// the object was closed meanwhile.
    std::optional<pending_action>
    record_acquired(waiter& w, std::optional<file_identity> const& file) noexcept;

    /// Records that another process holds the file. The waiter keeps its place.
    pending_action found_busy(waiter& w, std::optional<file_identity> const& file) noexcept;

    /// Removes a waiter that gives up, or has inspected the file. Harmless without a place.
    pending_action leave(waiter& w) noexcept;

    /// Records how an action ended, and returns the next. `operation_would_block`: see
    /// `is_unfinished`.
    pending_action done(pending_action const& a, system::error_code const& ec) noexcept;

    /// Returns whether a release or a withdrawal is still to be done because another process was in
    /// the way. False once an attempt has begun, since attempts do it first. From any thread.
    bool is_unfinished() const noexcept
    {
        return is_to_be_resumed_.load(std::memory_order_relaxed);
    }

    /// Resumes that release or withdrawal. Returns it as an action; the action `none` where it was
    /// done meanwhile; nothing while an owner is at work on the file.
    std::optional<pending_action> resume() noexcept;

    /// Records that the owner at work failed. `culprit`: as `protocol::culprit` says.
    void record_failure(system::error_code const& ec, std::string const& culprit);

    /// Returns the culprit of the last failure, if that had this code. From any thread.
    std::string culprit(system::error_code const& ec) const;

    /// Records the outcome of the release that `must_release` asked for.
    void released(bool worked) noexcept;

    struct dropped
    {
        bool owned;
        pending_action next = {};
    };

    /// Drops one level, of the strongest mode where `mode` is `none`.
    dropped drop(owner who, lock_mode mode) noexcept;
    dropped drop_all(owner who) noexcept;
    dropped drop_everything() noexcept;
    /// Drops everything for good. Later drops of the owners succeed and do nothing; later requests
    /// get `closed`.
    dropped close() noexcept;

    /// Converts a level of one mode to a weaker mode.
    dropped weaken(owner who, lock_mode from, lock_mode to) noexcept;

    /// Returns the number of all levels of an owner.
    unsigned levels(owner who) const noexcept;

    /// Moves the levels of one owner to another. Returns false where the first has none, or the
    /// second has levels of another mode.
    bool give(owner from, owner to) noexcept;

    /// Returns whether an owner has levels.
    bool is_held() const noexcept;

    /// Returns whether a release has failed and was not repeated.
    bool is_unreleased() const noexcept;

    /// Returns the file that was last found locked, by this object or by another.
    std::optional<file_identity> file() const noexcept;

    /// Returns whether this owner holds this file in a way that excludes a hold of this mode.
    bool keeps_out(owner who, file_identity const& file, lock_mode mode) const noexcept;

    /// Returns whether locks of the two objects exclude each other if they are on one file.
    bool shares_domain(owner_queue const& other) const noexcept
    {
        return (exclusion_domains_ & other.exclusion_domains_) != 0;
    }

    /// Returns whether a waiter ahead in the queue waits for an exclusive lock without a limit.
    bool is_behind_writer(waiter const& w) const noexcept;

    /// Guards the queue, and what a waiter shares with its waker.
    std::mutex& mutex() const noexcept { return mutex_; }

private:
    using entry = owner_levels::entry;

    /// What earlier work on the file left to be done.
    struct unfinished_work
    {
        waiter* claimant = nullptr;           // its attempts may have left a claim
        bool withdraw_before_attempt = false; // of the present worker: another waiter's claim
        bool withdraw_now = false;            // the claimant left while another was at work
        bool release_failed = false;
        bool downgrade_failed = false; // in the present work, which does not repeat it
    };

    /// Locks the mutex. Takes back the levels that are lent, so that `levels_` is exact, and lends
    /// them again at the end.
    class queue_guard
    {
    public:
        explicit queue_guard(owner_queue& queue) noexcept;
        queue_guard(queue_guard const&) = delete;
        queue_guard& operator=(queue_guard const&) = delete;
        ~queue_guard();

    private:
        owner_queue& queue_;
        std::lock_guard<std::mutex> const guard_;
    };

    queue_guard guard_queue() const noexcept;
    bool is_current() const noexcept { return waiters_.generation() == process_generation(); }
    void reset_in_child() noexcept;

    grant inspect(waiter& w, bool owned) noexcept;
    grant start_attempt(waiter& w, entry const* mine, bool may_announce);
    void start_work(waiter& w) noexcept;
    bool has_level_to_convert(waiter const& w, entry const* mine) const noexcept;
    bool waits_only_for_readers(waiter const& w, entry const* mine) const noexcept;
    bool is_compatible(waiter const& w, entry const* mine) const noexcept;
    pending_action next_action() noexcept;
    dropped settle_unless_at_work() noexcept;

    std::mutex& mutex_;
    std::uint8_t const exclusion_domains_;

    owner_levels levels_;
    owner_count lent_;             // while the mutex is free: the exclusive levels in `levels_`
    unsigned drops_to_ignore_ = 0; // levels of a forking parent, or from before `close`
    waiter_queue waiters_;

    // The file.
    lock_mode held_ = lock_mode::none;
    std::optional<file_identity> file_;
    bool at_work_ = false;
    waiter* worker_ = nullptr; // the waiter that is at work, if one is
    unfinished_work unfinished_;
    bool closed_ = false;
    struct failure
    {
        system::error_code error;
        std::string culprit;
    };
    std::unique_ptr<failure> last_failure_; // if it had a culprit
    std::atomic<bool> is_to_be_resumed_{false};
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
