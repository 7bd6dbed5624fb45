// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_RENEWED_IN_CHILD_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_RENEWED_IN_CHILD_HPP

#include "../platform/fork.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// A protocol that a forked child makes anew. Another thread of the parent may have been in the
/// middle of an attempt, and what that leaves is not even fit to be destroyed. Its descriptors are
/// closed in the child, so nothing but its memory leaks.
template <class Protocol>
class renewed_in_child
{
public:
    using maker = std::function<std::unique_ptr<Protocol>()>;

    explicit renewed_in_child(maker make)
        : make_(std::move(make)), current_(make_().release()), made_in_(process_generation())
    {}
    renewed_in_child(renewed_in_child const&) = delete;
    renewed_in_child& operator=(renewed_in_child const&) = delete;
    ~renewed_in_child()
    {
        if (made_in_ == process_generation())
            delete current_.load(std::memory_order_relaxed);
    }

    /// Called at the beginning of an attempt. Returns whether it was made anew.
    bool renew()
    {
        if (made_in_ == process_generation())
            return false;
        current_.store(make_().release(), std::memory_order_release);
        made_in_ = process_generation();
        return true;
    }

    /// From any thread. What a child calls before `renew`, or meanwhile, must not read what an
    /// attempt changes.
    Protocol* operator->() const noexcept { return current_.load(std::memory_order_acquire); }

private:
    maker const make_;
    std::atomic<Protocol*> current_;
    std::uint32_t made_in_; // the process generation
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
