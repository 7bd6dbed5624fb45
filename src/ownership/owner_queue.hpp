// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_QUEUE_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_QUEUE_HPP

#include "../platform/file.hpp"
#include "owner.hpp"
#include "waiter.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>

#include <boost/system/error_code.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

struct object_tag;
using object_hook = intrusive::list_base_hook<intrusive::tag<object_tag>,
                                              intrusive::link_mode<intrusive::normal_link>>;

/// What is left to be done to the file by whoever was at work on it.
struct pending_action
{
    enum kind_type
    {
        none,     ///< and he is no longer at work
        withdraw, ///< what an abandoned row of attempts has left
        downgrade ///< the hold, to mode `to`: nobody needs more
    };

    kind_type kind = none;
    lock_mode to = lock_mode::none;
    lock_mode from = lock_mode::none; ///< what it is to be lowered from
};

/// Who in this process holds one lock object, and who waits for it, first come first served.
///
/// All owners share one hold on the file, as strong as the strongest of their levels. One at a time
/// is at work on the file: who is told so by `ask`, until he says what came of it. What others
/// leave to be done meanwhile, he is given as chores.
///
/// The book touches no file and waits for nothing: its users do.
class owner_queue : public object_hook
{
public:
    enum class grant
    {
        granted,             ///< one level more for an owner who has some of that mode
        attempt,             ///< you are at work: try, then say `taken`, `found_busy` or `leave`
        announce,            ///< you are at work: announce yourself, say `found_busy` and ask again
        wait,                ///< you stand in the queue and will be woken
        conversion_conflict, ///< another conversion comes first, and would wait for you
        would_deadlock,      ///< you hold levels of another mode
        closed,              ///< nobody gets anything any more
        not_owned            ///< you have nothing to look at or to convert
    };

    /// `exclusion_domains`: as its protocol says.
    explicit owner_queue(std::uint8_t exclusion_domains = 255);

    /// Takes a place in the queue for one who will ask later, and holds nothing so far.
    void line_up(waiter& w) noexcept;

    /// Asks for what the waiter wants, at first and whenever it was woken or wants to try again.
    /// `may_announce`: he who waits for no more than this object's readers is told to announce
    /// himself to those of other objects.
    grant ask(waiter& w, bool may_announce = false);

    /// For one whose turn it is: whether another's row of attempts must be withdrawn first.
    bool must_withdraw(waiter const& w) const noexcept { return withdraw_first_ && worker_ == &w; }
    /// And whether a release has failed, and must be done again first.
    bool must_release(waiter const& w) const noexcept { return unreleased_ && worker_ == &w; }

    /// The waiter has what it wanted, on this file. Nothing: not so, ask again: we are a child that
    /// a callback forked, and own nothing; or what was to be converted, another thread has dropped;
    /// or the book was closed meanwhile.
    std::optional<pending_action> taken(waiter& w,
                                        std::optional<file_identity> const& file) noexcept;

    /// Somebody else has it. The waiter keeps its place.
    pending_action found_busy(waiter& w, std::optional<file_identity> const& file) noexcept;

    /// The waiter gives up, or has looked. Harmless for one that has no place.
    pending_action leave(waiter& w) noexcept;

    /// The chore was done, or not. Says the next. `operation_would_block`: see `is_unfinished`.
    pending_action done(pending_action const& c, system::error_code const& ec) noexcept;

    /// Whether another process was in the way of a release or a withdrawal, which is still to be
    /// done. No more once an attempt has begun, since attempts do it first. From any thread.
    bool is_unfinished() const noexcept { return unfinished_.load(std::memory_order_relaxed); }

    /// Starts to do that again. Returns it as a chore, or no chore where it has been done
    /// meanwhile, or nothing while an owner is at work on the file.
    std::optional<pending_action> resume() noexcept;

    /// The release that `must_release` spoke of was tried again.
    void released(bool worked) noexcept;

    struct dropped
    {
        bool owned;
        pending_action next = {};
    };

    /// Drops one level, of the strongest mode that there is where `mode` is none.
    dropped drop(owner who, lock_mode mode) noexcept;
    dropped drop_all(owner who) noexcept;
    dropped drop_everything() noexcept;
    /// The same, behind the owners' backs: to drop what they had is no mistake of theirs. From now
    /// on nobody gets anything.
    dropped close() noexcept;

    /// Makes a level of one mode one of a weaker mode.
    dropped weaken(owner who, lock_mode from, lock_mode to) noexcept;

    /// All levels of an owner.
    unsigned levels(owner who) const noexcept;

    /// Makes the levels of one owner another's. False where he has none, or the other has some of
    /// another mode.
    bool give(owner from, owner to) noexcept;

    /// Whether anybody holds anything.
    bool is_held() const noexcept;

    /// Whether a release has failed.
    bool is_unreleased() const noexcept;

    /// The file that was last found locked, by us or by others.
    std::optional<file_identity> file() const noexcept;

    /// Whether this owner holds this file in a way that keeps out a hold of this mode.
    bool keeps_out(owner who, file_identity const& file, lock_mode mode) const noexcept;

    /// Whether their locks exclude each other where they are on one file.
    bool is_alike(owner_queue const& other) const noexcept
    {
        return (exclusion_domains_ & other.exclusion_domains_) != 0;
    }

    /// Whether the waiter stands behind somebody who waits for an exclusive lock and nothing else.
    bool is_behind_writer(waiter const& w) const noexcept;

    /// Guards the book, and what a waiter shares with its waker.
    std::mutex& mutex() const noexcept { return mutex_; }

private:
    using counts = std::array<unsigned, 4>; // by mode

    struct hold
    {
        owner who;
        counts levels = {};
    };

    std::unique_lock<std::mutex> guard_queue() const noexcept;
    void start_afresh() noexcept;

    hold* find(owner who) noexcept;
    hold const* find(owner who) const noexcept;
    void add(hold& to, lock_mode mode) noexcept;
    void subtract(hold& from, lock_mode mode) noexcept;
    void forget_if_empty(hold& h) noexcept;

    bool in_queue(waiter const& w) const noexcept { return w.queued_in_ == generation_; }
    grant enqueue(waiter& w) noexcept;
    void remove(waiter& w) noexcept;
    grant look(waiter& w, bool owned) noexcept;
    void start_work(waiter& w) noexcept;
    unsigned others(hold const* mine, lock_mode mode) const noexcept;
    bool waits_for_readers_alone(waiter const& w, hold const* mine) const noexcept;
    bool is_compatible(waiter const& w, hold const* mine) const noexcept;
    lock_mode needed() const noexcept;
    pending_action next_action() noexcept;
    dropped settle_unless_at_work() noexcept;

    std::mutex& mutex_;
    std::uint8_t const exclusion_domains_;
    std::uint32_t generation_; // of the process whose book this is

    container::small_vector<hold, 1> holds_;
    counts levels_ = {};    // of all owners together
    unsigned given_up_ = 0; // levels that a forking parent had, or that were given up
    intrusive::list<waiter, intrusive::base_hook<queue_hook>> waiters_;

    // The file.
    lock_mode held_ = lock_mode::none;
    std::optional<file_identity> file_;
    bool at_work_ = false;
    waiter* worker_ = nullptr; // who is at work, where that is somebody from the queue
    waiter* row_ = nullptr;    // whose row of attempts has left something to be withdrawn
    bool withdraw_first_ = false;
    bool abandoned_ = false; // the row, by one who left while another was at work
    bool unreleased_ = false;
    bool closed_ = false;
    bool unlowered_ = false; // although there was an attempt at it just now
    std::atomic<bool> unfinished_{false};
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
