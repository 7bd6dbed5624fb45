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

// How operations wait that have no thread to do it. This half knows no Asio and is compiled.

namespace boost {
namespace filelock {
namespace detail {

class async_scheduler;
class lock_base;
class loss_report;

/// What operations want of the execution context that they run in. The calls come one at a time.
class async_context
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Has `async_engine::time_came` called then, by the context. Not called again before that.
    /// False where there is no memory for it.
    virtual bool wait_until(time_point at) noexcept = 0;
    /// Has it called soon instead.
    virtual void hurry() noexcept = 0;

    /// Has `async_engine::notices_came` called when there is something to be read. False where that
    /// cannot be.
    virtual bool listen(native_handle_type source) noexcept = 0;
    /// Will not listen any more.
    virtual void deafen() noexcept = 0;
    /// Nor know the source.
    virtual void let_go() noexcept = 0;

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

    void time_came() noexcept;
    void notices_came() noexcept;

    /// Discards all operations. Nothing runs in the context any more.
    void shut_down() noexcept;

    void before_fork() noexcept;
    void after_fork_in_parent() noexcept;
    /// All operations are the parent's, and come to an end as cancelled.
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
    /// Has the derived class call its `step` on the handler's executor, and not from within this
    /// call.
    virtual void post() = 0;

    /// Ends it without a word to its handler.
    virtual void discard() noexcept = 0;

    /// Gives up its place, wherever it has one: the context is about to end.
    virtual void leave() noexcept = 0;

protected:
    ~async_waiting() = default;
};

/// One `async_acquire`, but for its handler.
class BOOST_FILELOCK_DECL async_operation : public async_waiting
{
public:
    async_operation(async_operation const&) = delete;
    async_operation& operator=(async_operation const&) = delete;

    /// Throws `std::invalid_argument`.
    static void check(acquire_options const& how);

    /// Gives up what is waited for, where there is something: the lock may have been had already.
    void cancel() noexcept;

protected:
    async_operation(async_engine& engine, lock_base const& lock, lock_mode mode,
                    acquire_options const* how);
    ~async_operation();

    /// Takes the place in the queue, and posts the first step. False, or thrown: discard it.
    bool start();

    /// True: it is over, and either holds the lock or says why not, with the exception that a
    /// callback may have thrown. Throws nothing.
    bool step(system::error_code& ec, hold& result, std::exception_ptr& thrown) noexcept;

private:
    void leave() noexcept override;
    struct body;
    body& get() noexcept;

    // Inside of the operation, which is allocated by its handler's allocator.
    static constexpr std::size_t size = 200;
    alignas(void*) unsigned char place_[size];
};

/// An `async_release` that another process is in the way of, but for its handler.
class BOOST_FILELOCK_DECL async_release_wait : public async_waiting
{
public:
    struct delivered
    {};

    async_release_wait(async_release_wait const&) = delete;
    async_release_wait& operator=(async_release_wait const&) = delete;

    void cancel() noexcept {} // a release cannot be cancelled

protected:
    /// `what`: as `hold::begin_drop` returns it.
    async_release_wait(async_engine& engine, std::shared_ptr<lock_state> what);
    ~async_release_wait();

    bool start();
    /// True: it is over.
    bool step(system::error_code& ec, delivered& result) noexcept;

private:
    void leave() noexcept override {}
    struct body;
    std::unique_ptr<body> body_;
};

/// One `async_wait_loss`, but for its handler.
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
    /// True: it is over.
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
