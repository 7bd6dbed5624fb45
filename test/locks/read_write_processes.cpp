// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers, writers and owners of an upgrade lock run in processes of their own and poll once an
// hour. The tests check which requests are kept out and let in, and that no waiter misses its
// notification when a holder releases, downgrades or dies.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_bytes.hpp"
#include "support/read_write_actor.hpp"
#include "support/read_write_modes.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/time.h>

using namespace filelock_test;
using boost::filelock::read_write_lock;
namespace data = boost::unit_test::data;

namespace {

auto const endings = data::make({"release", "exit", "kill"});

volatile sig_atomic_t signals = 0;

} // namespace

BOOST_FIXTURE_TEST_SUITE(read_write_processes, modes_left)

BOOST_AUTO_TEST_CASE(each_mode_leaves_the_compatible_modes)
{
    actor a(path);
    check_all_free();
    a("try shared");
    BOOST_TEST(left() == "su");
    a("try shared to upgrade");
    BOOST_TEST(left() == "s");
    a("try upgrade to exclusive");
    BOOST_TEST(left() == "nothing");
    a("exclusive to upgrade");
    BOOST_TEST(left() == "s");
    a("upgrade to shared");
    BOOST_TEST(left() == "su");
    a("try shared to exclusive");
    BOOST_TEST(left() == "nothing");
    a("exclusive to shared");
    BOOST_TEST(left() == "su");
    a("release");
    check_all_free();
}

// A stopped reader delays only requests to write.
BOOST_DATA_TEST_CASE_F(modes_left, a_stopped_holder_admits_readers,
                       data::make({"shared", "upgrade"}), mode)
{
    actor holder(path);
    BOOST_TEST(holder(try_for(mode)) == has_it);
    stop(holder.pid());
    BOOST_TEST(left() == (mode == std::string("shared") ? "su" : "s"));
    std::vector<std::unique_ptr<actor>> readers;
    for (std::string const how : {"try shared", "wait shared", "lock shared"}) {
        readers.push_back(std::make_unique<actor>(path));
        BOOST_TEST((*readers.back())(how) == has_it);
    }
    holder.kill(SIGCONT);
    BOOST_TEST(holder("release") == done);
}

// When a holder releases, the next waiter gets the lock.

BOOST_DATA_TEST_CASE_F(modes_left, waiter_gets_lock_when_holder_leaves, modes* modes* endings,
                       holds, wants, ends)
{
    if (go_together(holds, wants))
        return;
    for (std::string const how : {"wait", "lock"})
        for (bool const leaves_a_child : {false, true}) {
            actor holder(path), waiter(path, polls_for(ends)), another(path, polls_for(ends));
            BOOST_TEST(holder(try_for(holds)) == has_it);
            if (leaves_a_child)
                BOOST_TEST(holder("fork") == done);
            auto const wish = wants == std::string("exclusive") ? how : how + " " + wants;
            waiter.begin_wait(wish);
            another.begin_wait(wish);
            holder.leave(ends);
            if (wants == std::string("shared")) {
                BOOST_TEST(waiter.end() == has_it);
                BOOST_TEST(another.end() == has_it);
                continue;
            }
            // Either may be first. The other then gets the lock from it.
            auto const first = wait_for_either(waiter, another);
            BOOST_TEST(first->end() == has_it);
            first->leave(ends);
            BOOST_TEST((first == &waiter ? another : waiter).end() == has_it);
        }
}

BOOST_DATA_TEST_CASE_F(modes_left, a_waiter_locks_only_the_bytes_of_its_mode, modes, mode)
{
    for (std::string const how : {"wait", "lock"}) {
        actor holder(path), waiter(path);
        BOOST_TEST(holder("lock") == has_it);
        waiter.begin_wait(mode == std::string("exclusive") ? how : how + " " + mode);
        BOOST_TEST(holder("release") == done);
        BOOST_TEST(waiter.end() == has_it);
        bool const writes = mode == std::string("exclusive");
        BOOST_TEST(is_locked(path, pending_byte) == writes);
        BOOST_TEST(is_locked(path, reserved_byte) == (mode != std::string("shared")));
        BOOST_TEST(waiter("release") == done);
        BOOST_TEST(!is_locked(path, all_bytes));
    }
}

