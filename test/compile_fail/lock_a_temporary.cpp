// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The lock of a temporary would end at the semicolon. The build also compiles this with a named
// lock, to show that nothing else is wrong here.

#include <boost/filelock/read_write_lock.hpp>

#include <chrono>

using namespace std::chrono_literals;

#define CALL_lock lock()
#define CALL_try_lock try_lock()
#define CALL_try_lock_for try_lock_for(1s)
#define CALL_try_lock_until try_lock_until(std::chrono::steady_clock::now())
#define CALL_timed_lock timed_lock(1s)
#define CALL_acquire acquire()
#define CALL_lock_shared lock_shared()
#define CALL_try_lock_shared try_lock_shared()
#define CALL_try_lock_shared_for try_lock_shared_for(1s)
#define CALL_try_lock_shared_until try_lock_shared_until(std::chrono::steady_clock::now())
#define CALL_timed_lock_shared timed_lock_shared(1s)
#define CALL_acquire_shared acquire_shared()
#define CALL_lock_upgrade lock_upgrade()
#define CALL_try_lock_upgrade try_lock_upgrade()
#define CALL_try_lock_upgrade_for try_lock_upgrade_for(1s)
#define CALL_try_lock_upgrade_until try_lock_upgrade_until(std::chrono::steady_clock::now())
#define CALL_timed_lock_upgrade timed_lock_upgrade(1s)
#define CALL_acquire_upgrade acquire_upgrade()
#define CALL_lock_sharable lock_sharable()
#define CALL_try_lock_sharable try_lock_sharable()
#define CALL_timed_lock_sharable timed_lock_sharable(1s)
#define CALL_lock_upgradable lock_upgradable()
#define CALL_try_lock_upgradable try_lock_upgradable()
#define CALL_timed_lock_upgradable timed_lock_upgradable(1s)
#define LOCK_named named
#define LOCK_temporary boost::filelock::read_write_lock("x")

#define JOIN_OF(a, b) a##b
#define JOIN(a, b) JOIN_OF(a, b)

void f(boost::filelock::read_write_lock& named)
{
    (void)JOIN(LOCK_, FILELOCK_TEST_LOCK).JOIN(CALL_, FILELOCK_TEST_CALL);
    (void)named;
}
