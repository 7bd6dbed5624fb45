// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "descriptor_registry.hpp"

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

void descriptor_registry::add(descriptor& d) noexcept
{
    std::lock_guard guard(mutex_);
    d.next_ = first_;
    if (first_)
        first_->previous_ = &d;
    first_ = &d;
}

void descriptor_registry::remove(descriptor& d) noexcept
{
    std::lock_guard guard(mutex_);
    (d.previous_ ? d.previous_->next_ : first_) = d.next_;
    if (d.next_)
        d.next_->previous_ = d.previous_;
}

void descriptor_registry::close_inherited() noexcept
{
    for (auto* d = first_; d; d = d->next_)
        if (d->is_open())
            ::close(d->fd_.exchange(-1));
}

} // namespace detail
} // namespace filelock
} // namespace boost
