// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_RELEASE_RETRY_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_RELEASE_RETRY_HPP

#include "../protocol/protocol.hpp"
#include "heartbeat_scheduler.hpp"
#include "owner_queue.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The longest time that an owner that can wait retries a release. After that, the background
/// thread continues.
inline constexpr std::chrono::seconds longest_release{1};

/// Retries a release or a withdrawal when another process was in the way of the first try.
///
/// A thread that releases calls `try_again` for at most `longest_release`. Asynchronous owners and
/// acquisitions that have given up start the background retry. They must not wait: the threads of
/// asynchronous owners run event loops, and the time limit of such an acquisition has passed.
class release_retry final : private heartbeat
{
public:
    release_retry(owner_queue& queue, protocol& lock_protocol) noexcept
        : queue_(queue), protocol_(lock_protocol)
    {}
    ~release_retry() { stop_and_wait(); }

    /// Tries again. Returns `operation_would_block` if the release is still unfinished, and no
    /// error if another owner of the lock object has finished it. May be called from any thread.
    system::error_code try_again() noexcept;

    /// Lets the heartbeat thread retry until the release is finished or a new acquisition begins,
    /// which finishes it first. If the thread cannot be started, the next acquisition or the
    /// destructor of the lock object finishes it. May be called from any thread.
    void start_in_background() noexcept;

private:
    std::optional<std::chrono::nanoseconds> beat() noexcept override;

    owner_queue& queue_;
    protocol& protocol_;
    std::chrono::nanoseconds pause_{}; // used only by the background thread
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
