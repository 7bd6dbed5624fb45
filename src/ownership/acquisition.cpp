// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "acquisition.hpp"

#include "../platform/thread.hpp"
#include "../protocol/attempts.hpp"
#include "object_registry.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

using namespace std::chrono_literals;
namespace errc = system::errc;

namespace {

// Only a thread can hold the file through another object.
bool may_hold_elsewhere(acquisition::request const& wanted) noexcept
{
    return wanted.may_sleep && wanted.who.number() != 0 && wanted.from == lock_mode::none;
}

// A thread blocked in the kernel cannot run callbacks.
bool can_sleep(acquisition::request const& wanted) noexcept
{
    auto const* const options = wanted.callbacks ? wanted.callbacks->options : nullptr;
    return wanted.may_sleep && wanted.until.is_never() &&
           !(options && (options->cancel_check || options->on_wait));
}

// For the owner at work.
void record_failure(owner_queue& queue, protocol const& lock_protocol,
                    system::error_code const& ec) noexcept
try {
    queue.record_failure(ec, lock_protocol.culprit());
} catch (std::bad_alloc const&) {
    // The error is reported without the name.
}

} // namespace

acquisition::acquisition(owner_queue& queue, protocol& lock_protocol, request const& wanted,
                         waker& w) noexcept
    : waiter(wanted.who, {wanted.to, wanted.from, wanted.may_sleep && wanted.is_unlimited()}, w),
      queue_(queue), protocol_(lock_protocol), until_(wanted.until),
      poll_interval_(wanted.poll_interval), callbacks_(wanted.callbacks),
      prior_hold_(wanted.from == lock_mode::none ? prior_hold::none : prior_hold::converting),
      may_sleep_(detail::can_sleep(wanted)), is_prior_hold_known_(!may_hold_elsewhere(wanted)),
      ended_(false), is_behind_writer_(false), has_change_(false), has_later_change_(false),
      has_paused_(false)
{}

void acquisition::give_up() noexcept
{
    if (!ended_)
        end({next::timed_out});
}

acquisition::next acquisition::advance(bool may_block)
{
    if (notified_of_ != notice_scope::nothing && own_waker().take_change())
        has_change_ = true;
    for (bool may_announce = true;;)
        switch (queue_.ask(*this, std::exchange(may_announce, false) && !until_.is_at_once())) {
        case owner_queue::grant::granted:
            ended_ = true;
            return {next::granted};
        case owner_queue::grant::would_deadlock:
            return end({next::failed, make_error_code(errc::resource_deadlock_would_occur)});
        case owner_queue::grant::closed:
            return end({next::failed, make_error_code(error::closed)});
        case owner_queue::grant::not_owned:
            return end({next::failed, make_error_code(errc::operation_not_permitted)});
        case owner_queue::grant::conversion_conflict:
            return end({next::timed_out});
        case owner_queue::grant::wait:
            return schedule_retry({}, false);
        case owner_queue::grant::settle: // a sole attempt must not fail for our own work
            return schedule_retry(pause{removal_backoff, false, true}, false);
        case owner_queue::grant::announce:
            if (auto const failed = announce())
                return *failed;
            break;
        case owner_queue::grant::attempt:
            if (auto const result = take_turn(may_block))
                return *result;
        }
}

// One turn at the file. Returns nothing where the queue has to be asked again.
std::optional<acquisition::next> acquisition::take_turn(bool may_block)
{
    without_cancellation const running_on;
    if (queue_.must_withdraw(*this))
        (void)protocol_.withdraw();
    if (queue_.must_release(*this))
        if (auto const failed = repeat_release())
            return *failed;
    auto const a = attempt(may_block);
    if (a.kind != attempt_result::acquired)
        return handle(a);
    try {
        protocol_.acquired();
    } catch (...) {
        if (protocol_.release())
            queue_.released(false);
        throw;
    }
    auto const action = queue_.record_acquired(*this, protocol_.observed_file());
    if (!action)
        return std::nullopt;
    ended_ = true;
    if (action->kind != pending_action::none)
        (void)perform(queue_, protocol_, *action);
    return next{next::granted};
}

// Repeats a release of this object that failed, before the first attempt.
std::optional<acquisition::next> acquisition::repeat_release()
{
    auto ec = protocol_.release();
    // Either the protocol left a marker without an owner, which is no error of this acquisition and
    // is not reported twice; or a system call returned ETIMEDOUT, and does so again.
    if (ec == errc::timed_out)
        ec = protocol_.release();
    queue_.released(!ec);
    if (ec == errc::operation_would_block) // another process has the removal right for a moment
        return handle(attempt_result::retry_after(10ms));
    if (ec)
        return handle(ec);
    return std::nullopt;
}

