// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "owner_queue.hpp"

#include "../platform/fork.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

constexpr std::size_t index(lock_mode mode) noexcept
{
    return static_cast<std::size_t>(mode);
}

constexpr std::size_t exclusive = index(lock_mode::exclusive);

template <class Counts>
lock_mode strongest(Counts const& levels) noexcept
{
    auto mode = exclusive;
    while (mode != 0 && levels[mode] == 0)
        --mode;
    return static_cast<lock_mode>(mode);
}

template <class Counts>
unsigned sum(Counts const& levels) noexcept
{
    return std::accumulate(levels.begin(), levels.end(), 0u);
}

} // namespace

owner_queue::owner_queue(std::uint8_t exclusion_domains)
    : mutex_(share_fork_safe_mutex()), exclusion_domains_(exclusion_domains),
      generation_(process_generation())
{}

inline std::unique_lock<std::mutex> owner_queue::guard_queue() const noexcept
{
    std::unique_lock<std::mutex> guard(mutex_);
    if (generation_ != process_generation())
        const_cast<owner_queue*>(this)->start_afresh();
    return guard;
}

// We are a forked child, and all that is written here is about the parent.
void owner_queue::start_afresh() noexcept
{
    generation_ = process_generation();
    given_up_ += sum(levels_);
    levels_ = {};
    holds_.clear();
    waiters_.clear();
    held_ = lock_mode::none;
    at_work_ = withdraw_first_ = abandoned_ = unreleased_ = unlowered_ = false;
    unfinished_ = false;
    worker_ = row_ = nullptr;
}

void owner_queue::line_up(waiter& w) noexcept
{
    auto const guard = guard_queue();
    (void)enqueue(w);
}

owner_queue::grant owner_queue::ask(waiter& w, bool may_announce)
{
    auto const guard = guard_queue();
    hold* const mine = find(w.who_);
    auto const& request = w.request_;
    if (request.is_inspection())
        return look(w, mine != nullptr);
    if (closed_) {
        remove(w);
        return grant::closed;
    }
    if (request.is_conversion() && (!mine || mine->levels[index(request.from)] == 0)) {
        remove(w);
        return grant::not_owned;
    }
    if (!request.is_conversion() && mine) {
        remove(w);
        if (mine->levels[index(request.to)] == 0)
            return grant::would_deadlock;
        add(*mine, request.to);
        return grant::granted;
    }
    if (auto const place = enqueue(w); place != grant::attempt)
        return place;
    if (at_work_ || &waiters_.front() != &w)
        return grant::wait;
    bool const may_try = is_compatible(w, mine);
    if (!may_try && !(may_announce && waits_for_readers_alone(w, mine)))
        return grant::wait;
    holds_.reserve(holds_.size() + 1); // `taken` must not fail
    start_work(w);
    unfinished_.store(false, std::memory_order_relaxed); // the mutex orders it
    withdraw_first_ = row_ && row_ != &w;
    row_ = &w;
    return may_try ? grant::attempt : grant::announce;
}

inline void owner_queue::start_work(waiter& w) noexcept
{
    at_work_ = true;
    worker_ = &w;
    unlowered_ = false;
}

// Looks are asked for by holders, and go before whoever waits for the holders to go.
owner_queue::grant owner_queue::look(waiter& w, bool owned) noexcept
{
    if (owned && at_work_) {
        if (!in_queue(w)) {
            waiters_.push_front(w);
            w.queued_in_ = generation_;
        }
        return grant::wait;
    }
    remove(w);
    if (!owned)
        return grant::not_owned;
    start_work(w);
    return grant::attempt;
}

// Gives the waiter a place in the queue. What it returns is `yours` if that may be the first.
owner_queue::grant owner_queue::enqueue(waiter& w) noexcept
{
    auto const& request = w.request_;
    if (request.is_conversion()) {
        // Who would convert a shared hold waits for the other holders to go. If one of them wants
        // to convert as well, neither does; and he that holds the upgrade cannot be refused.
        bool const is_reader = request.from == lock_mode::shared;
        for (auto& other : waiters_) {
            if (&other == &w || !other.request_.is_conversion())
                continue;
            if (is_reader && (!in_queue(w) || other.request_.from == lock_mode::upgrade)) {
                remove(w);
                return grant::conversion_conflict;
            }
            other.call_.wake();
        }
    } else if (request.is_unlimited && !waiters_.empty() && !in_queue(w) &&
               w.call_.is_calling_thread()) {
        // A thread that waits already is in a callback of that wait, and would wait for itself.
        for (auto const& other : waiters_)
            if (other.call_.is_calling_thread())
                return grant::would_deadlock;
    }
    if (!in_queue(w)) {
        if (request.is_conversion())
            waiters_.push_front(w);
        else
            waiters_.push_back(w);
        w.queued_in_ = generation_;
    }
    return grant::attempt;
}

