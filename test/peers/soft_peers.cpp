// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs use the same marker: another implementation of the protocol, and the packaged
// filelock, which leaves its markers empty.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/lockers.hpp"
#include "peer/soft_peer.hpp"
#include "support/markers.hpp"
#include "support/other_programs.hpp"
#include "support/preconditions.hpp"

#include <chrono>
#include <csignal>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

namespace {

auto const endings = data::make({ending::release, ending::release_of_closed, ending::death});
auto const our_endings = data::make({ending::release, ending::death});

std::unique_ptr<child> timed_waiter(fs::path const& path)
{
    auto c = std::make_unique<child>([&path] {
        soft_file_lock lock(path, hourly());
        say("waiting");
        if (!lock.try_lock_for(2h))
            return 1;
        say("has it");
        hear();
        lock.unlock();
        return 0;
    });
    c->expect("waiting");
    wait_until_settled(c->pid());
    return c;
}

boost::test_tools::assertion_result have_time_namespaces(ut::test_unit_id)
{
    return succeeds(child({"unshare", "--fork", "-T", "--boottime", "1000", "true"}),
                    "time namespaces cannot be made");
}

/// Returns the holder in the peer's format.
std::string said_by_us(fs::path const& path)
{
    auto const who = soft_file_lock(path).holder();
    return who ? std::to_string(who->pid) + ' ' + who->hostname + ' ' + who->start_token
               : "no holder";
}

std::string as_lines(std::string words)
{
    for (auto& c : words)
        if (c == ' ')
            c = '\n';
    return words + '\n';
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_peers, beside_peers)

BOOST_AUTO_TEST_SUITE(a_peer, *ut::precondition(have_soft_peer))

BOOST_DATA_TEST_CASE_F(beside_peers, is_waited_for, endings, how)
{
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    soft_file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(20ms));
    auto const sleeping = waiter(path), timed = timed_waiter(path);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(peer.ask("still") == "yes");
    end(peer, how);
    timed->write_line(""); // either may acquire the lock first
    gets_it(*sleeping);
    timed->expect("has it");
    BOOST_TEST(timed->wait() == 0);
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    BOOST_TEST(is_empty());
}

// Its exit status has been read, or not yet.
BOOST_DATA_TEST_CASE_F(beside_peers, is_succeeded_at_once_when_it_has_died,
                       data::make({false, true}), buried)
{
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    soft_file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
    peer.die();
    if (buried)
        peer.wait();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(lock.is_lock_held_by_us());
    lock.unlock();
    BOOST_TEST(is_empty());
}

// The waiter comes too late for the first peer's release, and is notified of the second peer's end.
BOOST_DATA_TEST_CASE_F(beside_peers, may_be_replaced_by_another_before_a_stopped_waiter_runs,
                       endings, how)
{
    soft_peer first(path), second(path);
    BOOST_TEST(first.ask("try") == "held");
    auto const ours = waiter(path);
    ours->kill(SIGSTOP);
    BOOST_TEST(first.ask("release") == "released");
    BOOST_TEST(second.ask("try") == "held");
    ours->kill(SIGCONT);
    wait_until_quiet(ours->pid());
    BOOST_TEST(second.ask("still") == "yes");
    end(second, how);
    gets_it(*ours);
    BOOST_TEST(is_empty());
}

BOOST_DATA_TEST_CASE_F(beside_peers, is_waited_for_on_network_storage, endings, how)
{
    soft_file_lock_options options;
    options.where = boost::filelock::storage::network;
    options.poll_interval = 1ms;
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    soft_file_lock lock(path, options);
    BOOST_TEST(!lock.try_lock_for(20ms));
    end(peer, how);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(soft_peer(path).ask("try") == "busy");
    lock.unlock();
    BOOST_TEST(is_empty());
}

BOOST_DATA_TEST_CASE_F(beside_peers, waits_for_us, our_endings, how)
{
    auto const ours = holder(path);
    soft_peer peer(path), impatient(path);
    BOOST_TEST(impatient.ask("try") == "busy");
    BOOST_TEST(impatient.ask("judge") == "held");
    BOOST_TEST(impatient.ask("acquire 0.02") == "waiting");
    impatient.expect("timed out");
    BOOST_TEST(peer.ask("acquire 60") == "waiting");
    end(*ours, how);
    peer.expect("held");
    BOOST_TEST(is_taken(path));
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(is_empty());
}

