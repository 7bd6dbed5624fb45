// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Clients of SQLite use the same file, which is empty or a database of theirs. Some of them work
// like ReadWriteLock of Python's filelock. They and this library keep each other out, and wait for
// each other.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/sqlite_peer.hpp"
#include "support/beside_sqlite.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

namespace {

int number_in(fs::path const& path)
{
    int n = -1; // the value while a process is writing it
    std::ifstream(path.string()) >> n;
    return n;
}

/// The first content of the path: nothing, or a database.
enum class first_content
{
    nothing,
    a_database
};

std::ostream& operator<<(std::ostream& out, first_content what)
{
    return out << (what == first_content::nothing ? "nothing" : "a database");
}

auto const files = data::make({first_content::nothing, first_content::a_database});

struct at_a_file : beside_sqlite
{
    std::string content;

    void begin_with(first_content what)
    {
        fs::remove(path);
        if (what == first_content::a_database)
            make_database();
        content = what == first_content::a_database ? database() : std::string();
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
        BOOST_TEST((text_of(path) == content));
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
        BOOST_TEST((text_of(path) == content));
    }

    void check_in_both_orders(sqlite_peer& peer, level ours, level theirs, first_content what)
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
    check_in_both_orders(peer, ours, theirs, what);
    if (what == first_content::a_database)
        BOOST_TEST(peer.ask("check") == "ok");
}

BOOST_AUTO_TEST_SUITE(the_shell, *ut::precondition(have_sqlite_shell))

BOOST_DATA_TEST_CASE_F(at_a_file, and_we, all_levels* all_levels* files, ours, theirs, what)
{
    sqlite_shell peer(path);
    check_in_both_orders(peer, ours, theirs, what);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_waiter, at_a_database)

BOOST_DATA_TEST_CASE(is_one_of_us, data::make({ending::release, ending::close, ending::death}), how)
{
    for (auto const theirs : levels)
        for (auto const ours : levels)
            if (!go_together(ours, theirs))
                BOOST_TEST_CONTEXT(ours << " behind " << theirs)
                {
                    sqlite_client peer(path);
                    we_wait_for(peer, ours, theirs, path, how);
                }
    BOOST_TEST((text_of(path) == database()));
}

BOOST_DATA_TEST_CASE(is_a_client, data::make({ending::release, ending::death}), how)
{
    sqlite_client peer(path);
    for (auto const theirs : levels)
        for (auto const ours : levels)
            if (!go_together(ours, theirs))
                BOOST_TEST_CONTEXT(theirs << " behind " << ours)
                {
                    it_waits_for_us(peer, ours, theirs, path, how);
                }
    BOOST_TEST((text_of(path) == database()));
}

BOOST_AUTO_TEST_CASE(is_a_client_and_gives_up)
{
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

// The Python program keeps its connection, and begins and ends its transactions in it.
BOOST_AUTO_TEST_SUITE(filelock_of_python)

auto const its_levels = data::make({level::read, level::write});

BOOST_DATA_TEST_CASE_F(at_a_file, and_we, all_levels* its_levels* files, ours, theirs, what)
{
    filelock_client peer(path);
    check_in_both_orders(peer, ours, theirs, what);
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
    BOOST_TEST(!another.begin(level::read));
    another.wait_to_begin(level::read);
    reader.rollback();
    writer.expect("held");
    writer.expect("released");
    another.expect("held");
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
    write_text(a, "0");
    write_text(b, "0");
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
    BOOST_TEST((text_of(path) == content));
}

BOOST_AUTO_TEST_SUITE_END()
