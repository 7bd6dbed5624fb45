// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_THREAD_WAKER_HPP

#include "../platform/sleeper.hpp"
#include "waiter.hpp"

#include <thread>

namespace boost {
namespace filelock {
namespace detail {

/// A thread that waits.
class thread_waker final : public waker
{
public:
    void wake() noexcept override { sleeper_.wake(); }

    watching watch(watched const& what, file_identity const& identity) noexcept override
    {
        return sleeper_.watch(what, identity);
    }

    bool take_change() noexcept override { return sleeper_.take_change(); }

    bool is_calling_thread() const noexcept override
    {
        return thread_ == std::this_thread::get_id();
    }

    /// As `sleeper`.
    void wait_until(sleeper::time_point until, bool deaf = false)
    {
        sleeper_.wait_until(until, deaf);
    }

private:
    std::thread::id const thread_ = std::this_thread::get_id();
    sleeper sleeper_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