attempt_result acquisition::attempt(bool may_block)
{
    auto a = ask_protocol(may_block);
    // The watch begins before the attempt that counts, so that no change is missed in between. The
    // first attempt goes without a watch: a lock that is free does not pay for one. The attempt may
    // find another file, of a process that came meanwhile.
    for (int i = 0; a.kind == attempt_result::busy && watch_anew(); ++i)
        a = i < 3 ? ask_protocol(false) : attempt_result::retry_after(1ms);
    return a;
}

attempt_result acquisition::ask_protocol(bool may_block)
{
    auto const once = [&] {
        return may_block ? protocol_.sleep(requested().to)
                         : protocol_.attempt(requested().to, {prior_hold_, !until_.is_at_once()});
    };
    auto a = once();
    if (a.kind == attempt_result::busy && a.depends_on_prior_hold && !is_prior_hold_known_) {
        find_prior_hold();
        if (prior_hold_ != prior_hold::none)
            a = once();
    }
    is_behind_writer_ = requested().to == lock_mode::shared && a.kind == attempt_result::busy &&
                        a.depends_on_prior_hold;
    return a;
}

// Searches all lock objects of the process, so it is called only where the result matters.
void acquisition::find_prior_hold()
{
    is_prior_hold_known_ = true;
    auto const file = protocol_.observed_file();
    if (file && another_keeps_out(queue_, who(), *file, lock_mode::exclusive)) // every hold does
        prior_hold_ = prior_hold::other_object;
}

// A thread blocked in the kernel cannot notice a writer that waits for its other hold, so it must
// not block while it holds anything.
bool acquisition::can_sleep() const noexcept
{
    return may_sleep_ && prior_hold_ == prior_hold::none && protocol_.can_sleep();
}

// For a writer while readers of this object hold the file. The last of them wakes it.
std::optional<acquisition::next> acquisition::announce()
{
    without_cancellation const running_on;
    if (queue_.must_withdraw(*this))
        (void)protocol_.withdraw();
    if (!is_prior_hold_known_)
        find_prior_hold();
    // A thread that reads through another object never gets the lock. Its announcement would only
    // keep new readers out.
    auto const a = prior_hold_ == prior_hold::other_object ? attempt_result(attempt_result::busy)
                                                           : protocol_.announce(prior_hold_);
    if (a.kind == attempt_result::failed || a.kind == attempt_result::would_deadlock)
        return handle(a);
    (void)perform(queue_, protocol_, queue_.found_busy(*this, protocol_.observed_file()));
    return {};
}

// Returns whether another attempt has to follow: changes before this call may have been missed.
bool acquisition::watch_anew()
{
    if (can_sleep() || until_.passed(now()))
        return false;
    auto const target = protocol_.to_watch();
    auto const watch = target ? own_waker().watch(target, target.identity) : watch_result::no;
    if (watch == watch_result::no) {
        notified_of_ = notice_scope::nothing;
        return false;
    }
    auto const notice = protocol_.request_notice();
    bool const is_anew = watch == watch_result::anew || notice == watch_result::anew;
    if (notice == watch_result::no)
        notified_of_ = notice_scope::our_side;
    else if (is_anew || notified_of_ == notice_scope::nothing)
        notified_of_ = protocol_.is_local() ? notice_scope::everything : notice_scope::our_side;
    return is_anew;
}

// inotify(7) reports a close just before the kernel drops the lock, and reports nothing of locks
// that are acquired and released meanwhile. So a few attempts in quick succession follow a change,
// before the next long pause.
acquisition::pause acquisition::pause_after_busy() noexcept
{
    constexpr std::chrono::nanoseconds backoff_steps[] = {100us, 300us, 1ms, 3ms, 10ms};
    constexpr std::uint8_t many = 8;

    bool const is_off = backoff_step_ >= std::size(backoff_steps);
    if (has_change_ && !is_off)
        has_later_change_ = true;
    if (is_off && (has_change_ || has_later_change_)) {
        backoff_step_ = 0;
        has_later_change_ = false;
        fruitless_events_ = std::min<std::uint8_t>(fruitless_events_ + 1, many);
        pauses_ = 0;
    }
    has_change_ = false;
    if (backoff_step_ < std::size(backoff_steps)) {
        auto const length = backoff_steps[backoff_step_++];
        // Polling peers open and close the file at every attempt. Do not wake for each: attempts
        // are at least 5 ms apart after eight fruitless events.
        return {fruitless_events_ < many ? length : std::max<std::chrono::nanoseconds>(length, 5ms),
                true};
    }
    if (pauses_ != 0)
        fruitless_events_ = 0; // a long pause has passed without a change
    return long_pause();
}

