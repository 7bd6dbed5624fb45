// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_ASYNC_ACQUIRE_HPP
#define BOOST_FILELOCK_ASYNC_ACQUIRE_HPP

/// @file
/// Asynchronous acquisition and release for programs on Boost.Asio, with every lock type and every
/// completion token: callbacks, `use_future`, `use_awaitable`, `deferred`, `yield_context`,
/// adapters such as `as_tuple`, `redirect_error`, `bind_executor` and `bind_cancellation_slot`, and
/// tokens of the program's own.
///
/// With C++20 every token is constrained: a handler of another signature is an error that names the
/// right one. There is no asynchronous conversion: a held lock keeps its mode. The held lock of an
/// object with `ownership::instance` can be adopted by a guard, whose level can be converted by
/// `try_` members.
///
/// Owner:: Each operation is an owner of its own; no thread is. Two operations exclude each other
///   on one thread and through one object, whatever the scope of the lock. They are not recursive:
///   a coroutine that awaits a lock that it holds waits for ever, or until its time limit. An
///   operation never fails because it would wait for itself.
/// Order:: The operations on one object are served first come, first served, in one queue with the
///   threads that wait on it. Only the first of the queue tries the file. The operation takes
///   its place when it is initiated. An operation whose execution context is not run keeps its
///   place, and the lock once it has acquired it. An operation that wants to write and waits for
///   the readers of a `read_write_lock` keeps new ones out meanwhile.
/// Executor:: The handler, and every callback of the options and of the lock except `on_loss`, runs
///   on the handler's associated executor. If it has none, they run on `where`; if that is not
///   given, on Asio's `system_executor`, whose threads are its own. Nothing runs inside the
///   initiating call. The handler's associated allocator is used for the operation's state.
/// Threads:: The library makes no thread and blocks none. Each execution context with operations
///   that wait has one inotify descriptor and one timer. If the system has no change notifications,
///   it has the timer alone, and tries at the `poll_interval`.
/// Lifetimes:: The lock must outlive the operation, or be destroyed on the same thread before or
///   after its stopped execution context. If the context is destroyed with operations pending,
///   their handlers are destroyed uncalled, and nothing stays held.
/// Thread safety:: Any number of operations may use one lock, started from any thread, together
///   with its members.
/// Errors of Acquisition::
///   * `errc::timed_out` if `how.timeout` has passed;
///   * `asio::error::operation_aborted`, which <<ways_to_end,equals>> `errc::operation_canceled`,
///     if the operation was cancelled or `how.cancel_check` returned true;
///   * `errc::not_enough_memory`, the code of a `system_error`, or `error::callback_failed`, if a
///     callback threw. `exception()` of the second argument returns the exception itself;
///   * `error::closed` if the lock object was closed;
///   * `error::kernel_lock_not_supported`, `error::both_not_supported`,
///     `error::not_a_lock_file`, `error::host_without_name`, `error::witness_not_supported`,
///     `errc::is_a_directory`, `errc::permission_denied`, `errc::read_only_file_system`,
///     `errc::no_such_file_or_directory`, `errc::operation_not_permitted` or another error of the
///     operating system, if the file cannot be made, opened or locked. See <<codes,the table of
///     codes>>.
///
/// With an error nothing is held, and the second argument owns nothing. The error has neither path
/// nor holder: `path()` and `holder()` of the lock return them.
/// System calls of Acquisition:: Those of the lock type for each attempt, and those of the
///   execution context.
/// Crash, fork, cancellation of Acquisition:: At a crash the kernel releases a kernel lock, and the
///   markers of a soft lock stay until contenders evict them; a forked child owns nothing; an
///   operation that was cancelled holds nothing. The parent's operations go on after a fork.
///   `notify_fork` of the context must be called, as Asio requires; the operations that the context
///   has then complete in the child with `asio::error::operation_aborted`.
///
/// The cancellation types `terminal`, `partial` and `total` have the same effect: the operation
/// ends with `asio::error::operation_aborted`, and nothing is held. An operation that already has
/// the lock ignores the cancellation and delivers the lock. Coroutines pass on `terminal` alone by
/// default.

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

/// @name Acquisition

