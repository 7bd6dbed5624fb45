// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_ASYNC_ACQUIRE_HPP
#define BOOST_FILELOCK_ASYNC_ACQUIRE_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/acquire_operation.hpp>
#include <boost/filelock/detail/exclusive_names.hpp>
#include <boost/filelock/detail/handled_operation.hpp>
#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/detail/shared_names.hpp>
#include <boost/filelock/detail/upgrade_names.hpp>
#include <boost/filelock/detail/where.hpp>
#include <boost/filelock/held_lock.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

template <class Lock, class Names>
using if_has = std::enable_if_t<std::is_base_of<Names, Lock>::value, int>;

/// Distinguishes the overloads that take a token from those that take options. C++17 has no concept
/// of a completion token.
template <class Token>
using if_no_options = std::enable_if_t<!std::is_convertible<Token, acquire_options>::value, int>;

template <class Held, class Lock, class Executor>
class initiate_acquire
{
public:
    using executor_type = Executor;

    initiate_acquire(Executor const& executor, Lock& lock, lock_mode mode,
                     std::optional<acquire_options> how)
        : executor_(executor), lock_(&lock), mode_(mode), how_(std::move(how))
    {
        if (how_)
            async_operation::check(*how_);
    }

    executor_type get_executor() const noexcept { return executor_; }

    template <class Handler>
    void operator()(Handler&& handler)
    {
        std::decay_t<Handler> moved(std::forward<Handler>(handler));
        handled_operation<acquire_operation<Held, Lock>, std::decay_t<Handler>, Executor>::start(
            std::move(moved), executor_, lock_, mode_, how_ ? &*how_ : nullptr);
    }

private:
    Executor executor_;
    Lock* lock_;
    lock_mode mode_;
    std::optional<acquire_options> how_;
};

template <class Held, class Lock, class Executor, class CompletionToken>
auto async_take(Executor const& executor, Lock& lock, lock_mode mode,
                std::optional<acquire_options> how, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, void(system::error_code, Held)>(
        initiate_acquire<Held, Lock, Executor>(executor, lock, mode, std::move(how)), token);
}

template <class Executor>
class initiate_release
{
public:
    using executor_type = Executor;

    explicit initiate_release(Executor const& executor) : executor_(executor) {}

    executor_type get_executor() const noexcept { return executor_; }

    template <class Handler, class Held>
    void operator()(Handler&& handler, Held what) const
    {
        system::error_code ec;
        if (auto const unfinished = what.begin_unlock(ec)) {
            std::decay_t<Handler> moved(std::forward<Handler>(handler));
            handled_operation<async_release_wait, std::decay_t<Handler>, Executor>::start(
                std::move(moved), executor_, unfinished);
            return;
        }
        auto const ex = asio::get_associated_executor(handler, executor_);
        asio::post(ex, asio::append(std::forward<Handler>(handler), ec));
    }

private:
    Executor executor_;
};

template <class Held, class Executor, class CompletionToken>
auto async_drop(Executor const& executor, Held&& what, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, void(system::error_code)>(
        initiate_release<Executor>(executor), token, std::move(what));
}

template <class Held>
using if_held = std::enable_if_t<std::is_base_of<held<typename Held::mutex_type>, Held>::value &&
                                     !std::is_reference<Held>::value,
                                 int>;

} // namespace detail

