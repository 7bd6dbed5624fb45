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

/// Keeps the overloads for a token apart from those for options; C++17 has no concept of a token.
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

/// Acquires the lock exclusively, for an owner of its own and not for a thread. Asynchronous.
///
/// Preconditions:: No option that makes no sense; else `std::invalid_argument` is thrown.
/// Lifetimes:: The lock must outlive the operation, or be destroyed together with its execution
///   context. The options are copied.
/// Handler signature:: `void(boost::system::error_code, held_lock<Lock>)`. With an error nothing is
///   held. The default token is `asio::deferred`: `co_await async_acquire(lock)`; the operation
///   starts, and its time out runs, from then on.
/// Executor:: Everything, callbacks of the options and the lock included, runs on the handler's
///   associated executor, and never inside of this call; where it has none, on `executor`, or that
///   of `context`; where that is not given, on Asio's `system_executor`, whose threads are its own.
///   Its execution context must be run; one that is stopped keeps its place in the queue.
/// Cancellation:: `terminal`, `partial` and `total`, all with the same promise: it ends with
///   `asio::error::operation_aborted`, and nothing is held. Once the lock is had, it is too late:
///   it is delivered. Coroutines let `terminal` through alone, unless told otherwise.
/// Errors:: `errc::timed_out`, `errc::operation_canceled`, and those of `lock()`; what a callback
///   throws ends it with the code of a `system_error`, or `error::callback_failed`.
/// Thread safety:: As for the lock: any number of operations, and of threads, on one lock. They are
///   served first come first served.
/// Crash and fork:: As for the lock. A forked child whose context was told (`notify_fork`) finds
///   the parent's operations ended with `asio::error::operation_aborted`.
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

/// As `async_acquire`, a shared lock: `void(boost::system::error_code, shared_held_lock<Lock>)`.
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

/// As `async_acquire`, an upgrade lock, of the kinds that have it:
/// `void(boost::system::error_code, upgrade_held_lock<Lock>)`.
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

/// Gives the lock back, and tells the handler what went wrong, which `unlock` keeps to itself:
/// `void(boost::system::error_code)`, with `errc::operation_not_permitted` where nothing was held.
/// Where another process is in the way for the moment, it tries again for up to a second, on the
/// handler's executor, and then ends with `errc::timed_out`, while a background thread goes on. It
/// cannot be cancelled. Executors as for `async_acquire`.
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
