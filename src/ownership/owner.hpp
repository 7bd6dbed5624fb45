// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_OWNER_HPP

#include <boost/filelock/lock_options.hpp>

#include <cstdint>

namespace boost {
namespace filelock {
namespace detail {

/// An owner of levels of a lock: a thread, an asynchronous operation, or the lock object itself,
/// which has the number zero.
class owner
{
public:
    /// Returns the calling thread as an owner, or the lock object if threads do not own levels.
    static owner calling(ownership scope) noexcept
    {
        return owner(scope == ownership::thread ? this_thread() : 0);
    }

    explicit owner(std::uint64_t number) noexcept : number_(number) {}
    std::uint64_t number() const noexcept { return number_; }

    /// Returns an owner that is different from all others in the process.
    static owner unique() noexcept { return owner(next()); }

    friend bool operator==(owner a, owner b) noexcept { return a.number_ == b.number_; }
    friend bool operator!=(owner a, owner b) noexcept { return a.number_ != b.number_; }

private:
    static std::uint64_t next() noexcept;

    // The number is not the std::thread::id, which the system may reuse for a new thread when a
    // thread ends that still owns levels.
    static std::uint64_t this_thread() noexcept;

    std::uint64_t number_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
