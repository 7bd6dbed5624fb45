// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Writers beside clients of SQLite, on the same file: a writer of either side waits, gives up or
// dies, and holds are converted.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/sqlite_peer.hpp"
#include "support/beside_sqlite.hpp"
#include "support/calls.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <chrono>
#include <csignal>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(sqlite_peers, at_a_database, *ut::precondition(have_sqlite_client))

BOOST_AUTO_TEST_SUITE(a_process_that_dies)

BOOST_DATA_TEST_CASE(is_a_client, all_levels, theirs)
{
    sqlite_client peer(path);
    BOOST_TEST(peer.begin(theirs));
    peer.die();
    for (auto const ours : levels)
        BOOST_TEST(is_open_to(ours, path));
    BOOST_TEST((text_of(path) == database()));
}

BOOST_DATA_TEST_CASE(is_one_of_us, all_levels, ours)
{
    one_of_ours holder(path);
    sqlite_client peer(path);
    BOOST_TEST(holder.begin(ours));
    BOOST_TEST(!is_open_to(level::write, peer));
    holder.kill();
    BOOST_TEST(holder.wait() == -SIGKILL);
    for (auto const theirs : levels)
        BOOST_TEST(is_open_to(theirs, peer));
    BOOST_TEST((text_of(path) == database()));
}

BOOST_AUTO_TEST_CASE(is_a_client_that_waits)
{
    sqlite_client peer(path);
    read_write_lock lock(path);
    lock.lock_shared();
    peer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, path); });
    peer.die();
    BOOST_TEST(is_open_to(level::read, path));
    BOOST_TEST(is_open_to(level::upgrade, path));
}

BOOST_AUTO_TEST_CASE(is_one_of_us_that_waits)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    BOOST_TEST(!is_open_to(level::read, another));
    writer.kill();
    BOOST_TEST(writer.wait() == -SIGKILL);
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(is_open_to(level::upgrade, another));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(our_waiting_writer)

BOOST_AUTO_TEST_CASE(asleep_keeps_new_readers_out)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    for (auto const l : levels)
        BOOST_TEST(!is_open_to(l, another));
    BOOST_TEST(!is_open_to(level::read, path));
    BOOST_TEST(reader.ask("read").size() == 64u); // a present reader may continue
    reader.rollback();
    writer.expect("held");
    writer.expect("released");
    BOOST_TEST(is_open_to(level::read, another));
}

BOOST_AUTO_TEST_CASE(patiently_keeps_new_readers_out)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, another); });
    reader.rollback();
    BOOST_TEST(!is_open_to(level::read, reader));
    writer.expect("held");
    writer.release();
    BOOST_TEST(is_open_to(level::read, another));
}

BOOST_AUTO_TEST_CASE(and_gives_up_lets_them_in_at_once)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, another); });
    writer.give_up();
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(is_open_to(level::upgrade, another));
    read_write_lock lock(path);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(!lock.try_lock_for(5ms));
    BOOST_TEST(is_open_to(level::upgrade, another));
}

// A waiter that holds nothing yet blocks neither the client nor new readers.
BOOST_AUTO_TEST_CASE(behind_a_client_that_will_write_waits_for_that_client_alone)
{
    sqlite_client client(path), another(path);
    BOOST_TEST(client.begin(level::upgrade));
    BOOST_TEST(client.ask("write") == "done");
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(client.ask("commit") == "done");
    writer.expect("held");
    writer.expect("released");
}

