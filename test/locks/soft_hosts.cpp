// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Markers of processes on another host, or in another process id namespace. A living owner's marker
// is never evicted, and a dead owner's marker is evicted as soon as the death is proved.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/apart.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::storage;
using boost::filelock::wait_status;
namespace ut = boost::unit_test;

namespace {

void elsewhere()
{
    enter_host("elsewhere");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_hosts, apart, *ut::precondition(have_namespaces))

BOOST_AUTO_TEST_SUITE(with_other_host_names)

BOOST_DATA_TEST_CASE_F(apart, holder_on_another_host_is_not_proved_dead, both, where)
{
    auto const holds = start(holder(where, elsewhere));
    BOOST_TEST(run(cannot_have_it(where)) == held);
    BOOST_TEST(soft_file_lock(path).holder().value().hostname == "elsewhere");
    kill(*holds);
    BOOST_TEST(run(cannot_have_it(where)) == held);
    BOOST_TEST(run(can_have_it(where, elsewhere)) == was_free);
}

BOOST_DATA_TEST_CASE_F(apart, holder_here_is_not_proved_dead_on_another_host, both, where)
{
    auto const holds = start(holder(where));
    BOOST_TEST(run(cannot_have_it(where, elsewhere)) == held);
    kill(*holds);
    BOOST_TEST(run(cannot_have_it(where, elsewhere)) == held);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

BOOST_DATA_TEST_CASE_F(apart, waiter_on_another_host_gets_lock_after_release, both, where)
{
    auto const holds = start(holder(where));
    child waits([&] {
        elsewhere();
        soft_file_lock lock(path, on(where));
        boost::filelock::acquire_options how;
        how.on_wait = [](wait_status const&) { say("waiting"); };
        how.progress_interval = 1h;
        lock.acquire(how);
        return 0;
    });
    waits.expect("waiting");
    let_go(*holds);
    BOOST_TEST(waits.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// The host name is the same, but the processes have other process ids for each other, or none. A
// dead process in a namespace cannot be distinguished from a process in a third namespace that has
// the same id and was started in the same hundredth of a second. Therefore a process that dies here
// has an id that no other program uses there.
BOOST_AUTO_TEST_SUITE(with_other_process_ids)

// The process is the first of its namespace, as is usual in containers.
BOOST_DATA_TEST_CASE_F(apart, a_holder_within_has_the_number_of_the_first_process_outside, both,
                       where)
{
    auto const holds = start_inside(holder(where));
    BOOST_TEST(run(cannot_have_it(where)) == held);
    BOOST_TEST(soft_file_lock(path).pid().value() == 1);
    let_go(*holds);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

/// A process outside that occupies its process id. It was started at another time than later
/// processes. Start times are known to a hundredth of a second.
struct namesake : apart
{
    child const other{[] {
        hear();
        return 0;
    }};
    namesake() { std::this_thread::sleep_for(50ms); }
};

BOOST_DATA_TEST_CASE_F(namesake, a_holder_within_lives_although_another_process_has_its_id_outside,
                       both, where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const holds = start_inside(holder(where), number);
        BOOST_TEST(run(cannot_have_it(where)) == held);
        BOOST_TEST(soft_file_lock(path).pid().value() == number);
        auto const seen = soft_file_lock(path).holder().value().pid;
        BOOST_TEST(seen != number);
        BOOST_TEST(text_of("/proc/" + std::to_string(seen) + "/status")
                       .find('\t' + std::to_string(number) + '\n') != std::string::npos);
        let_go(*holds);
        BOOST_TEST(run(can_have_it(where)) == was_free);
    }
}

BOOST_DATA_TEST_CASE_F(namesake, a_holder_without_witness_within_lives, both, where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const holds = start_inside(other_make(), number);
        BOOST_TEST(run(cannot_have_it(where)) == held);
        kill(*holds);
        BOOST_TEST(run(can_have_it(where)) == was_free);
    }
}

BOOST_DATA_TEST_CASE_F(namesake, a_holder_within_that_is_killed_is_superseded_at_once, both, where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const holds = start_inside(holder(where), number);
        kill(*holds);
        BOOST_TEST(run(can_have_it(where)) == was_free);
    }
}

BOOST_DATA_TEST_CASE_F(namesake, a_waiter_outside_gets_lock_when_it_is_killed, both, where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const holds = start_inside(holder(where), number);
        child waits(waiter(where));
        waits.expect("waiting");
        kill(*holds);
        waits.expect("has it");
        BOOST_TEST(waits.wait() == 0);
    }
}

// Its parent inside the namespace does not reap it.
BOOST_DATA_TEST_CASE_F(namesake, a_holder_within_that_is_never_reaped_is_dead, both, where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const first = start_inside([&, number = number] {
            fork_as(number, holder(where));
            return ::pause();
        });
        auto const seen = soft_file_lock(path).holder().value().pid;
        child waits(waiter(where));
        waits.expect("waiting");
        ::kill(static_cast<pid_t>(seen), SIGKILL);
        waits.expect("has it");
        BOOST_TEST(waits.wait() == 0);
        kill(*first);
    }
}

