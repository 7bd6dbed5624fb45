// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A fork while another thread is in a call. The child does not have that thread, and uses the
// memory of its stack for other data.

#include <boost/test/unit_test.hpp>

#include "../src/platform/descriptor.hpp"
#include "../src/protocol/forwarding_protocol.hpp"

#include "support/child.hpp"
#include "support/fake_protocol.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/patience.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/mman.h>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace fd = boost::filelock::detail;

namespace {

/// A thread with a known stack.
class thread_on_own_stack
{
public:
    explicit thread_on_own_stack(std::function<void()> what) : what_(std::move(what))
    {
        auto* const stack = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (stack == MAP_FAILED)
            throw std::bad_alloc();
        stack_ = static_cast<unsigned char*>(stack);
        ::pthread_attr_t attributes;
        ::pthread_attr_init(&attributes);
        ::pthread_attr_setstack(&attributes, stack_, size);
        int const error = ::pthread_create(&thread_, &attributes, run, this);
        ::pthread_attr_destroy(&attributes);
        if (error != 0)
            throw std::system_error(error, std::generic_category(), "pthread_create");
    }
    thread_on_own_stack(thread_on_own_stack const&) = delete;
    thread_on_own_stack& operator=(thread_on_own_stack const&) = delete;
    ~thread_on_own_stack()
    {
        ::pthread_join(thread_, nullptr);
        ::munmap(stack_, size);
    }

    /// Fills the stack. For a forked child, which does not have the thread.
    void fill_stack() { std::fill(stack_, stack_ + size, mark); }
    bool is_as_filled() const
    {
        return std::all_of(stack_, stack_ + size, [](auto byte) { return byte == mark; });
    }

private:
    static constexpr std::size_t size = 1 << 20;
    static constexpr unsigned char mark = 0x41;

    static void* run(void* self)
    {
        static_cast<thread_on_own_stack*>(self)->what_();
        return nullptr;
    }

    std::function<void()> const what_;
    unsigned char* stack_;
    ::pthread_t thread_;
};

/// Forks a child that fills the stack and then runs `what`, as does a child of that child. Returns
/// the exit status, or 100 if the stack was changed.
int status_of_child(thread_on_own_stack& thread, std::function<int()> const& what)
{
    child c([&] {
        thread.fill_stack();
        int status = what();
        if (status == 0)
            status = child(what).wait();
        return status == 0 && !thread.is_as_filled() ? 100 : status;
    });
    return c.wait();
}

struct fixture : temporary_directory
{
    /// Uses locks in a child. Returns 0, or the number of the step that failed.
    template <class Lock>
    int use_locks(Lock& inherited) const
    {
        Lock own(directory / "child");
        own.lock();
        if (inherited.is_locked() || inherited.try_lock())
            return 1; // the parent holds it
        Lock another(path);
        if (another.try_lock_for(5ms))
            return 2;
        (void)another.holder();
        own.unlock();
        return own.try_lock() ? 0 : 3;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fork_amid_threads, fixture,
                         *boost::unit_test::precondition(children_may_allocate))

BOOST_AUTO_TEST_CASE(child_closes_descriptors_without_their_objects)
{
    std::atomic<bool> is_open{false}, may_end{false};
    thread_on_own_stack thread([&] {
        fd::descriptor file, directory_itself, empty;
        is_open = !file.open_lock_file(path, {}, fd::access::read_write) &&
                  !directory_itself.open_directory(directory);
        (void)comes_true([&] { return may_end.load(); });
    });
    BOOST_TEST(comes_true([&] { return is_open.load(); }));
    BOOST_TEST(descriptors_open_on(path.string()).size() == 1u);
    BOOST_TEST(status_of_child(thread, [&] {
                   fd::descriptor file;
                   if (!descriptors_open_on(path.string()).empty())
                       return 1;
                   return file.open_existing(path) ? 2 : 0;
               }) == 0);
    may_end = true;
}

// Uses more descriptors than the registry has room for at first.
BOOST_AUTO_TEST_CASE(child_closes_every_one_of_many_descriptors)
{
    constexpr int count = 200;
    fd::descriptor many[count];
    for (auto& d : many)
        BOOST_TEST_REQUIRE(!d.open_lock_file(path, {}, fd::access::read_write));
    for (int i = 0; i < count; i += 3)
        many[i].close();
    for (int i = 0; i < count; i += 6)
        BOOST_TEST_REQUIRE(!many[i].open_existing(path));
    child c([&] {
        bool const are_closed =
            std::none_of(many, many + count, [](auto& d) { return d.is_open(); });
        if (!are_closed || !descriptors_open_on(path.string()).empty())
            return 1;
        for (auto& d : many)
            if (d.open_existing(path))
                return 2;
        return descriptors_open_on(path.string()).size() == count ? 0 : 3;
    });
    BOOST_TEST(c.wait() == 0);
}

namespace {

/// A protocol with an attempt that waits in the middle.
struct slow_protocol : fake_protocol
{
    slow_protocol(std::atomic<bool>& is_amid, std::atomic<bool> const& may_end, bool& was_destroyed)
        : was_destroyed_(was_destroyed)
    {
        during_attempt = [&, this] {
            if (std::exchange(is_torn_, true))
                otherwise = make_error_code(boost::system::errc::state_not_recoverable);
            is_amid = true;
            (void)comes_true([&] { return may_end.load(); });
            is_torn_ = false;
        };
    }
    ~slow_protocol() { was_destroyed_ = was_destroyed_ || is_torn_; }

private:
    bool& was_destroyed_;
    bool is_torn_ = false;
};

} // namespace

BOOST_AUTO_TEST_CASE(child_neither_uses_nor_destroys_what_an_attempt_left)
{
    std::atomic<bool> is_amid{false}, may_end{false};
    bool was_destroyed = false;
    auto locking = std::make_unique<fd::fork_safe_protocol>(
        [&] { return std::make_unique<slow_protocol>(is_amid, may_end, was_destroyed); });
    auto const attempt = [&] { return locking->attempt(fd::lock_mode::exclusive, {}).kind; };
    thread_on_own_stack thread([&] { (void)attempt(); });
    BOOST_TEST(comes_true([&] { return is_amid.load(); }));
    child c([&] {
        thread.fill_stack();
        may_end = true;
        if (attempt() != fd::attempt_result::acquired || attempt() != fd::attempt_result::acquired)
            return 1;
        locking.reset();
        return was_destroyed ? 2 : 0;
    });
    BOOST_TEST(c.wait() == 0);
    may_end = true;
}

// The thread waits for an object of its own, or for one that other threads use.
BOOST_AUTO_TEST_CASE_TEMPLATE(child_leaves_the_stack_of_a_waiting_thread, Lock, exclusive_kinds)
{
    for (bool const shares : {false, true}) {
        Lock lock(path);
        lock.lock();
        std::atomic<bool> waits{false};
        thread_on_own_stack thread([&] {
            Lock own(path);
            Lock& awaited = shares ? lock : own;
            boost::filelock::acquire_options how;
            how.timeout = patience;
            how.on_wait = [&](auto const&) { waits = true; };
            boost::system::error_code ec;
            awaited.acquire(how, ec);
            BOOST_TEST(ec == boost::system::error_code());
            awaited.unlock();
        });
        BOOST_TEST(comes_true([&] { return waits.load(); }));
        BOOST_TEST(status_of_child(thread, [&] { return use_locks(lock); }) == 0);
        lock.unlock();
    }
}

BOOST_AUTO_TEST_SUITE_END()
