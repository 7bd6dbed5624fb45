// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Clients of SQLite use the same file, which is empty or a database of theirs. Some of them work
// like ReadWriteLock of Python's filelock.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/readers_and_writers.hpp"
#include "peer/sqlite_peer.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::lock_error;
using boost::filelock::owner_mode;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

namespace {

int number_in(fs::path const& path)
{
    int n = -1; // the value while a process is writing it
    std::ifstream(path.string()) >> n;
    return n;
}

/// Reads /proc/locks once. While other processes lock and unlock files, one reading may miss a lock
/// or have it twice: the kernel shows the list piece by piece (seq_file).
std::multiset<std::string> locks_seen_on(fs::path const& path)
{
    struct ::stat s;
    if (::stat(path.c_str(), &s) != 0)
        throw std::runtime_error("stat " + path.string());
    std::multiset<std::string> found;
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, type, advisory, mode, holder, file, first, last;
        words >> number >> type >> advisory >> mode >> holder >> file >> first >> last;
        if (file.substr(file.rfind(':') + 1) == std::to_string(s.st_ino))
            found.insert(mode + ' ' + first + ' ' + last);
    }
    return found;
}

/// Returns the record locks on the file, as "READ 1073741826 1073742335": what three readings in a
/// row agree on.
std::multiset<std::string> locks_on(fs::path const& path)
{
    std::multiset<std::string> seen;
    int agreeing = 0;
    BOOST_TEST_REQUIRE(comes_true([&] {
        auto now = locks_seen_on(path);
        agreeing = now == seen ? agreeing + 1 : 1;
        seen = std::move(now);
        return agreeing == 3;
    }));
    return seen;
}

using holding = std::pair<std::int64_t, owner_mode>;

std::set<holding> holders_of(fs::path const& path)
{
    std::set<holding> found;
    for (auto const& one : read_write_lock(path).holders())
        BOOST_TEST(found.emplace(one.pid, one.mode).second);
    return found;
}

owner_mode as_told(level l)
{
    return l == level::read      ? owner_mode::kernel_shared
           : l == level::upgrade ? owner_mode::kernel_upgrade
                                 : owner_mode::kernel_exclusive;
}

/// The first content of the path: nothing, or a database.
enum class at_path
{
    nothing,
    a_database
};

std::ostream& operator<<(std::ostream& out, at_path what)
{
    return out << (what == at_path::nothing ? "nothing" : "a database");
}

auto const files = data::make({at_path::nothing, at_path::a_database});
auto const all_levels = data::make(levels);

struct at_a_file : beside_sqlite
{
    std::string content;

    void begin_with(at_path what)
    {
        fs::remove(path);
        if (what == at_path::a_database)
            make_database();
        content = what == at_path::a_database ? database() : std::string();
    }

    void we_come_first(sqlite_peer& peer, level ours, level theirs)
    {
        read_write_lock lock(path, quick());
        BOOST_TEST(take(lock, ours));
        peer.open(path);
        bool const begun = peer.begin(theirs);
        BOOST_TEST(begun == go_together(ours, theirs));
        BOOST_TEST(is_held(lock));
        if (begun)
            peer.rollback();
        BOOST_TEST(is_held(lock));
        lock.release();
        BOOST_TEST(is_open_to(theirs, peer));
        BOOST_TEST(is_open_to(level::write, path));
        BOOST_TEST((read(path) == content));
    }

    void they_come_first(sqlite_peer& peer, level ours, level theirs)
    {
        read_write_lock lock(path, quick());
        peer.open(path);
        BOOST_TEST(peer.begin(theirs));
        bool const with_limit = take_for(lock, ours, 5ms);
        BOOST_TEST(with_limit == go_together(ours, theirs));
        lock.release(boost::filelock::force);
        bool const taken = take(lock, ours);
        BOOST_TEST(taken == go_together(ours, theirs));
        BOOST_TEST(is_held(lock) == taken);
        peer.rollback();
        BOOST_TEST(take(lock, ours));
        lock.release(boost::filelock::force);
        BOOST_TEST(is_open_to(level::write, path));
        BOOST_TEST((read(path) == content));
    }

