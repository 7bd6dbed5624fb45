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

/// @name Functions

/// Waits asynchronously for the loss of the hold that the lock has when the operation starts.
/// Completes at once if that hold has already been lost. For `soft_file_lease` and
/// `soft_read_write_lock`, whose holds can be lost. No timer runs and no file is asked. No thread
/// is made or blocked. The handler runs on its associated executor; if it has none, on `where`; if
/// that is not given, on Asio's `system_executor`. The handler's associated allocator is used.
///
/// Parameters:: `where`: an executor or an execution context.
///
/// `lock`: the lock. It may be destroyed before the operation ends, which ends it.
///
/// `token`: the completion token. The handler signature is `void(boost::system::error_code,
/// lease_loss)`. Without an error the hold was lost, and must still be released.
/// Returns:: The type that the token determines. The default token is `asio::deferred`: the call
///   returns an operation, which starts when it is awaited or called with another token.
/// Throws:: Nothing, unless the token or its allocator throws.
/// Errors:: `asio::error::operation_aborted` if the hold was released before it was lost, if the
///   lock was closed or destroyed, or if the operation was cancelled;
///   `errc::operation_not_permitted` if nothing is held; `errc::not_enough_memory`.
/// System calls:: Those of the execution context.
/// Thread safety:: Any number of operations may wait, and any thread may start them.
/// Crash, fork, cancellation:: A crash has no effect. In a forked child whose context was notified
///   (`notify_fork`), the parent's operations end with `asio::error::operation_aborted`. The
///   cancellation types `terminal`, `partial` and `total` end the operation; the hold does not
///   change. A loss that was noticed before is delivered.
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
