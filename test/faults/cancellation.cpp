// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// pthread_cancel has no effect in a call of a lock. It takes effect at the thread's next
// cancellation point.

#include <boost/test/unit_test.hpp>

#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <atomic>
#include <functional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

using namespace filelock_test;

namespace {

/// A thread that is cancelled.
class cancelled_thread
{
public:
    explicit cancelled_thread(std::function<void()> what) : what_(std::move(what))
    {
        int const error = ::pthread_create(&thread_, nullptr, run, this);
        if (error != 0)
            throw std::system_error(error, std::generic_category(), "pthread_create");
    }
    cancelled_thread(cancelled_thread const&) = delete;
    cancelled_thread& operator=(cancelled_thread const&) = delete;

    void cancel() { ::pthread_cancel(thread_); }

    /// Returns whether the thread was cancelled after it had finished its work.
    bool has_come_to_its_end()
    {
        void* result;
        ::pthread_join(thread_, &result);
        return result == PTHREAD_CANCELED && is_at_end_;
    }

private:
    static void* run(void* self)
    {
        auto& t = *static_cast<cancelled_thread*>(self);
        t.what_();
        t.is_at_end_ = true;
        for (;;)
            ::pause();
    }

    std::function<void()> const what_;
    std::atomic<bool> is_at_end_{false};
    ::pthread_t thread_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancellation, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(waiting_thread_gets_the_lock, Lock, exclusive_kinds)
{
    Lock lock(path), other(path);
    lock.lock();
    std::atomic<bool> waits{false};
    cancelled_thread thread([&] {
        boost::filelock::acquire_options how;
        how.timeout = patience;
        how.on_wait = [&](auto const&) { waits = true; };
        other.acquire(how);
        other.unlock();
    });
    BOOST_TEST(comes_true([&] { return waits.load(); }));
    thread.cancel();
    lock.unlock();
    BOOST_TEST(thread.has_come_to_its_end());
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_call_is_a_cancellation_point, Lock, exclusive_kinds)
{
    std::atomic<bool> is_cancelled{false};
    cancelled_thread thread([&] {
        // This loop is not a cancellation point.
        while (!is_cancelled)
            continue;
        Lock lock(path);
        lock.lock();
        boost::system::error_code ec;
        (void)lock.still_held(ec);
        (void)lock.holder();
        (void)lock.try_lock();
        lock.unlock();
        lock.unlock();
        (void)lock.try_lock_for(std::chrono::milliseconds(1));
    });
    thread.cancel();
    is_cancelled = true;
    BOOST_TEST(thread.has_come_to_its_end());
    Lock lock(path);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(other_calls_are_no_cancellation_points)
{
    std::atomic<bool> is_cancelled{false};
    int const fd = ::open((directory / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cancelled_thread thread([&] {
        while (!is_cancelled)
            continue;
        boost::filelock::soft_file_lock lock(path);
        lock.lock();
        (void)lock.pid();
        (void)lock.is_lock_held_by_us();
        lock.break_lock();
        boost::filelock::lock_descriptor(fd);
        boost::filelock::unlock_descriptor(fd);
        boost::filelock::lock_descriptor_shared(fd);
        boost::filelock::unlock_descriptor(fd);
    });
    thread.cancel();
    is_cancelled = true;
    BOOST_TEST(thread.has_come_to_its_end());
    ::close(fd);
}

BOOST_AUTO_TEST_SUITE_END()
