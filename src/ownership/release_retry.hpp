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

/// For how long an owner that can wait tries again, before the background thread goes on alone.
inline constexpr std::chrono::seconds longest_release{1};

/// Tries a release or a withdrawal again that another process was in the way of.
///
/// A thread that releases calls `try_again` until it has waited for long enough. All others, who
/// must not wait, start the background retry: asynchronous owners, whose threads run event loops,
/// and acquisitions that have given up, whose time limit has passed.
class release_retry final : private heartbeat
{
public:
    release_retry(owner_queue& queue, protocol& what) noexcept : queue_(queue), protocol_(what) {}
    ~release_retry() { stop_and_wait(); }

    /// Returns `operation_would_block` where it is still to be done, and nothing where another
    /// owner of the lock object has done it. From any thread.
    system::error_code try_again() noexcept;

    /// Has the thread of the heartbeats try until it is done, or a new acquisition has begun, which
    /// does it first. From any thread. Where no thread is to be had, the next acquisition or the
    /// destructor of the lock object does it.
    void start_in_background() noexcept;

private:
    std::optional<std::chrono::nanoseconds> beat() noexcept override;

    owner_queue& queue_;
    protocol& protocol_;
    std::chrono::nanoseconds pause_{}; // of the background thread alone
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