/// Acquires an exclusive lock asynchronously. The operation is an owner of its own: no thread owns
/// the level.
///
/// Preconditions:: The options must be in range; `std::invalid_argument` is thrown otherwise.
/// Lifetimes:: The lock must outlive the operation, or be destroyed together with its execution
///   context. The options are copied.
/// Handler signature:: `void(boost::system::error_code, held_lock<Lock>)`. With an error nothing is
///   held. The default token is `asio::deferred`: with `co_await async_acquire(lock)` the operation
///   and its time limit start when it is awaited.
/// Executor:: The handler and all callbacks of the options and of the lock, except `on_loss`, run
///   on the handler's associated executor. If it has none, they run on `where`, an executor or an
///   execution context. If that is not given either, they run on Asio's `system_executor`, which
///   has threads of its own. Nothing runs inside this call. The execution context must be run: an
///   operation whose context does not run keeps its place in the queue.
/// Cancellation:: `terminal`, `partial` and `total` have the same effect: the operation ends with
///   `asio::error::operation_aborted`, and nothing is held. An operation that already has the lock
///   ignores the cancellation and delivers the lock. Coroutines pass on `terminal` alone by
///   default.
/// Errors:: `errc::timed_out`, `errc::operation_canceled`, and those of `lock()`. An exception of a
///   callback ends the operation with the code of the `system_error`, or with
///   `error::callback_failed`; `held_lock::exception` returns the exception itself.
/// Thread safety:: As for the lock. Any number of operations and threads may use one lock. They are
///   served in the order of their arrival.
/// Crash and fork:: As for the lock. In a forked child whose context was notified (`notify_fork`)
///   the parent's operations end with `asio::error::operation_aborted`.
template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::exclusive_names> = 0>
auto async_acquire(Lock& lock, acquire_options how = {},
                   CompletionToken&& token = CompletionToken())
{
    return detail::async_take<held_lock<Lock>>(asio::system_executor(), lock,
                                               detail::lock_mode::exclusive, std::move(how),
                                               std::forward<CompletionToken>(token));
}

template <
    class Lock,
    BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, held_lock<Lock>)) CompletionToken,
    detail::if_has<Lock, detail::exclusive_names> = 0, detail::if_no_options<CompletionToken> = 0>
auto async_acquire(Lock& lock, CompletionToken&& token)
{
    return detail::async_take<held_lock<Lock>>(asio::system_executor(), lock,
                                               detail::lock_mode::exclusive, std::nullopt,
                                               std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::exclusive_names> = 0, detail::if_where<Where> = 0>
auto async_acquire(Where&& where, Lock& lock, acquire_options how = {},
                   CompletionToken&& token = CompletionToken())
{
    return detail::async_take<held_lock<Lock>>(detail::executor_of(where), lock,
                                               detail::lock_mode::exclusive, std::move(how),
                                               std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, held_lock<Lock>))
              CompletionToken,
          detail::if_has<Lock, detail::exclusive_names> = 0, detail::if_where<Where> = 0,
          detail::if_no_options<CompletionToken> = 0>
auto async_acquire(Where&& where, Lock& lock, CompletionToken&& token)
{
    return detail::async_take<held_lock<Lock>>(detail::executor_of(where), lock,
                                               detail::lock_mode::exclusive, std::nullopt,
                                               std::forward<CompletionToken>(token));
}

/// Acquires a shared lock as `async_acquire` does. The handler signature is
/// `void(boost::system::error_code, shared_held_lock<Lock>)`.
template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, shared_held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::shared_names> = 0>
auto async_acquire_shared(Lock& lock, acquire_options how = {},
                          CompletionToken&& token = CompletionToken())
{
    return detail::async_take<shared_held_lock<Lock>>(asio::system_executor(), lock,
                                                      detail::lock_mode::shared, std::move(how),
                                                      std::forward<CompletionToken>(token));
}

template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, shared_held_lock<Lock>))
              CompletionToken,
          detail::if_has<Lock, detail::shared_names> = 0,
          detail::if_no_options<CompletionToken> = 0>
