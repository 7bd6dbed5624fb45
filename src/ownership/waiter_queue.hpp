// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_WAITER_QUEUE_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_WAITER_QUEUE_HPP

#include "owner.hpp"
#include "waiter.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstdint>

namespace boost {
namespace filelock {
namespace detail {

/// The waiters of one lock object, first come first served. Conversions and inspections, which
/// holders request, go first. Not thread-safe.
class waiter_queue
{
public:
    enum class place
    {
        queued,
        conversion_conflict, ///< another conversion comes first, and would wait for this one
        would_deadlock       ///< the calling thread is in the queue already, and runs a callback
    };

    /// `generation`: of the process.
    explicit waiter_queue(std::uint32_t generation) noexcept : generation_(generation) {}

    /// Forgets all waiters, which belong to the parent of a forked child.
    void reset_in_child(std::uint32_t generation) noexcept
    {
        list_.clear();
        generation_.store(generation, std::memory_order_release);
    }

    /// From any thread, which then also sees what was done before `reset_in_child` set it.
    std::uint32_t generation() const noexcept
    {
        return generation_.load(std::memory_order_acquire);
    }
    bool contains(waiter const& w) const noexcept { return w.queued_in_ == generation(); }
    waiter* front() noexcept { return list_.empty() ? nullptr : &list_.front(); }

    /// Adds a waiter, unless it has a place already.
    place add(waiter& w) noexcept
    {
        if (list_.empty() && !contains(w)) {
            add_first(w);
            return place::queued;
        }
        return add_to_others(w);
    }
    void add_first(waiter& w) noexcept
    {
        if (contains(w))
            return;
        list_.push_front(w);
        w.queued_in_ = generation();
    }

    /// Wakes the next waiter where the first is removed. Harmless without a place.
    void remove(waiter& w) noexcept
    {
        if (!contains(w))
            return;
        bool const was_first = &list_.front() == &w;
        list_.erase(list_.iterator_to(w));
        w.queued_in_ = 0;
        if (was_first)
            wake_front_unless(nullptr);
    }

    void wake_front_unless(waiter const* w) noexcept
    {
        if (!list_.empty() && &list_.front() != w)
            list_.front().waker_.wake();
    }
    void wake_all_but(waiter const* w) noexcept;
    void wake_those_of(owner who) noexcept;

    /// Returns whether a waiter ahead of this one waits for an exclusive lock without a limit.
    bool is_behind_writer(waiter const& w) const noexcept;

private:
    place add_to_others(waiter& w) noexcept;
    bool conflicts_with_conversion(waiter const& w) noexcept;
    bool would_wait_for_own_callback(waiter const& w) const noexcept;

    std::atomic<std::uint32_t> generation_;
    intrusive::list<waiter, intrusive::base_hook<queue_hook>> list_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
