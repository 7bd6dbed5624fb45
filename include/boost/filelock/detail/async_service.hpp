// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_ASYNC_SERVICE_HPP
#define BOOST_FILELOCK_DETAIL_ASYNC_SERVICE_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/async_engine.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/core/no_exceptions_support.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>

namespace boost {
namespace filelock {
namespace detail {

/// The executor of the timer and the descriptor. It runs each function inline, and thus on the
/// thread of the context that found the event. It serves every execution context, including those
/// of users, and passes through no strand. It has no `blocking.never`, because nothing is posted to
/// it.
class reactor_executor
{
public:
    explicit reactor_executor(asio::execution_context& context) noexcept : context_(&context) {}

    asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }

    template <class Function>
    void execute(Function&& f) const
    {
        std::forward<Function>(f)();
    }

    friend bool operator==(reactor_executor const& a, reactor_executor const& b) noexcept
    {
        return a.context_ == b.context_;
    }
    friend bool operator!=(reactor_executor const& a, reactor_executor const& b) noexcept
    {
        return a.context_ != b.context_;
    }

private:
    asio::execution_context* context_;
};

/// The handler of a wait for change notifications. Asio needs an executor for handlers of immediate
/// completion, and takes by default one with `blocking.never`. Only a wait that failed completes
/// immediately, and its handler does nothing.
class notice_handler
{
public:
    using immediate_executor_type = reactor_executor;

    notice_handler(async_engine& engine, asio::execution_context& context) noexcept
        : engine_(&engine), context_(&context)
    {}

    immediate_executor_type get_immediate_executor() const noexcept
    {
        return reactor_executor(*context_);
    }

    void operator()(system::error_code const& ec) const
    {
        if (!ec)
            engine_->notices_are_ready();
    }

private:
    async_engine* engine_;
    asio::execution_context* context_;
};

/// The services of an execution context for the operations that run in it: one timer, and one
/// descriptor for all change notifications. Both are outstanding only while an operation waits.
class async_service final : public asio::execution_context::service, private async_context
{
public:
    using key_type = async_service;
    inline static asio::execution_context::id id;

    explicit async_service(asio::execution_context& context)
        : service(context), timer_(reactor_executor(context)), source_(reactor_executor(context)),
          engine_(*this)
    {}
    ~async_service() { forget_source(); }

    async_engine& engine() noexcept { return engine_; }

private:
    void shutdown() noexcept override { engine_.shut_down(); }

    void notify_fork(asio::execution_context::fork_event event) override
    {
        if (event == asio::execution_context::fork_prepare)
            engine_.before_fork();
        else if (event == asio::execution_context::fork_parent)
            engine_.after_fork_in_parent();
        else
            engine_.after_fork_in_child();
    }

    bool wait_until(time_point at) noexcept override
    {
        BOOST_TRY
        {
            timer_.expires_at(at);
            timer_.async_wait([this](system::error_code const&) { engine_.time_is_reached(); });
            return true;
        }
        BOOST_CATCH(...) // out of memory
        {
            return false;
        }
        BOOST_CATCH_END
    }

    void wake_soon() noexcept override { timer_.cancel(); }

    bool listen(native_handle_type source) noexcept override
    {
        BOOST_TRY
        {
            if (source_.is_open() && source_.native_handle() != source)
                forget_source();
            if (!source_.is_open())
                source_.assign(source);
            source_.async_wait(source_.wait_read, notice_handler(engine_, context()));
            return true;
        }
        BOOST_CATCH(...) // out of memory, or a limit of the reactor
        {
            return false;
        }
        BOOST_CATCH_END
    }

    void stop_listening() noexcept override
    {
        system::error_code ec;
        source_.cancel(ec);
    }

    void forget_source() noexcept override
    {
        if (source_.is_open())
            source_.release(); // the engine owns the descriptor
    }

    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, reactor_executor>
        timer_;
    asio::posix::basic_stream_descriptor<reactor_executor> source_;
    async_engine engine_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
