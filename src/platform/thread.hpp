// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_THREAD_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_THREAD_HPP

#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Runs `body`, which must not throw, on a detached thread. No thread, and not the end of the
/// process, waits for it. The thread handles no signals. Returns when the thread runs. Until it
/// ends, the thread keeps the shared object that contains this code from being unmapped. Fails if
/// the system has no more threads.
system::error_code start_thread(void (*body)()) noexcept;

/// Disables pthread_cancel in this thread for the scope. Many system calls are cancellation points,
/// and the unwinding would not get through functions that must not throw. A request stays pending.
class without_cancellation
{
public:
    without_cancellation() noexcept;
    without_cancellation(without_cancellation const&) = delete;
    without_cancellation& operator=(without_cancellation const&) = delete;
    ~without_cancellation();

private:
    int before_ = 0;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
