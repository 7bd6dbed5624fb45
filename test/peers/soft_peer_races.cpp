// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process of this library and a Python program evict the same dead owner's marker at the same
// time, step by step. The Python program renames the file that it finds and then checks it. The
// library exchanges it with its own marker.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/lockers.hpp"
#include "peer/soft_peer.hpp"
#include "support/markers.hpp"
#include "support/tracer.hpp"

#include <chrono>
#include <csignal>
#include <ctime>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/syscall.h>
#include <sys/wait.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace ut = boost::unit_test;

namespace {

bool starts(std::string const& text, std::string const& with)
{
    return text.compare(0, with.size(), with) == 0;
}

/// A process of this library that finds a marker to evict, and stops before it exchanges that
/// marker with its own.
class stopped_breaker
{
public:
    explicit stopped_breaker(fs::path const& path) : breaker_(locker(path, hourly()))
    {
        tracer_ =
            std::make_unique<tracer>(breaker_->pid(), "-e trace=renameat2 -e inject=renameat2:"
                                                      "delay_enter=60000000");
        breaker_->write_line("");
        if (!comes_true([&] { return is_in_exchange(); }))
            throw std::runtime_error("timed out: a breaker that exchanges the marker");
    }

    /// Makes the exchange and stops the process again.
    void exchange()
    {
        breaker_->kill(SIGSTOP); // stops when the system call returns
        tracer_.reset();
        ::siginfo_t how;
        ::waitid(P_PID, static_cast<id_t>(breaker_->pid()), &how, WSTOPPED | WNOWAIT);
    }

    child& let_go()
    {
        tracer_.reset();
        breaker_->kill(SIGCONT);
        return *breaker_;
    }

private:
    bool is_in_exchange() const
    {
        long number = -1;
        std::ifstream("/proc/" + std::to_string(breaker_->pid()) + "/syscall") >> number;
        return number == SYS_renameat2;
    }

