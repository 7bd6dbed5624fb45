// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "acquisition.hpp"

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {

acquisition::acquisition(lock_book& book, protocol& what, request const& wanted,
                         waker& call) noexcept
    : waiter(wanted.who, call), book_(book), protocol_(what), wanted_(wanted)
{}

acquisition::~acquisition()
{
    if (state_ != state::ended)
        end({next::timed_out});
}

acquisition::next acquisition::step()
{
    switch (book_.ask(*this)) {
    case lock_book::turn::granted:
        state_ = state::ended;
        return {next::granted};
    case lock_book::turn::yours:
        state_ = state::attempting;
        return judge(protocol_.attempt(wanted_.mode));
    case lock_book::turn::wait:
        break;
    }
    auto const now = wanted_.now();
    if (wanted_.until.passed(now))
        return end({next::timed_out});
    return {next::wait, {}, wanted_.until.next_look(now)};
}

acquisition::next acquisition::sleep()
{
    return judge(protocol_.sleep(wanted_.mode));
}

acquisition::next acquisition::judge(answer const& a)
{
    if (a.kind == answer::have_it) {
        state_ = state::ended;
        book_.taken(*this, protocol_.met());
        return {next::granted};
    }
    if (a.kind == answer::failed)
        return end({next::failed, a.error});
    book_.found_busy(protocol_.met());
    auto const now = wanted_.now();
    if (wanted_.until.passed(now))
        return end({next::timed_out});
    auto const pause = a.kind == answer::ask_again ? a.delay : wanted_.poll_interval;
    auto const until = deadline::after(pause, now).next_look(now);
    auto const kind = a.kind == answer::busy && wanted_.until.is_never() && protocol_.can_sleep()
                          ? next::sleep
                          : next::wait;
    return {kind, {}, std::min(until, wanted_.until.next_look(now))};
}

acquisition::next acquisition::end(next result) noexcept
{
    // First the file, then the place: the next in the queue goes to work at once.
    if (state_ == state::attempting)
        protocol_.withdraw();
    state_ = state::ended;
    book_.leave(*this);
    return result;
}

} // namespace detail
} // namespace filelock
} // namespace boost
