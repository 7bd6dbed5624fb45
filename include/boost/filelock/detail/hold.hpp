// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_HOLD_HPP
#define BOOST_FILELOCK_DETAIL_HOLD_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/lock_mode.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

class lock_state;

/// One level of a lock, owned by this object and by no thread.
class hold
{
public:
    hold() noexcept = default;
    hold(std::shared_ptr<lock_state> state, std::uint64_t owner, lock_mode mode) noexcept
        : state_(std::move(state)), owner_(owner), mode_(mode)
    {}
    hold(hold&& other) noexcept
        : state_(std::move(other.state_)), owner_(other.owner_), mode_(other.mode_)
    {}
    hold& operator=(hold&& other) noexcept
    {
        hold(std::move(other)).swap(*this);
        return *this;
    }
    ~hold()
    {
        if (state_)
            abandon();
    }

    bool is_owner() const noexcept { return state_ != nullptr; }

    /// Drops the level. Throws `lock_error` if there is none.
    BOOST_FILELOCK_DECL void drop();
    BOOST_FILELOCK_DECL void drop(system::error_code& ec) noexcept;

    /// Begins to drop the level. Returns null, with the result in `ec`, or, if another process
    /// blocks the release, the lock whose release `async_release_wait` has to finish.
    BOOST_FILELOCK_DECL std::shared_ptr<lock_state> begin_drop(system::error_code& ec) noexcept;

    BOOST_FILELOCK_DECL bool still_held(system::error_code& ec) const;

    /// Makes the level one of the lock object itself. Throws `lock_error` if that is not possible.
    BOOST_FILELOCK_DECL void give_to_object();

private:
    BOOST_FILELOCK_DECL void abandon() noexcept;
    void swap(hold& other) noexcept
    {
        state_.swap(other.state_);
        std::swap(owner_, other.owner_);
        std::swap(mode_, other.mode_);
    }

    std::shared_ptr<lock_state> state_; // shared, because the lock object may be destroyed first
    std::uint64_t owner_ = 0;
    lock_mode mode_ = lock_mode::none;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