BOOST_DATA_TEST_CASE_F(modes_left, waiter_gets_lock_when_last_of_many_readers_leaves, ways* endings,
                       how, ends)
{
    std::vector<std::unique_ptr<actor>> readers;
    for (int i = 0; i < 4; ++i) {
        readers.push_back(std::make_unique<actor>(path));
        BOOST_TEST((*readers.back())("lock shared") == has_it);
    }
    actor writer(path, polls_for(ends));
    writer.begin_wait(how);
    byte_viewer(path).wait_until_locked(pending_byte);
    for (auto& r : readers) {
        BOOST_TEST(left() == "nothing");
        r->leave(ends);
    }
    BOOST_TEST(writer.end() == has_it);
}

// A holder downgrades its lock without releasing it.
BOOST_AUTO_TEST_CASE(a_downgrade_lets_others_in)
{
    struct
    {
        std::string held, lowers, next;
    } const cases[] = {
        {"try", "exclusive to shared", "shared"},
        {"try", "exclusive to shared", "upgrade"},
        {"try", "exclusive to upgrade", "shared"},
        {"try upgrade", "upgrade to shared", "upgrade"},
    };
    for (auto const& c : cases)
        for (std::string const how : {"wait ", "lock "})
            BOOST_TEST_CONTEXT(c.lowers << ", " << how << c.next)
            {
                actor holder(path), next(path);
                BOOST_TEST(holder(c.held) == has_it);
                next.begin_wait(how + c.next);
                BOOST_TEST(holder(c.lowers) == has_it);
                BOOST_TEST(next.end() == has_it);
                BOOST_TEST(holder("held?") == "held");
                BOOST_TEST(next("held?") == "held");
            }
}