/// How many levels of this mode there are besides one's own.
inline unsigned owner_queue::others(hold const* mine, lock_mode mode) const noexcept
{
    return levels_[index(mode)] - (mine ? mine->levels[index(mode)] : 0);
}

inline bool owner_queue::is_compatible(waiter const& w, hold const* mine) const noexcept
{
    switch (w.request_.to) {
    case lock_mode::shared:
        return others(mine, lock_mode::exclusive) == 0;
    case lock_mode::upgrade:
        return others(mine, lock_mode::exclusive) + others(mine, lock_mode::upgrade) == 0;
    default:
        return others(mine, lock_mode::exclusive) + others(mine, lock_mode::upgrade) +
                   others(mine, lock_mode::shared) ==
               0;
    }
}

inline bool owner_queue::waits_for_readers_alone(waiter const& w, hold const* mine) const noexcept
{
    return w.request_.to == lock_mode::exclusive &&
           others(mine, lock_mode::exclusive) + others(mine, lock_mode::upgrade) == 0;
}

std::optional<pending_action> owner_queue::taken(waiter& w,
                                                 std::optional<file_identity> const& file) noexcept
{
    auto const guard = guard_queue();
    if (!in_queue(w))
        return std::nullopt;
    file_ = file;
    auto* mine = find(w.who_);
    if (closed_ ||
        (w.request_.is_conversion() && (!mine || mine->levels[index(w.request_.from)] == 0))) {
        held_ =
            (std::max)(held_, w.request_.to); // to be lowered when he has asked again, and leaves
        return std::nullopt;
    }
    if (!mine)
        mine = &holds_.emplace_back(hold{w.who_});
    add(*mine, w.request_.to);
    if (w.request_.is_conversion())
        subtract(*mine, w.request_.from);
    held_ = (std::max)(held_, w.request_.to);
    row_ = nullptr;
    remove(w);
    return next_action();
}

pending_action owner_queue::found_busy(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = guard_queue();
    if (!(file_ == file)) {
        file_ = file;
        // The others may find that it is they who have it, through another object.
        for (auto& other : waiters_)
            if (&other != &w)
                other.call_.wake();
    }
    return next_action();
}

pending_action owner_queue::leave(waiter& w) noexcept
{
    auto const guard = guard_queue();
    bool const was_at_work = at_work_ && worker_ == &w;
    bool const had_place = in_queue(w);
    bool const was_first = had_place && &waiters_.front() == &w;
    remove(w);
    auto* const next = waiters_.empty() ? nullptr : &waiters_.front();
    if (next && was_first)
        next->call_.follow(w.call_);
    if (row_ == &w) {
        // Who wants the same goes on where this one has stopped.
        bool const goes_on = next && next->request_ == w.request_;
        row_ = goes_on ? next : nullptr;
        abandoned_ = !goes_on;
    }
    // `ask` may have taken its place from him.
    if (!was_at_work && (at_work_ || !(had_place || abandoned_)))
        return {};
    at_work_ = true;
    return next_action();
}

pending_action owner_queue::done(pending_action const& c, system::error_code const& ec) noexcept
{
    auto const guard = guard_queue();
    if (ec == system::errc::operation_would_block)
        unfinished_ = true;
    if (c.kind == pending_action::downgrade && c.to == lock_mode::none) {
        unreleased_ = bool(ec);
    } else if (c.kind == pending_action::downgrade && ec) {
        // What is held is stronger than need be, and keeps others out in vain; but it is held.
        unlowered_ = true;
        held_ = c.from;
    }
    return next_action();
}

std::optional<pending_action> owner_queue::resume() noexcept
{
    auto const guard = guard_queue();
    if (!unfinished_)
        return pending_action{};
    if (at_work_)
        return std::nullopt;
    at_work_ = true;
    unfinished_ = false;
    return unreleased_ ? pending_action{pending_action::downgrade}
                       : pending_action{pending_action::withdraw};
}

void owner_queue::released(bool worked) noexcept
{
    auto const guard = guard_queue();
    unreleased_ = !worked;
}

// For who is at work. In a child that was forked meanwhile, nobody is.
inline pending_action owner_queue::next_action() noexcept
{
    if (!at_work_)
        return {};
    if (std::exchange(abandoned_, false))
        return {pending_action::withdraw};
    auto const need = needed();
    if (need < held_ && (!unlowered_ || need == lock_mode::none))
        return {pending_action::downgrade, need, std::exchange(held_, need)};
    at_work_ = withdraw_first_ = false;
    auto const* const worker = std::exchange(worker_, nullptr);
    if (!waiters_.empty() && &waiters_.front() != worker)
        waiters_.front().call_.wake();
    return {};
}

inline lock_mode owner_queue::needed() const noexcept
{
    return strongest(levels_);
}

inline owner_queue::dropped owner_queue::settle_unless_at_work() noexcept
{
    if (at_work_)
        return {true}; // who is at work, is given the chore
    at_work_ = true;
    unlowered_ = false;
    return {true, next_action()};
}

