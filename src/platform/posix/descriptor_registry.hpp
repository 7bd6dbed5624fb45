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

/// The numbers of all descriptors of this process, for a forked child to close. A number is in its
/// slot before anything relies on the descriptor, and is removed before it is closed, since it may
/// be another file's then.
class descriptor_registry
{
public:
    constexpr descriptor_registry() noexcept = default;

    std::mutex& mutex() noexcept { return mutex_; }

    /// Returns null where there is no memory.
    descriptor_slot* acquire() noexcept;
    void release(descriptor_slot& slot) noexcept;

    /// Closes them in a forked child, with the mutex held over the fork. The slots stay with their
    /// descriptors; those of the parent's other threads are never used again.
    void close_inherited() noexcept;

private:
    struct block
    {
        std::array<descriptor_slot, 64> slots;
        block* next = nullptr;
    };

    std::mutex mutex_;
    block first_;             // so that a few need no memory
    std::size_t used_ = 0;    // slots of the newest block that were ever acquired
    block* newest_ = nullptr; // blocks that were allocated; never freed
    descriptor_slot* free_ = nullptr;
};

descriptor_registry& all_descriptors() noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