// A writer that waits for an upgrade owner begins to wait for the readers.
BOOST_DATA_TEST_CASE_F(modes_left, a_waiting_writer_claims_when_an_upgrade_is_downgraded,
                       data::make({"lock", "wait"}), how)
{
    actor holder(path), writer(path);
    BOOST_TEST(holder("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(holder("upgrade to shared") == has_it);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(holder("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

BOOST_DATA_TEST_CASE_F(modes_left, a_reader_gets_the_upgrade_when_its_owner_leaves, endings, ends)
{
    actor holder(path), reader(path, polls_for(ends));
    BOOST_TEST(holder("lock upgrade") == has_it);
    BOOST_TEST(reader("lock shared") == has_it);
    reader.begin_wait("wait shared to upgrade");
    holder.leave(ends);
    BOOST_TEST(reader.end() == has_it);
    BOOST_TEST(left() == "s");
}

BOOST_DATA_TEST_CASE_F(modes_left, a_conversion_completes_when_a_reader_leaves,
                       data::make({"wait upgrade to exclusive", "lock upgrade to exclusive",
                                   "wait shared to exclusive"}) *
                           endings,
                       how, ends)
{
    actor reader(path), converts(path, polls_for(ends));
    BOOST_TEST(reader("lock shared") == has_it);
    BOOST_TEST(converts(how == std::string("wait shared to exclusive") ? "lock shared"
                                                                       : "lock upgrade") == has_it);
    converts.begin_wait(how);
    reader.leave(ends);
    BOOST_TEST(converts.end() == has_it);
    BOOST_TEST(left() == "nothing");
}

// Several processes that want to write

BOOST_DATA_TEST_CASE_F(modes_left, two_waiting_writers_both_get_the_lock,
                       data::make({"lock", "wait"}) * data::make({"lock", "wait"}), one, two)
{
    actor reader(path), first(path), second(path), next(path);
    BOOST_TEST(reader("lock shared") == has_it);
    first.begin(one);
    byte_viewer(path).wait_until_locked(pending_byte);
    second.begin_wait(two);
    next.begin_wait("wait shared");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(first.end() == has_it);
    BOOST_TEST(first("release") == done);
    auto const earlier = wait_for_either(second, next);
    BOOST_TEST(earlier->end() == has_it);
    BOOST_TEST(earlier->operator()("release") == done);
    BOOST_TEST((earlier == &second ? next : second).end() == has_it);
}

BOOST_DATA_TEST_CASE_F(modes_left, the_second_writer_claims_when_the_first_dies,
                       data::make({"lock", "wait"}), two)
{
    actor reader(path), first(path), second(path, polls_for("kill"));
    BOOST_TEST(reader("lock shared") == has_it);
    first.begin("wait");
    byte_viewer(path).wait_until_locked(pending_byte);
    second.begin_wait(two);
    first.kill();
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(second.end() == has_it);
}

BOOST_DATA_TEST_CASE_F(modes_left, an_upgrade_owner_comes_before_a_waiting_writer,
                       data::make({"lock", "wait"}), how)
{
    actor owner(path), writer(path), reader(path);
    BOOST_TEST(owner("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(reader("lock shared") == has_it);
    owner.begin_wait("lock upgrade to exclusive");
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(owner.end() == has_it);
    BOOST_TEST(owner("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

// Requests that would wait for a process that waits for them

BOOST_AUTO_TEST_CASE(of_two_converting_readers_the_second_is_refused)
{
    for (std::string const how : {"wait shared to exclusive", "wait shared to upgrade"}) {
        actor one(path), two(path);
        BOOST_TEST(one("lock shared") == has_it);
        BOOST_TEST(two("lock shared") == has_it);
        one.begin("wait shared to exclusive");
        byte_viewer(path).wait_until_locked(pending_byte);
        BOOST_TEST(two(how) == busy); // although its own limit is hours
        BOOST_TEST(two("held?") == "held");
        BOOST_TEST(two("release") == done);
        BOOST_TEST(one.end() == has_it);
    }
}

BOOST_AUTO_TEST_CASE(a_waiting_upgrade_is_refused_when_its_owner_converts)
{
    for (std::string const how : {"wait shared to exclusive", "wait shared to upgrade"}) {
        actor owner(path), reader(path); // the reader reports the refusal
        BOOST_TEST(owner("lock upgrade") == has_it);
        BOOST_TEST(reader("lock shared") == has_it);
        reader.begin(how);
        wait_until_settled(reader.pid());
        owner.begin("lock upgrade to exclusive");
        BOOST_TEST(reader.end() == busy);
        BOOST_TEST(reader("release") == done);
        BOOST_TEST(owner.end() == has_it);
    }
}

// A thread that already reads is let in by the writer that waits for it.
BOOST_AUTO_TEST_CASE(a_thread_that_reads_is_let_in_again)
{
    actor writer(path);
    child reads_twice([&] {
        read_write_lock one(path, hourly()), other(path, hourly());
        one.lock_shared();
        say("reads");
        hear();
        bool elsewhere = true;
        std::thread([&] { elsewhere = other.try_lock_shared(); }).join();
        if (elsewhere)
            return 1;
        other.lock_shared();
        other.unlock_shared();
        if (!other.try_lock_shared())
            return 2;
        one.lock_shared(); // a further level
        return 0;
    });
    reads_twice.expect("reads");
    writer.begin("lock");
    byte_viewer(path).wait_until_locked(pending_byte);
    reads_twice.write_line("again");
    BOOST_TEST(reads_twice.wait() == 0);
    BOOST_TEST(writer.end() == has_it);
}

// Signals

struct disturbance
{
    std::string first, waits, hinders;
};

BOOST_AUTO_TEST_CASE(signals_end_no_wait)
{
    disturbance const all[] = {
        {"", "lock", "try shared"},
        {"", "lock", "try upgrade"},
        {"", "lock", "try"},
        {"", "lock shared", "try"},
        {"", "lock upgrade", "try upgrade"},
        {"", "wait", "try shared"},
        {"", "wait shared", "try"},
        {"", "wait upgrade", "try upgrade"},
        {"try upgrade", "lock upgrade to exclusive", "try shared"},
        {"try upgrade", "wait upgrade to exclusive", "try shared"},
        {"try shared", "wait shared to exclusive", "try shared"},
        {"try shared", "wait shared to upgrade", "try upgrade"},
    };
    for (auto const& d : all)
        BOOST_TEST_CONTEXT(d.waits << " after " << d.hinders)
        {
            actor holder(path);
            BOOST_TEST(holder(d.hinders) == has_it);
            child disturbed([&] {
                read_write_lock lock(path, hourly());
                if (!d.first.empty() && perform(lock, d.first) != has_it)
                    return 1;
                std::thread teller([] { // any thread may receive a signal
                    sigset_t set;
                    ::sigfillset(&set);
                    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
                    while (signals < 20)
                        std::this_thread::yield();
                    say("disturbed");
                });
                struct ::sigaction action = {};
                action.sa_handler = [](int) { signals = signals + 1; };
                ::sigaction(SIGALRM, &action, nullptr);
                ::itimerval const often = {{0, 1000}, {0, 1000}};
                ::setitimer(ITIMER_REAL, &often, nullptr);
                auto const came = perform(lock, d.waits);
                teller.join();
                return came == has_it ? 0 : 2;
            });
            disturbed.expect("disturbed");
            BOOST_TEST(holder("release") == done);
            BOOST_TEST(disturbed.wait() == 0);
        }
}

BOOST_AUTO_TEST_SUITE_END()