BOOST_AUTO_TEST_CASE(keeps_new_readers_out_once_no_other_may_write)
{
    sqlite_client client(path), reader(path), another(path);
    BOOST_TEST(client.begin(level::upgrade));
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    BOOST_TEST(is_open_to(level::read, another));
    client.rollback();
    wait_until_for_good([&] { return !is_open_to(level::read, another); });
    reader.rollback();
    writer.expect("held");
    writer.expect("released");
    BOOST_TEST(is_open_to(level::write, another));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(their_waiting_writer)

// A commit that finds readers fails, and keeps new readers out.
BOOST_AUTO_TEST_CASE(to_commit_keeps_our_new_readers_out)
{
    sqlite_client writer(path);
    read_write_lock lock(path), again(path);
    lock.lock_shared();
    BOOST_TEST(writer.begin(level::upgrade));
    BOOST_TEST(writer.ask("write") == "done");
    BOOST_TEST(is_open_to(level::read, path));
    BOOST_TEST(writer.ask("commit") == "busy");
    for (auto const l : levels)
        BOOST_TEST(!is_open_to(l, path));
    BOOST_TEST(!in_thread([&] {
        read_write_lock other(path, quick());
        return other.try_lock_shared_for(5ms);
    }));
    BOOST_TEST((text_of(path) == database()));
    BOOST_TEST(again.try_lock_shared()); // let in, since otherwise the thread would wait for itself
    BOOST_TEST(writer.ask("commit") == "busy");
    lock.unlock_shared();
    BOOST_TEST(writer.ask("commit") == "busy");
    again.unlock_shared();
    BOOST_TEST(writer.ask("commit") == "done");
    BOOST_TEST((text_of(path) != database()));
    BOOST_TEST(is_open_to(level::write, path));
    BOOST_TEST(writer.ask("check") == "ok");
}

BOOST_AUTO_TEST_CASE(and_rolls_back_lets_them_in_at_once)
{
    sqlite_client writer(path);
    read_write_lock lock(path);
    lock.lock_shared();
    BOOST_TEST(writer.begin(level::upgrade));
    BOOST_TEST(writer.ask("write") == "done");
    BOOST_TEST(writer.ask("commit") == "busy");
    BOOST_TEST(!is_open_to(level::read, path));
    writer.rollback();
    BOOST_TEST(is_open_to(level::read, path));
    BOOST_TEST(is_open_to(level::upgrade, path));
    BOOST_TEST((text_of(path) == database()));
}

BOOST_AUTO_TEST_CASE(to_begin_keeps_our_new_readers_out)
{
    sqlite_client writer(path);
    one_of_ours reader(path), another(path), sleeper(path);
    BOOST_TEST(reader.begin(level::read));
    writer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, path); });
    another.wait_to_begin(level::read);
    sleeper.sleep_to_begin(level::read);
    reader.release();
    writer.expect("held");
    BOOST_TEST(!is_open_to(level::read, path));
    writer.rollback();
    another.expect("held");
    sleeper.expect("held");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(conversions)

BOOST_AUTO_TEST_CASE(to_write_beside_a_reader_of_theirs)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    read_write_lock lock(path, quick());
    lock.lock_upgrade();
    BOOST_TEST(!lock.try_unlock_upgrade_and_lock());
    BOOST_TEST(is_open_to(level::read, another)); // the failed conversion has withdrawn its claim
    BOOST_TEST(!is_open_to(level::upgrade, another));
    BOOST_TEST(is_held(lock)); // asked last, because still_held() acquires again what was lost
    BOOST_TEST(!lock.try_unlock_upgrade_and_lock_for(5ms));
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(!is_open_to(level::upgrade, another));
    BOOST_TEST(is_held(lock));
    reader.rollback();
    BOOST_TEST(lock.try_unlock_upgrade_and_lock());
    for (auto const l : levels)
        BOOST_TEST(!is_open_to(l, another));
    BOOST_TEST((text_of(path) == database()));
}

BOOST_AUTO_TEST_CASE(to_write_waits_for_readers_of_theirs_and_lets_no_new_ones_in)
{
    sqlite_client reader(path), another(path);
    one_of_ours us(path);
    BOOST_TEST(us.begin(level::upgrade));
    BOOST_TEST(reader.begin(level::read));
    BOOST_TEST(is_open_to(level::read, another));
    us.write_line("convert");
    wait_until_for_good([&] { return !is_open_to(level::read, another); });
    BOOST_TEST(reader.ask("read").size() == 64u);
    reader.rollback();
    us.expect("converted");
    BOOST_TEST(!is_open_to(level::read, another));
    us.release();
    BOOST_TEST(is_open_to(level::write, another));
}

