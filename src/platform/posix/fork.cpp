// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../fork.hpp"

#include "descriptor_registry.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <new>

#include <pthread.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// All that a forked child must find whole. Never destroyed: locks of static storage may be dropped
// after this file's static objects would have gone.
struct fork_state
{
    std::array<std::mutex, 16> mutexes;
    std::atomic<std::size_t> next_mutex{0};
    std::atomic<std::uint64_t> generation{1};
    std::atomic<std::uint64_t> forks{0};
    descriptor_registry descriptors;
};

fork_state& state() noexcept;

// A child has only the thread that forked. That thread holds every mutex of ours over the fork, so
// that no other is inside of what it guards (POSIX, pthread_atfork: rationale).
void before_fork()
{
    for (auto& m : state().mutexes)
        m.lock();
    state().descriptors.mutex().lock();
}

void after_fork()
{
    state().forks.fetch_add(1);
    state().descriptors.mutex().unlock();
    for (auto& m : state().mutexes)
        m.unlock();
}

void after_fork_in_child()
{
    state().generation.fetch_add(1);
    state().descriptors.close_inherited();
    after_fork();
}

fork_state& make_state()
{
    auto* made = new fork_state;
    if (::pthread_atfork(before_fork, after_fork, after_fork_in_child) != 0)
        throw std::bad_alloc(); // ENOMEM is its only error
    return *made;
}

fork_state& state() noexcept
{
    static fork_state& s = make_state();
    return s;
}

// Made when the library is loaded, before there is a thread that could fork in the middle of it.
[[maybe_unused]] fork_state const& made_early = state();

} // namespace

std::uint64_t process_generation() noexcept
{
    return state().generation.load();
}

std::uint64_t fork_count() noexcept
{
    return state().forks.load();
}

std::mutex& share_fork_safe_mutex() noexcept
{
    return state().mutexes[state().next_mutex.fetch_add(1) % state().mutexes.size()];
}

descriptor_registry& open_descriptors() noexcept
{
    return state().descriptors;
}

} // namespace detail
} // namespace filelock
} // namespace boost
