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

/// The common part of `held_lock`, `shared_held_lock` and `upgrade_held_lock`.
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

    /// Returns the lock, or null if this object owns no level.
    Lock* mutex() const noexcept { return owns_lock() ? lock_ : nullptr; }

    /// Releases the lock. Never waits. If another process blocks the release, a background thread
    /// retries until it has succeeded. An error on disk is retried with the next lock. Afterwards
    /// this object owns nothing, whatever happened. Throws `lock_error` with
    /// `operation_not_permitted` if this object owns no level, and no other exception.
    void unlock() { hold_.drop(); }

    /// Releases the lock as `unlock()` does and reports the error. `timed_out` means that a
    /// background thread continues the release.
    void unlock(system::error_code& ec) noexcept { hold_.drop(ec); }

    /// Returns whether the lock is held now according to the file system, as `Lock::still_held`
    /// does.
    bool still_held(system::error_code& ec) const { return hold_.still_held(ec); }

    /// Returns the exception of a callback that ended the operation. It has the text that the
    /// handler's error code lacks. Returns null for every other outcome.
    std::exception_ptr exception() const noexcept { return thrown_; }

    /// Begins the release for `async_release`. See `hold::begin_drop`.
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

/// One exclusive level that was acquired asynchronously. This object owns it, and no thread does.
/// Movable. The destructor releases the lock. Any thread may move, use and destroy the object, but
/// only one at a time.
///
/// The object may outlive the lock object, whose destructor releases the lock. In a forked child it
/// owns nothing, and releasing it has no effect.
template <class Lock>
class [[nodiscard]] held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    /// Makes the level one of the lock object itself, whose scope must be `ownership::instance`.
    /// Throws `lock_error` with `operation_not_permitted` if the scope is another one or nothing is
    /// held; the object then stays as it was.
    friend unique_lock<Lock> adopt(held_lock&& h)
    {
        return unique_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

/// One shared level. See `held_lock`.
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

/// One upgrade level. See `held_lock`.
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
