// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/acquisition.hpp"
#include "ownership/async_scheduler.hpp"
#include "ownership/lock_state.hpp"
#include "platform/thread.hpp"

#include "check_options.hpp"

#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/lock_base.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <exception>
#include <new>
#include <optional>
#include <system_error>

namespace boost {
namespace filelock {
namespace detail {

async_engine::async_engine(async_context& context)
    : scheduler_(std::make_unique<async_scheduler>(context))
{}

async_engine::~async_engine() = default;

void async_engine::time_is_reached() noexcept
{
    scheduler_->time_is_reached();
}

void async_engine::notices_are_ready() noexcept
{
    scheduler_->notices_are_ready();
}

void async_engine::shut_down() noexcept
{
    scheduler_->shut_down();
}

void async_engine::before_fork() noexcept
{
    scheduler_->before_fork();
}

void async_engine::after_fork_in_parent() noexcept
{
    scheduler_->after_fork_in_parent();
}

void async_engine::after_fork_in_child() noexcept
{
    scheduler_->after_fork_in_child();
}

struct async_operation::body
{
    // The callbacks of an operation that has a cancellation check or a progress callback. The
    // operation owns them, but only `taking` stores the pointer: it saves memory, since thousands
    // of operations may wait.
    struct own_callbacks final : acquisition::wait_callbacks
    {
        explicit own_callbacks(acquire_options const& o) : how(o) { options = &how; }
        acquire_options const how;
    };

    body(async_operation& self, async_scheduler& b, std::shared_ptr<lock_state> s, lock_mode mode,
         acquire_options const* how)
        : state(std::move(s)), waker(b, self),
          taking(state->queue(), state->lock_protocol(), request(mode, how), waker)
    {}
    ~body()
    {
        taking.give_up();
        state->retry_in_background();
        delete static_cast<own_callbacks*>(taking.callbacks());
    }

    acquisition::request request(lock_mode mode, acquire_options const* how) const
    {
        acquisition::request wanted{mode, owner::unique(), deadline::never(),
                                    state->poll_interval()};
        if (how && how->timeout)
            wanted.until = deadline::after(*how->timeout);
        if (how && how->poll_interval)
            wanted.poll_interval = *how->poll_interval;
        wanted.may_sleep = false;
        if (how && (how->cancel_check || how->on_wait)) {
            wanted.callbacks = new own_callbacks(*how);
            wanted.callbacks->path = &state->path();
        }
        return wanted;
    }

    std::shared_ptr<lock_state> state;
    async_waker waker;
    acquisition taking;
};

async_operation::body& async_operation::get() noexcept
{
    return *std::launder(reinterpret_cast<body*>(place_));
}

async_operation::async_operation(async_engine& engine, lock_base const& lock, lock_mode mode,
                                 acquire_options const* how)
{
    static_assert(sizeof(body) <= sizeof place_ && alignof(body) <= alignof(void*));
    new (place_) body(*this, *engine.scheduler_, lock.state_, mode, how);
}

async_operation::~async_operation()
{
    without_cancellation const running_on;
    get().taking.give_up(); // the next waiter may adopt the watch
    get().waker.scheduler().remove(get().waker);
    get().~body();
}

void async_operation::check(acquire_options const& how)
{
    check_acquire_options(how);
}

bool async_operation::start()
{
    if (!get().waker.scheduler().add(get().waker))
        return false; // the context is shutting down
    get().taking.line_up();
    post();
    return true;
}

void async_operation::cancel() noexcept
{
    get().waker.scheduler().cancel(get().waker);
}

void async_operation::leave() noexcept
{
    get().taking.give_up();
}

namespace {

// Returns the error code for the exception that is being handled. An asynchronous operation has no
// caller that the exception could reach.
system::error_code current_exception_as_code() noexcept
{
    try {
        throw;
    } catch (system::system_error const& e) {
        return e.code();
    } catch (std::system_error const& e) {
        return e.code();
    } catch (std::bad_alloc const&) {
        return make_error_code(system::errc::not_enough_memory);
    } catch (...) {
        return error::callback_failed;
    }
}

} // namespace

bool async_operation::step(system::error_code& ec, hold& result,
                           std::exception_ptr& thrown) noexcept
{
    without_cancellation const running_on;
    auto& b = get();
    bool const is_cancelled = b.waker.scheduler().begin_step(b.waker);
    acquisition::next next{acquisition::next::failed,
                           make_error_code(system::errc::operation_canceled)};
    if (is_cancelled) {
        b.taking.give_up();
    } else {
        try {
            next = b.taking.step();
        } catch (...) {
            thrown = std::current_exception();
            next = {acquisition::next::failed, current_exception_as_code()};
            b.taking.give_up();
        }
    }
    switch (next.kind) {
    case acquisition::next::wait:
    case acquisition::next::sleep:
        if (b.waker.scheduler().wait(b.waker, next.until, next.ignore_changes))
            return false;
        b.taking.give_up();
        ec = make_error_code(system::errc::not_enough_memory);
        break;
    case acquisition::next::granted:
        result = hold(b.state, b.taking.who().number(), b.taking.mode());
        ec.clear();
        break;
    case acquisition::next::failed:
        ec = next.error;
        break;
    case acquisition::next::timed_out:
        ec = make_error_code(system::errc::timed_out);
        break;
    }
    b.waker.scheduler().remove(b.waker);
    return true;
}

} // namespace detail
} // namespace filelock
} // namespace boost
