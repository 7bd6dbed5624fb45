// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A forked child owns nothing of its parent's read_write_lock, and keeps nothing from being
// released. The processes poll once an hour.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_bytes.hpp"
#include "support/read_write_actor.hpp"
#include "support/read_write_modes.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <signal.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::read_write_lock;
namespace data = boost::unit_test::data;

BOOST_FIXTURE_TEST_SUITE(read_write_processes, modes_left)

BOOST_DATA_TEST_CASE_F(modes_left, a_forked_child_owns_nothing, modes, mode)
{
    read_write_lock lock(path, hourly());
    auto const before = left();
    BOOST_TEST(perform(lock, try_for(mode)) == has_it);
    auto const with_hold = left();
    BOOST_TEST(with_hold != before);
    child c([&] {
        if (lock.is_locked() || lock.lock_counter() != 0)
            return 1;
        if (!descriptors_open_on(path.string()).empty())
            return 2;
        // This is what a guard of the parent would do, in the mode that the parent has acquired
        // meanwhile.
        mode == std::string("shared")    ? lock.unlock_shared()
        : mode == std::string("upgrade") ? lock.unlock_upgrade()
                                         : lock.unlock();
        if (left() != with_hold)
            return 3;
        // The child makes an acquisition of its own, beside the parent's where the modes permit it.
        if (perform(lock, "try shared") != (mode == std::string("exclusive") ? busy : has_it))
            return 4;
        if (lock.is_locked() && perform(lock, "release") != done)
            return 5;
        say("waits");
        if (perform(lock, "wait") != has_it || lock.lock_counter() != 1)
            return 6;
        say("held");
        hear();
        lock.unlock();
        return 0;
    });
    c.expect("waits");
    wait_until_settled(c.pid());
    BOOST_TEST(perform(lock, "held?") == "held");
    BOOST_TEST(perform(lock, "release") == done);
    c.expect("held");
    BOOST_TEST(left() == "nothing");
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
    check_all_free();
}

BOOST_DATA_TEST_CASE_F(modes_left, a_forked_childs_calls_and_end_leave_the_parents_hold, modes,
                       mode)
{
    static std::unique_ptr<read_write_lock> lock;
    lock = std::make_unique<read_write_lock>(path, hourly());
    BOOST_TEST(perform(*lock, try_for(mode)) == has_it);
    auto const with_hold = left();
    auto const before = [&](std::function<int()> const& body) {
        BOOST_TEST(child(body).wait() == 0);
        BOOST_TEST(perform(*lock, "held?") == "held");
        BOOST_TEST(left() == with_hold);
    };
    before([] {
        lock->unlock_and_lock_shared();
        lock->unlock_upgrade_and_lock_shared();
        return perform(*lock, "try upgrade to exclusive") == "Operation not permitted" ? 0 : 1;
    });
    before([] {
        lock->release();
        lock->release(boost::filelock::force);
        return 0;
    });
    before([] {
        lock.reset();
        return 0;
    });
    before([]() -> int { std::exit(0); });
    lock.reset();
    check_all_free();
}

// A surviving child keeps neither a draining writer's claim nor a hold.
BOOST_AUTO_TEST_CASE(a_child_forked_while_a_writer_waits_keeps_no_claim)
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    child forks([&] {
        read_write_lock lock(path, hourly());
        std::thread writer([&] {
            lock.lock();
            say("has it");
        });
        byte_viewer(path).wait_until_locked(pending_byte);
        child lives_on([] {
            say("alive");
            for (;;)
                ::pause();
            return 0;
        });
        lives_on.expect("alive");
        say(std::to_string(lives_on.pid()));
        hear();
        writer.join();
        return 0;
    });
    auto const survivor = std::stoi(forks.read_line().value());
    BOOST_TEST(left() == "nothing");
    forks.kill();
    forks.wait();
    BOOST_TEST(!is_locked(path, pending_byte));
    BOOST_TEST(left() == "su");
    BOOST_TEST(::kill(survivor, SIGKILL) == 0);
}

BOOST_DATA_TEST_CASE_F(modes_left, a_waiting_writer_gets_the_lock_after_a_fork,
                       data::make({"lock", "wait"}), how)
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    child forks([&] {
        read_write_lock lock(path, hourly());
        std::thread writer([&] { say(perform(lock, how)); });
        byte_viewer(path).wait_until_locked(pending_byte);
        child forked([&] {
            // The child is kept out like other processes.
            return perform(lock, "try shared") == busy && lock.lock_counter() == 0 ? 0 : 1;
        });
        int const status = forked.wait();
        say(status == 0 ? "kept out" : "let in");
        writer.join();
        hear();
        return 0;
    });
    forks.expect("kept out");
    BOOST_TEST(reader("release") == done);
    forks.expect(has_it);
    BOOST_TEST(left() == "nothing");
    forks.write_line("enough");
    BOOST_TEST(forks.wait() == 0);
    check_all_free();
}

BOOST_DATA_TEST_CASE_F(modes_left, exec_inherits_nothing, modes, mode)
{
    child becomes_another([&] {
        read_write_lock lock(path, hourly());
        say(perform(lock, try_for(mode)));
        hear();
        ::execlp("sh", "sh", "-c", "ls -l /proc/self/fd | grep -c test.lock; read line",
                 static_cast<char*>(nullptr));
        return 1;
    });
    becomes_another.expect(has_it);
    actor waiter(path);
    waiter.begin_wait("wait");
    becomes_another.write_line("exec");
    becomes_another.expect("0");
    BOOST_TEST(waiter.end() == has_it);
}

BOOST_AUTO_TEST_SUITE_END()
