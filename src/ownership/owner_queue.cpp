// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner_queue.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

owner_queue::owner_queue(std::uint8_t exclusion_domains)
    : mutex_(share_fork_safe_mutex()), exclusion_domains_(exclusion_domains),
      waiters_(process_generation())
{}

inline owner_queue::queue_guard::queue_guard(owner_queue& queue) noexcept
    : queue_(queue), guard_(queue.mutex_)
{
    if (auto const count = queue_.lent_.take_back(); count != 0)
        queue_.levels_.set_exclusive(*queue_.levels_.sole_exclusive(), count);
    if (!queue_.is_current())
        queue_.reset_in_child();
}

inline owner_queue::queue_guard::~queue_guard()
{
    if (auto const* const sole = queue_.levels_.sole_exclusive())
        queue_.lent_.lend(sole->who, sole->of(lock_mode::exclusive));
}

inline owner_queue::queue_guard owner_queue::guard_queue() const noexcept
{
    return queue_guard(const_cast<owner_queue&>(*this));
}

// In a forked child, where everything recorded here is about the parent. The new generation is the
// last to be set: it lets `add_level` and `drop_level` go on.
void owner_queue::reset_in_child() noexcept
{
    drops_to_ignore_ += levels_.clear();
    held_ = lock_mode::none;
    at_work_ = false;
    worker_ = nullptr;
    unfinished_ = {};
    last_failure_.reset();
    is_to_be_resumed_ = false;
    waiters_.reset_in_child(process_generation());
}

void owner_queue::line_up(waiter& w) noexcept
{
    auto const guard = guard_queue();
    (void)waiters_.add(w);
}

owner_queue::grant owner_queue::ask(waiter& w, bool may_announce)
{
    auto const guard = guard_queue();
    auto* const mine = levels_.find(w.who_);
    auto const& request = w.request_;
    if (request.is_inspection())
        return inspect(w, mine || (request.of_any_owner && !levels_.empty()));
    if (closed_) {
        waiters_.remove(w);
        return grant::closed;
    }
    if (request.is_conversion() && !has_level_to_convert(w, mine)) {
        waiters_.remove(w);
        return grant::not_owned;
    }
    if (!request.is_conversion() && mine) {
        waiters_.remove(w);
        if (mine->of(request.to) == 0)
            return grant::would_deadlock;
        levels_.add(*mine, request.to);
        return grant::granted;
    }
    switch (waiters_.add(w)) {
    case waiter_queue::place::conversion_conflict:
        return grant::conversion_conflict;
    case waiter_queue::place::would_deadlock:
        return grant::would_deadlock;
    case waiter_queue::place::queued:
        break;
    }
    if (waiters_.front() != &w)
        return grant::wait;
    if (at_work_)
        return worker_ ? grant::wait : grant::settle;
    return start_attempt(w, mine, may_announce);
}

inline owner_queue::grant owner_queue::start_attempt(waiter& w, entry const* mine,
                                                     bool may_announce)
{
    bool const may_try = is_compatible(w, mine);
    if (!may_try && !(may_announce && waits_only_for_readers(w, mine)))
        return grant::wait;
    levels_.reserve_one(); // `record_acquired` must not fail
    start_work(w);
    is_to_be_resumed_.store(false, std::memory_order_relaxed); // ordered by the mutex
    unfinished_.withdraw_before_attempt = unfinished_.claimant && unfinished_.claimant != &w;
    unfinished_.claimant = &w;
    return may_try ? grant::attempt : grant::announce;
}

inline void owner_queue::start_work(waiter& w) noexcept
{
    at_work_ = true;
    worker_ = &w;
    unfinished_.downgrade_failed = false;
}

// Holders inspect the file, and go before the waiters, which wait for the holders to go.
owner_queue::grant owner_queue::inspect(waiter& w, bool owned) noexcept
{
    if (owned && at_work_) {
        waiters_.add_first(w);
        return grant::wait;
    }
    waiters_.remove(w);
    if (!owned)
        return grant::not_owned;
    start_work(w);
    return grant::attempt;
}