// A record without a start time names the process that has the id at present.
BOOST_AUTO_TEST_CASE(dead_holder_without_a_start_time_is_looked_for_again)
{
    constexpr pid_t number = 4711;
    auto const first = in_new_pid_namespace([this]() -> int {
        auto const record = own_record(directory);
        auto const host = without_start(record).substr(record.find('\n'));
        write_text(path, std::to_string(number) + host);
        soft_file_lock lock(path, on(storage::local));
        int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        ::flock(fd, LOCK_EX); // keeps the lock from evicting the marker
        if (lock.try_lock())
            return 1;
        ::close(fd);
        auto const later = fork_as(number, [] { return ::pause(); });
        bool const is_taken = lock.try_lock();
        ::kill(later, SIGKILL);
        ::waitpid(later, nullptr, 0);
        return is_taken ? 2 : lock.try_lock() ? 0 : 3;
    });
    BOOST_TEST(first->wait() == 0);
}

// The witness proves that the owner is alive.
BOOST_AUTO_TEST_CASE(a_holder_outside_lives_though_it_cannot_be_seen_within)
{
    auto const holds = start(holder(storage::local));
    auto const enter = [] { enter_own_proc(); };
    BOOST_TEST(run_inside(cannot_have_it(storage::local, enter)) == held);
    auto const for_longer = [&] { // longer than the interval of a waiter's checks
        enter();
        soft_file_lock lock(path);
        return lock.try_lock_for(1200ms) ? taken_by_a_wait : held;
    };
    BOOST_TEST(run_inside(for_longer) == held);
    // Another process has the same id in the namespace.
    auto const as_it = in_new_pid_namespace(cannot_have_it(storage::local, enter), holds->pid());
    BOOST_TEST(as_it->wait() == held);
    let_go(*holds);
    BOOST_TEST(run_inside(can_have_it(storage::local, enter)) == was_free);
}

BOOST_AUTO_TEST_CASE(its_death_is_seen_by_a_polling_waiter_within)
{
    auto const holds = start(holder(storage::local));
    auto const waits = in_new_pid_namespace([&] {
        enter_own_proc();
        return waiter(storage::local)();
    });
    waits->expect("waiting");
    kill(*holds);
    waits->expect("has it");
    BOOST_TEST(waits->wait() == 0);
}

BOOST_AUTO_TEST_CASE(holders_in_two_namespaces_do_not_take_each_other_for_dead)
{
    auto const enter = [] { enter_own_proc(); };
    auto const holds = start_inside(holder(storage::local, enter));
    std::this_thread::sleep_for(50ms); // start times have a resolution of 10 ms
    BOOST_TEST(run_inside(cannot_have_it(storage::local, enter)) == held);
    let_go(*holds);
}

// The outer /proc shows more processes than the namespace has ids for.
BOOST_DATA_TEST_CASE_F(apart, a_holder_outside_is_seen_within_in_the_outer_proc, both, where)
{
    auto const holds = start(holder(where));
    BOOST_TEST(run_inside(cannot_have_it(where)) == held);
    let_go(*holds);
    auto const other = start(other_make());
    BOOST_TEST(run_inside(cannot_have_it(where)) == held);
    kill(*other);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

BOOST_DATA_TEST_CASE_F(namesake, a_holder_within_is_not_proved_dead_where_there_is_no_proc, both,
                       where)
{
    for (auto const number : {other.pid(), unused_number()}) {
        auto const holds = start_inside(other_make(), number);
        BOOST_TEST(run(cannot_have_it(where, enter_without_proc)) == held);
        kill(*holds);
        BOOST_TEST(run(can_have_it(where)) == was_free);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
