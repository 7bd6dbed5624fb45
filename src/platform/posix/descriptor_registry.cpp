// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "descriptor_registry.hpp"

#include <cerrno>
#include <new>

#include <sys/stat.h>
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
        slot->known_by = {};
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

template <class F>
void descriptor_registry::for_each_slot(F f) noexcept
{
    for (auto& slot : first_.slots)
        f(slot);
    for (auto* b = newest_; b; b = b->next)
        for (auto& slot : b->slots)
            f(slot);
}

void descriptor_registry::close(descriptor_slot& slot) noexcept
{
    int const fd = slot.fd.exchange(-1);
    if (fd >= 0)
        ::close(fd);
    else if (fd != -1)
        (void)close_if_same(descriptor::idle_number(fd), slot);
}

bool descriptor_registry::close_if_same(int fd, descriptor_slot const& slot) noexcept
{
    bool const is_ours = is_same(fd, slot);
    if (is_ours)
        ::close(fd);
    return is_ours;
}

bool descriptor_registry::is_same(int fd, descriptor_slot const& slot) noexcept
{
    if (slot.has_tag())
        return ::lseek(fd, 0, SEEK_CUR) == slot.tag();
    struct ::stat s;
    return ::fstat(fd, &s) == 0 && file_identity{s.st_dev, s.st_ino} == slot.known_by;
}

std::size_t descriptor_registry::close_idle(std::size_t most) noexcept
{
    std::size_t closed = 0;
    std::lock_guard<std::mutex> const guard(mutex_); // no slot is reused, and no fork begins
    for_each_slot([&](descriptor_slot& slot) {
        int fd = slot.fd.load();
        if (closed == most || fd >= -1)
            return;
        if (slot.fd.compare_exchange_strong(fd, -1)) // else its owner has resumed it
            closed += close_if_same(descriptor::idle_number(fd), slot);
    });
    return closed;
}

void descriptor_registry::close_inherited() noexcept
{
    for_each_slot([](descriptor_slot& slot) { close(slot); });
}

bool has_made_room(int error) noexcept
{
    bool const has = (error == EMFILE || error == ENFILE) && all_descriptors().close_idle(1) != 0;
    errno = error;
    return has;
}

} // namespace detail
} // namespace filelock
} // namespace boost