    void whoever_comes_first(sqlite_peer& peer, level ours, level theirs, at_path what)
    {
        begin_with(what);
        we_come_first(peer, ours, theirs);
        begin_with(what);
        they_come_first(peer, ours, theirs);
    }
};

/// How a transaction or a hold ends.
enum class ending
{
    release,
    close, // the database is closed
    death
};

std::ostream& operator<<(std::ostream& out, ending e)
{
    char const* const words[] = {"release", "close", "death"};
    return out << words[static_cast<int>(e)];
}

void end(sqlite_client& peer, ending how)
{
    if (how == ending::death)
        peer.die();
    else if (how == ending::close)
        BOOST_TEST(peer.ask("close") == "closed");
    else
        peer.rollback();
}

void end(one_of_ours& us, ending how)
{
    how == ending::death ? us.kill() : us.release();
}

// One process waits with a limit and callbacks, another sleeps in the kernel. Either may be the
// first to get the lock.
void we_wait_for(sqlite_client& peer, level ours, level theirs, fs::path const& path, ending how)
{
    BOOST_TEST(peer.begin(theirs));
    one_of_ours patient(path), sleeper(path);
    patient.wait_to_begin(ours);
    sleeper.sleep_to_begin(ours);
    if (ours != level::upgrade)
        wait_until_blocked(sleeper.pid(), path.string());
    else
        wait_until_asleep(sleeper.pid());
    end(peer, how);
    patient.expect("held");
    patient.release();
    sleeper.expect("held");
    sleeper.expect("released");
    BOOST_TEST(is_open_to(level::write, path));
}

void it_waits_for_us(sqlite_client& peer, level ours, level theirs, fs::path const& path,
                     ending how)
{
    one_of_ours holder(path);
    BOOST_TEST(holder.begin(ours));
    peer.wait_to_begin(theirs);
    wait_until_asleep(peer.pid());
    end(holder, how);
    peer.expect("held");
    BOOST_TEST(!is_open_to(level::write, path));
    peer.rollback();
    BOOST_TEST(is_open_to(level::write, path));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_peers, beside_sqlite, *ut::precondition(have_sqlite_client))

BOOST_DATA_TEST_CASE_F(at_a_file, a_client_and_we, all_levels* all_levels* files, ours, theirs,
                       what)
{
    sqlite_client peer(path);
    whoever_comes_first(peer, ours, theirs, what);
    if (what == at_path::a_database)
        BOOST_TEST(peer.ask("check") == "ok");
}

BOOST_AUTO_TEST_SUITE(the_shell, *ut::precondition(have_sqlite_shell))

BOOST_DATA_TEST_CASE_F(at_a_file, and_we, all_levels* all_levels* files, ours, theirs, what)
{
    sqlite_shell peer(path);
    whoever_comes_first(peer, ours, theirs, what);
}

BOOST_AUTO_TEST_SUITE_END()

