// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "waiter_queue.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {

waiter_queue::place waiter_queue::add_to_others(waiter& w) noexcept
{
    bool const is_conversion = w.request_.is_conversion();
    if (is_conversion && conflicts_with_conversion(w)) {
        remove(w);
        return place::conversion_conflict;
    }
    if (contains(w))
        return place::queued;
    if (would_wait_for_own_callback(w))
        return place::would_deadlock;
    if (is_conversion) {
        add_first(w);
    } else {
        list_.push_back(w);
        w.queued_in_ = generation();
    }
    return place::queued;
}

// The conversion of a shared level waits for all other holders to go. Two of them would wait for
// each other, and the owner of the upgrade level must not be refused. Wakes the conversions that
// this one goes before.
bool waiter_queue::conflicts_with_conversion(waiter const& w) noexcept
{
    bool const is_reader = w.request_.from == lock_mode::shared;
    for (auto& other : list_) {
        if (&other == &w || !other.request_.is_conversion())
            continue;
        if (is_reader && (!contains(w) || other.request_.from == lock_mode::upgrade))
            return true;
        other.waker_.wake();
    }
    return false;
}

// A thread that is in the queue already runs a callback of that wait. Without a limit it would wait
// for itself.
bool waiter_queue::would_wait_for_own_callback(waiter const& w) const noexcept
{
    if (w.request_.is_conversion() || !w.request_.is_unlimited || !w.waker_.is_calling_thread())
        return false;
    return std::any_of(list_.begin(), list_.end(),
                       [](waiter const& other) { return other.waker_.is_calling_thread(); });
}

void waiter_queue::wake_all_but(waiter const* w) noexcept
{
    for (auto& other : list_)
        if (&other != w)
            other.waker_.wake();
}

void waiter_queue::wake_those_of(owner who) noexcept
{
    for (auto& w : list_)
        if (w.who_ == who)
            w.waker_.wake();
}

bool waiter_queue::is_behind_writer(waiter const& w) const noexcept
{
    for (auto const& other : list_) {
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
