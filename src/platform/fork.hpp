// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_FORK_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_FORK_HPP

#include <atomic>
#include <cstdint>
#include <mutex>

// What a fork needs to know of us, and we of it: the process-wide state that a child must find
// whole. Where there is no fork, the numbers never change and nothing happens.

namespace boost {
namespace filelock {
namespace detail {

// Here to be read without a call: every lock does several times.
namespace fork_counters {
extern std::atomic<std::uint32_t> generation;
extern std::atomic<std::uint64_t> forks;
} // namespace fork_counters

/// Never zero; another number in every forked child than in its parent. What was taken under
/// another number is the parent's.
inline std::uint32_t process_generation() noexcept
{
    return fork_counters::generation.load(std::memory_order_relaxed); // written by a lone thread
}

/// Changes when a fork begins and when it is over, in the parent as in the child.
inline std::uint64_t fork_count() noexcept
{
    return fork_counters::forks.load();
}

/// True of a count that was taken while a fork was under way.
inline bool is_forking(std::uint64_t count) noexcept
{
    return count % 2 != 0;
}

/// Waits for the end of a fork that is under way.
void wait_for_fork() noexcept;

/// The mutex of the registry of lock objects, safe over forks as well. Take it before an object's.
std::mutex& registry_mutex() noexcept;

/// The mutex of all who sleep. Take it after an object's.
std::mutex& notice_mutex() noexcept;

/// The mutex of heartbeats. Take no other while it is held.
std::mutex& heartbeat_mutex() noexcept;

/// A mutex for one object's book-keeping. It is one of a few that all objects share and that a fork
/// waits for, so that a child finds the book-keeping whole and the mutex free. Hold one at a time,
/// shortly, and across no system call.
std::mutex& share_fork_safe_mutex();

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
