// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_ASYNC_WAIT_LOSS_HPP
#define BOOST_FILELOCK_ASYNC_WAIT_LOSS_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/handled_operation.hpp>
#include <boost/filelock/detail/losable.hpp>
#include <boost/filelock/detail/where.hpp>
#include <boost/filelock/lease_loss.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

template <class Executor>
class initiate_wait_loss
{
public:
    using executor_type = Executor;

    initiate_wait_loss(Executor const& executor, losable const& lock)
        : executor_(executor), about_(lock.report_)
    {}

    executor_type get_executor() const noexcept { return executor_; }

    template <class Handler>
    void operator()(Handler&& handler)
    {
        std::decay_t<Handler> moved(std::forward<Handler>(handler));
        handled_operation<async_loss_wait, std::decay_t<Handler>, Executor>::start(
            std::move(moved), executor_, about_);
    }

private:
    Executor executor_;
    std::shared_ptr<loss_report> about_;
};

template <class Executor, class CompletionToken>
auto async_wait_for_loss(Executor const& executor, losable const& lock, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, void(system::error_code, lease_loss)>(
        initiate_wait_loss<Executor>(executor, lock), token);
}

template <class Lock>
using if_losable = std::enable_if_t<std::is_base_of<losable, Lock>::value, int>;

} // namespace detail

/// Waits for the loss of the lock's present hold. Completes at once if that hold has already been
/// lost. Asynchronous. For lock types whose holds have to be refreshed.
///
/// Preconditions:: None.
/// Lifetimes:: The lock may be destroyed before the operation ends, which ends it.
/// Handler signature:: `void(boost::system::error_code, lease_loss)`. Without an error the hold was
///   lost, and the caller still has to release it. The default token is `asio::deferred`.
/// Executor:: As for `async_acquire`.
/// Cancellation:: `terminal`, `partial` and `total`: the operation ends with
///   `asio::error::operation_aborted`. The hold does not change.
/// Errors:: `asio::error::operation_aborted` if the hold was released first, or the lock was closed
///   or destroyed; `errc::operation_not_permitted` if nothing is held.
/// Thread safety:: As for the lock. Any number of operations may wait.
/// Crash and fork:: As for `async_acquire`.
template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, lease_loss))
              CompletionToken = asio::deferred_t,
          detail::if_losable<Lock> = 0>
auto async_wait_loss(Lock& lock, CompletionToken&& token = CompletionToken())
{
    return detail::async_wait_for_loss(asio::system_executor(), lock,
                                       std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, lease_loss))
              CompletionToken = asio::deferred_t,
          detail::if_losable<Lock> = 0, detail::if_where<Where> = 0>
auto async_wait_loss(Where&& where, Lock& lock, CompletionToken&& token = CompletionToken())
{
    return detail::async_wait_for_loss(detail::executor_of(where), lock,
                                       std::forward<CompletionToken>(token));
}

} // namespace filelock
} // namespace boost

#endif