// The locked bytes must be the same: clients might lock more bytes than they need.
BOOST_DATA_TEST_CASE(what_we_lock_is_what_a_client_locks, all_levels, l)
{
    make_database();
    sqlite_client peer(path);
    read_write_lock lock(path);
    BOOST_TEST(locks_on(path).empty());
    BOOST_TEST(peer.begin(l));
    auto const theirs = locks_on(path);
    peer.rollback();
    BOOST_TEST(locks_on(path).empty());
    BOOST_TEST(take(lock, l));
    auto const ours = locks_on(path);
    lock.release();
    BOOST_TEST(locks_on(path).empty());
    BOOST_TEST(!theirs.empty());
    BOOST_TEST(ours == theirs, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE(a_waiter)

BOOST_DATA_TEST_CASE(is_one_of_us, data::make({ending::release, ending::close, ending::death}), how)
{
    make_database();
    for (auto const theirs : levels)
        for (auto const ours : levels)
            if (!go_together(ours, theirs))
                BOOST_TEST_CONTEXT(ours << " behind " << theirs)
                {
                    sqlite_client peer(path);
                    we_wait_for(peer, ours, theirs, path, how);
                }
    BOOST_TEST((read(path) == database()));
}

BOOST_DATA_TEST_CASE(is_a_client, data::make({ending::release, ending::death}), how)
{
    make_database();
    sqlite_client peer(path);
    for (auto const theirs : levels)
        for (auto const ours : levels)
            if (!go_together(ours, theirs))
                BOOST_TEST_CONTEXT(theirs << " behind " << ours)
                {
                    it_waits_for_us(peer, ours, theirs, path, how);
                }
    BOOST_TEST((read(path) == database()));
}

BOOST_AUTO_TEST_CASE(is_a_client_and_gives_up)
{
    make_database();
    sqlite_client peer(path);
    read_write_lock lock(path);
    lock.lock_shared();
    BOOST_TEST(peer.ask("acquire exclusive 5") == "waiting");
    peer.expect("busy");
    BOOST_TEST(is_open_to(level::upgrade, path));
    lock.unlock_shared();
    BOOST_TEST(is_open_to(level::write, peer));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_process_that_dies)

BOOST_DATA_TEST_CASE(is_a_client, all_levels, theirs)
{
    make_database();
    sqlite_client peer(path);
    BOOST_TEST(peer.begin(theirs));
    peer.die();
    for (auto const ours : levels)
        BOOST_TEST(is_open_to(ours, path));
    BOOST_TEST((read(path) == database()));
}

BOOST_DATA_TEST_CASE(is_one_of_us, all_levels, ours)
{
    make_database();
    one_of_ours holder(path);
    sqlite_client peer(path);
    BOOST_TEST(holder.begin(ours));
    BOOST_TEST(!is_open_to(level::write, peer));
    holder.kill();
    BOOST_TEST(holder.wait() == -SIGKILL);
    for (auto const theirs : levels)
        BOOST_TEST(is_open_to(theirs, peer));
    BOOST_TEST((read(path) == database()));
}

BOOST_AUTO_TEST_CASE(is_a_client_that_waits)
{
    make_database();
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
    make_database();
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    wait_until_blocked(writer.pid(), path.string());
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
    make_database();
    sqlite_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    wait_until_blocked(writer.pid(), path.string());
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
    make_database();
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
    make_database();
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
    make_database();
    sqlite_client client(path), another(path);
    BOOST_TEST(client.begin(level::upgrade));
    BOOST_TEST(client.ask("write") == "done");
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    wait_until_blocked(writer.pid(), path.string());
    BOOST_TEST(is_open_to(level::read, another));
    BOOST_TEST(client.ask("commit") == "done");
    writer.expect("held");
    writer.expect("released");
}

BOOST_AUTO_TEST_CASE(keeps_new_readers_out_once_no_other_may_write)
{
    make_database();
    sqlite_client client(path), reader(path), another(path);
    BOOST_TEST(client.begin(level::upgrade));
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    wait_until_blocked(writer.pid(), path.string());
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
    make_database();
    sqlite_client writer(path);
    read_write_lock lock(path), again(path);
    lock.lock_shared();
    BOOST_TEST(writer.begin(level::upgrade));
    BOOST_TEST(writer.ask("write") == "done");
    BOOST_TEST(is_open_to(level::read, path));
    BOOST_TEST(writer.ask("commit") == "busy");
    for (auto const l : levels)
        BOOST_TEST(!is_open_to(l, path));
    BOOST_TEST(!elsewhere([&] {
        read_write_lock other(path, quick());
        return other.try_lock_shared_for(5ms);
    }));
    BOOST_TEST((read(path) == database()));
    BOOST_TEST(again.try_lock_shared()); // let in, since otherwise the thread would wait for itself
    BOOST_TEST(writer.ask("commit") == "busy");
    lock.unlock_shared();
    BOOST_TEST(writer.ask("commit") == "busy");
    again.unlock_shared();
    BOOST_TEST(writer.ask("commit") == "done");
    BOOST_TEST((read(path) != database()));
    BOOST_TEST(is_open_to(level::write, path));
    BOOST_TEST(writer.ask("check") == "ok");
}

BOOST_AUTO_TEST_CASE(and_rolls_back_lets_them_in_at_once)
{
    make_database();
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
    BOOST_TEST((read(path) == database()));
}

BOOST_AUTO_TEST_CASE(to_begin_keeps_our_new_readers_out)
{
    make_database();
    sqlite_client writer(path);
    one_of_ours reader(path), another(path), sleeper(path);
    BOOST_TEST(reader.begin(level::read));
    writer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, path); });
    another.wait_to_begin(level::read);
    sleeper.sleep_to_begin(level::read);
    wait_until_blocked(sleeper.pid(), path.string());
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
    make_database();
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
    BOOST_TEST((read(path) == database()));
}

