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

/// The open descriptors of this process, as a list through the objects themselves.
class descriptor_registry
{
public:
    std::mutex& mutex() noexcept { return mutex_; }

    void add(descriptor& d, int fd) noexcept;

    /// After this the descriptor is the caller's to close.
    int remove(descriptor& d) noexcept;

    /// In a forked child, with the mutex held.
    void close_inherited() noexcept;

private:
    std::mutex mutex_;
    descriptor* first_ = nullptr;
};

descriptor_registry& open_descriptors() noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
