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
///
/// Thread safety:: Any thread may move, use and destroy the object, but only one at a time.
/// System calls of Release:: Those of a release of the last level of the lock type.
/// Crash, fork, cancellation of Construction, Release:: At a crash the kernel releases a kernel
///   lock, and the marker of a soft lock stays until contenders evict it; in a forked child a
///   release has no effect, once; a release cannot be cancelled.
template <class Lock>
class held
{
public:
    /// @name Types

    /// The type of the lock.
    using mutex_type = Lock;

    /// @name Construction

    /// Constructs an empty object, which owns no level.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: No effect.
    held() noexcept = default;
    // For `async_acquire`.
    held(hold&& what, Lock& lock) noexcept : hold_(std::move(what)), lock_(&lock) {}
    // For `async_acquire`.
    explicit held(std::exception_ptr thrown) noexcept : thrown_(std::move(thrown)) {}
    /// Takes over the level of another object, which is empty afterwards.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child the new object owns nothing either.
    held(held&&) noexcept = default;
    /// Releases the level of this object, if it has one, and takes over that of another object,
    /// which is empty afterwards.
    ///
    /// System calls:: None, or those of a release of the last level of the lock type.
    held& operator=(held&&) noexcept = default;
    /// Releases the lock, on any thread. Never waits: if another process blocks the release, a
    /// background thread retries. Errors are ignored.
    ///
    /// System calls:: None, or those of a release of the last level of the lock type.
    ~held() = default;

    /// @name Observers

    /// Returns whether this object has a level: an operation delivered it, and it was neither
    /// released, adopted nor moved away. The answer is still true after the lock object was closed
    /// or destroyed, although nothing is held then.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: Still true in a forked child, where nothing is held.
    ///   `still_held` is false there.
    bool owns_lock() const noexcept { return hold_.is_owner(); }
    /// Returns whether this object has a level: an operation delivered it, and it was neither
    /// released, adopted nor moved away. The answer is still true after the lock object was closed
    /// or destroyed, although nothing is held then.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: Still true in a forked child, where nothing is held.
    ///   `still_held` is false there.
    explicit operator bool() const noexcept { return owns_lock(); }

    /// Returns the lock, or null if this object has no level. After the lock object was destroyed
    /// the pointer is invalid.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child it returns the child's lock object.
    Lock* mutex() const noexcept { return owns_lock() ? lock_ : nullptr; }

    /// @name Release

    /// Releases the lock. Never waits: if another process blocks the release, a background thread
    /// retries. An error of the release is retried with the next lock. Afterwards this object owns
    /// nothing, whatever happened.
    ///
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if this object has no level, or
    ///   if the lock object was destroyed. No other exception.
    void unlock() { hold_.drop(); }

    /// Releases the lock and reports every error. Never waits: if another process blocks the
    /// release, a background thread continues it. Afterwards this object owns nothing, whatever
    /// happened.
    ///
    /// Parameters:: `ec`: `errc::operation_not_permitted` if this object has no level, or if the
    ///   lock object was destroyed; `errc::timed_out` if a background thread continues the release;
    ///   another error of the operating system; cleared if there is none.
    void unlock(system::error_code& ec) noexcept { hold_.drop(ec); }

    /// @name Observers

    /// Asks the file system whether this object holds the lock now. The level stays as it is,
    /// whatever the answer. A lost lock must still be released.
    ///
    /// Parameters:: `ec`: the error if the file system gave no answer; cleared otherwise.
    /// Returns:: True if this object owns a level and the file system confirms it, in the way that
    ///   `still_held` of the lock type describes. False with `ec` cleared if not. False with `ec`
    ///   set if there was no answer. The result says nothing about the time before or after the
    ///   call.
    /// System calls:: Those of `still_held` of the lock type.
    /// Crash, fork, cancellation:: False in a forked child.
    bool still_held(system::error_code& ec) const { return hold_.still_held(ec); }

    /// Returns the exception of a callback that ended the operation, for `std::rethrow_exception`.
    /// It has the type and the text that the handler's error code lacks. Returns null for every
    /// other outcome. A coroutine gets it with `asio::as_tuple`.
    ///
    /// System calls:: None.
    /// Crash, fork, cancellation:: No effect.
    std::exception_ptr exception() const noexcept { return thrown_; }

    // Begins the release for `async_release`. See `hold::begin_drop`.
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

/// One exclusive level of a lock that was acquired asynchronously, the result of `async_acquire`.
/// This object owns it, and no thread does. The destructor releases it.
///
/// Movable, and empty if default-constructed. The object may outlive the lock object, whose
/// destructor releases the lock. See <<who_owns_it,Ownership of a lock>>.
template <class Lock>
class [[nodiscard]] held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    /// @name Conversion

    /// Makes the level one of the lock object itself, whose scope must be `ownership::instance`.
    /// Any thread may release it then. Found by argument-dependent lookup alone.
    ///
    /// Parameters:: `h`: the object whose level is moved. It is empty afterwards, or as it was if
    ///   the function throws.
    /// Returns:: A `boost::unique_lock<Lock>` that owns the level.
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the scope of the lock is
    ///   another one, if nothing is held, or if the lock object has levels of another mode.
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child it throws, because nothing is held there.
    friend unique_lock<Lock> adopt(held_lock&& h)
    {
        return unique_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

/// One shared level of a lock that was acquired asynchronously, the result of
/// `async_acquire_shared`. This object owns it, and no thread does. The destructor releases it.
///
/// Movable, and empty if default-constructed. The object may outlive the lock object, whose
/// destructor releases the lock. See <<who_owns_it,Ownership of a lock>>.
template <class Lock>
class [[nodiscard]] shared_held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    /// @name Conversion

    /// Makes the level one of the lock object itself, whose scope must be `ownership::instance`.
    /// Any thread may release it then. Found by argument-dependent lookup alone.
    ///
    /// Parameters:: `h`: the object whose level is moved. It is empty afterwards, or as it was if
    ///   the function throws.
    /// Returns:: A `boost::shared_lock<Lock>` that owns the level.
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the scope of the lock is
    ///   another one, if nothing is held, or if the lock object has levels of another mode.
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child it throws, because nothing is held there.
    friend shared_lock<Lock> adopt(shared_held_lock&& h)
    {
        return shared_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

/// One upgrade level of a lock that was acquired asynchronously, the result of
/// `async_acquire_upgrade`. This object owns it, and no thread does. The destructor releases it.
///
/// Movable, and empty if default-constructed. The object may outlive the lock object, whose
/// destructor releases the lock. See <<who_owns_it,Ownership of a lock>>.
template <class Lock>
class [[nodiscard]] upgrade_held_lock : public detail::held<Lock>
{
public:
    using detail::held<Lock>::held;

    /// @name Conversion

    /// Makes the level one of the lock object itself, whose scope must be `ownership::instance`.
    /// Any thread may release it then. Found by argument-dependent lookup alone.
    ///
    /// Parameters:: `h`: the object whose level is moved. It is empty afterwards, or as it was if
    ///   the function throws.
    /// Returns:: A `boost::upgrade_lock<Lock>` that owns the level.
    /// Throws:: `lock_error` with `errc::operation_not_permitted` if the scope of the lock is
    ///   another one, if nothing is held, or if the lock object has levels of another mode.
    /// System calls:: None.
    /// Crash, fork, cancellation:: In a forked child it throws, because nothing is held there.
    friend upgrade_lock<Lock> adopt(upgrade_held_lock&& h)
    {
        return upgrade_lock<Lock>(h.give_to_object(), adopt_lock);
    }
};

} // namespace filelock
} // namespace boost

#endif
