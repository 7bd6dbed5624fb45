// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "descriptor_registry.hpp"

#include <new>

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

descriptor_slot* descriptor_registry::acquire() noexcept
{
    std::lock_guard<std::mutex> const guard(mutex_);
    if (free_) {
        auto* const slot = free_;
        free_ = slot->next_free;
        return slot;
    }
    auto* newest = newest_ ? newest_ : &first_;
    if (used_ == newest->slots.size()) {
        newest = new (std::nothrow) block;
        if (!newest)
            return nullptr;
        newest->next = newest_;
        newest_ = newest;
        used_ = 0;
    }
    return &newest->slots[used_++];
}

void descriptor_registry::release(descriptor_slot& slot) noexcept
{
    std::lock_guard<std::mutex> const guard(mutex_);
    slot.next_free = free_;
    free_ = &slot;
}

void descriptor_registry::close_inherited() noexcept
{
    auto const close_all = [](block& b) {
        for (auto& slot : b.slots)
            if (int const fd = slot.fd.exchange(-1); fd != -1)
                ::close(fd);
    };
    close_all(first_);
    for (auto* b = newest_; b; b = b->next)
        close_all(*b);
}

} // namespace detail
} // namespace filelock
} // namespace boost
