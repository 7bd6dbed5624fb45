// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP

#include "../platform/thread_parker.hpp"
#include "waiter.hpp"

#include <thread>

namespace boost {
namespace filelock {
namespace detail {

/// The waker of a thread that waits.
class thread_waker final : public waker
{
public:
    void wake() noexcept override { parker_.wake(); }

    watch_result watch(watch_target const& target, file_identity const& identity) noexcept override
    {
        return parker_.watch(target, identity);
    }

    bool take_change() noexcept override { return parker_.take_change(); }

    bool is_calling_thread() const noexcept override
    {
        return thread_ == std::this_thread::get_id();
    }

    /// Does what `thread_parker::wait_until` does.
    void wait_until(thread_parker::time_point until, bool ignore_changes = false)
    {
        parker_.wait_until(until, ignore_changes);
    }

private:
    std::thread::id const thread_ = std::this_thread::get_id();
    thread_parker parker_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