BOOST_DATA_TEST_CASE_F(beside_peers, finds_no_lock_of_ours_that_has_ended, our_endings, how)
{
    auto const ours = holder(path);
    end(*ours, how);
    ours->wait();
    BOOST_TEST(fs::exists(path) == (how == ending::death));
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(reads_our_marker_as_its_own_observation)
{
    soft_file_lock lock(path);
    lock.lock();
    soft_peer peer(path);
    auto const found = peer.ask("identity " + std::to_string(::getpid()));
    BOOST_TEST(found.find(std::to_string(::getpid()) + ' ') == 0u);
    BOOST_TEST(peer.ask("read") == found);
    BOOST_TEST(text_of(path) == as_lines(found));
    BOOST_TEST(said_by_us(path) == found);
}

BOOST_AUTO_TEST_CASE(is_read_as_it_sees_itself)
{
    soft_peer peer(path);
    auto const itself = peer.ask("identity");
    BOOST_TEST(peer.ask("try") == "held");
    BOOST_TEST(soft_file_lock(path).pid().value() == peer.pid());
    BOOST_TEST(said_by_us(path) == itself);
    BOOST_TEST(text_of(path) == as_lines(itself));
}

// The kernel reports other start times to the peer than to us.
BOOST_AUTO_TEST_CASE(of_another_time_namespace_is_the_same_process,
                     *ut::precondition(have_time_namespaces))
{
    soft_peer peer(path, {}, {"unshare", "--fork", "-T", "--boottime", "100000"});
    auto const itself = peer.ask("identity");
    soft_peer neighbour(path);
    BOOST_TEST(neighbour.ask("identity " + itself.substr(0, itself.find(' '))) == itself);
    BOOST_TEST(peer.ask("try") == "held");
    soft_file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(said_by_us(path) == itself);
    BOOST_TEST(peer.ask("release") == "released");
    lock.lock();
    BOOST_TEST(peer.ask("judge") == "held");
    BOOST_TEST(peer.ask("read") == neighbour.ask("identity " + std::to_string(::getpid())));
    peer.close_input(); // the process within the namespace is not our child
    peer.wait();
}

BOOST_AUTO_TEST_CASE(judges_markers_as_we_do)
{
    bury_a_peer();
    auto const dead = text_of(path);
    auto const after_pid = dead.substr(dead.find('\n'));
    auto const host = after_pid.substr(0, after_pid.find('\n', 1) + 1);
    std::string const live = std::to_string(::getppid());
    struct
    {
        char const* what;
        std::string marker;
        bool remove;
        std::time_t age;
    } const all[] = {
        {"a dead one", dead, true, 0},
        {"without a token", dead.substr(0, dead.size() - after_pid.size() + host.size()), true, 0},
        {"whose number is another one's now", live + after_pid, true, 0},
        {"of an earlier run of the system", live + host + "99999999999999999999\n", true, 0},
        {"a live one without a token", live + host, false, 1'000'000},
        {"on another host", live + "\nelsewhere\n1\n", false, 1'000'000},
        {"another kind of lock", std::string("1\nfilelock-strict-v1\0\n0\n", 24), false, 1'000'000},
        {"a young beginning", "", false, -3600},
        {"an old beginning", "", true, 3},
        {"a longer one", live, true, 3},
    };
    soft_peer peer(path);
    for (auto const& one : all) {
        fs::remove(path);
        std::ofstream(path.string(), std::ios::binary) << one.marker;
        fs::last_write_time(path, ::time(nullptr) - one.age);
        BOOST_TEST(peer.ask("judge") == (one.remove ? "remove" : "held"), one.what);
        BOOST_TEST(is_taken(path) == !one.remove, one.what);
    }
}

BOOST_AUTO_TEST_SUITE(between_create_and_write)

BOOST_AUTO_TEST_CASE(is_waited_for)
{
    soft_peer peer(path);
    BOOST_TEST(peer.ask("create") == "created");
    soft_file_lock lock(path, hourly(1h));
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(20ms));
    BOOST_TEST(!lock.pid());
    auto const early = waiter(path, hourly(1h));
    BOOST_TEST(peer.ask("write") == "held");
    auto const late = waiter(path, hourly(1h));
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(lock.pid().value() == peer.pid());
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(peer.ask("release") == "released");
    late->write_line("");
    gets_it(*early);
    late->expect("has it");
    BOOST_TEST(late->wait() == 0);
    BOOST_TEST(is_empty());
}

// The waiter checks the marker again at the end of the grace period. The marker is complete by
// then.
BOOST_AUTO_TEST_CASE(may_go_on_and_die)
{
    for (auto grace = 250ms;; grace *= 2) {
        auto const marker = directory / std::to_string(grace.count());
        auto const before = steady_clock::now();
        soft_peer peer(marker);
        BOOST_TEST(peer.ask("create") == "created");
        auto const created = steady_clock::now();
        auto const ours = locker(marker, hourly(grace));
        ours->write_line("");
        auto const first = ours->read_line();
        BOOST_TEST(peer.ask("write") == "held");
        if (steady_clock::now() - before >= grace)
            continue; // too late for a conclusion
        BOOST_TEST(first.value() == "waiting");
        while (steady_clock::now() < created + grace)
            std::this_thread::yield();
        BOOST_TEST(is_taken(marker, hourly(grace)));
        BOOST_TEST(peer.ask("still") == "yes");
        peer.die();
        gets_it(*ours);
        BOOST_TEST(!fs::exists(marker));
        return;
    }
}

