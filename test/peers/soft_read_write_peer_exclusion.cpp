// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs share a tree of markers with this library: readers and writers of the two keep
// each other out, and read each other's markers.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_read_write_peer.hpp"
#include "support/soft_read_write_parties.hpp"

#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <string>

#include <unistd.h>

using namespace filelock_test;
using boost::filelock::owner_mode;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(soft_read_write_peers, two_party_tree, *ut::precondition(have_soft_peer))

BOOST_DATA_TEST_CASE_F(two_party_tree, two_readers_share, parties* both, who, where)
{
    auto const first = holder(who, reading, where), second = holder(other(who), reading, where);
    BOOST_TEST(ask(*first, "still") == "yes");
    BOOST_TEST(ask(*start(party::theirs, where), "try write") == "busy");
    BOOST_TEST(ask(*start(party::ours, where), "try write") == "busy");
    BOOST_TEST(ask(*first, "release") == "released");
    BOOST_TEST(ask(*second, "still") == "yes");
    BOOST_TEST(ask(*second, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, a_writer_excludes_and_is_excluded,
                       parties* conflicting* both, who, mode, other_mode, where)
{
    auto const first = holder(who, mode, where), second = start(other(who), where);
    BOOST_TEST(ask(*second, "try " + other_mode) == "busy");
    BOOST_TEST(ask(*second, "acquire " + other_mode) == "waiting");
    BOOST_TEST(ask(*first, "still") == "yes");
    BOOST_TEST((who == party::ours || !second->has_line()));
    BOOST_TEST(ask(*first, "release") == "released");
    BOOST_TEST(hear_of(*second) == "held");
    BOOST_TEST(ask(*first, "try " + mode) == "busy");
    BOOST_TEST(ask(*second, "still") == "yes");
    BOOST_TEST(ask(*second, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE(a_draining_writer)

BOOST_DATA_TEST_CASE_F(two_party_tree, comes_before_new_readers, parties* parties* both, reads,
                       writes, where)
{
    auto const reader = holder(reads, reading, where);
    auto const writer = start(writes, where), late = start(other(writes), where);
    BOOST_TEST(ask(*writer, "acquire write") == "waiting");
    wait_for_writer();
    BOOST_TEST(ask(*late, "try read") == "busy");
    BOOST_TEST(ask(*late, "acquire read") == "waiting");
    BOOST_TEST(ask(*reader, "release") == "released");
    BOOST_TEST(hear_of(*writer) == "held");
    BOOST_TEST(ask(*writer, "still") == "yes");
    BOOST_TEST((writes == party::ours || !late->has_line()));
    BOOST_TEST(ask(*writer, "release") == "released");
    gets_it(*late);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(two_party_tree, lets_readers_in_when_it_gives_up, parties* parties* both,
                       reads, writes, where)
{
    auto const reader = holder(reads, reading, where);
    auto const writer = start(writes, where), late = start(other(writes), where);
    BOOST_TEST(ask(*writer, "acquire write 0.2") == "waiting");
    late->write_line("acquire read");
    BOOST_TEST(hear_of(*writer) == "timed out");
    auto line = hear_of(*late);
    if (line == "waiting")
        line = hear_of(*late);
    BOOST_TEST(line == "held");
    BOOST_TEST(!fs::exists(write));
    BOOST_TEST(ask(*late, "release") == "released");
    BOOST_TEST(ask(*reader, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(markers)

BOOST_DATA_TEST_CASE_F(two_party_tree, of_ours_are_read_by_them, modes* both, mode, where)
{
    soft_read_write_lock lock(path, options_for(where));
    mode == reading ? lock.lock_shared() : lock.lock();
    auto const held = lock.holders();
    BOOST_TEST_REQUIRE(held.size() == 1u);
    BOOST_TEST(held[0].pid == ::getpid());
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("read " + name(mode)) ==
               held[0].token + ' ' + std::to_string(::getpid()) + ' ' + held[0].hostname);
    BOOST_TEST(peer.ask("readers") == (mode == reading ? "1 " + name(reading) : "0"));
    BOOST_TEST(peer.ask("look") == (mode == reading ? "absent" : "held"));
    BOOST_TEST(peer.ask("judge " + name(mode)) == "held");
}

BOOST_DATA_TEST_CASE_F(two_party_tree, of_theirs_are_read_by_us, modes, mode)
{
    auto const peer = holder(party::theirs, mode, storage::local);
    auto const held = soft_read_write_lock(path).holders();
    BOOST_TEST_REQUIRE(held.size() == 1u);
    BOOST_TEST((held[0].mode == (mode == reading ? owner_mode::reader : owner_mode::writer)));
    BOOST_TEST(held[0].pid == peer->pid());
    BOOST_TEST(ask(*peer, "read") ==
               held[0].token + ' ' + std::to_string(held[0].pid) + ' ' + held[0].hostname);
    BOOST_TEST(!held[0].command.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
