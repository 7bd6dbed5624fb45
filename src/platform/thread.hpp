// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_THREAD_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_THREAD_HPP

#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Runs `body`, which must not throw, on a thread of its own that nobody waits for, not the end of
/// the process either. No signal is handled on it.
/// Returns when the thread runs. Until it ends it keeps the shared object that this is part of from
/// being unmapped. Fails where there are no more threads to be had.
system::error_code start_thread(void (*body)()) noexcept;

/// Keeps pthread_cancel from taking effect in this thread. Its unwinding would not get through what
/// must not throw, and many system calls are cancellation points. A request stays pending.
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