auto async_acquire_shared(Lock& lock, CompletionToken&& token)
{
    return detail::async_take<shared_held_lock<Lock>>(asio::system_executor(), lock,
                                                      detail::lock_mode::shared, std::nullopt,
                                                      std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, shared_held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::shared_names> = 0, detail::if_where<Where> = 0>
auto async_acquire_shared(Where&& where, Lock& lock, acquire_options how = {},
                          CompletionToken&& token = CompletionToken())
{
    return detail::async_take<shared_held_lock<Lock>>(detail::executor_of(where), lock,
                                                      detail::lock_mode::shared, std::move(how),
                                                      std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, shared_held_lock<Lock>))
              CompletionToken,
          detail::if_has<Lock, detail::shared_names> = 0, detail::if_where<Where> = 0,
          detail::if_no_options<CompletionToken> = 0>
auto async_acquire_shared(Where&& where, Lock& lock, CompletionToken&& token)
{
    return detail::async_take<shared_held_lock<Lock>>(detail::executor_of(where), lock,
                                                      detail::lock_mode::shared, std::nullopt,
                                                      std::forward<CompletionToken>(token));
}

/// Acquires an upgrade lock as `async_acquire` does, for the lock types that have one. The handler
/// signature is `void(boost::system::error_code, upgrade_held_lock<Lock>)`.
template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, upgrade_held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::upgrade_names> = 0>
auto async_acquire_upgrade(Lock& lock, acquire_options how = {},
                           CompletionToken&& token = CompletionToken())
{
    return detail::async_take<upgrade_held_lock<Lock>>(asio::system_executor(), lock,
                                                       detail::lock_mode::upgrade, std::move(how),
                                                       std::forward<CompletionToken>(token));
}

template <class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, upgrade_held_lock<Lock>))
              CompletionToken,
          detail::if_has<Lock, detail::upgrade_names> = 0,
          detail::if_no_options<CompletionToken> = 0>
auto async_acquire_upgrade(Lock& lock, CompletionToken&& token)
{
    return detail::async_take<upgrade_held_lock<Lock>>(asio::system_executor(), lock,
                                                       detail::lock_mode::upgrade, std::nullopt,
                                                       std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, upgrade_held_lock<Lock>))
              CompletionToken = asio::deferred_t,
          detail::if_has<Lock, detail::upgrade_names> = 0, detail::if_where<Where> = 0>
auto async_acquire_upgrade(Where&& where, Lock& lock, acquire_options how = {},
                           CompletionToken&& token = CompletionToken())
{
    return detail::async_take<upgrade_held_lock<Lock>>(detail::executor_of(where), lock,
                                                       detail::lock_mode::upgrade, std::move(how),
                                                       std::forward<CompletionToken>(token));
}

template <class Where, class Lock,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code, upgrade_held_lock<Lock>))
              CompletionToken,
          detail::if_has<Lock, detail::upgrade_names> = 0, detail::if_where<Where> = 0,
          detail::if_no_options<CompletionToken> = 0>
auto async_acquire_upgrade(Where&& where, Lock& lock, CompletionToken&& token)
{
    return detail::async_take<upgrade_held_lock<Lock>>(detail::executor_of(where), lock,
                                                       detail::lock_mode::upgrade, std::nullopt,
                                                       std::forward<CompletionToken>(token));
}

/// Releases a lock and reports the errors that `unlock` ignores. The release begins when the
/// operation starts.
///
/// Handler signature:: `void(boost::system::error_code)`.
/// Executor:: As for `async_acquire`.
/// Cancellation:: None.
/// Errors:: `errc::operation_not_permitted` if nothing was held. If another process blocks the
///   release, the operation retries for up to a second on the handler's executor. It then ends with
///   `errc::timed_out`, and a background thread continues the release.
template <class Held,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code))
              CompletionToken = asio::deferred_t,
          detail::if_held<Held> = 0>
auto async_release(Held&& what, CompletionToken&& token = CompletionToken())
{
    return detail::async_drop(asio::system_executor(), std::move(what),
                              std::forward<CompletionToken>(token));
}

template <class Where, class Held,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(void(system::error_code))
              CompletionToken = asio::deferred_t,
          detail::if_held<Held> = 0, detail::if_where<Where> = 0>
auto async_release(Where&& where, Held&& what, CompletionToken&& token = CompletionToken())
{
    return detail::async_drop(detail::executor_of(where), std::move(what),
                              std::forward<CompletionToken>(token));
}

} // namespace filelock
} // namespace boost

#endif