BOOST_AUTO_TEST_CASE(may_die_and_is_succeeded_after_the_grace)
{
    constexpr auto grace = 300ms;
    soft_peer peer(path);
    BOOST_TEST(peer.ask("create") == "created");
    struct ::stat made;
    BOOST_TEST_REQUIRE(::lstat(path.c_str(), &made) == 0);
    peer.die();
    BOOST_TEST(is_taken(path, hourly(1h)));
    BOOST_TEST(is_taken(path, hourly(std::nullopt)));

    soft_file_lock lock(path, hourly(grace));
    BOOST_TEST(lock.try_lock_for(patience));
    auto const old_enough = std::chrono::seconds(made.st_mtim.tv_sec) +
                            std::chrono::nanoseconds(made.st_mtim.tv_nsec) + grace;
    BOOST_TEST((std::chrono::system_clock::now().time_since_epoch() >= old_enough));
    lock.unlock();
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_SUITE_END()

// No process ends before all are done: a peer that found a marker's owner dead may move aside the
// marker of a successor. The grace period is so long that no unfinished marker is removed.
BOOST_AUTO_TEST_CASE(excludes_us_and_other_peers)
{
    constexpr int of_each = 3;
    auto const proof = directory / "proof";
    auto const work = [&] {
        soft_file_lock lock(path, hourly(1h));
        int const fd = ::open(proof.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        hear();
        ::fcntl(0, F_SETFL, O_NONBLOCK);
        int rounds = 0;
        for (char c; ::read(0, &c, 1) == -1; ++rounds) {
            lock.lock();
            if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
                return 10;
            boost::system::error_code ec;
            if (!lock.still_held(ec))
                return 11;
            ::flock(fd, LOCK_UN);
            lock.unlock();
        }
        say(std::to_string(rounds));
        return 0;
    };
    std::vector<std::unique_ptr<child>> ours;
    std::vector<std::unique_ptr<soft_peer>> peers;
    for (int i = 0; i < of_each; ++i) {
        ours.push_back(std::make_unique<child>(work));
        peers.push_back(std::make_unique<soft_peer>(
            path, soft_peer::words{"--grace", "3600", "--poll", "0.001"}));
        BOOST_TEST(peers.back()->ask("still") == "no"); // the answer shows that it has started
    }
    for (auto& one : ours)
        one->write_line("go");
    for (auto& one : peers)
        one->write_line("rounds 100 " + proof.string());
    for (auto& one : peers)
        one->expect("done");
    for (auto& one : ours)
        one->write_line("enough");
    int rounds = 0;
    for (auto& one : ours) {
        rounds += std::stoi(one->read_line().value_or("0"));
        BOOST_TEST(one->wait() == 0);
    }
    BOOST_TEST_MESSAGE(rounds << " rounds of ours");
    BOOST_TEST((names_in(directory) == std::vector<std::string>{"proof"}));
}

BOOST_AUTO_TEST_SUITE_END()

// Its markers stay empty, so they are kept forever.
BOOST_AUTO_TEST_SUITE(filelock_before_3_22, *ut::precondition(have_python_filelock))

std::vector<std::string> filelock(std::string const& program, fs::path const& path)
{
    return {"/usr/bin/python3", "-c",
            "import sys, filelock\n"
            "lock = filelock.SoftFileLock(sys.argv[1])\n" +
                program,
            path.string()};
}

BOOST_AUTO_TEST_CASE(is_waited_for)
{
    child peer(filelock("with lock:\n"
                        "    print('held', flush=True)\n"
                        "    sys.stdin.readline()\n",
                        path));
    peer.expect("held");
    BOOST_TEST(fs::file_size(path) == 0u);
    fs::last_write_time(path, ::time(nullptr) - 1'000'000);
    soft_file_lock lock(path, hourly(std::nullopt));
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(20ms));
    BOOST_TEST(!lock.pid());
    auto const ours = waiter(path, hourly(std::nullopt));
    BOOST_TEST(fs::file_size(path) == 0u);
    peer.write_line("");
    gets_it(*ours);
    BOOST_TEST(peer.wait() == 0);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(waits_for_us)
{
    auto const ours = holder(path);
    auto const probe = filelock("try:\n"
                                "    lock.acquire(timeout=0)\n"
                                "except filelock.Timeout:\n"
                                "    sys.exit(1)\n",
                                path);
    BOOST_TEST(child(probe).wait() == 1);
    child peer(filelock("print('waiting', flush=True)\n"
                        "with lock:\n"
                        "    print('held', flush=True)\n",
                        path));
    peer.expect("waiting");
    BOOST_TEST(child(probe).wait() == 1);
    ours->write_line("");
    peer.expect("held");
    BOOST_TEST(peer.wait() == 0);
    BOOST_TEST(child(probe).wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
