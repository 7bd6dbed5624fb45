// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The state of a lock after a fork or an exec.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/privileges.hpp"
#include "support/sample.hpp"
#include "support/system_calls.hpp"
#include "support/taken.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/system/errc.hpp>
#include <boost/thread/lock_guard.hpp>
#include <boost/thread/lock_types.hpp>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::lock_error;
using std::chrono::milliseconds;

namespace {

bool refuses_to_unlock(boost::filelock::detail::exclusive_names& lock)
{
    try {
        lock.unlock();
    } catch (lock_error const& e) {
        return e.code() == boost::system::errc::operation_not_permitted;
    }
    return false;
}

// Runs right after a fork, before the library has noticed it. A fork handler that is registered
// before all others, including those of shared libraries, runs first in the child (POSIX).
std::function<void()> first_after_fork;

void register_before_all_others(int, char**, char**)
{
    auto const after = [] {
        if (first_after_fork)
            std::exchange(first_after_fork, nullptr)();
    };
    ::pthread_atfork(nullptr, after, nullptr);
}

[[gnu::section(".preinit_array"),
  gnu::used]] void (*const preinit)(int, char**, char**) = register_before_all_others;

// The body of a child that outlives its parent. A child that read its input would end at the
// parent's end of the pipe.
int live_on()
{
    say("alive");
    for (;;)
        ::pause();
}

// Threads that repeat an action until the end of a test.
class busy_threads
{
public:
    template <class F>
    busy_threads(int count, F f)
    {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this, f, i] {
                while (!stop_) {
                    f(i);
                    ++rounds_;
                }
            });
        while (rounds_ < count)
            std::this_thread::yield();
    }

    ~busy_threads()
    {
        stop_ = true;
        for (auto& t : threads_)
            t.join();
    }

