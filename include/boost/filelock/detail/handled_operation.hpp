// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_HANDLED_OPERATION_HPP
#define BOOST_FILELOCK_DETAIL_HANDLED_OPERATION_HPP

#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/async_service.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/core/no_exceptions_support.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

template <class Executor>
asio::execution_context& context_of(Executor const& ex)
{
    if constexpr (asio::execution::is_executor<Executor>::value)
        return asio::query(ex, asio::execution::context);
    else // `io_context::strand`
        return ex.context();
}

/// Keeps an executor, and keeps its context at work. (`executor_work_guard` treats every strand as
/// one of the old kind, whatever executor it contains.)
template <class Executor, bool = asio::execution::is_executor<Executor>::value>
class work
{
public:
    explicit work(Executor const& ex)
        : executor_(asio::prefer(ex, asio::execution::outstanding_work.tracked))
    {}
    auto const& executor() const noexcept { return executor_; }

private:
    std::decay_t<decltype(asio::prefer(std::declval<Executor const&>(),
                                       asio::execution::outstanding_work.tracked))>
        executor_;
};

template <class Executor>
class work<Executor, false>
{
public:
    explicit work(Executor const& ex) : guard_(ex) {}
    auto executor() const noexcept { return guard_.get_executor(); }

private:
    asio::executor_work_guard<Executor> guard_;
};

/// An operation with its handler. All its work is done on the handler's executor.
///
/// `Waiting` is what the operation waits for. It is constructed from an engine and the arguments of
/// `start`, and has `start`, `cancel` and `step`. `step` returns whether the operation is over, and
/// the result to deliver.
template <class Waiting, class Handler, class Executor>
class handled_operation final : public Waiting
{
public:
    /// Starts the operation. `executor` is used if the handler has no associated executor.
    template <class... Args>
    static void start(Handler&& handler, Executor const& executor, Args const&... args)
    {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto const place = allocate(handler);
        handled_operation* op = nullptr;
        BOOST_TRY
        {
            op = new (place) handled_operation(
                handler, asio::get_associated_executor(handler, executor), args...);
        }
        BOOST_CATCH(...)
        {
            deallocate(handler, place);
            BOOST_RETHROW
        }
        BOOST_CATCH_END
        std::unique_ptr<handled_operation, discarder> owner(op);
        if (slot.is_connected())
            slot.template emplace<canceller>(op);
        bool started = false;
        BOOST_TRY
        {
            started = op->Waiting::start();
        }
        BOOST_CATCH(...)
        {
            slot.clear();
            BOOST_RETHROW
        }
        BOOST_CATCH_END
        if (started)
            owner.release();
        else
            slot.clear();
    }

private:
    using handler_executor = asio::associated_executor_t<Handler, Executor>;
    using allocator = typename std::allocator_traits<asio::associated_allocator_t<
        Handler, asio::recycling_allocator<void>>>::template rebind_alloc<handled_operation>;

    struct discarder
    {
        void operator()(handled_operation* op) const noexcept { op->discard(); }
    };

    struct canceller
    {
        explicit canceller(handled_operation* o) noexcept : op(o) {}
        void operator()(asio::cancellation_type type) const noexcept
        {
            if (type != asio::cancellation_type::none)
                op->cancel();
        }
        handled_operation* op;
    };

    struct stepper
    {
        using allocator_type =
            asio::associated_allocator_t<Handler, asio::recycling_allocator<void>>;
        allocator_type get_allocator() const noexcept
        {
            return asio::get_associated_allocator(op->handler_, asio::recycling_allocator<void>());
        }
        void operator()() const { op->run(); }
        handled_operation* op;
    };

    template <class... Args>
    handled_operation(Handler& handler, handler_executor const& executor, Args const&... args)
        : Waiting(asio::use_service<async_service>(context_of(executor)).engine(), args...),
          work_(executor), handler_(std::move(handler))
    {}
    ~handled_operation() = default;

    static handled_operation* allocate(Handler const& handler)
    {
        allocator a(asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
        return std::allocator_traits<allocator>::allocate(a, 1);
    }
    static void deallocate(Handler const& handler, handled_operation* place) noexcept
    {
        allocator a(asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
        std::allocator_traits<allocator>::deallocate(a, place, 1);
    }

    void post() override { asio::post(work_.executor(), stepper{this}); }

    // Moves the handler out first, because the handler may own the memory. It must not be run or
    // destroyed before the memory has been freed.
    void discard() noexcept override
    {
        Handler const handler(std::move(handler_));
        this->~handled_operation();
        deallocate(handler, this);
    }

    void run()
    {
        system::error_code ec;
        typename Waiting::delivered result;
        if (!this->step(ec, result))
            return;
        if (ec == system::errc::operation_canceled)
            ec = asio::error::operation_aborted; // as Asio's own operations report it
        if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected())
            slot.clear();
        [[maybe_unused]] auto const still_at_work = std::move(work_);
        Handler handler(std::move(handler_));
        this->~handled_operation();
        deallocate(handler, this);
        if constexpr (std::is_empty<typename Waiting::delivered>::value)
            std::move(handler)(ec);
        else
            std::move(handler)(ec, std::move(result));
    }

    work<handler_executor> work_;
    Handler handler_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
