// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Allocations of each call fail, either one or all from one on. The call reports the failure or
// succeeds without the memory. Afterwards nothing is held or open, and the lock can be used.

// With these, Asio's memory also comes from `operator new`.
#define BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC
#define BOOST_ASIO_DISABLE_BOOST_ALIGN

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/async_wait_loss.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace errc = boost::system::errc;
using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::async_acquire;
using boost::filelock::async_acquire_shared;
using boost::filelock::async_release;
using boost::filelock::async_wait_loss;
using boost::filelock::held_lock;
using boost::filelock::lease_loss;
using boost::filelock::lock_error;
using boost::filelock::read_write_lock;
using boost::filelock::shared_held_lock;
using boost::filelock::soft_read_write_lock;
using boost::system::error_code;

namespace {

/// Counts the allocations of the calling thread. Negative: none fails.
thread_local long allocations_until_failure = -1;
thread_local bool fails_from_then_on = false, has_failed = false;

bool fails()
{
    if (allocations_until_failure < 0)
        return false;
    if (allocations_until_failure > 0) {
        --allocations_until_failure;
        return false;
    }
    has_failed = true;
    if (!fails_from_then_on)
        allocations_until_failure = -1;
    return true;
}

struct failure
{
    long first;
    bool is_of_all_that_follow;

    void begin() const
    {
        has_failed = false;
        fails_from_then_on = is_of_all_that_follow;
        allocations_until_failure = first;
    }
    static void end() { allocations_until_failure = -1; }
};

} // namespace

void* operator new(std::size_t size)
{
    void* const p = fails() ? nullptr : std::malloc(size);
    if (!p)
        throw std::bad_alloc();
    return p;
}

void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    return fails() ? nullptr : std::malloc(size);
}

void operator delete(void* p) noexcept
{
    std::free(p);
}

void operator delete(void* p, std::size_t) noexcept
{
    std::free(p);
}

