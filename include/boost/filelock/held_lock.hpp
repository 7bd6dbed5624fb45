// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_HELD_LOCK_HPP
#define BOOST_FILELOCK_HELD_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/hold.hpp>

#include <boost/system/error_code.hpp>
#include <boost/thread/lock_types.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// What the three have in common.
template <class Lock>
class held
{
public:
    using mutex_type = Lock;

    held() noexcept = default;
    held(hold&& what, Lock& lock) noexcept : hold_(std::move(what)), lock_(&lock) {}
    explicit held(std::exception_ptr thrown) noexcept : thrown_(std::move(thrown)) {}
    held(held&&) noexcept = default;
    held& operator=(held&&) noexcept = default;
    ~held() = default;

    bool owns_lock() const noexcept { return hold_.is_owner(); }
    explicit operator bool() const noexcept { return owns_lock(); }

    /// Where it owns nothing, null.
    Lock* mutex() const noexcept { return owns_lock() ? lock_ : nullptr; }

    /// Gives the lock back, and never waits. Throws `lock_error` with `operation_not_permitted`
    /// where there is nothing to be given back, and never anything else; what goes wrong on disk is
    /// tried again with the next lock. Where another process is in the way for the moment, a
    /// background thread tries again until it has gone. Whatever happens, it owns nothing
    /// thereafter.
    void unlock() { hold_.drop(); }

    /// As above, and reports what went wrong: `timed_out` where a background thread goes on with
    /// it.
    void unlock(system::error_code& ec) noexcept { hold_.drop(ec); }

    /// Asks the file system whether it holds the lock now, as `Lock::still_held` does.
    bool still_held(system::error_code& ec) const { return hold_.still_held(ec); }

    /// The exception of a callback that ended the operation, for its text: the error code that the
    /// handler is given has none. Null for every other outcome.
    std::exception_ptr exception() const noexcept { return thrown_; }

    /// For `async_release`.
    std::shared_ptr<detail::lock_state> begin_unlock(system::error_code& ec) noexcept
    {
        return hold_.begin_drop(ec);
    }

protected:
    Lock& give_to_object()
    {
        hold_.give_to_object();
        return *lock_;
    }

private:
    hold hold_;
    Lock* lock_ = nullptr;
    std::exception_ptr thrown_;
};

} // namespace detail

/// An exclusive lock that was acquired asynchronously: one level, owned by this object and by no
/// thread. Movable; gives the lock back when it is destroyed, and may be moved, used and destroyed
/// on any thread, by one at a time.
///
/// It may outlive the lock object, whose end has given the lock back. In a forked child it owns
/// nothing, and giving it back does nothing.
template <class Lock>
class [[nodiscard]] held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    /// Makes it a level of the lock object itself, whose scope must be `ownership::instance`.
    /// Throws `lock_error` with `operation_not_permitted` where it is not, or nothing is held.
    friend unique_lock<Lock> adopt(held_lock&& h)
    {
        return unique_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

/// As `held_lock`, a shared lock.
template <class Lock>
class [[nodiscard]] shared_held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    friend shared_lock<Lock> adopt(shared_held_lock&& h)
    {
        return shared_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

/// As `held_lock`, an upgrade lock.
template <class Lock>
class [[nodiscard]] upgrade_held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    friend upgrade_lock<Lock> adopt(upgrade_held_lock&& h)
    {
        return upgrade_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

} // namespace filelock
} // namespace boost

#endif
