// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_ASYNC_SCHEDULER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_ASYNC_SCHEDULER_HPP

#include "../platform/change_notifier.hpp"
#include "waiter.hpp"

#include <boost/filelock/detail/async_engine.hpp>

#include <boost/intrusive/set.hpp>
#include <boost/intrusive/slist.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace boost {
namespace filelock {
namespace detail {

using ready_hook = intrusive::slist_base_hook<intrusive::link_mode<intrusive::normal_link>>;
using timed_hook = intrusive::set_base_hook<intrusive::link_mode<intrusive::normal_link>,
                                            intrusive::optimize_size<true>>;

/// The waker of an asynchronous operation. The operation is idle between two steps. A wake-up, a
/// change notification or a cancellation posts the next step, once. One that arrives during a step
/// posts the next step when the operation becomes idle.
class async_waker final : public waker, public ready_hook, public timed_hook
{
public:
    using time_point = async_context::time_point;

    async_waker(async_scheduler& scheduler, async_waiting& operation) noexcept
        : scheduler_(scheduler), operation_(operation)
    {}
    ~async_waker();

    async_scheduler& scheduler() const noexcept { return scheduler_; }

    void wake() noexcept override;
    watch_result watch(watch_target const& target, file_identity const& identity) noexcept override;
    bool take_change() noexcept override;
    void follow(waker& former) noexcept override;
    bool is_calling_thread() const noexcept override;
    async_waker* as_async() noexcept override { return this; }

private:
    friend class async_scheduler;

    class own_watch final : public file_watch
    {
    public:
        explicit own_watch(async_waker& w) noexcept : for_(&w) {}
        void on_change() noexcept override;
        async_waker* for_;
    };

    enum class stage : std::uint8_t
    {
        idle,
        posted,
        stepping
    };

    async_scheduler& scheduler_;
    async_waiting& operation_;
    std::unique_ptr<own_watch> watch_; // `follow` passes it on to the next waiter
    time_point due_ = (time_point::max)();
    std::thread::id stepper_; // the thread that runs the step, in `stage::stepping`
    stage stage_ = stage::posted;
    bool is_added_ = false;
    bool is_to_step_again_ = false;
    bool is_cancelled_ = false;
    bool ignores_changes_ = false;
    bool has_unread_ = false; // its step was posted before the notifications were read
};

/// The asynchronous operations of one execution context: when each is due, and which are ready for
/// their next step.
class async_scheduler
{
public:
    using time_point = async_context::time_point;

    explicit async_scheduler(async_context& context) noexcept : context_(context) {}

    /// Adds an operation. Returns false after `shut_down`.
    bool add(async_waker& w) noexcept;
    void remove(async_waker& w) noexcept;

    /// Begins a step. Returns true if the operation was cancelled and must give up.
    bool begin_step(async_waker& w) noexcept;
    /// Ends a step of an operation that has to wait on. Returns false if there is no memory for the
    /// context's timer.
    bool wait(async_waker& w, time_point until, bool ignore_changes) noexcept;

    void cancel(async_waker& w) noexcept;

    void time_is_reached() noexcept;
    void notices_are_ready() noexcept;
    void shut_down() noexcept;
    void before_fork() noexcept;
    void after_fork_in_parent() noexcept;
    void after_fork_in_child() noexcept;

private:
    friend class async_waker;

    struct due_of
    {
        using type = time_point;
        type const& operator()(async_waker const& w) const noexcept { return w.due_; }
    };
    using guard = std::unique_lock<std::mutex>;

    enum class timer : std::uint8_t
    {
        idle,
        armed, // the context's timer runs
        called // `time_is_reached` was requested or is running
    };

    enum class listening : std::uint8_t // for change notifications
    {
        no,
        wanted, // during a fork: the parent listens again after it
        yes
    };

    void make_ready(async_waker& w) noexcept;
    void wake_soon() noexcept;
    void end_call() noexcept;
    bool listen() noexcept;
    bool post_before_reading() noexcept;
    void read_rest(async_waker& w) noexcept;
    void set_due(async_waker& w, time_point due) noexcept;
    void drain(guard& g) noexcept;
    bool arm() noexcept;
    void arm_or_step(guard& g) noexcept;

    // Lock order: after the mutex of a lock object, before `mutex_rank::waits`. No handler runs or
    // is destroyed while it is held.
    std::mutex mutex_;
    async_context& context_;
    change_notifier notifier_;
    intrusive::multiset<async_waker, intrusive::base_hook<timed_hook>,
                        intrusive::key_of_value<due_of>>
        all_;
    intrusive::slist<async_waker, intrusive::base_hook<ready_hook>, intrusive::cache_last<true>>
        ready_;
    time_point retry_ = (time_point::max)(); // when to post again after a failure
    time_point armed_until_{};
    unsigned draining_ = 0;
    timer timer_ = timer::idle;
    listening listening_ = listening::no;
    bool is_shut_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
