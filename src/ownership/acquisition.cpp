// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "acquisition.hpp"

#include "../platform/thread.hpp"
#include "object_registry.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

using namespace std::chrono_literals;
namespace errc = system::errc;

namespace {

// An owner that is no thread holds nothing else.
bool may_hold_elsewhere(acquisition::request const& wanted) noexcept
{
    return wanted.may_sleep && wanted.who.number() != 0 && wanted.from == lock_mode::none;
}

// A thread that is to be asked or told something meanwhile cannot sleep.
bool can_sleep(acquisition::request const& wanted) noexcept
{
    auto const* const callbacks = wanted.told ? wanted.told->callbacks : nullptr;
    return wanted.may_sleep && wanted.until.is_never() &&
           !(callbacks && (callbacks->cancel_check || callbacks->on_wait));
}

} // namespace

acquisition::acquisition(lock_book& book, protocol& what, request const& wanted,
                         waker& call) noexcept
    : waiter(wanted.who, {wanted.to, wanted.from, wanted.may_sleep && wanted.is_for_ever()}, call),
      book_(book), protocol_(what), until_(wanted.until), poll_interval_(wanted.poll_interval),
      listener_(wanted.told),
      standing_(wanted.from == lock_mode::none ? standing::nothing : standing::converts),
      may_sleep_(detail::can_sleep(wanted)), knows_standing_(!may_hold_elsewhere(wanted)),
      ended_(false), is_behind_writer_(false), is_told_(false), is_told_again_(false)
{}

void acquisition::give_up() noexcept
{
    if (!ended_)
        end({next::timed_out});
}

