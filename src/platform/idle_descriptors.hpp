// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_IDLE_DESCRIPTORS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_IDLE_DESCRIPTORS_HPP

#include <cstddef>

namespace boost {
namespace filelock {
namespace detail {

/// Closes all idle descriptors of the process. Returns how many there were. From any thread.
std::size_t close_all_idle() noexcept;

/// The permit of one lock object to have idle descriptors. The process has a limited number: an
/// eighth of the descriptors that it may open (RLIMIT_NOFILE when the library is loaded), and 1,024
/// at most. An object without a permit opens its file for each acquisition.
class idle_permit
{
public:
    idle_permit() = default;
    idle_permit(idle_permit const&) = delete;
    idle_permit& operator=(idle_permit const&) = delete;
    ~idle_permit();

    /// Returns whether the object has a permit or gets one.
    bool acquire() noexcept { return is_granted_ || ask(); }

private:
    bool ask() noexcept;

    bool is_granted_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