    std::unique_ptr<child> breaker_;
    std::unique_ptr<tracer> tracer_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_peer_races, beside_peers, *ut::precondition(have_soft_peer))

BOOST_AUTO_TEST_SUITE(a_peer_that_has_judged)

// The peer renames what is at the path by then, detects that it is another marker, and leaves it
// under the new name.
BOOST_AUTO_TEST_CASE(moves_the_successors_marker_aside)
{
    bury_a_peer();
    soft_peer peer(path), successor(path);
    BOOST_TEST(peer.ask("judge") == "remove");
    soft_file_lock lock(path);
    BOOST_TEST(lock.try_lock());
    auto const record = text_of(path);
    error_code ec;
    BOOST_TEST(lock.still_held(ec));

    auto const renamed = peer.ask("rename");
    BOOST_TEST_REQUIRE(starts(renamed, "renamed "));
    auto const aside = renamed.substr(8);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    BOOST_TEST(!lock.is_lock_held_by_us());
    BOOST_TEST(peer.ask("verify") == "left " + aside);
    BOOST_TEST(text_of(directory / aside) == record);

    BOOST_TEST(successor.ask("try") == "held");
    auto const its_record = text_of(path);
    BOOST_TEST(!lock.still_held(ec));
    BOOST_CHECK_NO_THROW(lock.unlock());
    BOOST_TEST(successor.ask("still") == "yes");
    BOOST_TEST(text_of(path) == its_record);
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(successor.ask("release") == "released");
}

// A waiter then acquires the lock as well. Peers of this kind cannot avoid that, but `still_held`
// reports it.
BOOST_AUTO_TEST_CASE(lets_in_a_waiter_beside_the_successor)
{
    bury_a_peer();
    soft_peer peer(path);
    BOOST_TEST(peer.ask("judge") == "remove");
    soft_file_lock lock(path);
    BOOST_TEST(lock.try_lock());
    auto const next = waiter(path);
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    next->expect("has it");
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    BOOST_CHECK_NO_THROW(lock.unlock());
    BOOST_TEST(starts(peer.ask("verify"), "left "));
    next->write_line("still");
    next->expect("yes");
    next->write_line("");
    BOOST_TEST(next->wait() == 0);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(removes_the_dead_marker_that_it_renamed)
{
    bury_a_peer();
    soft_peer peer(path);
    BOOST_TEST(peer.ask("judge") == "remove");
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    soft_file_lock lock(path);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(starts(peer.ask("verify"), "removed "));
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(peer.ask("try") == "busy");
    lock.unlock();
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(moves_the_successors_marker_aside_after_our_death)
{
    bury_one_of_ours();
    soft_peer peer(path);
    BOOST_TEST(peer.ask("judge") == "remove");
    soft_file_lock lock(path);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(starts(peer.ask("verify"), "left "));
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    BOOST_CHECK_NO_THROW(lock.unlock());
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(while_we_evict, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(a_peer_removes_the_marker)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(starts(peer.ask("break"), "removed "));
    gets_it(ours.let_go());
    BOOST_TEST(is_empty());
}

// The peer's marker is moved aside for a moment and restored.
BOOST_DATA_TEST_CASE_F(beside_peers, a_peer_enters,
                       data::make({ending::release, ending::release_of_closed, ending::death}), how)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    auto& breaker = ours.let_go();
    breaker.expect("waiting");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(names_in(directory).size() == 1u);
    BOOST_TEST(is_taken(path));
    end(peer, how);
    gets_it(breaker);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(a_peer_enters_and_has_not_written_yet)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(starts(peer.ask("break"), "removed "));
    BOOST_TEST(peer.ask("create") == "created");
    fs::last_write_time(path, ::time(nullptr) + 3600); // keeps its grace period from ending
    auto& breaker = ours.let_go();
    breaker.expect("waiting");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(peer.ask("write") == "held");
    BOOST_TEST(soft_file_lock(path).pid().value() == peer.pid());
    BOOST_TEST(peer.ask("release") == "released");
    gets_it(breaker);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(a_peer_enters_and_dies)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    peer.die();
    gets_it(ours.let_go());
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(one_of_ours_enters_after_a_peer)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(starts(peer.ask("break"), "removed "));
    auto const other = holder(path);
    auto& breaker = ours.let_go();
    breaker.expect("waiting");
    other->write_line("still");
    other->expect("yes");
    BOOST_TEST(soft_file_lock(path).pid().value() == other->pid());
    other->write_line("");
    gets_it(breaker);
    BOOST_TEST(other->wait() == 0);
    BOOST_TEST(is_empty());
}

// The peer's marker is aside at the moment of its release, and may stay there until the peer's
// process has ended.
BOOST_AUTO_TEST_CASE(a_peer_enters_and_finds_its_marker_away)
{
    bury_a_peer();
    stopped_breaker ours(path);
    soft_peer peer(path);
    BOOST_TEST(peer.ask("try") == "held");
    ours.exchange();
    BOOST_TEST(peer.ask("still") == "no");
    BOOST_TEST(peer.ask("release") == "lost");
    BOOST_TEST(fs::exists(path));
    auto& breaker = ours.let_go();
    peer.die();
    auto line = breaker.read_line();
    if (line == "waiting")
        line = breaker.read_line();
    BOOST_TEST(line.value() == "has it");
    breaker.write_line("");
    BOOST_TEST(breaker.wait() == 0);
    BOOST_TEST(is_empty());
}

// Our marker is at the path, and the dead marker is not removed yet.
BOOST_AUTO_TEST_CASE(a_peer_moves_our_new_marker_aside)
{
    bury_a_peer();
    soft_peer peer(path);
    BOOST_TEST(peer.ask("judge") == "remove");
    stopped_breaker ours(path);
    ours.exchange();
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(starts(peer.ask("verify"), "left "));
    auto& breaker = ours.let_go();
    breaker.expect("has it");
    auto const is_there = soft_file_lock(path).pid() == breaker.pid();
    breaker.write_line("still");
    breaker.expect(is_there ? "yes" : "no");
    breaker.write_line("");
    BOOST_TEST(breaker.wait() == 0);
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(peer.ask("try") == "held");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
