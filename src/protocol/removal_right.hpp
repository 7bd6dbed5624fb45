// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_REMOVAL_RIGHT_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_REMOVAL_RIGHT_HPP

#include "../platform/descriptor.hpp"
#include "../platform/kernel_lock.hpp"

#include <boost/filelock/detail/lock_mode.hpp>

#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// The removal right of a marker, an exclusive `flock`, from a successful try to the end of the
/// scope. A process that removes a marker's name, or relies on it, holds the right, so that the
/// marker is still the one that it judged. Local storage only.
class removal_right
{
public:
    explicit removal_right(descriptor const& file) noexcept : file_(file) {}
    removal_right(removal_right const&) = delete;
    removal_right& operator=(removal_right const&) = delete;
    ~removal_right()
    {
        if (is_held_)
            (void)kernel_unlock(file_.native(), kernel_lock::flock);
    }

    /// Returns `operation_would_block` where another process has it.
    system::error_code try_to_take() noexcept
    {
        auto const ec = try_kernel_lock(file_.native(), kernel_lock::flock, lock_mode::exclusive);
        is_held_ = !ec;
        return ec;
    }

private:
    descriptor const& file_;
    bool is_held_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