namespace {

/// Runs a part of a call that must not fail.
template <class F>
void with_memory(F const& f)
{
    auto const left = std::exchange(allocations_until_failure, -1);
    f();
    allocations_until_failure = left;
}

template <class Lock>
using call = void (*)(Lock& lock, Lock& other, failure const& f);

// Returns whether `f` succeeded. An exception must be about memory.
template <class F>
bool succeeds(F const& f)
{
    try {
        f();
        return true;
    } catch (std::bad_alloc const&) {
    } catch (lock_error const& e) {
        if (e.code() != errc::not_enough_memory && e.code() != errc::timed_out)
            throw;
    }
    return false;
}

void expect_no_other_error(error_code const& ec)
{
    if (ec && ec != errc::not_enough_memory)
        throw lock_error(ec, "unexpected");
}

// Runs the context until it has no work left. Where Asio itself has no memory, an exception passes
// through `run`.
void run(asio::io_context& context)
{
    while (!succeeds([&] { context.run(); }))
        allocations_until_failure = -1;
}

void expect_handler_was_called(bool started, bool is_over)
{
    if (started && !is_over)
        throw lock_error(make_error_code(errc::state_not_recoverable),
                         "the handler was not called");
}

// The calls. `other` holds the lock where the function's name says so.

template <class Lock>
void lock_and_unlock(Lock& lock, Lock&, failure const& f)
{
    f.begin();
    bool const had = succeeds([&] { lock.lock(); });
    if (had)
        lock.unlock();
    failure::end();
}

/// Waits until `other`, which writes, is unlocked from within the wait. `acquire(how, ec)`.
template <class Lock, class Acquire, class Unlock>
void wait_while_held(Lock& other, failure const& f, Acquire const& acquire, Unlock const& unlock)
{
    other.lock();
    acquire_options how;
    how.timeout = patience;
    how.poll_interval = 1ms;
    how.cancel_check = [&] {
        if (other.is_locked())
            with_memory([&] { other.unlock(); });
        return false;
    };
    error_code ec;
    f.begin();
    if (succeeds([&] { acquire(how, ec); }) && !ec)
        unlock();
    failure::end();
    expect_no_other_error(ec);
    if (other.is_locked())
        other.unlock();
}

template <class Lock>
void wait_for_other(Lock& lock, Lock& other, failure const& f)
{
    wait_while_held(
        other, f, [&](auto const& how, auto& ec) { lock.acquire(how, ec); },
        [&] { lock.unlock(); });
}

template <class Lock>
void time_out(Lock& lock, Lock& other, failure const& f)
{
    other.lock();
    f.begin();
    (void)succeeds([&] { (void)lock.try_lock_for(1ms); });
    failure::end();
    other.unlock();
}

template <class Lock>
void ask(Lock& lock, Lock& other, failure const& f)
{
    other.lock();
    f.begin();
    (void)succeeds([&] { (void)lock.holder(); });
    error_code ec;
    (void)succeeds([&] { (void)other.still_held(ec); });
    failure::end();
    expect_no_other_error(ec);
    other.unlock();
}

template <class Lock>
void acquire_asynchronously(Lock& lock, Lock&, failure const& f)
{
    asio::io_context context;
    asio::cancellation_signal signal;
    bool is_over = false;
    auto const handler = [&](error_code ec, held_lock<Lock> held) {
        expect_no_other_error(ec);
        if (!ec && !held.owns_lock())
            throw lock_error(ec, "not held");
        is_over = true;
    };
    f.begin();
    bool const started = succeeds([&] {
        async_acquire(context, lock, asio::bind_cancellation_slot(signal.slot(), handler));
    });
    BOOST_TEST((started || !signal.slot().has_handler()));
    run(context);
    failure::end();
    BOOST_TEST(!signal.slot().has_handler());
    expect_handler_was_called(started, is_over);
}

template <class Lock>
void wait_asynchronously(Lock& lock, Lock& other, failure const& f)
{
    other.lock();
    asio::io_context context;
    bool is_over = false;
    acquire_options how;
    how.timeout = patience;
    how.poll_interval = 1ms;
    how.cancel_check = [&, asked = 0]() mutable {
        if (++asked == 3 && other.is_locked())
            with_memory([&] { other.unlock(); });
        return false;
    };
    f.begin();
    bool const started = succeeds([&] {
        async_acquire(context, lock, how, [&](error_code ec, held_lock<Lock>) {
            expect_no_other_error(ec);
            is_over = true;
        });
    });
    run(context);
    failure::end();
    if (other.is_locked())
        other.unlock();
    expect_handler_was_called(started, is_over);
}

// The modes that others may hold at the same time. A holder of one keeps `other` only from writing.

template <class Lock>
void lock_shared_and_unlock(Lock& lock, Lock& other, failure const& f)
{
    other.lock_shared();
    f.begin();
    if (succeeds([&] { lock.lock_shared(); }))
        lock.unlock_shared();
    failure::end();
    other.unlock_shared();
}

template <class Lock>
void wait_for_writer(Lock& lock, Lock& other, failure const& f)
{
    wait_while_held(
        other, f, [&](auto const& how, auto& ec) { lock.acquire_shared(how, ec); },
        [&] { lock.unlock_shared(); });
}

template <class Lock>
void acquire_shared_asynchronously(Lock& lock, Lock&, failure const& f)
{
    asio::io_context context;
    f.begin();
    bool is_over = false;
    bool const started = succeeds([&] {
        async_acquire_shared(context, lock, [&](error_code ec, shared_held_lock<Lock>) {
            expect_no_other_error(ec);
            is_over = true;
        });
    });
    run(context);
    failure::end();
    expect_handler_was_called(started, is_over);
}

template <class Lock>
void upgrade(Lock& lock, Lock& other, failure const& f)
{
    other.lock_shared();
    f.begin();
    if (succeeds([&] { lock.lock_upgrade(); })) {
        (void)succeeds([&] {
            if (lock.try_unlock_upgrade_and_lock()) // `other` reads
                throw lock_error(make_error_code(errc::state_not_recoverable), "two holders");
        });
        with_memory([&] { other.unlock_shared(); });
        if (succeeds([&] { lock.unlock_upgrade_and_lock(); }))
            lock.unlock_and_lock_upgrade();
        lock.unlock_upgrade();
    } else {
        other.unlock_shared();
    }
    failure::end();
}

template <class Lock>
void release_asynchronously(Lock& lock, Lock&, failure const& f)
{
    asio::io_context context;
    held_lock<Lock> held;
    async_acquire(context, lock, [&](error_code, held_lock<Lock> h) { held = std::move(h); });
    run(context);
    context.restart();
    if (!held)
        throw lock_error(make_error_code(errc::state_not_recoverable), "not held");
    f.begin();
    bool is_over = false;
    bool const started = succeeds([&] {
        async_release(context, std::move(held), [&](error_code ec) {
            expect_no_other_error(ec);
            is_over = true;
        });
    });
    run(context);
    failure::end();
    expect_handler_was_called(started, is_over);
}

void wait_for_loss(soft_read_write_lock& lock, soft_read_write_lock&, failure const& f)
{
    asio::io_context context;
    lock.lock();
    f.begin();
    bool is_over = false;
    bool const started = succeeds([&] {
        async_wait_loss(context, lock, [&](error_code ec, lease_loss) {
            if (ec != asio::error::operation_aborted)
                expect_no_other_error(ec);
            is_over = true;
        });
        (void)context.poll();
        lock.unlock();
    });
    if (lock.is_locked())
        lock.unlock();
    run(context);
    failure::end();
    expect_handler_was_called(started, is_over);
}

struct fixture : temporary_directory
{
    template <class Lock>
    void fail_each_allocation(char const* name, call<Lock> what)
    {
        long failures = 0;
        for (bool const from_then_on : {false, true}) {
            bool failed = true;
            // Every one of the first allocations fails in turn, and a sample of the later ones: a
            // search of /proc makes many allocations of a few kinds.
            for (long n = 0; failed; n += 1 + n / 32) {
                BOOST_TEST_CONTEXT(name << ", allocation " << n
                                        << (from_then_on ? " and all others" : ""))
                {
                    restart_hang_timer();
                    Lock lock(path), other(path);
                    what(lock, other, {n, from_then_on});
                    failed = has_failed;
                    failures += failed;
                    BOOST_TEST(!lock.is_locked());
                    Lock third(path);
                    BOOST_TEST_REQUIRE(third.try_lock_for(patience));
                    third.unlock();
                    BOOST_TEST(lock.try_lock());
                    lock.unlock();
                }
            }
        }
        // A kernel lock's object already contains the memory that it needs.
        BOOST_TEST((failures != 0 || is_kernels<Lock>), name << " allocates nothing");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(no_memory, fixture)

BOOST_AUTO_TEST_CASE_TEMPLATE(every_call_survives, Lock, exclusive_kinds)
{
    auto const before = open_descriptors();
    fail_each_allocation<Lock>("lock and unlock", lock_and_unlock<Lock>);
    fail_each_allocation<Lock>("wait", wait_for_other<Lock>);
    fail_each_allocation<Lock>("time out", time_out<Lock>);
    fail_each_allocation<Lock>("ask", ask<Lock>);
    fail_each_allocation<Lock>("async_acquire", acquire_asynchronously<Lock>);
    fail_each_allocation<Lock>("async_acquire that waits", wait_asynchronously<Lock>);
    fail_each_allocation<Lock>("async_release", release_asynchronously<Lock>);
    BOOST_TEST(open_descriptors() <= before + 4); // for change notification, while the process runs
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_call_of_readers_survives, Lock, shared_kinds)
{
    auto const before = open_descriptors();
    fail_each_allocation<Lock>("lock_shared", lock_shared_and_unlock<Lock>);
    fail_each_allocation<Lock>("wait for a writer", wait_for_writer<Lock>);
    fail_each_allocation<Lock>("async_acquire_shared", acquire_shared_asynchronously<Lock>);
    BOOST_TEST(open_descriptors() <= before + 4);
}

BOOST_AUTO_TEST_CASE(an_upgrade_survives)
{
    fail_each_allocation<read_write_lock>("upgrade", upgrade<read_write_lock>);
}

BOOST_AUTO_TEST_CASE(a_wait_for_loss_survives)
{
    fail_each_allocation<soft_read_write_lock>("async_wait_loss", wait_for_loss);
}

BOOST_AUTO_TEST_SUITE_END()
