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

using object_list = intrusive::list<lock_book, intrusive::base_hook<object_hook>,
                                    intrusive::constant_time_size<false>>;

// Never destroyed: locks of static storage leave it late.
object_list& all_objects()
{
    static object_list& list = *new object_list;
    return list;
}

} // namespace

void register_object(lock_book& book)
{
    std::lock_guard<std::mutex> const guard(registry_mutex());
    all_objects().push_front(book);
}

void unregister_object(lock_book& book) noexcept
{
    std::lock_guard<std::mutex> const guard(registry_mutex());
    all_objects().erase(all_objects().iterator_to(book));
}

bool another_keeps_out(lock_book const& but, owner who, file_identity const& file, lock_mode mode)
{
    std::lock_guard<std::mutex> const guard(registry_mutex());
    return std::any_of(all_objects().begin(), all_objects().end(), [&](lock_book const& book) {
        return &book != &but && book.is_alike(but) && book.keeps_out(who, file, mode);
    });
}

} // namespace detail
} // namespace filelock
} // namespace boost
