// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../thread.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <pthread.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// Keeps this shared object mapped. A shared object is not unmapped before the destructors of its
// thread-local objects have run (glibc, since 2.18: __cxa_thread_atexit_impl). So a plug-in that is
// closed with dlclose stays mapped until the thread has ended.
struct object_in_use
{
    ~object_in_use() { is_in_use = false; }
    volatile bool is_in_use = true;
};
thread_local object_in_use user_of_this_object;

struct start
{
    void (*body)();
    std::mutex mutex = {};
    std::condition_variable condition = {};
    bool is_pinned = false;
};

void* run(void* argument)
{
    auto& how = *static_cast<start*>(argument);
    auto* const body = how.body;
    user_of_this_object.is_in_use = true; // constructs it
    {
        std::lock_guard<std::mutex> const guard(how.mutex);
        how.is_pinned = true;
        how.condition.notify_one();
    } // from here on the starter may have destroyed `how`
    body();
    return nullptr;
}

} // namespace

// The new thread inherits the blocked signals of the thread that creates it (pthread_sigmask).
// Signals that a thread causes itself, such as SIGSEGV, cannot be blocked.
system::error_code start_thread(void (*body)()) noexcept
{
    start how{body};
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    ::pthread_t made;
    int const failed = ::pthread_create(&made, nullptr, run, &how);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (failed == 0) {
        ::pthread_detach(made);
        std::unique_lock<std::mutex> guard(how.mutex);
        how.condition.wait(guard, [&] { return how.is_pinned; });
    }
    return {failed, system::system_category()};
}

#if defined(PTHREAD_CANCEL_DISABLE)
without_cancellation::without_cancellation() noexcept
{
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_);
}

without_cancellation::~without_cancellation()
{
    int ours;
    ::pthread_setcancelstate(before_, &ours);
}
#else // Android has no pthread_cancel
without_cancellation::without_cancellation() noexcept {}

without_cancellation::~without_cancellation() = default;
#endif

} // namespace detail
} // namespace filelock
} // namespace boost
