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
    end({next::timed_out});
}

acquisition::next acquisition::step(time_point now)
{
    switch (book_.ask(*this)) {
    case lock_book::turn::granted:
        return {next::granted};
    case lock_book::turn::yours:
        attempting_ = true;
        return judge(protocol_.attempt(wanted_.mode), now);
    case lock_book::turn::wait:
        break;
    }
    if (wanted_.until.passed(now))
        return end({next::timed_out});
    return {next::wait, {}, wanted_.until.next_look(now)};
}

acquisition::next acquisition::sleep()
{
    return judge(protocol_.sleep(wanted_.mode), deadline::steady::now());
}

acquisition::next acquisition::judge(answer const& a, time_point now)
{
    if (a.kind == answer::have_it) {
        attempting_ = false;
        book_.taken(*this);
        return {next::granted};
    }
    if (a.kind == answer::failed)
        return end({next::failed, a.error});
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
    if (attempting_)
        protocol_.withdraw();
    attempting_ = false;
    book_.leave(*this);
    return result;
}

} // namespace detail
} // namespace filelock
} // namespace boost
