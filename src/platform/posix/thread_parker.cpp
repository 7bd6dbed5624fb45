// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../thread_parker.hpp"

// For systems without change notifications, and builds that do not use them.
#if !defined(__linux__) || defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

#include "../fork.hpp"

#include <mutex>

namespace boost {
namespace filelock {
namespace detail {

watch_result thread_parker::watch(watch_target const&, file_identity const&) noexcept
{
    return watch_result::no;
}

void thread_parker::watch_nothing() noexcept {}

void thread_parker::on_change() noexcept {}

void thread_parker::wake() noexcept
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    is_woken_ = true;
    if (is_waiting_)
        condition_->notify_one();
}

void thread_parker::wait_until(time_point until, bool)
{
    std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::waits));
    if (!condition_)
        condition_.emplace();
    auto const is_woken = [this] { return is_woken_; };
    is_waiting_ = true;
    if (until == (time_point::max)())
        condition_->wait(guard, is_woken);
    else
        condition_->wait_until(guard, until, is_woken);
    is_waiting_ = false;
    is_woken_ = false;
}

void drop_lingering_watch() noexcept {}

bool thread_parker::take_change() noexcept
{
    return false;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
