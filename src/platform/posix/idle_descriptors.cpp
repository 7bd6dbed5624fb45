// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../idle_descriptors.hpp"

#include "descriptor_registry.hpp"

#include <atomic>

#include <sys/resource.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// A forked child has a copy of each object, and so the same number of permits.
std::atomic<unsigned> permits{0};

unsigned most_permits() noexcept
{
    constexpr unsigned most = 1024;
    ::rlimit descriptors;
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        return 0;
    return descriptors.rlim_cur / 8 < most ? static_cast<unsigned>(descriptors.rlim_cur / 8) : most;
}

// Zero before it is initialized, for locks that are used even earlier.
unsigned const most = most_permits();

} // namespace

idle_permit::~idle_permit()
{
    if (is_granted_)
        permits.fetch_sub(1, std::memory_order_relaxed);
}

bool idle_permit::ask() noexcept
{
    auto count = permits.load(std::memory_order_relaxed);
    while (count < most && !is_granted_)
        is_granted_ = permits.compare_exchange_weak(count, count + 1, std::memory_order_relaxed);
    return is_granted_;
}

std::size_t close_all_idle() noexcept
{
    return all_descriptors().close_idle(static_cast<std::size_t>(-1));
}

} // namespace detail
} // namespace filelock
} // namespace boost
