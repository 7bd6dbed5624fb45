// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_ASYNC_ENGINE_HPP
#define BOOST_FILELOCK_DETAIL_ASYNC_ENGINE_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/hold.hpp>
#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/lease_loss.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>

// Asynchronous operations that wait without a thread of their own. This part does not depend on
// Asio and is compiled into the library.

namespace boost {
namespace filelock {
namespace detail {

class async_scheduler;
class lock_base;
class loss_report;

/// The services that operations need from the execution context that they run in. The calls are
/// serialized.
class async_context
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Makes the context call `async_engine::time_is_reached` at that time. The engine does not
    /// call this again before. Returns false if there is no memory for it.
    virtual bool wait_until(time_point at) noexcept = 0;
    /// Makes the context call `async_engine::time_is_reached` soon instead.
    virtual void wake_soon() noexcept = 0;

    /// Makes the context call `async_engine::notices_are_ready`, once, when `source` has something
    /// to read. Stops listening to another source. Returns false if that is not possible.
    virtual bool listen(native_handle_type source) noexcept = 0;
    /// Stops listening.
    virtual void stop_listening() noexcept = 0;
    /// Stops listening and forgets the source, without closing it.
    virtual void forget_source() noexcept = 0;

protected:
    ~async_context() = default;
};

/// The operations of one execution context.
class BOOST_FILELOCK_DECL async_engine
{
public:
    /// `context` must outlive the engine.
    explicit async_engine(async_context& context);
    ~async_engine();
    async_engine(async_engine const&) = delete;
    async_engine& operator=(async_engine const&) = delete;

    void time_is_reached() noexcept;
    void notices_are_ready() noexcept;

    /// Discards all operations. Called when nothing runs in the context any more.
    void shut_down() noexcept;

    void before_fork() noexcept;
    void after_fork_in_parent() noexcept;
    /// Ends all operations as cancelled, because they are the parent's.
    void after_fork_in_child() noexcept;

private:
    friend class async_operation;
    friend class async_loss_wait;
    friend class async_release_wait;
    std::unique_ptr<async_scheduler> scheduler_;
};

/// An operation that waits in an execution context.
class async_waiting
{
public:
    /// Makes the derived class call its `step` on the handler's executor, and not from within this
    /// call.
    virtual void post() = 0;

    /// Destroys the operation without calling its handler.
    virtual void discard() noexcept = 0;

    /// Leaves the queue in which it waits, if any, because the context is about to end.
    virtual void leave() noexcept = 0;

protected:
    ~async_waiting() = default;
};

/// One `async_acquire` without its handler.
class BOOST_FILELOCK_DECL async_operation : public async_waiting
{
public:
    async_operation(async_operation const&) = delete;
    async_operation& operator=(async_operation const&) = delete;

    /// Throws `std::invalid_argument` for a value out of range.
    static void check(acquire_options const& how);

    /// Cancels the acquisition. Has no effect if the operation already has the lock.
    void cancel() noexcept;

protected:
    async_operation(async_engine& engine, lock_base const& lock, lock_mode mode,
                    acquire_options const* how);
    ~async_operation();

    /// Enters the queue and posts the first step. If it returns false or throws, the caller must
    /// discard the operation.
    bool start();

    /// Advances the operation. Returns true when it is over: it then holds the lock, or `ec` has
    /// the error, and `thrown` has the exception of a callback, if there was one. Throws nothing.
    bool step(system::error_code& ec, hold& result, std::exception_ptr& thrown) noexcept;

private:
    void leave() noexcept override;
    struct body;
    body& get() noexcept;

    // The body is part of the operation, which the handler's allocator allocates.
    static constexpr std::size_t size = 200;
    alignas(void*) unsigned char place_[size];
};

/// An `async_release` that another process blocks, without its handler.
class BOOST_FILELOCK_DECL async_release_wait : public async_waiting
{
public:
    struct delivered
    {};

    async_release_wait(async_release_wait const&) = delete;
    async_release_wait& operator=(async_release_wait const&) = delete;

    void cancel() noexcept {} // a release cannot be cancelled

protected:
    /// `state` is the result of `hold::begin_drop`.
    async_release_wait(async_engine& engine, std::shared_ptr<lock_state> state);
    ~async_release_wait();

    bool start();
    /// Advances the operation. Returns true when it is over.
    bool step(system::error_code& ec, delivered& result) noexcept;

private:
    void leave() noexcept override {}
    struct body;
    std::unique_ptr<body> body_;
};

/// One `async_wait_loss` without its handler.
class BOOST_FILELOCK_DECL async_loss_wait : public async_waiting
{
public:
    using delivered = lease_loss;

    async_loss_wait(async_loss_wait const&) = delete;
    async_loss_wait& operator=(async_loss_wait const&) = delete;

    void cancel() noexcept;

protected:
    async_loss_wait(async_engine& engine, std::shared_ptr<loss_report> about);
    ~async_loss_wait();

    bool start();
    /// Advances the operation. Returns true when it is over.
    bool step(system::error_code& ec, lease_loss& result) noexcept;

private:
    void leave() noexcept override;
    struct body;
    std::unique_ptr<body> body_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
