// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as soft_hosts.cpp for processes that have another time, cannot see each other, or
// show a misleading state.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/apart.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/multiprecision/cpp_int.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using integer = boost::multiprecision::cpp_int;

/// Returns the start token from the third line of a marker.
integer start_in(std::string const& text)
{
    auto const line = without_start(text).size();
    return integer(text.substr(line, text.size() - line - 1));
}

// Returns what follows the program's name in /proc, beginning with the state.
std::istringstream stat_of(pid_t pid)
{
    auto const text = text_of("/proc/" + std::to_string(pid) + "/stat");
    return std::istringstream(text.substr(text.rfind(')') + 1));
}

long start_of(pid_t pid)
{
    auto in = stat_of(pid);
    std::string word;
    for (int field = 3; field <= 22; ++field)
        in >> word;
    return std::stol(word);
}

void wait_until_dead_by_its_state(pid_t pid)
{
    auto const until = std::chrono::steady_clock::now() + patience;
    for (char state = ' '; state != 'Z'; stat_of(pid) >> state) {
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error("its first thread does not end");
        std::this_thread::yield();
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_views, apart, *ut::precondition(have_namespaces))

BOOST_AUTO_TEST_SUITE(of_other_times, *ut::precondition(have_time_namespaces))

auto const shifts = data::make({100'000L, -10L});

BOOST_DATA_TEST_CASE_F(apart, a_holder_with_another_time_lives, both* shifts, where, shift)
{
    auto const enter = [shift = shift] { enter_time(shift, 987'654'321); };
    auto const holds = start(holder(where, enter));
    BOOST_TEST(run(cannot_have_it(where)) == held);
    kill(*holds);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

BOOST_DATA_TEST_CASE_F(apart, a_holder_here_lives_for_a_process_with_another_time, both* shifts,
                       where, shift)
{
    auto const enter = [shift = shift] { enter_time(shift, 987'654'321); };
    auto const holds = start(holder(where));
    BOOST_TEST(run(cannot_have_it(where, enter)) == held);
    kill(*holds);
    BOOST_TEST(run(can_have_it(where, enter)) == was_free);
}

// The process was started before the namespace's clock was zero.
BOOST_DATA_TEST_CASE_F(apart, an_owner_lives_that_is_older_than_the_time_there, both, where)
{
    write_text(path, own_record(directory));
    auto const enter = [] {
        timespec now;
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        enter_time(-now.tv_sec - 1, 1'000'000'000 - now.tv_nsec);
    };
    BOOST_TEST(run(cannot_have_it(where, enter)) == held);
}

BOOST_AUTO_TEST_CASE(a_marker_from_there_has_the_start_time_of_here)
{
    auto const holds = start(holder(storage::network, [] { enter_time(100'000); }));
    integer const theirs = start_in(text_of(path)), ours = start_in(own_record(directory));
    BOOST_TEST(theirs - ours == start_of(holds->pid()) - start_of(::getpid()));
}

BOOST_AUTO_TEST_CASE(a_reused_process_id_is_detected_there)
{
    auto const text = record_of_the_dead(directory);
    write_text(path, std::to_string(::getpid()) + text.substr(text.find('\n')));
    BOOST_TEST(run(can_have_it(storage::network, [] { enter_time(100'000); })) == was_free);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(with_little_visibility)

// Enters a view in which the process cannot read the start times of root's processes.
void hide()
{
    enter_own_proc("hidepid=2");
    become_nobody();
}

struct hidden : apart
{
    hidden() { fs::permissions(directory, fs::perms(0777)); }
};

BOOST_DATA_TEST_CASE_F(hidden, a_live_process_counts_as_the_owner, both, where)
{
    auto const holds = start(holder(where));
    // The contender changes the file's time, which only the owner of the file may do.
    BOOST_TEST(::chown(path.c_str(), 65534, 65534) == 0);
    BOOST_TEST(run(cannot_have_it(where, hide)) == held);
    kill(*holds);
    BOOST_TEST(run(can_have_it(where, hide)) == was_free);
}

BOOST_DATA_TEST_CASE_F(hidden, a_live_process_with_a_reused_id_counts_as_the_owner, both, where)
{
    auto const text = record_of_the_dead(directory);
    write_text(path, std::to_string(::getpid()) + text.substr(text.find('\n')));
    BOOST_TEST(::chown(path.c_str(), 65534, 65534) == 0);
    BOOST_TEST(run(cannot_have_it(where, hide)) == held);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

BOOST_DATA_TEST_CASE_F(apart, a_live_process_counts_as_the_owner_without_proc, both, where)
{
    auto const holds = start(holder(where));
    BOOST_TEST(run(cannot_have_it(where, enter_without_proc)) == held);
    kill(*holds);
    BOOST_TEST(run(can_have_it(where)) == was_free);
}

BOOST_DATA_TEST_CASE_F(apart, a_dead_process_without_start_time_is_proved_dead_on_local_storage,
                       both, where)
{
    // On network storage it may be a process of another host with the same name.
    auto const expected = where == storage::local ? was_free : not_free;
    write_text(path, without_start(record_of_the_dead(directory)));
    BOOST_TEST(run(can_have_it(where, enter_without_proc)) == expected);
    write_text(path, without_start(own_record(directory)));
    BOOST_TEST(run(cannot_have_it(where, enter_without_proc)) == held);
}

BOOST_DATA_TEST_CASE_F(apart, the_lock_can_be_acquired_without_proc, both, where)
{
    BOOST_TEST(run(can_have_it(where, enter_without_proc)) == was_free);
    auto const holds = start(holder(where, enter_without_proc));
    BOOST_TEST(run(cannot_have_it(where)) == held);
    BOOST_TEST(run(cannot_have_it(where, enter_without_proc)) == held);
    kill(*holds);
    auto const expected = where == storage::local ? was_free : not_free;
    BOOST_TEST(run(can_have_it(where, enter_without_proc)) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

// The process looks like a zombie that waits for its parent.
BOOST_AUTO_TEST_SUITE(of_a_first_thread_that_has_ended)

[[noreturn]] void end_thread()
{
    ::syscall(SYS_exit, 0); // ends this thread only; pthread_exit would unwind what the test has
                            // made
    std::abort();
}

apart::body outlived_holder(fs::path const& path, soft_file_lock_options const& options)
{
    return [&path, options]() -> int {
        soft_file_lock lock(path, options);
        lock.lock();
        std::thread([] {
            say("held");
            hear();
            end_thread();
        }).detach();
        end_thread();
    };
}

BOOST_DATA_TEST_CASE_F(apart, the_other_threads_keep_the_lock, both, where)
{
    auto const holds = start(outlived_holder(path, on(where)));
    wait_until_dead_by_its_state(holds->pid());
    BOOST_TEST(run(cannot_have_it(where)) == held);
    child waits(waiter(where));
    waits.expect("waiting");
    BOOST_TEST(run(cannot_have_it(where)) == held);
    holds->write_line("");
    waits.expect("has it");
    BOOST_TEST(waits.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(of_an_owner_that_writes_its_marker_late)

// Other implementations create the file first and then write it.
BOOST_DATA_TEST_CASE_F(apart, a_waiter_gets_lock_after_its_death, both, where)
{
    write_text(path, "");
    auto options = on(where);
    options.poll_interval = std::chrono::hours(1);
    options.malformed_grace.reset();
    child waits([&] {
        soft_file_lock lock(path, options);
        boost::filelock::acquire_options how;
        how.progress_interval = std::chrono::hours(1);
        how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
        lock.acquire(how);
        say("has it");
        return 0;
    });
    waits.expect("waiting");
    auto const holds = start(other_make());
    wait_until_quiet(waits.pid());
    kill(*holds);
    waits.expect("has it");
    BOOST_TEST(waits.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
