// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Which markers a `soft_file_lease` waits for, which it refuses and which it evicts.

#include "support/kernel_state.hpp"
#include "support/lease_actor.hpp"
#include "support/namespaces.hpp"
#include "support/privileges.hpp"
#include "support/stops.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/soft_file_lock.hpp>

#include <boost/system/errc.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::error;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lock;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using clock_type = std::chrono::steady_clock;

struct fixture : temporary_directory
{
    void check_waited_for(soft_file_lease& lock, milliseconds limit) const
    {
        auto const text = text_of(path);
        BOOST_TEST((take(lock) == errc::timed_out));
        BOOST_TEST((take(lock, limit) == errc::timed_out));
        BOOST_TEST(text_of(path) == text);
    }

    /// Returns the breaking of the marker by another process, on network storage.
    deed breaker() const
    {
        deed d;
        d.then = [this] {
            error_code ec;
            soft_file_lease(path, lasting(1h, storage::network)).force_break(ec);
            return ec ? ec.message() : "done"s;
        };
        return d;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease, fixture)

BOOST_AUTO_TEST_SUITE(holders)

BOOST_DATA_TEST_CASE_F(fixture, in_one_process_exclude_each_other, both_storages, where)
{
    soft_file_lease one(path, steady(where)), other(path, steady(where));
    one.lock();
    BOOST_TEST(!other.try_lock());
    BOOST_TEST(!other.try_lock_for(5ms));
    one.unlock();
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(other.try_lock());
    BOOST_TEST(!one.try_lock());
    other.unlock();
    BOOST_TEST(fs::is_empty(directory));
}

BOOST_DATA_TEST_CASE_F(fixture, in_two_processes_exclude_each_other, both_storages, where)
{
    soft_file_lease lock(path, steady(where));
    lock.lock();
    lease_actor other(path, steady(where));
    other.expect("waits");
    lock.unlock();
    other.expect("held");
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(other.ask("release") == "done");
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(wake_a_waiter_that_does_not_poll)
{
    auto options = steady();
    options.poll_interval = 1h;
    soft_file_lease lock(path, options);
    lock.lock();
    lease_actor other(path, options);
    other.expect("waits");
    lock.unlock();
    other.expect("held");
}

// However long the lease lasts.
BOOST_DATA_TEST_CASE_F(fixture, are_evicted_at_once_when_they_are_killed, both_storages, where)
{
    auto options = lasting(1h, where);
    options.poll_interval = where == storage::local ? 1h : 5ms;
    lease_actor holder(path, options), waiter(path, options);
    auto& first = holder.read_line() == "held" ? holder : waiter;
    auto& second = &first == &holder ? waiter : holder;
    if (&first == &waiter)
        waiter.expect("held");
    else
        second.expect("waits");
    first.die();
    second.expect("held");
    second.die();
    soft_file_lease lock(path, options);
    BOOST_TEST(lock.try_lock());
}

BOOST_DATA_TEST_CASE_F(fixture, are_evicted_when_dead_whatever_their_duration, both_storages, where)
{
    lease_actor holder(path, lasting(1h, where));
    holder.expect("held");
    soft_file_lease lock(path, lasting(2h, where));
    BOOST_TEST((take(lock) == error::lease_duration_mismatch));
    holder.die();
    BOOST_TEST(!take(lock));
}

BOOST_DATA_TEST_CASE_F(fixture, are_described, both_storages, where)
{
    soft_file_lease lock(path, steady(where)), other(path, steady(where));
    BOOST_TEST(!other.owner());
    lock.lock();
    auto const owner = other.owner();
    BOOST_TEST_REQUIRE(owner.has_value());
    BOOST_TEST((owner->mode == owner_mode::lease));
    BOOST_TEST(owner->pid == ::getpid());
    BOOST_TEST(owner->hostname == host_name());
    BOOST_TEST(owner->token == lock.token());
    BOOST_TEST((owner->duration == std::chrono::nanoseconds(patience)));
    BOOST_TEST(!owner->command.empty());
}

BOOST_DATA_TEST_CASE_F(fixture, write_a_new_token_for_each_hold, both_storages, where)
{
    soft_file_lease lock(path, steady(where));
    BOOST_TEST(lock.token() == "");
    lock.lock();
    auto const token = lock.token();
    BOOST_TEST(token.size() == 32u);
    BOOST_TEST(token.find_first_not_of("0123456789abcdef") == token.npos);
    auto const text = text_of(path);
    BOOST_TEST(value_in(text, "token") == token);
    BOOST_TEST(value_in(text, "pid") == std::to_string(::getpid()));
    BOOST_TEST(value_in(text, "host") == host_name());
    BOOST_TEST(value_in(text, "mode") == "lease");
    BOOST_TEST(value_in(text, "duration") == "300.0");
    lock.lock();
    BOOST_TEST(lock.token() == token);
    lock.unlock();
    BOOST_TEST(lock.token() == token);
    lock.unlock();
    BOOST_TEST(lock.token() == "");
    lock.lock();
    BOOST_TEST(lock.token() != token);
    BOOST_TEST(value_in(text_of(path), "token") == lock.token());
}

// A duration of "for ever".
BOOST_AUTO_TEST_CASE(may_have_the_longest_duration)
{
    auto const options = lasting((std::chrono::nanoseconds::max)(), storage::local);
    soft_file_lease lock(path, options), other(path, options);
    lock.lock();
    BOOST_TEST((take(other) == errc::timed_out));
    BOOST_TEST((lock.remaining() > 24h * 365));
    lock.unlock();
    BOOST_TEST(other.try_lock());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(other_kinds)

BOOST_DATA_TEST_CASE_F(fixture, that_are_not_known_are_waited_for, both_storages, where)
{
    auto const pid = unused_number(); // the contract may allow an owner to have ended
    write_text(path, lease_text(pid, "elsewhere", 20ms, "tomorrow"));
    make_old(path);
    soft_file_lease lock(path, lasting(20ms, where));
    check_waited_for(lock, 100ms);
    auto const owner = lock.owner();
    BOOST_TEST_REQUIRE(owner.has_value());
    BOOST_TEST((owner->mode == owner_mode::unknown));
    BOOST_TEST(owner->pid == pid);
    BOOST_TEST(owner->hostname == "elsewhere");
    BOOST_TEST(!owner->duration);
}

BOOST_DATA_TEST_CASE_F(fixture, that_never_expire_are_waited_for, both_storages, where)
{
    for (auto const& text : {"1\nfilelock-strict-v1\0\n0\n"s, own_record(directory),
                             std::to_string(::getpid()) + "\nelsewhere\n"}) {
        write_text(path, text);
        shift_time(path, -1h);
        soft_file_lease lock(path, lasting(20ms, where));
        check_waited_for(lock, 100ms);
    }
}

BOOST_DATA_TEST_CASE_F(fixture, of_a_living_soft_file_lock_are_waited_for, both_storages, where)
{
    boost::filelock::soft_file_lock_options options;
    options.where = where;
    soft_file_lock holder(path, options);
    holder.lock();
    soft_file_lease lock(path, lasting(20ms, where));
    check_waited_for(lock, 100ms);
    holder.unlock();
    BOOST_TEST(!take(lock, patience)); // a late attempt is repeated
    BOOST_TEST(!holder.try_lock());
}

BOOST_DATA_TEST_CASE_F(fixture, of_a_dead_soft_file_lock_are_taken, both_storages, where)
{
    write_text(path, record_of_the_dead(directory));
    soft_file_lease lock(path, lasting(1h, where));
    BOOST_TEST(!take(lock));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(marker_without_an_owner)

auto const beginnings = data::make({
    ""s,
    std::string(10, '\0'),
    "f"s,
    "filelock/2\n"s,
    "filelock/2\npid=1\nhost=h\nmode=lease\ntoken=t\n"s,
    "filelock/2\npid=1\nhost=h\nmode=lease\ntoken=t\nduration=inf\n"s,
    "4711\nbuild"s,
});

BOOST_DATA_TEST_CASE_F(fixture, is_taken_at_once_when_it_is_old, both_storages* beginnings, where,
                       text)
{
    write_text(path, text);
    shift_time(path, -3s);
    soft_file_lease lock(path, lasting(1h, where));
    BOOST_TEST(!take(lock));
}

// Whatever the duration: its owner may be writing it.
BOOST_DATA_TEST_CASE_F(fixture, is_taken_after_two_seconds,
                       both_storages* data::make({""s, "filelock/2\npid=1"s}), where, text)
{
    auto const problem = with_growing_time(1ms, [&, where = where, text = text](auto) {
        write_text(path, text);
        auto const written = clock_type::now();
        soft_file_lease lock(path, lasting(1s, where));
        unless_late(take(lock) == errc::timed_out, "it was taken at once");
        BOOST_TEST(!take(lock, patience));
        auto const age = clock_type::now() - written;
        BOOST_TEST((age > 2s - 50ms)); // a file's clock is coarse
        unless_late(age < 3s, "it was taken too late");
    });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(data_of_other_programs)

BOOST_DATA_TEST_CASE_F(fixture, are_refused_and_stay, both_storages, where)
{
    auto const valid = foreign_lease(20ms);
    for (auto const& text : {"precious"s, "filelock/3\npid=1\n"s,
                             valid + "x=" + std::string(1025 - valid.size() - 3, 'x') + '\n',
                             std::string(5000, '\0')}) {
        write_text(path, text);
        shift_time(path, -1h);
        soft_file_lease lock(path, lasting(20ms, where));
        BOOST_TEST((take(lock) == error::not_a_lock_file));
        BOOST_TEST((take(lock, patience) == error::not_a_lock_file));
        BOOST_TEST(text_of(path) == text);
        error_code ec;
        lock.force_break(ec);
        BOOST_TEST((ec == error::not_a_lock_file));
        BOOST_TEST(text_of(path) == text);
        BOOST_TEST(!lock.owner());
    }
    BOOST_TEST(names_in(directory).size() == 1u);
}

BOOST_DATA_TEST_CASE_F(fixture, that_are_no_regular_files_are_refused, both_storages, where)
{
    soft_file_lease lock(path, lasting(20ms, where));
    fs::create_directory(path);
    BOOST_TEST((take(lock) == error::not_a_lock_file));
    fs::remove(path);
    write_text(directory / "target", foreign_lease(20ms));
    fs::create_symlink("target", path);
    BOOST_TEST((take(lock) == error::not_a_lock_file));
    fs::remove(path);
    BOOST_TEST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    BOOST_TEST((take(lock) == error::not_a_lock_file));
    fs::remove(path);
    BOOST_TEST(!take(lock, patience));
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_are_waited_for, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0777));
    write_text(path, foreign_lease(20ms));
    fs::permissions(path, fs::perms(0600));
    child c([this] {
        become_nobody();
        soft_file_lease lock(path, lasting(20ms, storage::local));
        return take(lock, 100ms) == errc::timed_out ? 0 : 1;
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(force_break)

BOOST_AUTO_TEST_CASE(removes_every_marker)
{
    soft_file_lease lock(path, lasting(1h, storage::local));
    for (auto const& text : {foreign_lease(1h), foreign_lease(2h), own_record(directory), ""s,
                             lease_text(1, "h", 1h, "tomorrow"), "filelock/2\n"s}) {
        write_text(path, text);
        BOOST_CHECK_NO_THROW(lock.force_break());
        BOOST_TEST(!fs::exists(path));
    }
    BOOST_CHECK_NO_THROW(lock.force_break()); // a missing marker is no error
}

// On network storage the marker is looked at twice.
BOOST_AUTO_TEST_CASE(removes_a_marker_that_is_refreshed_meanwhile, *ut::precondition(can_trace))
{
    auto const options = lasting(1h, storage::network);
    soft_file_lease holder(path, options);
    BOOST_TEST_REQUIRE(!take(holder));
    stopped breaks(breaker(), {"pread64", 1});
    BOOST_TEST_REQUIRE(breaks.has_met());
    auto const before = stamp_of(path);
    holder.extend();
    BOOST_TEST((stamp_of(path) > before));
    BOOST_TEST(breaks.go_on() == "done");
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(!holds(holder));
    holder.unlock();
}

// The marker of the next holder is another one.
BOOST_AUTO_TEST_CASE(leaves_a_marker_that_is_made_meanwhile, *ut::precondition(can_trace))
{
    auto const options = lasting(1h, storage::network);
    write_text(path, foreign_lease(1h));
    stopped breaks(breaker(), {"pread64", 1});
    BOOST_TEST_REQUIRE(breaks.has_met());
    fs::remove(path);
    soft_file_lease next(path, options);
    BOOST_TEST_REQUIRE(!take(next));
    BOOST_TEST(breaks.go_on() == "done");
    BOOST_TEST(holds(next));
    next.unlock();
}

BOOST_AUTO_TEST_CASE(leaves_the_file_of_a_strict_lock)
{
    auto const sentinel = "1\nfilelock-strict-v1\0\n0\n"s;
    write_text(path, sentinel);
    soft_file_lease lock(path, lasting(1h, storage::local));
    BOOST_TEST((error_of([&] { lock.force_break(); }) == error::not_a_lock_file));
    BOOST_TEST(text_of(path) == sentinel);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
