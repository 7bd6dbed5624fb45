// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SYNCHRONIZE_HPP
#define BOOST_FILELOCK_SYNCHRONIZE_HPP

#include <boost/filelock/config.hpp>

#include <functional>
#include <mutex>
#include <type_traits>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

template <class Lock, class Function>
class synchronized_function
{
public:
    template <class F>
    synchronized_function(Lock& lock, F&& f) : lock_(&lock), function_(std::forward<F>(f))
    {}

    template <class... Args>
    std::invoke_result_t<Function&, Args...> operator()(Args&&... args) &
    {
        std::lock_guard<Lock> const guard(*lock_);
        return std::invoke(function_, std::forward<Args>(args)...);
    }

    template <class... Args>
    std::invoke_result_t<Function const&, Args...> operator()(Args&&... args) const&
    {
        std::lock_guard<Lock> const guard(*lock_);
        return std::invoke(function_, std::forward<Args>(args)...);
    }

    template <class... Args>
    std::invoke_result_t<Function, Args...> operator()(Args&&... args) &&
    {
        std::lock_guard<Lock> const guard(*lock_);
        return std::invoke(std::move(function_), std::forward<Args>(args)...);
    }

private:
    Lock* lock_;
    Function function_;
};

} // namespace detail

/// Makes a function object that calls `f` with the lock held. Each call locks, calls `f` with the
/// arguments of the call, unlocks, and returns the result of `f`, a reference included.
///
/// The lock is held exclusively. Like a lock guard, a call does not notice that `f` itself unlocks
/// by force; the unlock at its end would then end the program.
///
/// Parameters:: `lock`: any object with `lock` and `unlock`. The function object refers to it, and
///   it must outlive that object; a temporary does not compile.
///
/// `f`: anything that `std::invoke` accepts. It is copied or moved into the function object.
/// Returns:: The function object. Its calls throw the exceptions of `lock`, and `f` is not called
///   then. An exception of `f` leaves the call after the unlock.
/// Throws:: The exceptions of copying or moving `f`.
/// System calls:: None. A call makes those of locking and unlocking.
/// Thread safety:: Any thread may call it. Several threads may call one function object if they may
///   call `f`.
/// Crash, fork, cancellation:: At a crash during a call the kernel releases a kernel lock. The
///   marker of a soft lock stays, and contenders evict it. A forked child does not hold the lock,
///   although `f` goes on in it.
template <class Lock, class Function>
[[nodiscard]] detail::synchronized_function<Lock, std::decay_t<Function>> synchronize(Lock& lock,
                                                                                      Function&& f)
{
    return {lock, std::forward<Function>(f)};
}

template <class Lock, class Function>
void synchronize(Lock const&&, Function&&) = delete; // it would be destroyed before the first call

} // namespace filelock
} // namespace boost

#endif
