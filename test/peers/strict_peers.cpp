// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs use the same strict lock: another implementation of the protocol.

#include <boost/test/unit_test.hpp>

#include "peer/soft_peer.hpp"
#include "peer/strict_peer.hpp"
#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::claim_state;
using boost::filelock::error;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::filelock::strict_soft_file_lock_options;
using boost::system::error_code;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

struct fixture : temporary_directory
{
    fs::path const claims = path.string() + ".filelock/claims";

    static strict_soft_file_lock_options quick()
    {
        strict_soft_file_lock_options options;
        options.poll_interval = 5ms;
        return options;
    }

    /// Starts a process that waits for the lock, holds it, and releases it at a line.
    std::unique_ptr<child> waiter() const
    {
        return std::make_unique<child>([this] {
            strict_soft_file_lock lock(path, quick());
            boost::filelock::acquire_options how;
            how.progress_interval = 1h;
            how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
            lock.acquire(how);
            say("held");
            hear();
            lock.release();
            say("released");
            return 0;
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_peers, fixture, *ut::precondition(have_soft_peer))

BOOST_AUTO_TEST_CASE(exclude_each_other)
{
    strict_peer peer(path);
    strict_soft_file_lock lock(path);
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(peer.ask("try") == "busy");
    lock.unlock();
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(!lock.try_lock_for(5ms));
    BOOST_TEST(peer.ask("still") == "yes");
}

BOOST_AUTO_TEST_CASE(wait_for_each_other)
{
    strict_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    auto const ours = waiter();
    ours->expect("waiting");
    BOOST_TEST(peer.ask("release") == "released");
    ours->expect("held");
    BOOST_TEST(peer.ask("acquire 300") == "waiting");
    ours->write_line("");
    ours->expect("released");
    peer.expect("held");
    BOOST_TEST(ours->wait() == 0);
}

BOOST_AUTO_TEST_CASE(read_what_the_other_writes)
{
    strict_peer peer(path);
    strict_soft_file_lock lock(path);
    lock.lock();
    auto const ours = lock.claims();
    BOOST_TEST_REQUIRE(ours.size() == 2u);
    auto const& us = ours[0].owner;
    BOOST_TEST(peer.ask("claims") == ours[0].name + ' ' + ours[1].name);
    for (auto const& claim : ours)
        BOOST_TEST(peer.ask("read " + claim.name) == us.token + ' ' + std::to_string(::getpid()) +
                                                         ' ' + us.hostname + ' ' + us.start_token);
    lock.unlock();
    BOOST_TEST(peer.ask("try") == "held");
    auto const theirs = lock.claims();
    BOOST_TEST_REQUIRE(theirs.size() == 2u);
    BOOST_TEST((theirs[0].state == claim_state::held && theirs[1].state == claim_state::intent));
    BOOST_TEST(peer.ask("token") == theirs[0].owner.token);
    BOOST_TEST(theirs[0].owner.pid == peer.pid());
    BOOST_TEST(theirs[0].owner.hostname == us.hostname);
    BOOST_TEST(lock.holder()->pid == peer.pid());
}

BOOST_AUTO_TEST_CASE(are_kept_out_by_the_death_of_the_other_until_its_claims_are_removed)
{
    {
        strict_peer peer(path);
        BOOST_TEST(peer.ask("try") == "held");
        peer.die();
    }
    strict_soft_file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
    for (auto const& claim : lock.claims()) {
        BOOST_TEST(!lock.try_lock());
        lock.force_break(claim.name);
    }
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    auto const ours = waiter();
    ours->expect("held");
    ours->kill();
    strict_peer peer(path);
    BOOST_TEST(peer.ask("try") == "busy");
    for (auto const& claim : lock.claims()) {
        BOOST_TEST(peer.ask("try") == "busy");
        BOOST_TEST(peer.ask("break " + claim.name) == "broken");
    }
    BOOST_TEST(peer.ask("try") == "held");
}

// The peer is stopped between its steps, as a process can be.
BOOST_AUTO_TEST_CASE(that_are_stopped_in_the_doorway_keep_the_others_out)
{
    strict_peer peer(path);
    strict_soft_file_lock lock(path);
    BOOST_TEST(peer.ask("open") == "open");
    BOOST_TEST(peer.ask("scan") == "free");
    lock.lock();
    BOOST_TEST(peer.ask("intent").size() == 32u);
    BOOST_TEST(lock.claims().size() == 3u);
    BOOST_TEST(peer.ask("scan") == "busy");
    lock.unlock();
    BOOST_TEST(!lock.try_lock()); // its intent is there
    BOOST_TEST(peer.ask("scan") == "free");
    BOOST_TEST(peer.ask("hold") == "linked");
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("scan") == "free");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(peer.ask("withdraw held") == "withdrawn");
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("withdraw intent") == "withdrawn");
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(refuse_the_same_damage)
{
    strict_peer peer(path);
    strict_soft_file_lock lock(path);
    lock.lock();
    lock.unlock();
    write_text(claims / "what", "");
    error_code ec;
    lock.acquire({}, ec);
    BOOST_TEST((ec == error::claim_damaged));
    BOOST_TEST(peer.ask("try") == "error what");
    lock.force_break("what");
    BOOST_TEST(peer.ask("try") == "held");
}

BOOST_AUTO_TEST_CASE(clean_up_after_each_other)
{
    {
        strict_peer peer(path, 0s);
        BOOST_TEST(peer.ask("open") == "open");
        auto const litter = peer.ask("litter");
        BOOST_TEST(fs::exists(claims / litter));
        strict_soft_file_lock lock(path);
        lock.lock();
        BOOST_TEST(fs::exists(claims / litter)); // it may still be linked
        lock.unlock();
        fs::last_write_time(claims / litter, std::time(nullptr) - 3);
        lock.lock();
        BOOST_TEST(!fs::exists(claims / litter));
        lock.unlock();
        auto const linked = peer.ask("litter linked");
        BOOST_TEST(!lock.try_lock());
        for (auto const& claim : lock.claims())
            lock.force_break(claim.name);
        fs::last_write_time(claims / linked, std::time(nullptr) - 3);
    }
    strict_soft_file_lock lock(path);
    lock.lock();
    lock.unlock();
    BOOST_TEST(fs::is_empty(claims));
}

BOOST_AUTO_TEST_CASE(contend_without_overlap)
{
    int const rounds = 50;
    auto const resource = directory / "resource";
    write_text(resource, "");
    std::vector<std::unique_ptr<strict_peer>> theirs;
    std::vector<std::unique_ptr<child>> ours;
    for (int i = 0; i < 3; ++i) {
        theirs.push_back(std::make_unique<strict_peer>(path));
        theirs.back()->write_line("rounds " + std::to_string(rounds) + ' ' + resource.string());
        ours.push_back(std::make_unique<child>([&] {
            strict_soft_file_lock lock(path, quick());
            int const fd = ::open(resource.c_str(), O_RDWR | O_CLOEXEC);
            bool is_alone = fd != -1;
            for (int n = 0; n < rounds && is_alone; ++n) {
                lock.lock();
                is_alone = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
                ::flock(fd, LOCK_UN);
                lock.unlock();
            }
            return is_alone ? 0 : 1;
        }));
    }
    for (auto& one : ours)
        BOOST_TEST(one->wait() == 0);
    for (auto& one : theirs)
        one->expect("done");
    BOOST_TEST(fs::is_empty(claims));
}

// The file at the path makes contenders of the other protocol wait.
BOOST_AUTO_TEST_CASE(of_soft_file_lock_are_waited_for_and_wait)
{
    soft_peer peer(path, {"--grace", "0"});
    strict_soft_file_lock lock(path);
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(peer.ask("try") == "busy");
    lock.unlock();
    BOOST_TEST(peer.ask("try") == "busy");
}

BOOST_AUTO_TEST_SUITE_END()
