// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_WAITER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_WAITER_HPP

#include "../platform/change_notifier.hpp"
#include "owner.hpp"

#include <boost/filelock/detail/lock_mode.hpp>

#include <boost/intrusive/list.hpp>

#include <cstdint>

namespace boost {
namespace filelock {
namespace detail {

// Not a safe link: a forked child abandons linked waiters on stacks of threads that it does not
// have.
using queue_hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>>;

class async_waker;

/// Notifies a waiter that its turn may have come, and watches the file for changes on its behalf.
class waker
{
public:
    /// Wakes the waiter. Called with the mutex of the queue held.
    virtual void wake() noexcept = 0;

    /// Wakes the waiter when this file changes. Replaces the watch on another file.
    virtual watch_result watch(watch_target const&, file_identity const&) noexcept
    {
        return watch_result::no;
    }

    /// Returns whether the file has changed since the last call.
    virtual bool take_change() noexcept { return false; }

    /// Called on the waker of the waiter that becomes the first in the queue because `former` gives
    /// up. It may adopt the watch of `former` instead of setting a new one. Called with the mutex
    /// of the queue held.
    virtual void follow(waker& former) noexcept { (void)former; }

    /// Returns whether the calling thread is the one that waits. That thread cannot do anything
    /// else until the wait ends.
    virtual bool is_calling_thread() const noexcept { return false; }

    /// Returns this object if it is the waker of an asynchronous operation, else null. Replaces
    /// `dynamic_cast` for builds without run-time type information.
    virtual async_waker* as_async() noexcept { return nullptr; }

protected:
    ~waker() = default;
};

/// A request to a lock object: an acquisition, a conversion or an inspection.
struct lock_request
{
    lock_mode to;
    lock_mode from = lock_mode::none; ///< for a conversion: the mode of the level to convert
    bool is_unlimited = false;        ///< the wait has no time limit and cannot be cancelled
    bool of_any_owner = false;        ///< for an inspection

    /// Returns a request to inspect the file of the owner's hold.
    static lock_request inspect() noexcept { return {lock_mode::none}; }
    /// Returns a request to inspect the file whichever owner holds it.
    static lock_request inspect_any() noexcept
    {
        return {lock_mode::none, lock_mode::none, false, true};
    }
    bool is_inspection() const noexcept { return to == lock_mode::none; }
    bool is_conversion() const noexcept { return from != lock_mode::none; }

    friend bool operator==(lock_request const& a, lock_request const& b) noexcept
    {
        return a.to == b.to && a.from == b.from;
    }
};

/// A place in the queue of a lock object, for an owner that has a request.
class waiter : public queue_hook
{
public:
    /// `w` must outlive the waiter.
    waiter(owner who, lock_request request, waker& w) noexcept
        : who_(who), waker_(w), request_(request)
    {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    owner who() const noexcept { return who_; }

protected:
    ~waiter() = default;
    waker& own_waker() const noexcept { return waker_; }
    lock_request const& requested() const noexcept { return request_; }

private:
    friend class owner_queue;
    friend class waiter_queue;

    owner who_;
    waker& waker_;
    lock_request request_;
    std::uint32_t queued_in_ = 0; // the process generation of the queue it is in; 0 if in none
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
