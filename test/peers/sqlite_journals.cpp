// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Databases of SQLite that consist of more than one file: a client has died and left a rollback
// journal, or clients use WAL mode.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/sqlite_peer.hpp"
#include "support/beside_sqlite.hpp"
#include "support/markers.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <string>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(sqlite_peers, beside_sqlite, *ut::precondition(have_sqlite_client))

// A client has died while it wrote. The overwritten content is in a journal.
BOOST_AUTO_TEST_SUITE(a_journal_to_roll_back)

struct after_a_crash : at_a_database
{
    std::string before, crashed, written;

    after_a_crash()
    {
        sqlite_client victim(path);
        before = victim.ask("read");
        BOOST_TEST(victim.ask("hurry") == "done");
        BOOST_TEST(victim.begin(level::upgrade));
        BOOST_TEST(victim.ask("spill") == "done");
        BOOST_TEST(!is_open_to(level::read, path)); // part of the transaction is in the file by now
        victim.die();
        crashed = text_of(path);
        written = text_of(journal());
        BOOST_TEST_REQUIRE((crashed != database()));
        BOOST_TEST_REQUIRE(written.size() > 512u);
    }

    void rolls_back(sqlite_client& client)
    {
        BOOST_TEST(client.ask("hurry") == "done"); // reads, and so rolls back
        BOOST_TEST(client.ask("read") == before);
        BOOST_TEST(client.ask("check") == "ok");
        BOOST_TEST((text_of(path) == database()));
        BOOST_TEST(!fs::exists(journal()));
    }
};

BOOST_DATA_TEST_CASE_F(after_a_crash, is_rolled_back_after_us, all_levels, ours)
{
    read_write_lock lock(path);
    BOOST_TEST(take(lock, ours));
    BOOST_TEST((text_of(path) == crashed));
    lock.release();
    BOOST_TEST((text_of(path) == crashed));
    BOOST_TEST((text_of(journal()) == written));
    sqlite_client client(path);
    rolls_back(client);
}

// A client needs the file for itself in order to roll back.
BOOST_DATA_TEST_CASE_F(after_a_crash, keeps_clients_out_beside_us,
                       data::make({level::read, level::write}), ours)
{
    sqlite_client client(path);
    read_write_lock lock(path);
    BOOST_TEST(take(lock, ours));
    BOOST_TEST(client.ask("read") == "busy");
    for (auto const l : levels)
        BOOST_TEST(!is_open_to(l, client));
    BOOST_TEST(is_held(lock));
    BOOST_TEST((text_of(path) == crashed));
    lock.release();
    rolls_back(client);
}

// This is a limitation: SQLite takes RESERVED as a sign that its holder is working on the journal,
// and therefore reads what the file contains.
BOOST_FIXTURE_TEST_CASE(is_overlooked_beside_an_upgrade_lock, after_a_crash)
{
    sqlite_client client(path);
    read_write_lock lock(path);
    lock.lock_upgrade();
    BOOST_TEST(client.ask("read") != "busy");
    BOOST_TEST((text_of(path) == crashed));
    lock.unlock_upgrade();
    BOOST_TEST((text_of(journal()) == written));
    rolls_back(client);
}

BOOST_AUTO_TEST_SUITE_END()

// These are limitations: in WAL mode clients lock other bytes, in another file, and in the database
// file they hold SHARED all the time.
BOOST_AUTO_TEST_SUITE(in_wal_mode)

BOOST_AUTO_TEST_CASE(a_commit_succeeds_beside_our_reader)
{
    sqlite_client client(path);
    BOOST_TEST(client.ask("make wal") == "made");
    auto const before = client.ask("read");
    read_write_lock lock(path);
    lock.lock_shared();
    BOOST_TEST(client.begin(level::write));
    BOOST_TEST(client.ask("write") == "done");
    BOOST_TEST(client.ask("commit") == "done");
    BOOST_TEST(client.ask("read") != before);
    BOOST_TEST(is_held(lock));
    lock.unlock_shared();
    BOOST_TEST(client.ask("check") == "ok");
}

BOOST_AUTO_TEST_CASE(an_idle_connection_keeps_our_writer_out)
{
    sqlite_client client(path);
    BOOST_TEST(client.ask("make wal") == "made");
    read_write_lock lock(path, quick());
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(5ms));
    BOOST_TEST(is_open_to(level::upgrade, path));
    BOOST_TEST(client.ask("close") == "closed");
    BOOST_TEST(lock.try_lock());
    sqlite_client another(path);
    BOOST_TEST(another.ask("read") == "busy");
    lock.unlock();
    BOOST_TEST(another.ask("check") == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
