// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "async_scheduler.hpp"

#include "../platform/fork.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

// Rounds times that are at least 500 ms away down to a whole second of the clock, so that one
// wake-up serves all of them: ten thousand operations that poll once a second cost one wake-up a
// second.
async_scheduler::time_point gathered(async_scheduler::time_point until,
                                     async_scheduler::time_point now) noexcept
{
    if (until == (async_scheduler::time_point::max)() || until < now + 500ms)
        return until;
    auto const whole = std::chrono::floor<std::chrono::seconds>(until);
    return whole > now ? whole : until;
}

constexpr auto retry_pause = 50ms;

} // namespace

async_waker::~async_waker()
{
    if (!watch_)
        return;
    async_scheduler::guard const g(scheduler_.mutex_);
    scheduler_.notifier_.forget(*watch_);
}

void async_waker::wake() noexcept
{
    async_scheduler::guard const g(scheduler_.mutex_);
    scheduler_.make_ready(*this);
}

watch_result async_waker::watch(watch_target const& target, file_identity const& identity) noexcept
{
    async_scheduler::guard const g(scheduler_.mutex_);
    if (!watch_)
        watch_.reset(new (std::nothrow) own_watch(*this));
    if (!watch_)
        return watch_result::no;
    scheduler_.read_rest(*this);
    auto const source = scheduler_.notifier_.native();
    // `watch` may open a descriptor. No fork may happen meanwhile, or the child would inherit a
    // descriptor that it does not know.
    std::unique_lock<std::mutex> no_fork(process_mutex(mutex_rank::waits));
    auto const outcome = scheduler_.notifier_.watch(*watch_, target, identity);
    no_fork.unlock();
    bool const is_heard = scheduler_.listening_ == async_scheduler::listening::yes &&
                          scheduler_.notifier_.native() == source;
    if (outcome == watch_result::no || is_heard)
        return outcome;
    return scheduler_.listen() ? outcome : watch_result::no;
}

bool async_waker::take_change() noexcept
{
    async_scheduler::guard const g(scheduler_.mutex_);
    return watch_ && watch_->take_change();
}

void async_waker::follow(waker& former) noexcept
{
    auto* const other = former.as_async();
    if (!other || &other->scheduler_ != &scheduler_)
        return;
    async_scheduler::guard const g(scheduler_.mutex_);
    if (watch_ || !other->watch_)
        return;
    watch_ = std::move(other->watch_);
    has_unread_ = std::exchange(other->has_unread_, false);
    watch_->for_ = this;
}

// Returns true in a callback that the operation's step calls.
bool async_waker::is_calling_thread() const noexcept
{
    async_scheduler::guard const g(scheduler_.mutex_);
    return stage_ == stage::stepping && stepper_ == std::this_thread::get_id();
}

void async_waker::own_watch::on_change() noexcept
{
    if (for_->stage_ == stage::idle && !for_->ignores_changes_)
        for_->scheduler_.make_ready(*for_);
}

bool async_scheduler::add(async_waker& w) noexcept
{
    guard const g(mutex_);
    if (is_shut_)
        return false;
    all_.insert(all_.end(), w);
    w.is_added_ = true;
    return true;
}

void async_scheduler::remove(async_waker& w) noexcept
{
    if (!w.is_added_)
        return;
    guard const g(mutex_);
    w.is_added_ = false;
    if (w.watch_)
        notifier_.forget(*w.watch_);
    w.watch_.reset();
    all_.erase(all_.iterator_to(w));
    if (!all_.empty() || is_shut_)
        return;
    if (timer_ == timer::idle)
        notifier_.drop_lingering();
    wake_soon(); // ends the wait of the timer, which would keep the context's `run` from returning
    if (listening_ == listening::yes) {
        listening_ = listening::no;
        context_.stop_listening();
    }
}

bool async_scheduler::begin_step(async_waker& w) noexcept
{
    guard const g(mutex_);
    w.stage_ = async_waker::stage::stepping;
    w.stepper_ = std::this_thread::get_id();
    w.is_to_step_again_ = false;
    return w.is_cancelled_;
}

bool async_scheduler::wait(async_waker& w, time_point until, bool ignore_changes) noexcept
{
    guard const g(mutex_);
    set_due(w, gathered(until, std::chrono::steady_clock::now()));
    if (timer_ == timer::idle && !arm())
        return false;
    w.stage_ = async_waker::stage::idle;
    w.ignores_changes_ = ignore_changes;
    if (timer_ == timer::armed && w.due_ < armed_until_)
        wake_soon();
    read_rest(w);
    // `make_ready` comes last: it posts nothing unless the timer is armed or called.
    if (w.is_to_step_again_ || (!ignore_changes && w.watch_ && w.watch_->is_changed()))
        make_ready(w);
    return true;
}

void async_scheduler::cancel(async_waker& w) noexcept
{
    guard const g(mutex_);
    w.is_cancelled_ = true;
    make_ready(w);
}

// Marks an operation as ready for its next step, if it is idle. If it is in a step, it gets another
// one after that.
void async_scheduler::make_ready(async_waker& w) noexcept
{
    if (w.stage_ == async_waker::stage::stepping)
        w.is_to_step_again_ = true;
    if (w.stage_ != async_waker::stage::idle || is_shut_)
        return;
    w.stage_ = async_waker::stage::posted;
    ready_.push_back(w);
    if (draining_ == 0)
        wake_soon();
}

