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

/// Returns a function object that calls `f` with the lock held. Each call locks, calls `f` with the
/// arguments of the call, unlocks, and returns the result of `f`.
///
/// `f` is copied or moved into the object, and may be anything that `std::invoke` accepts. The
/// object refers to the lock, which must outlive it. The lock is held exclusively, and may have any
/// type with `lock` and `unlock`. An exception of `f` leaves the call after the unlock. An
/// exception of `lock` leaves the call, and `f` is not called. Several threads may call one object
/// if they may call `f`.
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