owner_queue::dropped owner_queue::drop(owner who, lock_mode mode) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = find(who);
    if (mine && mode == lock_mode::none)
        mode = strongest(mine->levels);
    if (mine && mine->levels[index(mode)] != 0) {
        bool const was_last = mine->levels[index(mode)] == 1;
        subtract(*mine, mode);
        // Otherwise nothing has changed for anybody else.
        return was_last ? settle_unless_at_work() : dropped{true};
    }
    if (given_up_ == 0)
        return {false};
    --given_up_;
    return {true};
}

owner_queue::dropped owner_queue::drop_all(owner who) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = find(who);
    if (!mine)
        return {false};
    for (std::size_t mode = 0; mode < mine->levels.size(); ++mode)
        levels_[mode] -= std::exchange(mine->levels[mode], 0);
    forget_if_empty(*mine);
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::drop_everything() noexcept
{
    auto const guard = guard_queue();
    if (holds_.empty())
        return {false};
    holds_.clear();
    levels_ = {};
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::close() noexcept
{
    auto const guard = guard_queue();
    closed_ = true;
    given_up_ += sum(levels_);
    holds_.clear();
    levels_ = {};
    for (auto& waiting : waiters_)
        waiting.call_.wake();
    return settle_unless_at_work();
}

owner_queue::dropped owner_queue::weaken(owner who, lock_mode from, lock_mode to) noexcept
{
    auto const guard = guard_queue();
    auto* const mine = find(who);
    if (!mine || mine->levels[index(from)] == 0)
        return {given_up_ != 0}; // a guard that a forking parent left; its end is still to come
    add(*mine, to);
    subtract(*mine, from);
    return settle_unless_at_work();
}

bool owner_queue::give(owner from, owner to) noexcept
{
    auto const guard = guard_queue();
    auto* const its = find(from);
    if (!its)
        return false;
    auto* const others = find(to);
    for (auto& other : waiters_)
        if (other.who_ == to)
            other.call_.wake(); // he has some now
    if (!others) {
        its->who = to;
        return true;
    }
    auto const mode = index(strongest(its->levels));
    if (others->levels[mode] == 0)
        return false;
    others->levels[mode] += std::exchange(its->levels[mode], 0);
    forget_if_empty(*its);
    return true;
}

inline owner_queue::hold* owner_queue::find(owner who) noexcept
{
    auto const it =
        std::find_if(holds_.begin(), holds_.end(), [&](hold const& h) { return h.who == who; });
    return it == holds_.end() ? nullptr : &*it;
}

owner_queue::hold const* owner_queue::find(owner who) const noexcept
{
    return const_cast<owner_queue*>(this)->find(who);
}

inline void owner_queue::add(hold& to, lock_mode mode) noexcept
{
    ++to.levels[index(mode)];
    ++levels_[index(mode)];
}

inline void owner_queue::subtract(hold& from, lock_mode mode) noexcept
{
    --levels_[index(mode)];
    if (--from.levels[index(mode)] == 0)
        forget_if_empty(from);
}

inline void owner_queue::forget_if_empty(hold& h) noexcept
{
    if (sum(h.levels) != 0)
        return;
    h = holds_.back();
    holds_.pop_back();
}

inline void owner_queue::remove(waiter& w) noexcept
{
    if (!in_queue(w))
        return;
    bool const was_first = &waiters_.front() == &w;
    waiters_.erase(waiters_.iterator_to(w));
    w.queued_in_ = 0;
    if (was_first && !waiters_.empty())
        waiters_.front().call_.wake();
}

unsigned owner_queue::levels(owner who) const noexcept
{
    auto const guard = guard_queue();
    auto const* const mine = find(who);
    return mine ? sum(mine->levels) : 0;
}

bool owner_queue::is_held() const noexcept
{
    auto const guard = guard_queue();
    return !holds_.empty();
}

bool owner_queue::is_unreleased() const noexcept
{
    auto const guard = guard_queue();
    return unreleased_;
}

std::optional<file_identity> owner_queue::file() const noexcept
{
    auto const guard = guard_queue();
    return file_;
}

bool owner_queue::keeps_out(owner who, file_identity const& file, lock_mode mode) const noexcept
{
    auto const guard = guard_queue();
    auto const* const its = find(who);
    if (!its || !(file_ == file))
        return false;
    auto const held = strongest(its->levels);
    return mode == lock_mode::exclusive || held == lock_mode::exclusive ||
           (mode == lock_mode::upgrade && held == lock_mode::upgrade);
}

bool owner_queue::is_behind_writer(waiter const& w) const noexcept
{
    auto const guard = guard_queue();
    for (auto const& other : waiters_) {
        if (&other == &w)
            return false;
        if (other.request_.to == lock_mode::exclusive && other.request_.is_unlimited)
            return true;
    }
    return false;
}

} // namespace detail
} // namespace filelock
} // namespace boost
