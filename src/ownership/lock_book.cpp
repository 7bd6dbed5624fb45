// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_book.hpp"

#include "../platform/fork.hpp"

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

lock_book::lock_book() : mutex_(share_fork_safe_mutex()), generation_(process_generation()) {}

std::unique_lock<std::mutex> lock_book::open_book() const noexcept
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
    inherited_ += std::exchange(levels_, 0);
    holder_.reset();
    queue_.clear();
    use_ = use::idle;
}

lock_book::turn lock_book::ask(waiter& w)
{
    auto const guard = open_book();
    if (holder_ == w.who_) {
        ++levels_;
        if (in_queue(w))
            remove(w);
        return turn::granted;
    }
    if (!in_queue(w)) {
        queue_.push_back(w);
        w.queued_in_ = generation_;
    }
    if (&queue_.front() != &w || use_ == use::held || use_ == use::giving_back)
        return turn::wait;
    use_ = use::taking;
    return turn::yours;
}

void lock_book::taken(waiter& w, std::optional<file_identity> const& file) noexcept
{
    auto const guard = open_book();
    use_ = use::held;
    file_ = file;
    holder_ = w.who_;
    levels_ = 1;
    remove(w);
}

void lock_book::found_busy(std::optional<file_identity> const& file) noexcept
{
    auto const guard = open_book();
    if (file_ == file)
        return;
    file_ = file;
    // The others in the queue may find that it is they who have it, through another object.
    for (auto& w : queue_)
        if (&w != &queue_.front())
            w.call_.wake();
}

void lock_book::leave(waiter& w) noexcept
{
    auto const guard = open_book();
    if (!in_queue(w))
        return;
    if (use_ == use::taking && &queue_.front() == &w)
        use_ = use::idle;
    remove(w);
}

void lock_book::remove(waiter& w) noexcept
{
    bool const was_first = &queue_.front() == &w;
    queue_.erase(queue_.iterator_to(w));
    w.queued_in_ = 0;
    // Also when it has just taken the lock: the next may be of the same owner.
    if (was_first)
        wake_first();
}

void lock_book::wake_first() noexcept
{
    if (!queue_.empty())
        queue_.front().call_.wake();
}

lock_book::level lock_book::drop(owner who) noexcept
{
    auto const guard = open_book();
    if (holder_ == who)
        return --levels_ == 0 ? last_gone() : level::dropped;
    if (inherited_ == 0)
        return level::not_owned;
    --inherited_;
    return level::dropped;
}

lock_book::level lock_book::drop_all(owner who) noexcept
{
    auto const guard = open_book();
    return holder_ == who ? last_gone() : level::not_owned;
}

lock_book::level lock_book::drop_everything() noexcept
{
    auto const guard = open_book();
    return holder_ ? last_gone() : level::not_owned;
}

lock_book::level lock_book::last_gone() noexcept
{
    levels_ = 0;
    holder_.reset();
    use_ = use::giving_back;
    return level::last_gone;
}

void lock_book::given_back() noexcept
{
    auto const guard = open_book();
    use_ = use::idle;
    wake_first();
}

std::optional<file_identity> lock_book::file() const noexcept
{
    auto const guard = open_book();
    return file_;
}

bool lock_book::is_held(owner who, file_identity const& file) const noexcept
{
    auto const guard = open_book();
    return holder_ == who && file_ == file;
}

unsigned lock_book::levels(owner who) const noexcept
{
    auto const guard = open_book();
    return holder_ == who ? levels_ : 0;
}

} // namespace detail
} // namespace filelock
} // namespace boost
