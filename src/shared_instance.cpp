// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "platform/fork.hpp"

#include <boost/filelock/shared_instance.hpp>

#include <boost/filesystem/operations.hpp>

#include <map>
#include <mutex>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using instance_map = std::map<instance_key, std::weak_ptr<void>>;

// Returns all shared instances. `mutex_rank::objects` guards them, so that a forked child finds the
// map in a consistent state. The map is never destroyed: objects of static storage duration leave
// it late.
instance_map& all_instances()
{
    static instance_map& map = *new instance_map;
    return map;
}

} // namespace

filesystem::path instance_path(filesystem::path const& path)
{
    auto const absolute = checked_absolute(path);
    system::error_code ec;
    auto const parent = filesystem::weakly_canonical(absolute.parent_path(), ec);
    return ec ? absolute : parent / absolute.filename();
}

std::shared_ptr<void> find_instance(instance_key const& key)
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    auto const found = all_instances().find(key);
    return found == all_instances().end() ? nullptr : found->second.lock();
}

std::shared_ptr<void> add_instance(instance_key const& key, std::shared_ptr<void> const& made)
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    auto& place = all_instances()[key];
    if (auto faster = place.lock())
        return faster;
    place = made;
    return made;
}

void forget_instance(instance_key const& key) noexcept
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::objects));
    auto const found = all_instances().find(key);
    if (found != all_instances().end() &&
        found->second.expired()) // otherwise a new instance has replaced it
        all_instances().erase(found);
}

} // namespace detail
} // namespace filelock
} // namespace boost
