// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_REGISTRY_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_DESCRIPTOR_REGISTRY_HPP

#include "../descriptor.hpp"

#include <mutex>

namespace boost {
namespace filelock {
namespace detail {

/// All descriptors of this process, open or not, for a forked child to close. A list through them
/// of our own: Boost.Intrusive's has a destructor, and the registry must outlive all others.
class descriptor_registry
{
public:
    std::mutex& mutex() noexcept { return mutex_; }

    void add(descriptor& d) noexcept;
    void remove(descriptor& d) noexcept;

    /// In a forked child, with the mutex held over the fork.
    void close_inherited() noexcept;

private:
    std::mutex mutex_;
    descriptor* first_ = nullptr;
};

descriptor_registry& all_descriptors() noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