inline bool owner_queue::has_level_to_convert(waiter const& w, entry const* mine) const noexcept
{
    return mine && mine->of(w.request_.from) != 0;
}

inline bool owner_queue::is_compatible(waiter const& w, entry const* mine) const noexcept
{
    auto const others = [&](lock_mode mode) { return levels_.of_others(mine, mode); };
    if (others(lock_mode::exclusive) != 0)
        return false;
    if (w.request_.to == lock_mode::shared)
        return true;
    if (others(lock_mode::upgrade) != 0)
        return false;
    return w.request_.to == lock_mode::upgrade || others(lock_mode::shared) == 0;
}

inline bool owner_queue::waits_only_for_readers(waiter const& w, entry const* mine) const noexcept
{
    return w.request_.to == lock_mode::exclusive &&
           levels_.of_others(mine, lock_mode::exclusive) == 0 &&
           levels_.of_others(mine, lock_mode::upgrade) == 0;
}

std::optional<pending_action>
owner_queue::record_acquired(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = guard_queue();
    if (!waiters_.contains(w))
        return std::nullopt;
    file_ = file;
    auto* mine = levels_.find(w.who_);
    bool const is_conversion = w.request_.is_conversion();
    if (closed_ || (is_conversion && !has_level_to_convert(w, mine))) {
        // Downgraded when the waiter has asked again, and leaves.
        held_ = (std::max)(held_, w.request_.to);
        return std::nullopt;
    }
    if (!mine)
        mine = &levels_.insert(w.who_);
    levels_.add(*mine, w.request_.to);
    if (is_conversion)
        levels_.subtract(*mine, w.request_.from);
    held_ = (std::max)(held_, w.request_.to);
    unfinished_.claimant = nullptr;
    waiters_.remove(w);
    return next_action();
}

pending_action owner_queue::found_busy(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = guard_queue();
    if (!(file_ == file)) {
        file_ = file;
        // The other waiters may find that their threads hold that file through another object.
        waiters_.wake_all_but(&w);
    }
    return next_action();
}

pending_action owner_queue::leave(waiter& w) noexcept
{
    auto const guard = guard_queue();
    bool const was_at_work = at_work_ && worker_ == &w;
    bool const had_place = waiters_.contains(w);
    bool const was_first = had_place && waiters_.front() == &w;
    waiters_.remove(w);
    auto* const next = waiters_.front();
    if (next && was_first)
        next->waker_.follow(w.waker_);
    if (unfinished_.claimant == &w) {
        // A waiter with the same request continues with the claim.
        bool const continues = next && next->request_ == w.request_;
        unfinished_.claimant = continues ? next : nullptr;
        unfinished_.withdraw_now = !continues;
    }
    // `ask` may have removed the waiter from the queue already.
    if (!was_at_work && (at_work_ || !(had_place || unfinished_.withdraw_now)))
        return {};
    at_work_ = true;
    return next_action();
}

pending_action owner_queue::done(pending_action const& a, system::error_code const& ec) noexcept
{
    auto const guard = guard_queue();
    if (ec == system::errc::operation_would_block)
        is_to_be_resumed_ = true;
    if (a.kind == pending_action::downgrade && a.to == lock_mode::none) {
        unfinished_.release_failed = bool(ec);
    } else if (a.kind == pending_action::downgrade && ec) {
        // The hold is stronger than necessary and excludes others in vain, but it is held.
        unfinished_.downgrade_failed = true;
        held_ = a.from;
    }
    return next_action();
}

std::optional<pending_action> owner_queue::resume() noexcept
{
    auto const guard = guard_queue();
    if (!is_to_be_resumed_)
        return pending_action{};
    if (at_work_)
        return std::nullopt;
    at_work_ = true;
    is_to_be_resumed_ = false;
    return pending_action{unfinished_.release_failed ? pending_action::downgrade
                                                     : pending_action::withdraw};
}

void owner_queue::record_failure(system::error_code const& ec, std::string const& culprit)
{
    auto failed = culprit.empty() ? nullptr : std::make_unique<failure>(failure{ec, culprit});
    auto const guard = guard_queue();
    last_failure_ = std::move(failed);
}