private:
    std::atomic<bool> stop_{false};
    std::atomic<int> rounds_{0};
    std::vector<std::thread> threads_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fork_suite, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(child_owns_nothing_and_its_unlock_has_no_effect, Lock,
                              exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    lock.lock();
    child c([&] {
        if (lock.is_locked() || lock.lock_counter() != 0)
            return 1;
        lock.unlock();
        lock.unlock(); // as the parent's two guards would do
        if (!refuses_to_unlock(lock))
            return 2;
        return taken<Lock>(path) ? 0 : 3;
    });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(lock.lock_counter() == 2u);
    BOOST_TEST(taken<Lock>(path));
    lock.unlock();
    lock.unlock();
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_inherits_no_level_of_a_free_lock, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    lock.unlock();
    child c([&] { return refuses_to_unlock(lock) ? 0 : 1; });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(destructor_release_and_exit_of_a_child_keep_the_lock, Lock,
                              exclusive_kinds)
{
    // `exit` destroys it, both in the child and at the end of this process.
    static std::unique_ptr<Lock> lock;
    lock = std::make_unique<Lock>(path);
    lock->lock();
    child destroys([] {
        lock.reset();
        return 0;
    });
    BOOST_TEST(destroys.wait() == 0);
    BOOST_TEST(taken<Lock>(path));

    child releases([] {
        lock->release();
        lock->release(boost::filelock::force);
        return 0;
    });
    BOOST_TEST(releases.wait() == 0);
    BOOST_TEST(taken<Lock>(path));

    child exits([]() -> int { std::exit(0); });
    BOOST_TEST(exits.wait() == 0);
    BOOST_TEST(taken<Lock>(path));

    child exits_at_once([]() -> int { ::_exit(0); });
    BOOST_TEST(exits_at_once.wait() == 0);
    BOOST_TEST(taken<Lock>(path));

    child unwinds([] {
        boost::lock_guard<Lock> guard(*lock, boost::adopt_lock);
        return 0;
    });
    BOOST_TEST(unwinds.wait() == 0);
    BOOST_TEST(taken<Lock>(path));
    lock.reset();
    BOOST_TEST(!taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_acquires_the_same_object_anew, Lock, exclusive_kinds)
{
    Lock lock(path, quick<Lock>());
    lock.lock();
    child c([&] {
        if (lock.try_lock())
            return 1;
        say("busy");
        if (!lock.try_lock_for(patience) || lock.lock_counter() != 1)
            return 2;
        say("held");
        hear();
        lock.unlock();
        lock.unlock(); // for the inherited level
        return refuses_to_unlock(lock) ? 0 : 3;
    });
    c.expect("busy");
    lock.unlock();
    c.expect("held");
    BOOST_TEST(!lock.try_lock());
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_does_not_join_its_parents_shared_hold, Lock, shared_kinds)
{
    Lock lock(path, quick<Lock>());
    {
        boost::shared_lock<Lock> const guard(lock);
        child c([&] {
            if (lock.is_locked())
                return 1;
            lock.unlock_shared(); // as the parent's guard would do
            if (!refuses_to_unlock(lock))
                return 2;
            Lock other(path);
            if (other.try_lock() || !other.try_lock_shared())
                return 3;
            other.unlock_shared();
            boost::shared_lock<Lock> const again(lock);
            say("held");
            hear();
            return lock.lock_counter() == 1 ? 0 : 4;
        });
        c.expect("held");
        BOOST_TEST(lock.lock_counter() == 1u);
        lock.unlock_shared();
        BOOST_TEST(!lock.try_lock()); // the child's own hold
        lock.lock_shared();
        c.write_line("enough");
        BOOST_TEST(c.wait() == 0);
        Lock writer(path);
        BOOST_TEST(!writer.try_lock());
    }
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(grandchild_owns_nothing_of_parent_or_child, Lock, exclusive_kinds)
{
    Lock parents(path), childs(directory / "other.lock");
    parents.lock();
    child c([&] {
        childs.lock();
        child grandchild([&] {
            parents.unlock();
            childs.unlock();
            bool const nothing = !parents.is_locked() && !childs.is_locked();
            return nothing && refuses_to_unlock(parents) && refuses_to_unlock(childs) ? 0 : 1;
        });
        bool const kept = grandchild.wait() == 0 && taken<Lock>(directory / "other.lock");
        childs.unlock();
        return kept && taken<Lock>(path) ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(surviving_child_does_not_keep_a_dead_parents_lock, Lock,
                              exclusive_kinds)
{
    child parent([&] {
        Lock lock(path);
        lock.lock();
        child lives_on(live_on);
        lives_on.expect("alive");
        say(std::to_string(lives_on.pid()));
        hear();
        return 0;
    });
    auto const survivor = std::stoi(parent.read_line().value());
    BOOST_TEST(taken<Lock>(path));
    parent.kill();
    free_after_death<Lock>(path);
    Lock lock(path, quick<Lock>());
    BOOST_TEST(lock.try_lock_for(patience));
    BOOST_TEST(::kill(survivor, SIGKILL) == 0);
}

BOOST_AUTO_TEST_SUITE(traced, *boost::unit_test::precondition(can_trace))

// One thread opens the file while another forks. strace delays the first at the end of its open
// call. So the child is forked while the descriptor is open and the library does not know it yet.
template <class Lock>
void check_fork_during_open(boost::filesystem::path const& path, bool long_fork)
{
    child parent([&] {
        Lock lock(path);
        lock.lock(); // creates all files that stay, so that the next open is of an existing file
        lock.unlock();
        int const next = ::dup(0); // the number that the open will return
        ::close(next);
        hear(); // until strace is attached
        std::atomic<bool> locked{false};
        std::thread locks([&] {
            lock.lock();
            locked = true;
        });
        while (::fcntl(next, F_GETFD) == -1)
            std::this_thread::yield();
        bool early = false; // the thread must not get the lock before the fork has ended
        if (long_fork)
            first_after_fork = [&] {
                auto const until = std::chrono::steady_clock::now() + milliseconds(300);
                while (!locked && std::chrono::steady_clock::now() < until)
                    std::this_thread::yield();
                early = locked;
            };
        child lives_on(live_on);
        say(early ? "too early" : "in time");
        lives_on.expect("alive");
        locks.join();
        say(std::to_string(lives_on.pid()));
        hear();
        return 0;
    });
    auto traced = std::make_unique<tracer>(parent.pid(), "-e inject=" + calls_for("open") +
                                                             ":delay_exit=300000:when=1");
    parent.write_line("go");
    parent.expect("in time");
    auto const survivor = std::stoi(parent.read_line().value());
    traced.reset();
    BOOST_TEST(taken<Lock>(path));
    parent.kill();
    free_after_death<Lock>(path);
    Lock lock(path, quick<Lock>());
    BOOST_TEST(lock.try_lock_for(patience));
    BOOST_TEST(::kill(survivor, SIGKILL) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_forked_during_an_open_does_not_keep_the_lock, Lock,
                              exclusive_kinds)
{
    check_fork_during_open<Lock>(path, false);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(child_whose_fork_ends_after_an_open_does_not_keep_the_lock, Lock,
                              exclusive_kinds)
{
    check_fork_during_open<Lock>(path, true);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(amid_threads, *boost::unit_test::precondition(children_may_allocate))

BOOST_AUTO_TEST_CASE_TEMPLATE(children_forked_amid_locking_threads_can_lock, Lock, exclusive_kinds)
{
    Lock shared(path, quick<Lock>());
    auto const work = [&](int i) {
        Lock own(directory / std::to_string(i));
        boost::lock_guard<Lock> own_guard(own);
        boost::lock_guard<Lock> guard(shared);
    };
    busy_threads const threads(3, work);
    for (int i = by_extent(50, 200, 200); i > 0; --i) {
        child c([&] {
            boost::lock_guard<Lock> guard(shared);
            work(100);
            return shared.lock_counter() == 1 ? 0 : 1;
        });
        BOOST_REQUIRE(c.wait() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE_TEMPLATE(child_has_no_lock_descriptor_of_its_parent, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    auto const file = file_held<Lock>(path).string();
    BOOST_TEST(!descriptors_open_on(file).empty());
    child c([&] { return descriptors_open_on(file).empty() ? 0 : 1; });
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(taken<Lock>(path));
}

BOOST_AUTO_TEST_CASE(child_keeps_its_own_descriptor_under_the_number_of_a_lock_descriptor)
{
    boost::filelock::file_lock lock(path);
    lock.lock();
    int const number = descriptors_of("test.lock").at(0);
    child c([&] {
        if (::dup2(0, number) != number)
            return 1;
        lock.unlock(); // for the inherited level
        if (!lock.is_locked() && lock.try_lock())
            return 2; // the parent holds it
        return ::fcntl(number, F_GETFD) != -1 ? 0 : 3;
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE(lock_file_never_becomes_a_standard_stream)
{
    child c([&] {
        ::close(2);
        ::close(0);
        boost::filelock::file_lock lock(path);
        lock.lock();
        auto const found = descriptors_of("test.lock");
        return found.size() == 1 && found[0] > 2 && ::fcntl(0, F_GETFD) == -1 ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exec_inherits_no_descriptor, Lock, exclusive_kinds)
{
    // Threads open and close lock files all the time, and one lock is held.
    Lock held(directory / "held.lock");
    held.lock();
    busy_threads const threads(2, [&](int i) {
        Lock lock(directory / (std::to_string(i) + ".lock"));
        boost::lock_guard<Lock> guard(lock);
    });
    for (int i = by_extent(10, 50, 100); i > 0; --i) {
        child c({"ls", "-l", "/proc/self/fd"});
        int lines = 0;
        for (auto line = c.read_line(); line; line = c.read_line()) {
            BOOST_TEST(line->find(".lock") == line->npos, *line);
            ++lines;
        }
        BOOST_TEST(lines > 3);
        BOOST_TEST(c.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(unlock_frees_the_lock_while_a_copy_of_the_descriptor_is_open)
{
    // A child has such a copy after a fork or vfork, until its exec.
    using boost::filelock::kernel_lock;
    for (auto const backend : {kernel_lock::flock, kernel_lock::record, kernel_lock::both}) {
        boost::filelock::file_lock_options options;
        options.backend = backend;
        boost::filelock::file_lock lock(path, options), other(path, options);
        lock.lock();
        int const copy = ::dup(descriptors_of("test.lock").at(0));
        lock.unlock();
        BOOST_TEST(descriptors_of("test.lock").size() == 1u);
        BOOST_TEST(other.try_lock());
        ::close(copy);
    }
}

BOOST_AUTO_TEST_CASE(child_forked_by_on_acquired_waits_for_its_own_lock)
{
    child c([&] {
        pid_t pid = -1;
        boost::filelock::file_lock_options options;
        options.on_acquired = [&](int) {
            if (pid == -1)
                pid = ::fork();
        };
        boost::filelock::file_lock lock(path, options);
        lock.lock();
        if (pid == 0) {
            say("the child has it");
            ::_exit(lock.lock_counter() == 1 ? 0 : 1);
        }
        wait_until_blocked(pid, path.string());
        say("the parent has it");
        hear();
        lock.unlock();
        int status = 0;
        return ::waitpid(pid, &status, 0) == pid ? status : 1;
    });
    c.expect("the parent has it");
    c.write_line("enough");
    c.expect("the child has it");
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
