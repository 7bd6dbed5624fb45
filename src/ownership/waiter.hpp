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

// Not a safe link: a forked child leaves behind waiters on stacks that it does not have.
using queue_hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>>;

class async_waker;

/// How to tell somebody in a queue that it may be his turn, and how he learns of what others do to
/// the file.
class waker
{
public:
    /// Called under the book's mutex.
    virtual void wake() noexcept = 0;

    /// From now on has him woken when this file changes; no other file any more.
    virtual watch_result watch(watch_target const&, file_identity const&) noexcept
    {
        return watch_result::no;
    }

    /// Whether it has changed since the last call.
    virtual bool take_change() noexcept { return false; }

    /// Called under the book's mutex of who is the first in the queue from now on: `former`, who
    /// was it, gives up, and what he watches need not be watched anew.
    virtual void follow(waker& former) noexcept { (void)former; }

    /// Whether it is the calling thread that waits, and so cannot do anything else meanwhile.
    virtual bool is_calling_thread() const noexcept { return false; }

    /// This object, if it is the waker of an asynchronous operation; in place of `dynamic_cast`,
    /// for builds without run-time type information.
    virtual async_waker* as_async() noexcept { return nullptr; }

protected:
    ~waker() = default;
};

/// What somebody wants of a lock object.
struct lock_request
{
    lock_mode to;
    lock_mode from = lock_mode::none; ///< a level of this mode becomes one of `to`
    bool is_unlimited = false;        ///< nothing but the lock will make him go

    static lock_request inspect() noexcept
    {
        return {lock_mode::none};
    } ///< at the file that he holds
    bool is_inspection() const noexcept { return to == lock_mode::none; }
    bool is_conversion() const noexcept { return from != lock_mode::none; }

    friend bool operator==(lock_request const& a, lock_request const& b) noexcept
    {
        return a.to == b.to && a.from == b.from;
    }
};

/// Somebody who wants a lock object; a place in its queue.
class waiter : public queue_hook
{
public:
    /// `call` must outlive the waiter.
    waiter(owner who, lock_request what, waker& call) noexcept
        : who_(who), call_(call), request_(what)
    {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    owner who() const noexcept { return who_; }

protected:
    ~waiter() = default;
    waker& call() const noexcept { return call_; }
    lock_request const& requested() const noexcept { return request_; }

private:
    friend class owner_queue;

    owner who_;
    waker& call_;
    lock_request request_;
    std::uint32_t queued_in_ = 0; // the process generation in whose queue it stands
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