acquisition::next acquisition::go(bool asleep)
{
    if (hears_ != told_of::nothing && call().take_change())
        is_told_ = true;
    for (bool may_announce = true;;)
        switch (book_.ask(*this, std::exchange(may_announce, false) && !until_.is_at_once())) {
        case lock_book::turn::granted:
            ended_ = true;
            return {next::granted};
        case lock_book::turn::would_deadlock:
            return end({next::failed, make_error_code(errc::resource_deadlock_would_occur)});
        case lock_book::turn::closed:
            return end({next::failed, make_error_code(error::closed)});
        case lock_book::turn::not_owned:
            return end({next::failed, make_error_code(errc::operation_not_permitted)});
        case lock_book::turn::refused:
            return end({next::timed_out});
        case lock_book::turn::wait:
            return not_yet({}, false);
        case lock_book::turn::announce:
            if (auto const failed = announce())
                return *failed;
            break;
        case lock_book::turn::yours:
            without_cancellation const running_on;
            if (book_.must_withdraw(*this))
                (void)protocol_.withdraw();
            if (book_.must_release(*this)) {
                auto ec = protocol_.release();
                if (ec == errc::timed_out) // what is left is for others to remove, or an error
                    ec = protocol_.release();
                book_.released(!ec);
                if (ec == errc::operation_would_block) // others are in the way, and will go
                    return judge(answer::again_after(10ms));
                if (ec)
                    return end({next::failed, ec});
            }
            auto const a = attempt(asleep);
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

answer acquisition::attempt(bool asleep)
{
    auto a = ask_protocol(asleep);
    // First the watch and then the attempt, so that no change is missed in between. But who has no
    // use for a watch, the first attempt within a limit included, does not pay for one. The attempt
    // may find another file, of somebody who came meanwhile.
    for (int i = 0; a.kind == answer::busy && watches_anew(); ++i)
        a = i < 3 ? ask_protocol(false) : answer::again_after(1ms);
    return a;
}

answer acquisition::ask_protocol(bool asleep)
{
    auto const once = [&] {
        return asleep ? protocol_.sleep(wants().to)
                      : protocol_.attempt(wants().to, {standing_, !until_.is_at_once()});
    };
    auto a = once();
    if (a.kind == answer::busy && a.matters_who && !knows_standing_) {
        find_standing();
        if (standing_ != standing::nothing)
            a = once();
    }
    is_behind_writer_ = wants().to == lock_mode::shared && a.kind == answer::busy && a.matters_who;
    return a;
}

// Looked up only where it matters: there may be many objects.
void acquisition::find_standing()
{
    knows_standing_ = true;
    auto const file = protocol_.met();
    if (file && another_keeps_out(book_, who(), *file, lock_mode::exclusive)) // as all holds do
        standing_ = standing::elsewhere;
}

// Asleep, who holds something would not see that somebody has come to wait for it.
bool acquisition::can_sleep() const noexcept
{
    return may_sleep_ && standing_ == standing::nothing && protocol_.can_sleep();
}

// Readers of this object have it still. They leave, and wake us.
std::optional<acquisition::next> acquisition::announce()
{
    without_cancellation const running_on;
    if (book_.must_withdraw(*this))
        (void)protocol_.withdraw();
    if (!knows_standing_)
        find_standing();
    // Who reads elsewhere would keep others out until he gives up, in vain.
    auto const a =
        standing_ == standing::elsewhere ? answer(answer::busy) : protocol_.announce(standing_);
    if (a.kind == answer::failed || a.kind == answer::refused)
        return judge(a);
    (void)do_chores(book_, protocol_, book_.found_busy(*this, protocol_.met()));
    return {};
}

bool acquisition::watches_anew()
{
    auto const what = protocol_.what_tells();
    if (!what)
        hears_ = told_of::nothing;
    if (!what || can_sleep() || until_.passed(now()))
        return false;
    auto const outcome = call().watch(what, what.identity);
    if (outcome == watching::no)
        hears_ = told_of::nothing;
    else if (outcome == watching::anew || hears_ == told_of::nothing)
        hears_ = protocol_.is_local() ? told_of::everything : told_of::our_side;
    return outcome == watching::anew;
}

// The kernel tells of a close just before it drops the lock, and of the passing holds of others not
// at all. So after a change there are a few attempts, soon, before the next long pause.
acquisition::pause acquisition::pause_after_busy() noexcept
{
    constexpr std::chrono::nanoseconds ladder[] = {100us, 300us, 1ms, 3ms, 10ms};
    constexpr std::uint8_t many = 8;

    bool const is_off = rung_ >= std::size(ladder);
    if (is_told_ && !is_off)
        is_told_again_ = true;
    if (is_off && (is_told_ || is_told_again_)) {
        rung_ = 0;
        is_told_again_ = false;
        fruitless_ = std::min<std::uint8_t>(fruitless_ + 1, many);
        pauses_ = 0;
    }
    is_told_ = false;
    if (rung_ < std::size(ladder)) {
        auto const length = ladder[rung_++];
        // Others ask again and again, by opening and closing the file: do not answer in kind.
        return {fruitless_ < many ? length : std::max<std::chrono::nanoseconds>(length, 5ms), true};
    }
    if (pauses_ != 0)
        fruitless_ = 0; // a long pause has passed without a change
    return long_pause();
}

// Where every change is told, what is left to be found by asking is rare: each is twice as long as
// the last, up to a second.
acquisition::pause acquisition::long_pause() noexcept
{
    auto length = poll_interval_;
    if (hears_ != told_of::everything)
        pauses_ = 0;
    for (unsigned i = 0; i < pauses_ && length < 1s; ++i)
        length = std::min<std::chrono::nanoseconds>(2 * length, 1s);
    if (pauses_ != 255)
        ++pauses_;
    return {length};
}

acquisition::next acquisition::judge(answer const& a)
{
    if (a.kind == answer::failed)
        return end({next::failed, a.error});
    if (a.kind == answer::refused) {
        if (!until_.is_never())
            return end({next::timed_out});
        return end({next::failed, make_error_code(errc::resource_deadlock_would_occur)});
    }
    bool const is_busy = a.kind == answer::busy;
    bool const may_sleep = is_busy && can_sleep();
    (void)do_chores(book_, protocol_, book_.found_busy(*this, protocol_.met()));
    auto p = is_busy ? pause_after_busy() : pause{a.delay, false, a.kind == answer::halfway};
    if (is_busy && a.delay != a.delay.zero())
        p.length = (std::min)(p.length, a.delay);
    return not_yet(p, may_sleep);
}

// Nothing wakes a waiter whose turn it is, so it pauses between two attempts; who stands behind, is
// woken. One attempt alone has no limit but its own, and within it nobody is waited for.
acquisition::next acquisition::not_yet(std::optional<pause> p, bool may_sleep)
{
    auto at = now();
    bool const is_within_try = p && p->goes_on && until_.is_at_once();
    if (!is_within_try && until_.passed(at))
        return end({next::timed_out});
    auto until = (time_point::max)();
    if (auto const* const ask = callbacks()) {
        if (ask->cancel_check) {
            if (ask->cancel_check())
                return end({next::failed, make_error_code(errc::operation_canceled)});
            if (!p)
                p = pause{poll_interval_};
            p->length = (std::min)(p->length, poll_interval_);
        }
        if (ask->on_wait && !is_within_try) {
            tell_progress(at);
            until = listener_->next_progress;
        }
        // They may have taken their time, and have released what the thread held elsewhere.
        at = now();
        if (standing_ == standing::elsewhere) {
            standing_ = standing::nothing;
            knows_standing_ = false;
        }
    }
    if (p)
        until = (std::min)(until, deadline::after(p->length, at).next_look(at));
    if (!is_within_try)
        until = (std::min)(until, until_.next_look(at));
    return {may_sleep ? next::sleep : next::wait, {}, until, p && p->deaf};
}

void acquisition::tell_progress(time_point at)
{
    auto& l = *listener_;
    if (!l.waiting_since)
        l.waiting_since = l.next_progress = at;
    if (at < l.next_progress)
        return;
    auto const holders = protocol_.holders();
    wait_status status{l.path ? *l.path : filesystem::path(), at - *l.waiting_since, {}};
    if (!holders.empty())
        status.holder = holders.front();
    l.next_progress = deadline::after(l.callbacks->progress_interval, at).next_look(at);
    l.callbacks->on_wait(status);
}

acquisition::next acquisition::end(next result) noexcept
{
    without_cancellation const running_on;
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
            ec = what.withdraw(); // no error of the caller's
        else
            ec = c.to == lock_mode::none ? what.release() : what.lower(c.to);
        if (!first && c.kind != chore::withdraw)
            first = ec;
        c = book.done(c, ec);
    }
    return first;
}

} // namespace detail
} // namespace filelock
} // namespace boost
