// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_book.hpp"

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

lock_book::lock_book(std::uint8_t made_of)
    : mutex_(share_fork_safe_mutex()), made_of_(made_of), generation_(process_generation())
{}

inline std::unique_lock<std::mutex> lock_book::open_book() const noexcept
{
    std::unique_lock<std::mutex> guard(mutex_);
    if (generation_ != process_generation())
        const_cast<lock_book*>(this)->start_afresh();
    return guard;
}

// We are a forked child, and all that is written here is about the parent.
void lock_book::start_afresh() noexcept
{
    generation_ = process_generation();
    given_up_ += sum(levels_);
    levels_ = {};
    holds_.clear();
    queue_.clear();
    held_ = lock_mode::none;
    at_work_ = withdraw_first_ = abandoned_ = unreleased_ = unlowered_ = false;
    unfinished_ = false;
    worker_ = row_ = nullptr;
}

void lock_book::line_up(waiter& w) noexcept
{
    auto const guard = open_book();
    (void)enqueue(w);
}

lock_book::turn lock_book::ask(waiter& w, bool may_announce)
{
    auto const guard = open_book();
    hold* const mine = find(w.who_);
    auto const& wish = w.wish_;
    if (wish.is_look())
        return look(w, mine != nullptr);
    if (closed_) {
        remove(w);
        return turn::closed;
    }
    if (wish.is_conversion() && (!mine || mine->levels[index(wish.from)] == 0)) {
        remove(w);
        return turn::not_owned;
    }
    if (!wish.is_conversion() && mine) {
        remove(w);
        if (mine->levels[index(wish.to)] == 0)
            return turn::would_deadlock;
        add(*mine, wish.to);
        return turn::granted;
    }
    if (auto const place = enqueue(w); place != turn::yours)
        return place;
    if (at_work_ || &queue_.front() != &w)
        return turn::wait;
    bool const may_try = is_compatible(w, mine);
    if (!may_try && !(may_announce && waits_for_readers_alone(w, mine)))
        return turn::wait;
    holds_.reserve(holds_.size() + 1); // `taken` must not fail
    start_work(w);
    unfinished_.store(false, std::memory_order_relaxed); // the mutex orders it
    withdraw_first_ = row_ && row_ != &w;
    row_ = &w;
    return may_try ? turn::yours : turn::announce;
}

inline void lock_book::start_work(waiter& w) noexcept
{
    at_work_ = true;
    worker_ = &w;
    unlowered_ = false;
}

// Looks are asked for by holders, and go before whoever waits for the holders to go.
lock_book::turn lock_book::look(waiter& w, bool owned) noexcept
{
    if (owned && at_work_) {
        if (!in_queue(w)) {
            queue_.push_front(w);
            w.queued_in_ = generation_;
        }
        return turn::wait;
    }
    remove(w);
    if (!owned)
        return turn::not_owned;
    start_work(w);
    return turn::yours;
}

// Gives the waiter a place in the queue. What it returns is `yours` if that may be the first.
lock_book::turn lock_book::enqueue(waiter& w) noexcept
{
    auto const& wish = w.wish_;
    if (wish.is_conversion()) {
        // Who would convert a shared hold waits for the other holders to go. If one of them wants
        // to convert as well, neither does; and he that holds the upgrade cannot be refused.
        bool const is_reader = wish.from == lock_mode::shared;
        for (auto& other : queue_) {
            if (&other == &w || !other.wish_.is_conversion())
                continue;
            if (is_reader && (!in_queue(w) || other.wish_.from == lock_mode::upgrade)) {
                remove(w);
                return turn::refused;
            }
            other.call_.wake();
        }
    } else if (wish.for_ever && !queue_.empty() && !in_queue(w) && w.call_.is_calling_thread()) {
        // A thread that waits already is in a callback of that wait, and would wait for itself.
        for (auto const& other : queue_)
            if (other.call_.is_calling_thread())
                return turn::would_deadlock;
    }
    if (!in_queue(w)) {
        if (wish.is_conversion())
            queue_.push_front(w);
        else
            queue_.push_back(w);
        w.queued_in_ = generation_;
    }
    return turn::yours;
}

/// How many levels of this mode there are besides one's own.
inline unsigned lock_book::others(hold const* mine, lock_mode mode) const noexcept
{
    return levels_[index(mode)] - (mine ? mine->levels[index(mode)] : 0);
}

