// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../thread.hpp"

#include <csignal>

#include <pthread.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

void* run(void* body)
{
    reinterpret_cast<void (*)()>(body)();
    return nullptr;
}

} // namespace

// It inherits the signals that its maker blocks (pthread_sigmask). What it does itself, a SIGSEGV,
// is not among those that can be.
system::error_code start_thread(void (*body)()) noexcept
{
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    ::pthread_t made;
    int const failed = ::pthread_create(&made, nullptr, run, reinterpret_cast<void*>(body));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (failed == 0)
        ::pthread_detach(made);
    return {failed, system::system_category()};
}

} // namespace detail
} // namespace filelock
} // namespace boost
