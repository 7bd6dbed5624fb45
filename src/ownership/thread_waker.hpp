// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP

#include "waiter.hpp"

#include <boost/filelock/detail/deadline.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace boost {
namespace filelock {
namespace detail {

/// A thread that waits. Not on Boost.Thread's condition: that would be an interruption point.
class thread_waker final : public waker
{
public:
    using time_point = deadline::steady::time_point;

    /// `mutex` is that of the book in whose queue the thread stands.
    explicit thread_waker(std::mutex& mutex) noexcept : mutex_(mutex) {}

    void wake() noexcept override
    {
        woken_ = true;
        if (condition_)
            condition_->notify_one();
    }

    bool is_calling_thread() const noexcept override
    {
        return thread_ == std::this_thread::get_id();
    }

    void wait_until(time_point until)
    {
        std::unique_lock<std::mutex> guard(mutex_);
        auto const is_woken = [this] { return woken_; };
        if (!condition_)
            condition_.emplace();
        if (until == (time_point::max)())
            condition_->wait(guard, is_woken);
        else
            condition_->wait_until(guard, until, is_woken);
        woken_ = false;
    }

private:
    std::mutex& mutex_;
    std::thread::id const thread_ = std::this_thread::get_id();
    std::optional<std::condition_variable> condition_; // made by the first wait: few wait
    bool woken_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
