// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Writers that announce themselves, and what the protocol knows of an owner's other holds. There is
// no file and no thread that waits, and the clock shows the time that the test sets.

#include "../src/ownership/object_registry.hpp"
#include "support/engine.hpp"
#include "support/fake_protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

namespace errc = boost::system::errc;
using namespace filelock_test;
using fd::attempt_result;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(engine_suite, engine)

// Writers that wait only for readers of the same object

BOOST_AUTO_TEST_CASE(writer_announces_itself_while_readers_of_its_object_are_left)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, third));
    protocol.log.clear();
    auto const writer = want(other);
    auto const n = writer->step(start);
    BOOST_TEST(n.kind == next::wait);
    BOOST_TEST((n.until == time_point::max())); // a release will wake it
    BOOST_TEST(protocol.log == "A");
    drop(me);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "AA"); // the writer continues its announcement
    writer->waker.count = 0;
    drop(third);
    BOOST_TEST(writer->waker.count > 0);
    BOOST_TEST(writer->step(start).kind == next::granted);
    // The attempt continues the announcement, so there is no withdrawal.
    BOOST_TEST(protocol.log == "AArax");
}

BOOST_AUTO_TEST_CASE(reader_that_leaves_during_the_announcement_is_not_waited_for)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    protocol.during_attempt = [&] {
        protocol.during_attempt = {};
        BOOST_TEST(
            (queue.drop(me, shared).next.kind == fd::pending_action::none)); // the writer does it
    };
    BOOST_TEST(want(other)->step(start).kind == next::granted);
    BOOST_TEST(protocol.log == "asArax");
}

BOOST_AUTO_TEST_CASE(writer_that_gives_up_withdraws_its_announcement)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    auto writer = want(other);
    auto const reader = want(shared, third);
    BOOST_TEST(writer->step(start).kind == next::wait);
    BOOST_TEST(reader->step(start).kind == next::wait);
    reader->waker.count = 0;
    writer.reset();
    BOOST_TEST(protocol.log == "asAw");
    BOOST_TEST(reader->waker.count > 0);
    BOOST_TEST(reader->step(start).kind == next::granted);
}

BOOST_AUTO_TEST_CASE(announcement_of_a_refused_writer_is_withdrawn)
{
    protocol.announces = attempt_result::busy;
    // Another thread drops the level that would be converted.
    BOOST_TEST(have(shared, object));
    BOOST_TEST(have(shared, other));
    auto const up = convert(object, shared, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    drop(object);
    BOOST_TEST(up->step(start).kind == next::failed);
    BOOST_TEST(protocol.log == "asasAw");
    drop(other);
    // The owner is given levels of another mode.
    protocol.log.clear();
    BOOST_TEST(have(shared, third));
    auto const writer = want(object);
    BOOST_TEST(writer->step(start).kind == next::wait);
    writer->waker.count = 0;
    BOOST_TEST(queue.give(third, object));
    BOOST_TEST(writer->waker.count > 0); // the waiter is notified
    BOOST_TEST(would_deadlock(writer->step(start)));
    BOOST_TEST(protocol.log == "asAw");
}

BOOST_AUTO_TEST_CASE(single_attempt_makes_no_announcement)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(protocol.is_only_one);
    BOOST_TEST(want(other, deadline::at_once())->step(start).kind == next::timed_out);
    BOOST_TEST(protocol.log == "as");
    drop(me);
    BOOST_TEST(want(other, deadline::after(1s, start))->step(start).kind == next::granted);
    BOOST_TEST(!protocol.is_only_one);
}

