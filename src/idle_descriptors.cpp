// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "platform/idle_descriptors.hpp"
#include "platform/thread.hpp"

#include <boost/filelock/idle_descriptors.hpp>

namespace boost {
namespace filelock {

std::size_t close_idle_descriptors() noexcept
{
    detail::without_cancellation const running_on;
    return detail::close_all_idle();
}

} // namespace filelock
} // namespace boost
