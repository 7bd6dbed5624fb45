// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_state.hpp"

#include "../platform/thread.hpp"
#include "object_registry.hpp"
#include "thread_waker.hpp"
#include "wait_out.hpp"

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_end = 100ms; // the longest that the destructor of a lock object waits

// The place of a thread that wants to inspect its hold, and waits until no other owner works on the
// file.
class visit final : public waiter
{
public:
    visit(owner_queue& queue, owner who, lock_request const& request, waker& w) noexcept
        : waiter(who, request, w), queue_(queue)
    {}

    owner_queue::grant ask() { return queue_.ask(*this); }

private:
    owner_queue& queue_;
};

} // namespace

lock_state::lock_state(filesystem::path path, std::unique_ptr<protocol> lock_protocol,
                       ownership scope, std::chrono::nanoseconds poll_interval)
    : path_(std::move(path)), scope_(scope), poll_interval_(poll_interval),
      protocol_(std::move(lock_protocol)), queue_(protocol_->exclusion_domains()),
      retry_(queue_, *protocol_)
{
    register_object(queue_);
}

lock_state::~lock_state()
{
    unregister_object(queue_);
    drop_lingering_watch();
}

void lock_state::release_everything() noexcept
{
    without_cancellation const running_on;
    (void)begin_to_finish(queue_.drop_everything());
    if (queue_.is_unfinished())
        (void)wait_out([this] { return try_again(); }, longest_end);
    if (queue_.is_unreleased())
        (void)protocol_->release();
}

bool lock_state::acquire(lock_mode to, acquire_options const& how, system::error_code& ec)
{
    auto const until = how.timeout ? deadline::after(*how.timeout) : deadline::never();
    auto const poll_interval = how.poll_interval.value_or(poll_interval_);
    acquisition::wait_callbacks callbacks;
    callbacks.options = &how;
    callbacks.path = &path_;
    if (wait_for({to, caller(), until, poll_interval, lock_mode::none, &callbacks}, ec))
        return true;
    if (!ec)
        ec = make_error_code(system::errc::timed_out);
    return false;
}

bool lock_state::wait_for(acquisition::request const& wanted, system::error_code& ec)
{
    if (wanted.to == lock_mode::exclusive && wanted.from == lock_mode::none &&
        queue_.add_level(wanted.who))
        return true;
    thread_waker own_waker;
    struct at_last
    {
        lock_state& self;
        ~at_last() { self.retry_in_background(); }
    } const after_taking{*this};
    acquisition taking(queue_, *protocol_, wanted, own_waker);
    auto next = taking.step();
    if (next.kind == acquisition::next::granted) // one more level costs no system call
        return true;
    without_cancellation const running_on;
    for (;;) {
        bool const is_over =
            next.kind != acquisition::next::wait && next.kind != acquisition::next::sleep;
        if (!is_over && wanted.is_unlimited() && waits_for_itself(taking)) {
            ec = make_error_code(system::errc::resource_deadlock_would_occur);
            return false;
        }
        switch (next.kind) {
        case acquisition::next::granted:
            return true;
        case acquisition::next::failed:
            ec = next.error;
            return false;
        case acquisition::next::timed_out:
            return false;
        case acquisition::next::sleep:
            next = taking.sleep();
            break;
        case acquisition::next::wait:
            own_waker.wait_until(next.until, next.ignore_changes);
            next = taking.step();
            break;
        }
    }
}

// Returns whether the calling thread would wait forever, because it holds the file through another
// object and waits without a limit. That also applies to a shared hold, if the thread is queued
// behind a writer that waits for the other hold. Levels that an object owns do not count, since any
// thread may release them.
bool lock_state::waits_for_itself(acquisition const& w) const
{
    auto const file = queue_.file();
    if (scope_ != ownership::thread || !file)
        return false;
    bool const is_behind_writer = w.is_behind_writer() || queue_.is_behind_writer(w);
    auto const hindered = is_behind_writer ? lock_mode::exclusive : w.mode();
    return another_keeps_out(queue_, caller(), *file, hindered);
}

bool lock_state::still_held(owner who, system::error_code& ec)
{
    bool held = false;
    ec.clear();
    (void)inspect(who, lock_request::inspect(), [&](protocol& of) { held = of.still_held(ec); });
    return held;
}

bool lock_state::inspect(owner who, lock_request const& request,
                         std::function<void(protocol&)> const& f)
{
    without_cancellation const running_on;
    thread_waker own_waker;
    visit looking(queue_, who, request, own_waker);
    owner_queue::grant given;
    while ((given = looking.ask()) == owner_queue::grant::wait)
        own_waker.wait_until((thread_parker::time_point::max)());
    if (given != owner_queue::grant::attempt)
        return false;
    auto const leave = [&] {
        (void)perform(queue_, *protocol_, queue_.leave(looking));
        retry_in_background();
    };
    try {
        f(*protocol_);
    } catch (...) {
        leave();
        throw;
    }
    leave();
    return true;
}

void lock_state::start_background() noexcept
{
    without_cancellation const running_on;
    retry_.start_in_background();
}

std::vector<owner_record> lock_state::holders() const
{
    without_cancellation const running_on;
    return protocol_->holders();
}

system::error_code lock_state::try_again() noexcept
{
    without_cancellation const running_on;
    return retry_.try_again();
}

lock_state::release_result lock_state::begin_to_finish(owner_queue::dropped const& dropped) noexcept
{
    if (dropped.next.kind == pending_action::none)
        return {dropped.owned, {}};
    without_cancellation const running_on;
    return {dropped.owned, perform(queue_, *protocol_, dropped.next)};
}

lock_state::release_result lock_state::release_at_once(owner who, lock_mode mode) noexcept
{
    auto result = begin_release(who, mode);
    if (result.error == system::errc::operation_would_block)
        result.error = make_error_code(system::errc::timed_out);
    retry_in_background();
    return result;
}

lock_state::release_result lock_state::finish(owner_queue::dropped const& dropped) noexcept
{
    auto result = begin_to_finish(dropped);
    if (result.error == system::errc::operation_would_block) {
        without_cancellation const running_on;
        result.error = wait_out([this] { return try_again(); }, longest_release);
    }
    retry_in_background();
    return result;
}

} // namespace detail
} // namespace filelock
} // namespace boost
