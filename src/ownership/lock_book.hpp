// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_BOOK_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_BOOK_HPP

#include "../platform/file.hpp"
#include "owner.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <mutex>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

// Not a safe link: a forked child leaves behind waiters on stacks that it does not have.
using queue_hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>>;

struct object_tag;
using object_hook = intrusive::list_base_hook<intrusive::tag<object_tag>,
                                              intrusive::link_mode<intrusive::normal_link>>;

/// How to tell somebody in a queue that it may be his turn.
class waker
{
public:
    /// Called under the book's mutex.
    virtual void wake() noexcept = 0;

protected:
    ~waker() = default;
};

/// Somebody who wants a lock object; a place in its queue.
class waiter : public queue_hook
{
public:
    /// `call` must outlive the waiter.
    waiter(owner who, waker& call) noexcept : who_(who), call_(call) {}
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

protected:
    ~waiter() = default;

private:
    friend class lock_book;

    owner who_;
    waker& call_;
    std::uint64_t queued_in_ = 0; // the process generation in whose queue it stands
};

/// Who in this process holds one lock object, and who waits for it, first come first served.
/// It touches no file and waits for nothing: its users do, when it is their turn.
class lock_book : public object_hook
{
public:
    enum class turn
    {
        granted, ///< one level more for an owner who had some
        yours,   ///< nobody here holds it and you are first: take it, then say `taken` or `leave`
        wait     ///< you stand in the queue and will be woken
    };

    enum class level
    {
        not_owned,
        dropped,  ///< nothing is to be done: there are more, or it was a forking parent's
        last_gone ///< give the lock back, then say `given_back`
    };

    lock_book();

    /// Asks for a level, at first and whenever the waiter was woken.
    turn ask(waiter& w);

    /// The waiter, whose turn it was, has the lock on this file.
    void taken(waiter& w, std::optional<file_identity> const& file) noexcept;

    /// Somebody else has it.
    void found_busy(std::optional<file_identity> const& file) noexcept;

    /// The waiter gives up. Harmless for one that is not in the queue.
    void leave(waiter& w) noexcept;

    level drop(owner who) noexcept;
    level drop_all(owner who) noexcept;
    level drop_everything() noexcept;
    void given_back() noexcept;

    unsigned levels(owner who) const noexcept;

    /// The file that was last found locked, by us or by others.
    std::optional<file_identity> file() const noexcept;
    bool is_held(owner who, file_identity const& file) const noexcept;

    /// Guards the book, and what a waiter shares with its waker.
    std::mutex& mutex() const noexcept { return mutex_; }

private:
    enum class use
    {
        idle,
        taking, // the first in the queue is at work on the file
        held,
        giving_back
    };

    std::unique_lock<std::mutex> open_book() const noexcept;
    void start_afresh() noexcept;
    bool in_queue(waiter const& w) const noexcept { return w.queued_in_ == generation_; }
    void remove(waiter& w) noexcept;
    void wake_first() noexcept;
    level last_gone() noexcept;

    std::mutex& mutex_;
    std::uint64_t generation_; // of the process whose book this is
    use use_ = use::idle;
    std::optional<file_identity> file_;
    std::optional<owner> holder_;
    unsigned levels_ = 0;
    unsigned inherited_ = 0; // levels that a forking parent had
    intrusive::list<waiter, intrusive::base_hook<queue_hook>> queue_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