// Makes the context call `time_is_reached` soon. While an operation is idle, the timer is armed or
// called.
void async_scheduler::wake_soon() noexcept
{
    if (timer_ != timer::armed)
        return;
    timer_ = timer::called;
    context_.wake_soon();
}

// Ends `timer::called`. Another thread may have armed the timer meanwhile, which then stays armed.
void async_scheduler::end_call() noexcept
{
    if (timer_ == timer::called)
        timer_ = timer::idle;
}

bool async_scheduler::listen() noexcept
{
    bool const can_listen = context_.listen(notifier_.native());
    listening_ = can_listen ? listening::yes : listening::no;
    return can_listen;
}

// Posts the step of the only operation that waits for notifications. The context listens again when
// that operation waits on. Returns false, and does nothing, if the notifications must be read.
bool async_scheduler::post_before_reading() noexcept
{
    auto const may_step = [](async_waker const& w) {
        return w.stage_ == async_waker::stage::idle && !w.ignores_changes_;
    };
    auto* const only = static_cast<async_waker::own_watch*>(notifier_.only_watch());
    if (!only || !may_step(*only->for_))
        return false;
    notifier_.postpone_read(*only);
    only->for_->has_unread_ = true;
    listening_ = listening::no;
    make_ready(*only->for_);
    return true;
}

// Reads what the operation has left unread, and listens again. The attempt that followed may have
// come before some of the changes. It failed, and others follow it.
void async_scheduler::read_rest(async_waker& w) noexcept
{
    if (!std::exchange(w.has_unread_, false))
        return;
    notifier_.read();
    (void)w.watch_->take_change();
    if (listening_ == listening::no)
        (void)listen();
}

void async_scheduler::set_due(async_waker& w, time_point due) noexcept
{
    if (w.due_ == due)
        return;
    all_.erase(all_.iterator_to(w));
    w.due_ = due;
    all_.insert(w);
}

bool async_scheduler::arm() noexcept
{
    armed_until_ = (std::min)(all_.begin()->due_, retry_);
    bool const is_armed = context_.wait_until(armed_until_);
    timer_ = is_armed ? timer::armed : timer::idle;
    return is_armed;
}

// Starts the timer. If there is no memory for it, nothing would ever step the waiting operations.
// They step now instead: each starts to wait again or ends with an error. A step usually gets the
// memory that the previous steps have freed. If it does not, the calling thread blocks until there
// is memory.
void async_scheduler::arm_or_step(guard& g) noexcept
{
    while (!all_.empty() && timer_ != timer::armed && !arm()) {
        ++draining_;
        for (auto& w : all_)
            make_ready(w);
        --draining_;
        drain(g);
        if (ready_.empty())
            return;
        if (timer_ == timer::idle)
            timer_ = timer::called;
        g.unlock();
        std::this_thread::sleep_for(retry_pause);
        g.lock();
        drain(g);
        end_call();
    }
}

// Posts the steps of all ready operations. An operation may be destroyed as soon as its step is
// posted.
void async_scheduler::drain(guard& g) noexcept
{
    ++draining_;
    while (!ready_.empty()) {
        auto& w = ready_.front();
        ready_.pop_front();
        g.unlock();
        bool posted = true;
        try {
            w.operation_.post();
        } catch (...) { // no memory
            posted = false;
        }
        g.lock();
        if (posted)
            continue;
        ready_.push_front(w);
        retry_ = std::chrono::steady_clock::now() + retry_pause;
        break;
    }
    --draining_;
}

void async_scheduler::time_is_reached() noexcept
{
    guard g(mutex_);
    timer_ = timer::called;
    retry_ = (time_point::max)();
    auto const now = std::chrono::steady_clock::now();
    ++draining_;
    while (!all_.empty() && all_.begin()->due_ <= now) {
        auto& w = *all_.begin();
        set_due(w, (time_point::max)());
        make_ready(w);
    }
    --draining_;
    drain(g);
    end_call();
    if (all_.empty()) // the handler of the last operation runs or has run
        notifier_.drop_lingering();
    arm_or_step(g);
}

void async_scheduler::notices_are_ready() noexcept
{
    guard g(mutex_);
    ++draining_;
    if (!post_before_reading())
        notifier_.read();
    --draining_;
    drain(g);
    if (retry_ < armed_until_)
        wake_soon();
    if (listening_ == listening::yes)
        (void)listen();
}

// All operations leave the queues of their lock objects before the first handler is destroyed. The
// destruction of a handler may destroy or release a lock, which must not wake an operation of this
// context.
void async_scheduler::shut_down() noexcept
{
    guard g(mutex_);
    is_shut_ = true;
    g.unlock();
    for (auto& w : all_)
        w.operation_.leave();
    while (!all_.empty()) {
        auto& w = *all_.begin();
        all_.erase(all_.begin());
        w.is_added_ = false;
        w.operation_.discard();
    }
}

// Asio's reactor registers its descriptors again in the child. The child has closed the descriptor
// of change notifications, so the reactor must not know it during the fork.
void async_scheduler::before_fork() noexcept
{
    guard const g(mutex_);
    listening_ = listening_ == listening::yes ? listening::wanted : listening::no;
    context_.forget_source();
}

void async_scheduler::after_fork_in_parent() noexcept
{
    guard const g(mutex_);
    if (listening_ == listening::wanted)
        (void)listen();
}

void async_scheduler::after_fork_in_child() noexcept
{
    guard const g(mutex_);
    for (auto& w : all_) {
        w.is_cancelled_ = true;
        make_ready(w);
    }
}

} // namespace detail
} // namespace filelock
} // namespace boost
