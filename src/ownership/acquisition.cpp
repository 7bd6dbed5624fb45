// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "acquisition.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

acquisition::acquisition(lock_book& book, protocol& what, request const& wanted,
                         waker& call) noexcept
    : waiter(wanted.who, {wanted.to, wanted.from, wanted.is_for_ever()}, call), book_(book),
      protocol_(what), wanted_(wanted)
{}

acquisition::~acquisition()
{
    if (!ended_)
        end({next::timed_out});
}

acquisition::next acquisition::go(bool asleep)
{
    for (;;)
        switch (book_.ask(*this)) {
        case lock_book::turn::granted:
            ended_ = true;
            return {next::granted};
        case lock_book::turn::would_deadlock:
            return end({next::failed, make_error_code(errc::resource_deadlock_would_occur)});
        case lock_book::turn::not_owned:
            return end({next::failed, make_error_code(errc::operation_not_permitted)});
        case lock_book::turn::refused:
            return end({next::timed_out});
        case lock_book::turn::wait:
            return not_yet({}, false);
        case lock_book::turn::yours:
            if (book_.must_withdraw(*this))
                protocol_.withdraw();
            if (book_.must_release(*this)) {
                auto const ec = protocol_.release();
                book_.released(!ec);
                if (ec)
                    return end({next::failed, ec});
            }
            auto const a = asleep ? protocol_.sleep(wanted_.to) : protocol_.attempt(wanted_.to);
            if (a.kind != answer::have_it)
                return judge(a);
            try {
                protocol_.acquired();
            } catch (...) {
                if (protocol_.release())
                    book_.released(false);
                throw;
            }
            if (auto const chores = book_.taken(*this, protocol_.met())) {
                ended_ = true;
                if (chores->kind != chore::none)
                    (void)do_chores(book_, protocol_, *chores);
                return {next::granted};
            }
        }
}

acquisition::next acquisition::judge(answer const& a)
{
    if (a.kind == answer::failed)
        return end({next::failed, a.error});
    bool const is_busy = a.kind == answer::busy;
    bool const may_sleep = is_busy && protocol_.can_sleep();
    (void)do_chores(book_, protocol_, book_.found_busy(*this, protocol_.met()));
    return not_yet(is_busy ? wanted_.poll_interval : a.delay, may_sleep);
}

// Nothing wakes a waiter whose turn it is, so it pauses between two attempts; who stands behind, is
// woken.
acquisition::next acquisition::not_yet(std::optional<std::chrono::nanoseconds> pause,
                                       bool may_sleep)
{
    auto now = wanted_.now();
    if (wanted_.until.passed(now))
        return end({next::timed_out});
    auto until = time_point::max();
    if (auto const* const callbacks = wanted_.callbacks) {
        if (callbacks->cancel_check) {
            if (callbacks->cancel_check())
                return end({next::failed, make_error_code(errc::operation_canceled)});
            pause = std::min(pause.value_or(wanted_.poll_interval), wanted_.poll_interval);
        }
        if (callbacks->on_wait) {
            tell_progress(now);
            until = next_progress_;
        }
        now = wanted_.now(); // they may have taken their time
    }
    if (pause)
        until = std::min(until, deadline::after(*pause, now).next_look(now));
    until = std::min(until, wanted_.until.next_look(now));
    bool const has_callbacks =
        wanted_.callbacks && (wanted_.callbacks->cancel_check || wanted_.callbacks->on_wait);
    bool const sleeps = may_sleep && wanted_.until.is_never() && !has_callbacks;
    return {sleeps ? next::sleep : next::wait, {}, until};
}

void acquisition::tell_progress(time_point now)
{
    if (!waiting_since_)
        waiting_since_ = next_progress_ = now;
    if (now < next_progress_)
        return;
    auto const holders = protocol_.holders();
    wait_status status{
        wanted_.path ? *wanted_.path : filesystem::path(), now - *waiting_since_, {}};
    if (!holders.empty())
        status.holder = holders.front();
    next_progress_ = deadline::after(wanted_.callbacks->progress_interval, now).next_look(now);
    wanted_.callbacks->on_wait(status);
}

acquisition::next acquisition::end(next result) noexcept
{
    ended_ = true;
    (void)do_chores(book_, protocol_, book_.leave(*this));
    return result;
}

system::error_code do_chores(lock_book& book, protocol& what, chore c) noexcept
{
    system::error_code first;
    while (c.kind != chore::none) {
        system::error_code ec;
        if (c.kind == chore::withdraw)
            what.withdraw();
        else
            ec = c.to == lock_mode::none ? what.release() : what.lower(c.to);
        if (!first)
            first = ec;
        c = book.done(c, !ec);
    }
    return first;
}

} // namespace detail
} // namespace filelock
} // namespace boost
