// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FORK_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FORK_HPP

#include <atomic>
#include <cstdint>
#include <mutex>

// The process-wide state that a forked child must find whole, and the counts of forks. On systems
// without fork the numbers never change and no handler runs.

namespace boost {
namespace filelock {
namespace detail {

// Declared here so that reading them needs no call: every lock reads them several times.
namespace fork_counters {
extern std::atomic<std::uint32_t> generation;
extern std::atomic<std::uint64_t> forks;
} // namespace fork_counters

/// Returns the generation of this process. It is never zero, and every forked child has another one
/// than its parent. State that was set up in another generation is the parent's.
inline std::uint32_t process_generation() noexcept
{
    return fork_counters::generation.load(
        std::memory_order_relaxed); // written only in a forked child, while it has one thread
}

/// Returns a count that changes when a fork begins and when it ends, in the parent and in the
/// child.
inline std::uint64_t fork_count() noexcept
{
    return fork_counters::forks.load();
}

/// Returns whether the count was read during a fork.
inline bool is_forking(std::uint64_t count) noexcept
{
    return count % 2 != 0;
}

/// Waits until a running fork has ended.
void wait_for_fork() noexcept;

/// The process-wide mutexes in lock order. A fork acquires all of them and those of
/// `share_fork_safe_mutex`, in this order, so that the child finds what they guard whole.
///
/// A thread locks, in ascending order and at most one of each: `objects`; a shared mutex of one
/// object; a mutex of an execution context's operations (async_scheduler), which a fork does not
/// acquire; `waits`. `refreshes` is locked alone.
enum class mutex_rank
{
    objects,  ///< the lists of lock objects
    waits,    ///< the threads that are parked, and the descriptors that wake them
    refreshes ///< the heartbeats
};

std::mutex& process_mutex(mutex_rank rank) noexcept;

/// Returns a mutex for the state of one object. It is one of a few that all objects share and that
/// a fork acquires, so that a child finds the state whole and the mutex free. A thread may hold one
/// of them at a time, for a short time, and must make no system call meanwhile.
std::mutex& share_fork_safe_mutex();

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
