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

namespace fork_counters {
std::atomic<std::uint32_t> generation{1};
std::atomic<std::uint64_t> forks{0};
} // namespace fork_counters

namespace {

using fork_counters::forks;
using fork_counters::generation;

// All state that a forked child must find whole.
struct shared_state
{
    std::array<std::mutex, 3> by_rank;
    std::array<std::mutex, 16> mutexes;
    descriptor_registry descriptors;
};

// Initialised before any code runs, because its constructor is constexpr, and never destroyed,
// because locks may have static storage. (Some C++ libraries have a mutex with a destructor.)
union never_destroyed {
    constexpr never_destroyed() noexcept : value() {}
    ~never_destroyed() {}
    shared_state value;
};

never_destroyed state;
std::array<std::mutex, 16>& mutexes = state.value.mutexes;
descriptor_registry& descriptors = state.value.descriptors;
std::atomic<std::size_t> next_mutex{0};

// A child has only the thread that forked. That thread holds every mutex of the library over the
// fork, so that no other thread is changing the state that they guard (POSIX, pthread_atfork:
// rationale).
void before_fork()
{
    process_mutex(mutex_rank::objects).lock();
    for (auto& m : mutexes)
        m.lock();
    process_mutex(mutex_rank::waits).lock();
    process_mutex(mutex_rank::refreshes).lock();
    descriptors.mutex().lock();
    forks.fetch_add(1); // odd: a child may be created at any moment from here
}

void after_fork()
{
    forks.fetch_add(1);
    descriptors.mutex().unlock();
    process_mutex(mutex_rank::refreshes).unlock();
    process_mutex(mutex_rank::waits).unlock();
    for (auto& m : mutexes)
        m.unlock();
    process_mutex(mutex_rank::objects).unlock();
}

void after_fork_in_child()
{
    generation.fetch_add(1);
    descriptors.close_inherited();
    after_fork();
}

bool register_handlers()
{
    if (::pthread_atfork(before_fork, after_fork, after_fork_in_child) != 0)
        throw std::bad_alloc(); // ENOMEM is its only error
    return true;
}

void handle_forks()
{
    static bool const registered = register_handlers();
    (void)registered;
}

// Registers when the library is loaded, before any thread can fork during the registration. Locks
// that are created even earlier register with the first lock.
bool const registered_early = (handle_forks(), true);

} // namespace

void wait_for_fork() noexcept
{
    std::lock_guard<std::mutex> const guard(descriptors.mutex());
}

std::mutex& process_mutex(mutex_rank rank) noexcept
{
    return state.value.by_rank[static_cast<std::size_t>(rank)];
}

std::mutex& share_fork_safe_mutex()
{
    handle_forks();
    return mutexes[next_mutex.fetch_add(1) % mutexes.size()];
}

descriptor_registry& all_descriptors() noexcept
{
    return descriptors;
}

} // namespace detail
} // namespace filelock
} // namespace boost