std::string owner_queue::culprit(system::error_code const& ec) const
{
    auto const guard = guard_queue();
    return last_failure_ && last_failure_->error == ec ? last_failure_->culprit : std::string();
}

void owner_queue::released(bool worked) noexcept
{
    auto const guard = guard_queue();
    unfinished_.release_failed = !worked;
}

// For the owner at work. In a child that was forked meanwhile, no owner is.
inline pending_action owner_queue::next_action() noexcept
{
    if (!at_work_)
        return {};
    if (std::exchange(unfinished_.withdraw_now, false))
        return {pending_action::withdraw};
    auto const needed = levels_.strongest();
    if (needed < held_ && (!unfinished_.downgrade_failed || needed == lock_mode::none))
        return {pending_action::downgrade, needed, std::exchange(held_, needed)};
    at_work_ = unfinished_.withdraw_before_attempt = false;
    waiters_.wake_front_unless(std::exchange(worker_, nullptr));
    return {};
}

inline owner_queue::dropped owner_queue::settle_unless_at_work() noexcept
{
    if (at_work_)
        return {true}; // the owner at work gets the action
    at_work_ = true;
    unfinished_.downgrade_failed = false;
    return {true, next_action()};
}

owner_queue::dropped owner_queue::drop(owner who, lock_mode mode) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = levels_.find(who);
    if (mine && mode == lock_mode::none)
        mode = mine->strongest();
    if (mine && mine->of(mode) != 0) {
        bool const was_last = mine->of(mode) == 1;
        levels_.subtract(*mine, mode);
        return was_last ? settle_unless_at_work() : dropped{true};
    }
    if (drops_to_ignore_ == 0)
        return {false};
    --drops_to_ignore_;
    return {true};
}

owner_queue::dropped owner_queue::drop_all(owner who) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = levels_.find(who);
    if (!mine)
        return {false};
    levels_.remove_all(*mine);
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::drop_everything() noexcept
{
    auto const guard = guard_queue();
    if (levels_.clear() == 0)
        return {false};
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::close() noexcept
{
    auto const guard = guard_queue();
    closed_ = true;
    drops_to_ignore_ += levels_.clear();
    waiters_.wake_all_but(nullptr);
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::weaken(owner who, lock_mode from, lock_mode to) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = levels_.find(who);
    if (!mine || mine->of(from) == 0)
        return {drops_to_ignore_ != 0}; // the guard of a forking parent, whose end is still to come
    levels_.add(*mine, to);
    levels_.subtract(*mine, from);
    return settle_unless_at_work();
}

bool owner_queue::give(owner from, owner to) noexcept
{
    auto const guard = guard_queue();
    if (!levels_.find(from))
        return false;
    waiters_.wake_those_of(to); // which have levels now
    return levels_.give(from, to);
}

unsigned owner_queue::levels(owner who) const noexcept
{
    auto const guard = guard_queue();
    auto const* const mine = levels_.find(who);
    return mine ? mine->sum() : 0;
}

bool owner_queue::is_held() const noexcept
{
    auto const guard = guard_queue();
    return !levels_.empty();
}

bool owner_queue::is_unreleased() const noexcept
{
    auto const guard = guard_queue();
    return unfinished_.release_failed;
}

std::optional<file_identity> owner_queue::file() const noexcept
{
    auto const guard = guard_queue();
    return file_;
}

bool owner_queue::keeps_out(owner who, file_identity const& file, lock_mode mode) const noexcept
{
    auto const guard = guard_queue();
    auto const* const its = levels_.find(who);
    if (!its || !(file_ == file))
        return false;
    auto const held = its->strongest();
    return mode == lock_mode::exclusive || held == lock_mode::exclusive ||
           (mode == lock_mode::upgrade && held == lock_mode::upgrade);
}

bool owner_queue::is_behind_writer(waiter const& w) const noexcept
{
    auto const guard = guard_queue();
    return waiters_.is_behind_writer(w);
}

} // namespace detail
} // namespace filelock
} // namespace boost
