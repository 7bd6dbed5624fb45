// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "object_registry.hpp"

#include "../platform/fork.hpp"

#include <algorithm>
#include <mutex>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using object_list = intrusive::list<owner_queue, intrusive::base_hook<object_hook>,
                                    intrusive::constant_time_size<false>>;

// Never destroyed: locks of static storage duration leave it late.
object_list& all_objects()
{
    static object_list& list = *new object_list;
    return list;
}

} // namespace

void register_object(owner_queue& queue)
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    all_objects().push_front(queue);
}

void unregister_object(owner_queue& queue) noexcept
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    all_objects().erase(all_objects().iterator_to(queue));
}

bool another_keeps_out(owner_queue const& but, owner who, file_identity const& file, lock_mode mode)
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    return std::any_of(all_objects().begin(), all_objects().end(), [&](owner_queue const& queue) {
        return &queue != &but && queue.shares_domain(but) && queue.keeps_out(who, file, mode);
    });
}

} // namespace detail
} // namespace filelock
} // namespace boost
