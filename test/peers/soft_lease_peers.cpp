// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs use the same lease: another implementation of the protocol.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_lease_peer.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_file_lease.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>

#include <sys/stat.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::loss_reason;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

soft_file_lease_options lasting(milliseconds duration)
{
    soft_file_lease_options options;
    options.duration = duration;
    options.poll_interval = 5ms;
    return options;
}

/// Starts a process that holds the lease. It answers "still" by "yes" or "no", "why" by the number
/// of the loss reason, and releases the lease at any other line.
std::unique_ptr<child> holder(fs::path const& path, milliseconds duration = 30s)
{
    auto c = std::make_unique<child>([&path, duration] {
        soft_file_lease lock(path, lasting(duration));
        lock.lock();
        say("has it");
        error_code ec;
        for (auto line = hear(); line == "still" || line == "why"; line = hear())
            if (line == "still")
                say(lock.still_held(ec) ? "yes" : "no");
            else
                say(lock.loss() ? std::to_string(static_cast<int>(lock.loss()->reason)) : "none");
        lock.release();
        return 0;
    });
    c->expect("has it");
    return c;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_peers, temporary_directory, *ut::precondition(have_soft_peer))

BOOST_AUTO_TEST_CASE(peer_is_waited_for)
{
    soft_lease_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    child waits([&] {
        soft_file_lease lock(path, lasting(30s));
        boost::filelock::acquire_options how;
        how.progress_interval = 1h;
        how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
        lock.acquire(how);
        say("has it");
        hear();
        return 0;
    });
    waits.expect("waiting");
    soft_file_lease lock(path);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("refresh") == "refreshed");
    BOOST_TEST(peer.ask("release") == "released");
    waits.expect("has it");
    BOOST_TEST(peer.ask("try") == "busy");
    waits.write_line("");
    BOOST_TEST(waits.wait() == 0);
    BOOST_TEST(peer.ask("try") == "held");
}

BOOST_AUTO_TEST_CASE(each_reads_what_the_other_writes)
{
    soft_lease_peer peer(path);
    auto us = holder(path);
    auto const fields = peer.ask("fields");
    auto const who = soft_file_lease(path).owner();
    BOOST_REQUIRE(who);
    BOOST_TEST(fields == "pid=" + std::to_string(us->pid()) + " host=" + who->hostname +
                             " mode=lease token=" + who->token +
                             " duration=30.0 start=" + who->start_token);
    us->write_line("");
    BOOST_TEST(us->wait() == 0);
    BOOST_TEST(peer.ask("try") == "held");
    auto const peers = soft_file_lease(path).owner();
    BOOST_REQUIRE(peers);
    BOOST_TEST(peers->pid == peer.pid());
    BOOST_TEST((peers->mode == owner_mode::lease));
    BOOST_TEST((peers->duration == 30s));
    BOOST_TEST(peer.ask("fields").find("token=" + peers->token) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(death_is_noticed_at_once)
{
    soft_file_lease lock(path);
    soft_lease_peer first(path), second(path);
    BOOST_TEST(first.ask("try") == "held");
    first.die();
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    holder(path)->kill();
    BOOST_TEST(second.ask("try") == "held");
}

BOOST_AUTO_TEST_CASE(another_duration_is_refused)
{
    soft_lease_peer peer(path, 20s);
    {
        auto const us = holder(path);
        BOOST_TEST(peer.ask("try") == "mismatch");
    }
    BOOST_TEST(peer.ask("try") == "held");
    error_code ec;
    soft_file_lease lock(path);
    lock.acquire({}, ec);
    BOOST_TEST((ec == error::lease_duration_mismatch));
    BOOST_TEST(peer.ask("still") == "yes");
}

// The peer has no heartbeat of its own.
BOOST_AUTO_TEST_CASE(peer_that_does_not_refresh_is_superseded)
{
    soft_lease_peer peer(path, 100ms);
    BOOST_TEST(peer.ask("try") == "held");
    soft_file_lease lock(path, lasting(100ms));
    lock.lock();
    BOOST_TEST(peer.ask("refresh") == "lost");
    BOOST_TEST(peer.ask("release") == "lost");
    BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_CASE(stopped_holder_is_superseded_and_told)
{
    soft_lease_peer peer(path, 300ms);
    auto us = holder(path, 300ms);
    ::kill(us->pid(), SIGSTOP);
    // Under load the lease may have expired before the peer looks.
    auto answer = peer.ask("acquire 60");
    if (answer == "waiting")
        answer = peer.read_line().value();
    BOOST_TEST(answer == "held");
    ::kill(us->pid(), SIGCONT);
    us->write_line("still");
    us->expect("no");
    us->write_line("why");
    auto const reason = us->read_line().value();
    BOOST_TEST(reason != "none");
    us->write_line("");
    BOOST_TEST(us->wait() == 0);
    BOOST_TEST(peer.ask("still") == "yes");
}

BOOST_AUTO_TEST_CASE(heartbeats_keep_the_peer_out)
{
    auto const problem = with_growing_time(300ms, [&](milliseconds duration) {
        soft_lease_peer peer(path, duration);
        auto us = holder(path, duration);
        auto const until = std::chrono::steady_clock::now() + 3 * duration;
        while (std::chrono::steady_clock::now() < until)
            unless_late(peer.ask("try") == "busy", "the peer has it");
        us->write_line("still");
        unless_late(us->read_line() == "yes", "it is lost");
    });
    BOOST_TEST(problem.empty(), problem);
}

// The documentation says that the two kinds must not share a path: this is why.
BOOST_AUTO_TEST_CASE(path_shared_with_a_soft_file_lock_has_two_holders)
{
    soft_file_lease lock(path);
    lock.lock();
    soft_peer peer(path, {"--grace", "0"});
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(lock.is_locked());
    error_code ec;
    lock.extend(ec);
    BOOST_TEST((ec == error::hold_lost));
    BOOST_REQUIRE(lock.loss());
    BOOST_TEST((lock.loss()->reason == loss_reason::owner_changed));
    lock.release();
    BOOST_TEST(peer.ask("still") == "yes");
}

BOOST_AUTO_TEST_SUITE_END()