/// Acquires an exclusive lock asynchronously. The operation is an owner of its own: no thread owns
/// the level. For every lock type.
///
/// Parameters:: `where`: an executor or an execution context, on which callbacks and handler run if
///   the handler has no associated executor.
///
/// `lock`: the lock.
///
/// `how`: time limit, cancellation check and progress callback. Copied. By default the wait has no
/// limit.
///
/// `token`: the completion token. The handler signature is `void(boost::system::error_code,
/// held_lock<Lock>)`.
/// Returns:: The type that the token determines. The default token is `asio::deferred`: the call
///   returns an operation that keeps the options, and starts when it is awaited or called with
///   another token. The time limit starts then.
/// Throws:: `std::invalid_argument` if an option is out of range. The initiating call throws it,
///   or, with tokens such as `deferred` and `use_awaitable`, the start of the operation. Nothing
///   else, unless the token or its allocator throws.
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

/// Acquires a shared lock asynchronously. The operation is an owner of its own: no thread owns the
/// level. Shared operations share the lock with one another and with other readers. For the lock
/// types with shared locks.
///
/// Parameters:: `where`: an executor or an execution context, on which callbacks and handler run if
///   the handler has no associated executor.
///
/// `lock`: the lock.
///
/// `how`: time limit, cancellation check and progress callback. Copied. By default the wait has no
/// limit.
///
/// `token`: the completion token. The handler signature is `void(boost::system::error_code,
/// shared_held_lock<Lock>)`.
/// Returns:: The type that the token determines. The default token is `asio::deferred`: the call
///   returns an operation that keeps the options, and starts when it is awaited or called with
///   another token. The time limit starts then.
/// Throws:: `std::invalid_argument` if an option is out of range. The initiating call throws it,
///   or, with tokens such as `deferred` and `use_awaitable`, the start of the operation. Nothing
///   else, unless the token or its allocator throws.
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

/// Acquires an upgrade lock asynchronously. The operation is an owner of its own: no thread owns
/// the level. For `read_write_lock`, which alone has upgrade locks.
///
/// Parameters:: `where`: an executor or an execution context, on which callbacks and handler run if
///   the handler has no associated executor.
///
/// `lock`: the lock.
///
/// `how`: time limit, cancellation check and progress callback. Copied. By default the wait has no
/// limit.
///
/// `token`: the completion token. The handler signature is `void(boost::system::error_code,
/// upgrade_held_lock<Lock>)`.
/// Returns:: The type that the token determines. The default token is `asio::deferred`: the call
///   returns an operation that keeps the options, and starts when it is awaited or called with
///   another token. The time limit starts then.
/// Throws:: `std::invalid_argument` if an option is out of range. The initiating call throws it,
///   or, with tokens such as `deferred` and `use_awaitable`, the start of the operation. Nothing
///   else, unless the token or its allocator throws.
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

/// @name Release

/// Releases a lock and reports the errors that `unlock` ignores. The release begins when the
/// operation starts, not when it completes. If another process blocks the release, the operation
/// retries for up to a second on the handler's executor.
///
/// Parameters:: `where`: an executor or an execution context, on which the handler runs if it has
///   no associated executor.
///
/// `what`: an rvalue of `held_lock`, `shared_held_lock` or `upgrade_held_lock`. It owns nothing
/// when the operation has started.
///
/// `token`: the completion token. The handler signature is `void(boost::system::error_code)`.
/// Returns:: The type that the token determines. The default token is `asio::deferred`: the call
///   returns an operation that has taken over `what`, and starts when it is awaited or called with
///   another token.
/// Throws:: Nothing, unless the token or its allocator throws.
/// Errors:: `errc::operation_not_permitted` if nothing was held. `errc::timed_out` if another
///   process still blocks the release after a second; a background thread
///   <<releases_that_wait,continues it>>. Another error of the operating system if the lock could
///   not be released properly.
/// System calls:: Those of a release of the lock type.
/// Crash, fork, cancellation:: At a crash the kernel releases a kernel lock. The marker of a soft
///   lock stays, and contenders evict it. In a forked child, releasing a level that the parent had
///   has no effect. The operation cannot be cancelled.
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