// Where every change is reported, polling rarely finds anything: each pause is twice as long as the
// last, up to a second.
acquisition::pause acquisition::long_pause() noexcept
{
    auto length = poll_interval_;
    if (notified_of_ != notice_scope::everything)
        pauses_ = 0;
    for (unsigned i = 0; i < pauses_ && length < 1s; ++i)
        length = std::min<std::chrono::nanoseconds>(2 * length, 1s);
    // The kernel reports the close of a process that ends just before it drops the lock (__fput:
    // fsnotify_close, then locks_remove_file). That may be before this wait began to watch, so the
    // first pause is short.
    bool const is_first = !has_paused_;
    has_paused_ = true;
    if (is_first && notified_of_ != notice_scope::nothing)
        return {std::min<std::chrono::nanoseconds>(length, 10ms)};
    if (pauses_ != 255)
        ++pauses_;
    return {length};
}

acquisition::next acquisition::handle(attempt_result const& a)
{
    if (a.kind == attempt_result::failed) {
        record_failure(queue_, protocol_, a.error);
        return end({next::failed, a.error});
    }
    if (a.kind == attempt_result::would_deadlock) {
        if (!until_.is_never())
            return end({next::timed_out});
        return end({next::failed, make_error_code(errc::resource_deadlock_would_occur)});
    }
    bool const is_busy = a.kind == attempt_result::busy;
    bool const may_sleep = is_busy && can_sleep();
    (void)perform(queue_, protocol_, queue_.found_busy(*this, protocol_.observed_file()));
    auto p =
        is_busy ? pause_after_busy() : pause{a.delay, false, a.kind == attempt_result::in_progress};
    if (is_busy && a.delay != a.delay.zero())
        p.length = (std::min)(p.length, a.delay);
    return schedule_retry(p, may_sleep);
}

// The first waiter of the queue pauses between two attempts; the others are woken when they become
// the first. `p` is the pause of the first. The steps of a single attempt have no time limit but
// their own.
acquisition::next acquisition::schedule_retry(std::optional<pause> p, bool may_sleep)
{
    auto at = now();
    bool const is_within_try = p && p->goes_on && until_.is_at_once();
    if (!is_within_try && until_.passed(at))
        return end({next::timed_out});
    auto until = (time_point::max)();
    if (auto const* const ask = options()) {
        if (ask->cancel_check) {
            if (ask->cancel_check())
                return end({next::failed, make_error_code(errc::operation_canceled)});
            if (!p)
                p = pause{poll_interval_};
            p->length = (std::min)(p->length, poll_interval_);
        }
        if (ask->on_wait && !is_within_try) {
            report_progress(at);
            until = callbacks_->next_progress;
        }
        // The callbacks may have taken long, and may have released the thread's other hold.
        at = now();
        if (prior_hold_ == prior_hold::other_object) {
            prior_hold_ = prior_hold::none;
            is_prior_hold_known_ = false;
        }
    }
    if (p)
        until = (std::min)(until, deadline::after(p->length, at).next_look(at));
    if (!is_within_try)
        until = (std::min)(until, until_.next_look(at));
    return {may_sleep ? next::sleep : next::wait, {}, until, p && p->ignore_changes};
}

void acquisition::report_progress(time_point at)
{
    auto& c = *callbacks_;
    if (!c.waiting_since)
        c.waiting_since = c.next_progress = at;
    if (at < c.next_progress)
        return;
    auto const holders = protocol_.holders();
    wait_status status{c.path ? *c.path : filesystem::path(), at - *c.waiting_since, {}};
    if (!holders.empty())
        status.holder = holders.front();
    c.next_progress = deadline::after(c.options->progress_interval, at).next_look(at);
    c.options->on_wait(status);
}

acquisition::next acquisition::end(next result) noexcept
{
    without_cancellation const running_on;
    ended_ = true;
    (void)perform(queue_, protocol_, queue_.leave(*this));
    return result;
}

system::error_code perform(owner_queue& queue, protocol& lock_protocol, pending_action c) noexcept
{
    system::error_code first;
    while (c.kind != pending_action::none) {
        system::error_code ec;
        if (c.kind == pending_action::withdraw)
            ec = lock_protocol.withdraw(); // not an error of the caller
        else
            ec = c.to == lock_mode::none ? lock_protocol.release() : lock_protocol.downgrade(c.to);
        if (!first && ec && c.kind != pending_action::withdraw) {
            first = ec;
            record_failure(queue, lock_protocol, ec);
        }
        c = queue.done(c, ec);
    }
    return first;
}

} // namespace detail
} // namespace filelock
} // namespace boost
