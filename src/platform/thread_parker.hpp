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

/// A thread that waits for a wake-up, for a change of one file, or for a time.
///
/// All parkers of a process share one source of change notifications. One of the waiting threads
/// reads it for all, and the library has no thread for that. Wake-ups and times also work where
/// there is no source, or where the system has no more watches.
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

    /// Makes this object watch this file and no other: for the changes of `target.kind`, and for
    /// its being replaced.
    watch_result watch(watch_target const& target, file_identity const& identity) noexcept;

    /// Wakes the thread. Any thread may call it.
    void wake() noexcept;

    /// Returns when `wake` was called (once for all calls before), when the file has changed unless
    /// `ignore_changes` is set, or when the time has come. May return earlier for no reason. A
    /// change that comes after the return, but before the next wait or `watch`, may count as the
    /// one that ended this wait.
    void wait_until(time_point until, bool ignore_changes);

    /// Returns whether the file has changed since the last call.
    bool take_change() noexcept;

private:
    friend class parked_threads;

    void watch_nothing() noexcept;
    void on_change() noexcept override;
    void rouse() noexcept;

    std::optional<std::condition_variable> condition_; // made by the first wait
    bool has_watched_ = false; // used by its own thread only, without the mutex
    bool has_unread_ = false;  // it returned before the notifications were read
    bool is_woken_ = false;
    bool is_waiting_ = false;
};

/// Removes the watch that the last wait of a thread has left in the system.
void drop_lingering_watch() noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