BOOST_DATA_TEST_CASE(ends_by_death, data::make({false, true}), waiting)
{
    sqlite_client reader(path), another(path);
    one_of_ours us(path);
    BOOST_TEST(us.begin(level::upgrade));
    BOOST_TEST(reader.begin(level::read));
    if (!waiting)
        reader.rollback();
    us.write_line("convert");
    if (waiting)
        wait_until_for_good([&] { return !is_open_to(level::read, another); });
    else
        us.expect("converted");
    us.kill();
    BOOST_TEST(us.wait() == -SIGKILL);
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(is_open_to(level::write, another) == !waiting);
}

BOOST_AUTO_TEST_CASE(of_a_reader_alone)
{
    sqlite_client another(path);
    read_write_lock lock(path);
    lock.lock_shared();
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(!is_open_to(level::upgrade, another));
    lock.unlock_upgrade_and_lock_shared();
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(lock.try_unlock_shared_and_lock());
    BOOST_TEST(!is_open_to(level::read, another));
    lock.unlock_and_lock_shared();
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(!is_open_to(level::write, another));
}

BOOST_AUTO_TEST_CASE(of_a_reader_beside_theirs)
{
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    read_write_lock lock(path, quick());
    lock.lock_shared();
    BOOST_TEST(!lock.try_unlock_shared_and_lock());
    BOOST_TEST(!lock.try_unlock_shared_and_lock_for(5ms));
    BOOST_TEST(is_held(lock));
    BOOST_TEST(is_open_to(level::upgrade, another)); // the failed conversion has left nothing
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(!is_open_to(level::upgrade, another));
}

// The client waits for the reader, which must not wait for the client.
BOOST_AUTO_TEST_CASE(of_a_reader_beside_a_writer_of_theirs)
{
    sqlite_client writer(path);
    read_write_lock lock(path, quick());
    lock.lock_shared();
    BOOST_TEST(writer.begin(level::upgrade));
    BOOST_TEST(writer.ask("write") == "done");
    BOOST_TEST(!lock.try_unlock_shared_and_lock_upgrade());
    BOOST_TEST(!lock.try_unlock_shared_and_lock());
    BOOST_TEST(!lock.try_unlock_shared_and_lock_upgrade_for(5ms));
    BOOST_TEST(is_held(lock));
    BOOST_TEST(is_open_to(level::read, path));
    BOOST_TEST(writer.ask("commit") == "busy");
    BOOST_TEST(!lock.try_unlock_shared_and_lock());
    BOOST_TEST(!lock.try_unlock_shared_and_lock_for(2h)); // refused at once
    BOOST_TEST(!lock.try_unlock_shared_and_lock_upgrade_for(2h));
    BOOST_TEST(is_held(lock));
    BOOST_TEST(writer.ask("commit") == "busy");
    BOOST_TEST(!is_open_to(level::read, path));
    lock.unlock_shared();
    BOOST_TEST(writer.ask("commit") == "done");
    BOOST_TEST(writer.ask("check") == "ok");
}

BOOST_AUTO_TEST_CASE(of_a_writer_that_is_done)
{
    sqlite_client reader(path), another(path);
    read_write_lock lock(path);
    lock.lock();
    BOOST_TEST(!reader.begin(level::read));
    lock.unlock_and_lock_upgrade();
    BOOST_TEST(reader.begin(level::read));
    BOOST_TEST(!is_open_to(level::upgrade, another));
    lock.unlock_upgrade_and_lock_shared();
    BOOST_TEST(is_open_to(level::upgrade, another));
    BOOST_TEST(!is_open_to(level::write, another));
    reader.rollback();
    BOOST_TEST(!is_open_to(level::write, another));
    lock.unlock_shared();
    BOOST_TEST(is_open_to(level::write, another));
    BOOST_TEST((text_of(path) == database()));
}

// The clients that wait get in.
BOOST_AUTO_TEST_CASE(downgrade_lets_in_waiting_clients)
{
    sqlite_client reader(path), upgrader(path);
    read_write_lock lock(path);
    lock.lock();
    reader.wait_to_begin(level::read);
    upgrader.wait_to_begin(level::upgrade);
    wait_until_asleep(reader.pid());
    wait_until_asleep(upgrader.pid());
    lock.unlock_and_lock_upgrade();
    reader.expect("held");
    lock.unlock_upgrade_and_lock_shared();
    upgrader.expect("held");
    BOOST_TEST(is_held(lock));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