BOOST_AUTO_TEST_CASE(reader_of_another_object_does_not_announce_itself)
{
    owner_queue another;
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    acquisition taking(another, of_another, request(shared, other, deadline::never()), waker);
    BOOST_TEST(taking.step().kind == next::granted);
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(want(other)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "asw");
    BOOST_TEST(want(third)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "aswAw");
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(lock_of_another_domain_on_the_same_file_excludes_nothing)
{
    owner_queue another(fd::domain::flock), record_locks(fd::domain::record_lock),
        both(fd::domain::flock | fd::domain::record_lock);
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    acquisition taking(another, of_another, request(shared, me, deadline::never()), waker);
    BOOST_TEST(taking.step().kind == next::granted);
    BOOST_TEST(!fd::another_keeps_out(record_locks, me, protocol.file, exclusive));
    BOOST_TEST(fd::another_keeps_out(both, me, protocol.file, exclusive));
    // It is the same object.
    BOOST_TEST(!fd::another_keeps_out(another, me, protocol.file, exclusive));
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(only_the_upgrade_owner_announces_beside_an_upgrade_hold)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(upgrade, me));
    BOOST_TEST(have(shared, third));
    BOOST_TEST(want(other)->step(start).kind == next::wait);
    BOOST_TEST(want(upgrade, other)->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.find('A') == std::string::npos);
    // The owner of the upgrade announces itself.
    auto const up = convert(me, upgrade, exclusive);
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log.back() == 'A');
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

BOOST_AUTO_TEST_CASE(announcement_withdraws_that_of_another_owner)
{
    protocol.announces = attempt_result::busy;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, third));
    auto const writer = want(other);
    BOOST_TEST(writer->step(start).kind == next::wait);
    auto const up = convert(me, shared, exclusive, deadline::after(1s, start));
    BOOST_TEST(up->step(start).kind == next::wait);
    BOOST_TEST(protocol.log == "asasAwA");
}

BOOST_AUTO_TEST_CASE(refused_or_failed_announcement_ends_the_wait)
{
    protocol.announces = attempt_result::would_deadlock;
    BOOST_TEST(have(shared, me));
    BOOST_TEST(have(shared, other));
    BOOST_TEST(convert(me, shared, exclusive, deadline::after(60s, start))->step(start).kind ==
               next::timed_out);
    protocol.announces = attempt_result(make_error_code(errc::io_error));
    auto const n = want(third)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::io_error));
    BOOST_TEST(protocol.log == "asasAwAw");
    BOOST_TEST(queue.levels(me) == 1u);
}

// Owners that hold the file already

BOOST_AUTO_TEST_CASE(refused_request_fails_at_once_and_without_a_limit_as_a_deadlock)
{
    protocol.otherwise = attempt_result::would_deadlock;
    BOOST_TEST(want(upgrade, me, deadline::after(60s, start))->step(start).kind == next::timed_out);
    auto const n = want(upgrade, me)->step(start);
    BOOST_TEST(n.kind == next::failed);
    BOOST_TEST((n.error == errc::resource_deadlock_would_occur));
    BOOST_TEST(!queue.is_held());
}

BOOST_AUTO_TEST_CASE(protocol_knows_what_a_thread_holds_through_another_object)
{
    owner_queue another;
    fake_protocol of_another;
    fd::register_object(another);
    counting_waker waker;
    for (auto const who : {me, object}) {
        acquisition taking(another, of_another, request(shared, who, deadline::never()), waker);
        BOOST_TEST(taking.step().kind == next::granted);
    }
    protocol.sleeps = true;
    protocol.otherwise = attempt_result::busy_for_others();

    auto const stranger = want(shared, other);
    BOOST_TEST(stranger->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));
    BOOST_TEST(protocol.log == "as");

    stranger->taking.give_up();
    protocol.log.clear();
    auto const reader = want(shared, me);
    // Asleep in the kernel it would not see a writer that waits for its other hold.
    BOOST_TEST(reader->step(start).kind == next::wait);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::other_object));
    BOOST_TEST(protocol.log == "asas");

    // A hold on another file does not count.
    reader->taking.give_up();
    protocol.file = {1, 2};
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));

    // The hold does not count if the result does not depend on it, or if the owner is no thread.
    protocol.file = {1, 1};
    protocol.otherwise = attempt_result::busy;
    BOOST_TEST(want(shared, me)->step(start).kind == next::sleep);
    protocol.otherwise = attempt_result::busy_for_others();
    BOOST_TEST(want(shared, object)->step(start).kind == next::sleep);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::none));
    fd::unregister_object(another);
}

BOOST_AUTO_TEST_CASE(protocol_knows_that_a_request_converts)
{
    BOOST_TEST(have(shared, me));
    BOOST_TEST(convert(me, shared, exclusive)->step(start).kind == next::granted);
    BOOST_TEST((protocol.asked_as == fd::prior_hold::converting));
}

BOOST_AUTO_TEST_SUITE_END()
