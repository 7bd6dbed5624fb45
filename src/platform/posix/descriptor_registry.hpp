// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_REGISTRY_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_REGISTRY_HPP

#include "../descriptor.hpp"

#include <array>
#include <cstddef>
#include <mutex>

namespace boost {
namespace filelock {
namespace detail {

/// The numbers of all descriptors of this process, which a forked child closes. A number is stored
/// in its slot before any code relies on the descriptor. It is removed from the slot before the
/// descriptor is closed, because the number may be another file's afterwards.
class descriptor_registry
{
public:
    constexpr descriptor_registry() noexcept = default;

    std::mutex& mutex() noexcept { return mutex_; }

    /// Returns null if there is no memory.
    descriptor_slot* acquire() noexcept;
    void release(descriptor_slot& slot) noexcept;

    /// Closes the descriptor that a slot has, and empties the slot.
    static void close(descriptor_slot& slot) noexcept;

    /// Returns whether the number is still that of the slot's idle descriptor.
    static bool is_same(int fd, descriptor_slot const& slot) noexcept;

    /// Closes idle descriptors, up to this number. Returns how many it closed.
    std::size_t close_idle(std::size_t most) noexcept;

    /// Closes the descriptors in a forked child. The mutex was locked before the fork. The slots
    /// stay with their descriptors; those of the parent's other threads are never used again.
    void close_inherited() noexcept;

private:
    struct block
    {
        std::array<descriptor_slot, 64> slots;
        block* next = nullptr;
    };

    template <class F>
    void for_each_slot(F f) noexcept;
    static bool close_if_same(int fd, descriptor_slot const& slot) noexcept;

    std::mutex mutex_;
    block first_;             // so that the first slots need no memory
    std::size_t used_ = 0;    // slots of the newest block that were ever acquired
    block* newest_ = nullptr; // blocks that were allocated; never freed
    descriptor_slot* free_ = nullptr;
};

descriptor_registry& all_descriptors() noexcept;

/// Returns whether a call failed with `error` for want of descriptors, of the process (EMFILE) or
/// of the system (ENFILE), and an idle one was closed, so that the call is worth repeating. Leaves
/// `errno` alone.
bool has_made_room(int error) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
