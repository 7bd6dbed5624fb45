// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The locks of this library and of SQLite's clients as the kernel shows them: the bytes that are
// locked, and the holders.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/sqlite_peer.hpp"
#include "support/beside_sqlite.hpp"
#include "support/patience.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/owner_record.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/system/errc.hpp>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::lock_error;
using boost::filelock::owner_mode;
namespace ut = boost::unit_test;

namespace {

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

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_peers, at_a_database, *ut::precondition(have_sqlite_client))

// The locked bytes must be the same: clients might lock more bytes than they need.
BOOST_DATA_TEST_CASE(what_we_lock_is_what_a_client_locks, all_levels, l)
{
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

BOOST_AUTO_TEST_SUITE(holders)

BOOST_DATA_TEST_CASE(are_clients, all_levels, l)
{
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

BOOST_AUTO_TEST_SUITE_END()
