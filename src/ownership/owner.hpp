// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_HPP

#include <boost/filelock/lock_options.hpp>

#include <thread>

namespace boost {
namespace filelock {
namespace detail {

/// Who may hold levels of a lock: a thread, or, as the thread that is none, the object itself.
class owner
{
public:
    static owner calling(ownership scope) noexcept
    {
        return owner(scope == ownership::thread ? std::this_thread::get_id() : std::thread::id());
    }

    friend bool operator==(owner a, owner b) noexcept { return a.thread_ == b.thread_; }

private:
    explicit owner(std::thread::id thread) noexcept : thread_(thread) {}

    std::thread::id thread_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
