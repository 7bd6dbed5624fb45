// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../sleeper.hpp"

// Where nothing tells of changes, or is not to be asked.
#if !defined(__linux__) || defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

#include "../fork.hpp"

#include <mutex>

namespace boost {
namespace filelock {
namespace detail {

watching sleeper::watch(watched const&, file_identity const&) noexcept
{
    return watching::no;
}

void sleeper::watch_nothing() noexcept {}

void sleeper::told() noexcept {}

void sleeper::wake() noexcept
{
    std::lock_guard<std::mutex> const guard(notice_mutex());
    is_woken_ = true;
    if (is_waiting_)
        condition_->notify_one();
}

void sleeper::wait_until(time_point until, bool)
{
    std::unique_lock<std::mutex> guard(notice_mutex());
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

bool sleeper::take_change() noexcept
{
    return false;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
