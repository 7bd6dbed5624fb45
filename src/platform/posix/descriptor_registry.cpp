// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "descriptor_registry.hpp"

#include "../fork.hpp"

#include <unistd.h>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

void descriptor_registry::add(descriptor& d, int fd) noexcept
{
    std::lock_guard guard(mutex_);
    d.fd_ = fd;
    d.generation_ = process_generation();
    d.previous_ = nullptr;
    d.next_ = first_;
    if (first_)
        first_->previous_ = &d;
    first_ = &d;
}

int descriptor_registry::remove(descriptor& d) noexcept
{
    std::lock_guard guard(mutex_);
    // What the parent opened is no longer in the list, and its number may be another file's by now.
    if (d.generation_ != process_generation())
        return std::exchange(d.fd_, -1), -1;
    (d.previous_ ? d.previous_->next_ : first_) = d.next_;
    if (d.next_)
        d.next_->previous_ = d.previous_;
    return std::exchange(d.fd_, -1);
}

void descriptor_registry::close_inherited() noexcept
{
    for (descriptor const* d = first_; d; d = d->next_)
        ::close(d->fd_);
    first_ = nullptr;
}

} // namespace detail
} // namespace filelock
} // namespace boost
