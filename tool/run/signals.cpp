// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "signals.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <time.h>

namespace filelock_tool {
namespace {

constexpr int forwarded_signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

[[noreturn]] void fail(int error, char const* call)
{
    throw std::system_error(error, std::system_category(), call);
}

bool is_ignored(int signal)
{
    struct ::sigaction action = {};
    if (::sigaction(signal, nullptr, &action) != 0)
        fail(errno, "sigaction");
    return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

blocked_signals::blocked_signals()
{
    // waitpid(2): the kernel keeps no status of children while SIGCHLD is ignored.
    if (::signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        fail(errno, "signal");
    if (int const error = ::pthread_sigmask(SIG_BLOCK, nullptr, &before_))
        fail(error, "pthread_sigmask");
    ::sigemptyset(&forwarded_);
    for (int const signal : forwarded_signals)
        if (!is_ignored(signal) && ::sigismember(&before_, signal) != 1)
            ::sigaddset(&forwarded_, signal);
    waited_for_ = forwarded_;
    ::sigaddset(&waited_for_, SIGCHLD);
    if (int const error = ::pthread_sigmask(SIG_BLOCK, &waited_for_, nullptr))
        fail(error, "pthread_sigmask");
}

void blocked_signals::restore() const noexcept
{
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); // fails for a wrong argument only
}

bool blocked_signals::is_any_pending() const noexcept
{
    sigset_t pending;
    ::sigpending(&pending); // fails for a wrong pointer only
    return std::any_of(std::begin(forwarded_signals), std::end(forwarded_signals), [&](int signal) {
        return ::sigismember(&forwarded_, signal) == 1 && ::sigismember(&pending, signal) == 1;
    });
}

std::optional<siginfo_t> blocked_signals::wait(std::optional<time_point> until) const
{
    for (;;) {
        siginfo_t info = {};
        int result = -1;
        if (until) {
            auto const left =
                (std::max)(std::chrono::nanoseconds(*until - std::chrono::steady_clock::now()),
                           std::chrono::nanoseconds::zero());
            auto const whole = std::chrono::duration_cast<std::chrono::seconds>(left);
            ::timespec const time{static_cast<time_t>(whole.count()),
                                  static_cast<long>((left - whole).count())};
            result = ::sigtimedwait(&waited_for_, &info, &time);
        } else {
            result = ::sigwaitinfo(&waited_for_, &info);
        }
        if (result > 0)
            return info;
        if (errno == EAGAIN)
            return std::nullopt;
        if (errno != EINTR)
            fail(errno, "sigtimedwait");
    }
}

} // namespace filelock_tool
