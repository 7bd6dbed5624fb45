// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "last_publisher.hpp"

#include "../platform/fork.hpp"

#include <new>

namespace boost {
namespace filelock {
namespace detail {

// All names under which this process has markers on network storage.
struct published_names
{
    std::mutex& mutex = share_fork_safe_mutex();
    last_publisher::table names;
    std::uint32_t of = process_generation();

    // Never destroyed, since locks may have static storage duration.
    static published_names& get()
    {
        alignas(published_names) static unsigned char place[sizeof(published_names)];
        static published_names& all = *new (place) published_names;
        return all;
    }

    // Called with the mutex locked. A forked child forgets the parent's names without touching
    // them, since another thread of the parent may have held one of their mutexes, which stays
    // locked for ever.
    last_publisher::table& table()
    {
        auto const now = process_generation();
        if (std::exchange(of, now) != now)
            new (&names) last_publisher::table;
        return names;
    }
};

void last_publisher::prepare(anchored_path const& path)
{
    end();
    file_facts directory;
    if (facts_of(path.beside("."), directory)) // "." follows a symbolic link
        directory.identity = {};
    key_ = {{directory.identity.device, directory.identity.inode}, path.file_name()};
    auto& all = published_names::get();
    std::lock_guard<std::mutex> const guard(all.mutex);
    auto& known = all.table()[key_];
    of_name_ = known.lock();
    if (!of_name_)
        known = of_name_ = std::make_shared<publications>();
}

std::unique_lock<std::mutex> last_publisher::lock()
{
    return of_name_ ? std::unique_lock<std::mutex>(of_name_->mutex)
                    : std::unique_lock<std::mutex>();
}

void last_publisher::begin() noexcept
{
    if (of_name_)
        number_ = ++of_name_->count;
}

bool last_publisher::is_superseded() const noexcept
{
    if (number_ == 0)
        return false;
    std::lock_guard<std::mutex> const guard(of_name_->mutex);
    return of_name_->count != number_;
}

void last_publisher::end() noexcept
{
    number_ = 0;
    if (!of_name_)
        return;
    auto& all = published_names::get();
    std::lock_guard<std::mutex> const guard(all.mutex);
    of_name_.reset();
    if (all.of != process_generation())
        return;
    auto const at = all.names.find(key_);
    if (at != all.names.end() && at->second.expired())
        all.names.erase(at);
}

} // namespace detail
} // namespace filelock
} // namespace boost