inline bool lock_book::is_compatible(waiter const& w, hold const* mine) const noexcept
{
    switch (w.wish_.to) {
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

inline bool lock_book::waits_for_readers_alone(waiter const& w, hold const* mine) const noexcept
{
    return w.wish_.to == lock_mode::exclusive &&
           others(mine, lock_mode::exclusive) + others(mine, lock_mode::upgrade) == 0;
}

std::optional<chore> lock_book::taken(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = open_book();
    if (!in_queue(w))
        return std::nullopt;
    file_ = file;
    auto* mine = find(w.who_);
    if (closed_ || (w.wish_.is_conversion() && (!mine || mine->levels[index(w.wish_.from)] == 0))) {
        held_ = (std::max)(held_, w.wish_.to); // to be lowered when he has asked again, and leaves
        return std::nullopt;
    }
    if (!mine)
        mine = &holds_.emplace_back(hold{w.who_});
    add(*mine, w.wish_.to);
    if (w.wish_.is_conversion())
        subtract(*mine, w.wish_.from);
    held_ = (std::max)(held_, w.wish_.to);
    row_ = nullptr;
    remove(w);
    return next_chore();
}

chore lock_book::found_busy(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = open_book();
    if (!(file_ == file)) {
        file_ = file;
        // The others may find that it is they who have it, through another object.
        for (auto& other : queue_)
            if (&other != &w)
                other.call_.wake();
    }
    return next_chore();
}

chore lock_book::leave(waiter& w) noexcept
{
    auto const guard = open_book();
    bool const was_at_work = at_work_ && worker_ == &w;
    bool const had_place = in_queue(w);
    bool const was_first = had_place && &queue_.front() == &w;
    remove(w);
    auto* const next = queue_.empty() ? nullptr : &queue_.front();
    if (next && was_first)
        next->call_.follow(w.call_);
    if (row_ == &w) {
        // Who wants the same goes on where this one has stopped.
        bool const goes_on = next && next->wish_ == w.wish_;
        row_ = goes_on ? next : nullptr;
        abandoned_ = !goes_on;
    }
    // `ask` may have taken his place from him.
    if (!was_at_work && (at_work_ || !(had_place || abandoned_)))
        return {};
    at_work_ = true;
    return next_chore();
}

chore lock_book::done(chore const& c, system::error_code const& ec) noexcept
{
    auto const guard = open_book();
    if (ec == system::errc::operation_would_block)
        unfinished_ = true;
    if (c.kind == chore::lower && c.to == lock_mode::none) {
        unreleased_ = bool(ec);
    } else if (c.kind == chore::lower && ec) {
        // What is held is stronger than need be, and keeps others out in vain; but it is held.
        unlowered_ = true;
        held_ = c.from;
    }
    return next_chore();
}

std::optional<chore> lock_book::resume() noexcept
{
    auto const guard = open_book();
    if (!unfinished_)
        return chore{};
    if (at_work_)
        return std::nullopt;
    at_work_ = true;
    unfinished_ = false;
    return unreleased_ ? chore{chore::lower} : chore{chore::withdraw};
}

void lock_book::released(bool worked) noexcept
{
    auto const guard = open_book();
    unreleased_ = !worked;
}

// For who is at work. In a child that was forked meanwhile, nobody is.
inline chore lock_book::next_chore() noexcept
{
    if (!at_work_)
        return {};
    if (std::exchange(abandoned_, false))
        return {chore::withdraw};
    auto const need = needed();
    if (need < held_ && (!unlowered_ || need == lock_mode::none))
        return {chore::lower, need, std::exchange(held_, need)};
    at_work_ = withdraw_first_ = false;
    auto const* const worker = std::exchange(worker_, nullptr);
    if (!queue_.empty() && &queue_.front() != worker)
        queue_.front().call_.wake();
    return {};
}

inline lock_mode lock_book::needed() const noexcept
{
    return strongest(levels_);
}

inline lock_book::dropped lock_book::settle_unless_at_work() noexcept
{
    if (at_work_)
        return {true}; // who is at work, is given the chore
    at_work_ = true;
    unlowered_ = false;
    return {true, next_chore()};
}

lock_book::dropped lock_book::drop(owner who, lock_mode mode) noexcept
{
    auto const guard = open_book();
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

lock_book::dropped lock_book::drop_all(owner who) noexcept
{
    auto const guard = open_book();
    auto* const mine = find(who);
    if (!mine)
        return {false};
    for (std::size_t mode = 0; mode < mine->levels.size(); ++mode)
        levels_[mode] -= std::exchange(mine->levels[mode], 0);
    forget_if_empty(*mine);
    return settle_unless_at_work();
}

lock_book::dropped lock_book::drop_everything() noexcept
{
    auto const guard = open_book();
    if (holds_.empty())
        return {false};
    holds_.clear();
    levels_ = {};
    return settle_unless_at_work();
}

lock_book::dropped lock_book::close() noexcept
{
    auto const guard = open_book();
    closed_ = true;
    given_up_ += sum(levels_);
    holds_.clear();
    levels_ = {};
    for (auto& waiting : queue_)
        waiting.call_.wake();
    return settle_unless_at_work();
}

lock_book::dropped lock_book::weaken(owner who, lock_mode from, lock_mode to) noexcept
{
    auto const guard = open_book();
    auto* const mine = find(who);
    if (!mine || mine->levels[index(from)] == 0)
        return {given_up_ != 0}; // a guard that a forking parent left; its end is still to come
    add(*mine, to);
    subtract(*mine, from);
    return settle_unless_at_work();
}

bool lock_book::give(owner from, owner to) noexcept
{
    auto const guard = open_book();
    auto* const his = find(from);
    if (!his)
        return false;
    auto* const others = find(to);
    for (auto& other : queue_)
        if (other.who_ == to)
            other.call_.wake(); // he has some now
    if (!others) {
        his->who = to;
        return true;
    }
    auto const mode = index(strongest(his->levels));
    if (others->levels[mode] == 0)
        return false;
    others->levels[mode] += std::exchange(his->levels[mode], 0);
    forget_if_empty(*his);
    return true;
}

inline lock_book::hold* lock_book::find(owner who) noexcept
{
    auto const it =
        std::find_if(holds_.begin(), holds_.end(), [&](hold const& h) { return h.who == who; });
    return it == holds_.end() ? nullptr : &*it;
}

lock_book::hold const* lock_book::find(owner who) const noexcept
{
    return const_cast<lock_book*>(this)->find(who);
}

inline void lock_book::add(hold& to, lock_mode mode) noexcept
{
    ++to.levels[index(mode)];
    ++levels_[index(mode)];
}

inline void lock_book::subtract(hold& from, lock_mode mode) noexcept
{
    --levels_[index(mode)];
    if (--from.levels[index(mode)] == 0)
        forget_if_empty(from);
}

inline void lock_book::forget_if_empty(hold& h) noexcept
{
    if (sum(h.levels) != 0)
        return;
    h = holds_.back();
    holds_.pop_back();
}

inline void lock_book::remove(waiter& w) noexcept
{
    if (!in_queue(w))
        return;
    bool const was_first = &queue_.front() == &w;
    queue_.erase(queue_.iterator_to(w));
    w.queued_in_ = 0;
    if (was_first && !queue_.empty())
        queue_.front().call_.wake();
}

unsigned lock_book::levels(owner who) const noexcept
{
    auto const guard = open_book();
    auto const* const mine = find(who);
    return mine ? sum(mine->levels) : 0;
}

bool lock_book::is_held() const noexcept
{
    auto const guard = open_book();
    return !holds_.empty();
}

bool lock_book::is_unreleased() const noexcept
{
    auto const guard = open_book();
    return unreleased_;
}

std::optional<file_identity> lock_book::file() const noexcept
{
    auto const guard = open_book();
    return file_;
}

bool lock_book::keeps_out(owner who, file_identity const& file, lock_mode mode) const noexcept
{
    auto const guard = open_book();
    auto const* const his = find(who);
    if (!his || !(file_ == file))
        return false;
    auto const held = strongest(his->levels);
    return mode == lock_mode::exclusive || held == lock_mode::exclusive ||
           (mode == lock_mode::upgrade && held == lock_mode::upgrade);
}

bool lock_book::is_behind_writer(waiter const& w) const noexcept
{
    auto const guard = open_book();
    for (auto const& other : queue_) {
        if (&other == &w)
            return false;
        if (other.wish_.to == lock_mode::exclusive && other.wish_.for_ever)
            return true;
    }
    return false;
}

} // namespace detail
} // namespace filelock
} // namespace boost
