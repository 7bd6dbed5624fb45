// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_THREAD_PARKER_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_THREAD_PARKER_HPP

#include "change_notifier.hpp"

#include <chrono>
#include <condition_variable>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// A thread that waits to be woken, for a change of one file, or for a time.
///
/// All sleepers of a process share one source of change notices. One of those who wait reads it
/// for all; there is no thread of ours. Where there are no notices, or no more to be had, the
/// others still work.
class thread_parker final : private file_watch
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    thread_parker() = default;
    thread_parker(thread_parker const&) = delete;
    thread_parker& operator=(thread_parker const&) = delete;
    ~thread_parker()
    {
        if (has_watched_)
            watch_nothing();
    }

    /// From now on watches this file, and no other: for what its holders do when they let go, and
    /// for its being replaced.
    watch_result watch(watch_target const& what, file_identity const& identity) noexcept;

    /// From any thread.
    void wake() noexcept;

    /// Returns when woken, which is so once for all calls of `wake` before; when the file has
    /// changed, unless `deaf`; when the time has come, or earlier for no reason.
    void wait_until(time_point until, bool ignore_changes);

    /// Whether the file has changed since the last call.
    bool take_change() noexcept;

private:
    friend class notice_board;

    void watch_nothing() noexcept;
    void on_change() noexcept override;

    std::optional<std::condition_variable> condition_; // made by the first wait
    bool has_watched_ = false;                         // known to its own thread, without the mutex
    bool is_woken_ = false;
    bool is_waiting_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