BOOST_AUTO_TEST_CASE(to_write_waits_for_readers_of_theirs_and_lets_no_new_ones_in)
{
    make_database();
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
    make_database();
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
    make_database();
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
    make_database();
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
    make_database();
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
    make_database();
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
    BOOST_TEST((read(path) == database()));
}

// The clients that wait get in.
BOOST_AUTO_TEST_CASE(downgrade_lets_in_waiting_clients)
{
    make_database();
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

// The Python program keeps its connection, and begins and ends its transactions in it.
BOOST_AUTO_TEST_SUITE(filelock_of_python)

auto const its_levels = data::make({level::read, level::write});

BOOST_DATA_TEST_CASE_F(at_a_file, and_we, all_levels* its_levels* files, ours, theirs, what)
{
    filelock_client peer(path);
    whoever_comes_first(peer, ours, theirs, what);
    BOOST_TEST(!fs::exists(journal()));
}

BOOST_DATA_TEST_CASE(and_we_wait, data::make({ending::release, ending::close, ending::death}), how)
{
    for (auto const theirs : {level::read, level::write})
        for (auto const ours : levels)
            if (!go_together(ours, theirs))
                BOOST_TEST_CONTEXT(ours << " and " << theirs)
                {
                    filelock_client peer(path);
                    we_wait_for(peer, ours, theirs, path, how);
                    if (how == ending::close)
                        continue;
                    filelock_client waiter(path);
                    it_waits_for_us(waiter, ours, theirs, path, how);
                }
    BOOST_TEST(fs::file_size(path) == 0u);
    BOOST_TEST(!fs::exists(journal()));
}

BOOST_AUTO_TEST_CASE(keeps_our_new_readers_out_while_it_waits)
{
    filelock_client writer(path);
    read_write_lock lock(path);
    lock.lock_shared();
    writer.wait_to_begin(level::write);
    wait_until_for_good([&] { return !is_open_to(level::read, path); });
    lock.unlock_shared();
    writer.expect("held");
    writer.rollback();
    BOOST_TEST(is_open_to(level::write, path));
}

BOOST_AUTO_TEST_CASE(is_kept_out_by_our_waiting_writer)
{
    filelock_client reader(path), another(path);
    BOOST_TEST(reader.begin(level::read));
    one_of_ours writer(path);
    writer.sleep_to_begin(level::write);
    wait_until_blocked(writer.pid(), path.string());
    BOOST_TEST(!another.begin(level::read));
    another.wait_to_begin(level::read);
    reader.rollback();
    writer.expect("held");
    writer.expect("released");
    another.expect("held");
}

BOOST_AUTO_TEST_SUITE_END()

// A client has died while it wrote. The overwritten content is in a journal.
BOOST_AUTO_TEST_SUITE(a_journal_to_roll_back)

struct after_a_crash : beside_sqlite
{
    std::string before, crashed, written;

    after_a_crash()
    {
        make_database();
        sqlite_client victim(path);
        before = victim.ask("read");
        BOOST_TEST(victim.ask("hurry") == "done");
        BOOST_TEST(victim.begin(level::upgrade));
        BOOST_TEST(victim.ask("spill") == "done");
        BOOST_TEST(!is_open_to(level::read, path)); // part of the transaction is in the file by now
        victim.die();
        crashed = read(path);
        written = read(journal());
        BOOST_TEST_REQUIRE((crashed != database()));
        BOOST_TEST_REQUIRE(written.size() > 512u);
    }

    void rolls_back(sqlite_client& client)
    {
        BOOST_TEST(client.ask("hurry") == "done"); // reads, and so rolls back
        BOOST_TEST(client.ask("read") == before);
        BOOST_TEST(client.ask("check") == "ok");
        BOOST_TEST((read(path) == database()));
        BOOST_TEST(!fs::exists(journal()));
    }
};

BOOST_DATA_TEST_CASE_F(after_a_crash, is_rolled_back_after_us, all_levels, ours)
{
    read_write_lock lock(path);
    BOOST_TEST(take(lock, ours));
    BOOST_TEST((read(path) == crashed));
    lock.release();
    BOOST_TEST((read(path) == crashed));
    BOOST_TEST((read(journal()) == written));
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
    BOOST_TEST((read(path) == crashed));
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
    BOOST_TEST((read(path) == crashed));
    lock.unlock_upgrade();
    BOOST_TEST((read(journal()) == written));
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

BOOST_AUTO_TEST_SUITE(holders)

BOOST_DATA_TEST_CASE(are_clients, all_levels, l)
{
    make_database();
    sqlite_client peer(path);
    BOOST_TEST(holders_of(path).empty());
    BOOST_TEST(peer.begin(l));
    BOOST_TEST((holders_of(path) == std::set<holding>{{peer.pid(), as_told(l)}}));
    auto const one = read_write_lock(path).holder();
    BOOST_TEST_REQUIRE(one.has_value());
    BOOST_TEST(one->command.find("sqlite_client.py") != one->command.npos);
    peer.rollback();
    BOOST_TEST(holders_of(path).empty());
}

BOOST_AUTO_TEST_CASE(are_clients_and_we)
{
    make_database();
    sqlite_client reader(path), upgrader(path);
    one_of_ours us(path);
    BOOST_TEST(reader.begin(level::read));
    BOOST_TEST(upgrader.begin(level::upgrade));
    BOOST_TEST(us.begin(level::read));
    BOOST_TEST((holders_of(path) == std::set<holding>{{reader.pid(), owner_mode::kernel_shared},
                                                      {upgrader.pid(), owner_mode::kernel_upgrade},
                                                      {us.pid(), owner_mode::kernel_shared}}));
    upgrader.rollback();
    us.release();
    BOOST_TEST(us.begin(level::upgrade));
    BOOST_TEST((holders_of(path) == std::set<holding>{{reader.pid(), owner_mode::kernel_shared},
                                                      {us.pid(), owner_mode::kernel_upgrade}}));
}

BOOST_AUTO_TEST_CASE(are_clients_about_to_write)
{
    make_database();
    sqlite_client reader(path), writer(path);
    BOOST_TEST(reader.begin(level::read));
    BOOST_TEST(writer.begin(level::upgrade));
    BOOST_TEST(writer.ask("write") == "done");
    BOOST_TEST(writer.ask("commit") == "busy");
    BOOST_TEST((holders_of(path) == std::set<holding>{{reader.pid(), owner_mode::kernel_shared},
                                                      {writer.pid(), owner_mode::kernel_upgrade}}));
}

BOOST_AUTO_TEST_CASE(are_named_by_the_error)
{
    make_database();
    sqlite_client peer(path);
    BOOST_TEST(peer.begin(level::write));
    read_write_lock lock(path);
    boost::filelock::acquire_options once;
    once.timeout = 0ns;
    BOOST_CHECK_EXCEPTION(lock.acquire_shared(once), lock_error, [&](lock_error const& e) {
        return e.code() == boost::system::errc::timed_out && e.holder().has_value() &&
               e.holder()->pid == peer.pid() && e.holder()->mode == owner_mode::kernel_exclusive;
    });
}

BOOST_AUTO_TEST_SUITE_END()

// Two other files lie beside the lock file. A writer writes the same number to both, one more than
// it read.
struct crowd : at_a_file
{
    fs::path const a = directory / "a", b = directory / "b";

    int number() const
    {
        int const n = number_in(a);
        if (n < 0 || number_in(b) != n)
            throw std::runtime_error("torn");
        return n;
    }

    int add(int n) const
    {
        std::ofstream(a.string()) << n + 1;
        std::ofstream(b.string()) << n + 1;
        return 1;
    }

    int read_and_add() const { return add(number()); }

    // Returns how many numbers it has written.
    int round(read_write_lock& lock, int i) const
    {
        int written = 0;
        switch (i % 5) {
        case 0:
            lock.lock();
            written = read_and_add();
            break;
        case 1:
            lock.lock_shared();
            if (int const n = number(); number() != n)
                throw std::runtime_error("changed");
            break;
        case 2: {
            lock.lock_upgrade();
            int const n = number();
            lock.unlock_upgrade_and_lock();
            if (number() != n)
                throw std::runtime_error("changed");
            written = add(n);
            break;
        }
        case 3:
            if (!lock.try_lock_for(1ms))
                return 0;
            written = read_and_add();
            lock.unlock_and_lock_shared();
            number();
            break;
        case 4: {
            lock.lock_shared();
            int const n = number();
            if (lock.try_unlock_shared_and_lock_for(1ms))
                written = add(n);
            else if (number() != n)
                throw std::runtime_error("changed");
        }
        }
        lock.release();
        return written;
    }

    // Repeats rounds until there is input to read. Returns how many numbers they have written.
    int rounds(int first) const
    {
        read_write_lock lock(path, quick());
        int written = 0;
        for (::pollfd input{0, POLLIN, 0}; ::poll(&input, 1, 0) == 0; std::this_thread::yield())
            written += round(lock, first++);
        return written;
    }

    int work() const
    {
        say("ready");
        hear();
        auto other = std::async(std::launch::async, [this] { return rounds(2); });
        int const written = rounds(0);
        say("written " + std::to_string(written + other.get()));
        return 0;
    }
};

BOOST_DATA_TEST_CASE_F(crowd, a_crowd_loses_nothing, files, what)
{
    begin_with(what);
    write(a, "0");
    write(b, "0");
    std::string const count = "10";
    struct
    {
        char const* role;
        bool filelock;
        std::unique_ptr<sqlite_client> client;
    } clients[] = {{"reader", false, {}},
                   {"writer", false, {}},
                   {"upgrade", false, {}},
                   {"reader", true, {}},
                   {"writer", true, {}}};
    std::vector<std::unique_ptr<child>> ours;
    for (int i = 0; i < 2; ++i)
        ours.push_back(std::make_unique<child>([this] { return work(); }));
    for (auto& one : clients) {
        if (one.filelock)
            one.client = std::make_unique<filelock_client>(path);
        else
            one.client = std::make_unique<sqlite_client>(path);
        one.client->open(path); // returns when the client has started
    }
    for (auto& one : ours) {
        one->expect("ready");
        one->write_line("");
    }
    for (auto& one : clients)
        one.client->write_line("rounds " + count + ' ' + one.role + ' ' + a.string() + ' ' +
                               b.string());
    for (auto& one : clients)
        BOOST_TEST(one.client->read_line().value_or("its end") == "done " + count, one.role);
    int written = 2 * std::stoi(count);
    for (auto& one : ours) {
        one->write_line("");
        auto const line = one->read_line().value_or("its end");
        BOOST_TEST_REQUIRE(line.find("written ") == 0u, line);
        written += std::stoi(line.substr(8));
        BOOST_TEST(one->wait() == 0);
    }
    BOOST_TEST_MESSAGE(written << " written");
    BOOST_TEST(number() == written);
    BOOST_TEST((read(path) == content));
}

BOOST_AUTO_TEST_SUITE_END()
