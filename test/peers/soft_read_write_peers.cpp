// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Python programs share a tree of markers with this library. They make every transition in
// PATH.state, evict stale markers, and do not verify their markers after publishing.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "peer/soft_read_write_peer.hpp"
#include "support/markers.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::loss_reason;
using boost::filelock::owner_mode;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

std::string const reading = "read", writing = "write";

enum class party
{
    ours,
    theirs
};

std::ostream& operator<<(std::ostream& out, party p)
{
    return out << (p == party::ours ? "ours" : "theirs");
}

party other(party p)
{
    return p == party::ours ? party::theirs : party::ours;
}

auto const parties = data::make({party::ours, party::theirs});
auto const modes = data::make({reading, writing});
auto const conflicting =
    data::make({reading, writing, writing}) ^ data::make({writing, reading, writing});
auto const both = data::make({storage::local, storage::network});

using pace = soft_read_write_peer::pace;

// With `slow` no marker becomes stale. With `deadly` even the markers of living holders do, however
// regular their heartbeats are.
constexpr pace slow{}, deadly{1ms, 2ms};

soft_read_write_lock_options options_for(storage where, pace const& p = slow)
{
    soft_read_write_lock_options options;
    options.poll_interval = p.poll_interval;
    options.heartbeat_interval = p.heartbeat_interval;
    options.stale_threshold = p.stale_threshold;
    options.where = where;
    if (where == storage::network)
        options.settle = 50ms;
    return options;
}

template <class Condition>
void wait_until(Condition condition, char const* what)
{
    if (!comes_true(condition))
        throw std::runtime_error(std::string("timed out: ") + what);
}

/// Returns the next line, without reports of a wait for `state`, which are a matter of chance.
std::string hear_of(child& c)
{
    auto line = c.read_line();
    while (line == "waiting for state")
        line = c.read_line();
    return line.value_or("(it has ended)");
}

std::string ask(child& c, std::string const& what)
{
    c.write_line(what);
    return hear_of(c);
}

std::string word(loss_reason reason)
{
    return reason == loss_reason::marker_missing  ? "missing"
           : reason == loss_reason::owner_changed ? "changed"
                                                  : "failed";
}

/// A process that uses this library. It knows some of the peer's commands, and "losses", which
/// waits for a loss and answers COUNT [REASON] of on_loss.
class one_of_ours : public child
{
public:
    one_of_ours(fs::path const& path, soft_read_write_lock_options const& options)
        : child([&] { return serve(path, options); })
    {}

private:
    static int serve(fs::path const& path, soft_read_write_lock_options options)
    {
        std::atomic<int> losses{0};
        std::string reason;
        options.on_loss = [&](boost::filelock::lease_loss const& loss) {
            reason = word(loss.reason);
            ++losses;
        };
        soft_read_write_lock lock(path, options);
        for (std::string line; !(line = hear()).empty();) {
            std::istringstream words(line);
            std::string verb, mode;
            double seconds = 3600;
            words >> verb >> mode >> seconds;
            boost::system::error_code ec;
            if (verb == "try") {
                say((mode == reading ? lock.try_lock_shared() : lock.try_lock()) ? "held" : "busy");
            } else if (verb == "acquire") {
                say(acquire(lock, mode, seconds));
            } else if (verb == "release") {
                lock.release(ec);
                say(ec ? ec.message() : lock.loss() ? "lost" : "released");
            } else if (verb == "still") {
                bool const held = lock.still_held(ec);
                say(ec ? ec.message() : held ? "yes" : "no");
            } else if (verb == "losses") {
                wait_until([&] { return losses != 0; }, "a loss");
                say(std::to_string(losses) + ' ' + reason);
            }
        }
        return 0;
    }

    static std::string acquire(soft_read_write_lock& lock, std::string const& mode, double seconds)
    {
        boost::filelock::acquire_options how;
        how.timeout = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
        how.progress_interval = 2h;
        how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
        boost::system::error_code ec;
        mode == reading ? lock.acquire_shared(how, ec) : lock.acquire(how, ec);
        return !ec ? "held" : ec == boost::system::errc::timed_out ? "timed out" : ec.message();
    }
};

std::string in_seconds(milliseconds time)
{
    return std::to_string(std::chrono::duration<double>(time).count());
}

/// A process that received a request and is stopped before the system call that the request makes
/// it reach.
class stopped_before
{
public:
    stopped_before(child& c, std::string const& what, std::string const& call, long number)
        : tracer_(std::make_unique<tracer>(
              c.pid(), "-e trace=" + call + " -e inject=" + call + ":delay_enter=" +
                           std::to_string(std::chrono::microseconds(patience).count())))
    {
        c.write_line(what);
        wait_until(
            [&] {
                long now = -1;
                std::ifstream("/proc/" + std::to_string(c.pid()) + "/syscall") >> now;
                return now == number;
            },
            call.c_str());
    }

    void let_go() { tracer_.reset(); }

private:
    std::unique_ptr<tracer> tracer_;
};

/// Kills the process and leaves it as a zombie.
void die(child& c)
{
    c.kill();
    ::siginfo_t how;
    ::waitid(P_PID, static_cast<id_t>(c.pid()), &how, WEXITED | WNOWAIT);
}

/// Kills the process. On network storage its markers look as if it had died before this machine was
/// started.
void die_long_ago(child& c, fs::path const& lock)
{
    die(c);
    make_tree_old(lock);
}

bool starts(std::string const& text, std::string const& with)
{
    return text.compare(0, with.size(), with) == 0;
}

struct tree : temporary_directory
{
    fs::path const write_path = path.string() + ".write", readers = path.string() + ".readers",
                   state = path.string() + ".state";

    std::unique_ptr<child> start(party who, storage where, pace const& p = slow) const
    {
        if (who == party::theirs)
            return std::make_unique<soft_read_write_peer>(path, p);
        return std::make_unique<one_of_ours>(path, options_for(where, p));
    }

    std::unique_ptr<child> holder(party who, std::string const& mode, storage where,
                                  pace const& p = slow) const
    {
        auto c = start(who, where, p);
        BOOST_TEST_REQUIRE(ask(*c, "try " + mode) == "held");
        return c;
    }

    void wait_for_writer() const
    {
        wait_until([&] { return fs::exists(write_path); }, "a writer");
    }

    /// Returns the path of the only marker.
    fs::path marker(std::string const& mode) const
    {
        return mode == writing ? write_path : readers / names_in(readers).at(0);
    }
    std::string name(std::string const& mode) const
    {
        return mode == writing ? writing : names_in(readers).at(0);
    }

    /// Returns whether nothing is left except an empty directory of readers.
    bool is_clean() const
    {
        auto const left = names_in(directory);
        return left.empty() ||
               (left == std::vector<std::string>{"test.lock.readers"} && names_in(readers).empty());
    }
};

void gets_it(child& c)
{
    BOOST_TEST_REQUIRE(hear_of(c) == "held");
    BOOST_TEST(ask(c, "still") == "yes");
    BOOST_TEST(ask(c, "release") == "released");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write_peers, tree, *ut::precondition(have_soft_peer))

BOOST_DATA_TEST_CASE_F(tree, two_readers_share, parties* both, who, where)
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

BOOST_DATA_TEST_CASE_F(tree, a_writer_excludes_and_is_excluded, parties* conflicting* both, who,
                       mode, other_mode, where)
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

BOOST_DATA_TEST_CASE_F(tree, comes_before_new_readers, parties* parties* both, reads, writes, where)
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

BOOST_DATA_TEST_CASE_F(tree, lets_readers_in_when_it_gives_up, parties* parties* both, reads,
                       writes, where)
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
    BOOST_TEST(!fs::exists(write_path));
    BOOST_TEST(ask(*late, "release") == "released");
    BOOST_TEST(ask(*reader, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(markers)

BOOST_DATA_TEST_CASE_F(tree, of_ours_are_read_by_them, modes* both, mode, where)
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

BOOST_DATA_TEST_CASE_F(tree, of_theirs_are_read_by_us, modes, mode)
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

// All contests of a test run at the same time, because each takes a whole threshold.
BOOST_AUTO_TEST_SUITE(heartbeats)

struct contest : tree
{
    pace fast;
    std::string what;
    std::unique_ptr<child> first, second;

    contest(party who, std::string const& mode, storage where, milliseconds threshold)
        : fast{threshold / 12, threshold}, what((who == party::ours ? "ours " : "theirs ") + mode +
                                                (where == storage::local ? " local" : " network")),
          first(holder(who, mode, where, fast)), second(start(other(who), where, fast))
    {
        BOOST_TEST(ask(*second, "still") == "no"); // the answer shows that it has started
    }
};

BOOST_AUTO_TEST_CASE(keep_others_away)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto who : {party::ours, party::theirs})
            for (auto const& mode : {reading, writing})
                for (auto where : {storage::local, storage::network})
                    all.push_back(std::make_unique<contest>(who, mode, where, threshold));
        for (auto& one : all)
            one->second->write_line("acquire write " + in_seconds(2 * threshold));
        for (auto& one : all) {
            unless_late(hear_of(*one->second) == "waiting", one->what + ": it need not wait");
            unless_late(hear_of(*one->second) == "timed out", one->what + ": it gets it");
            unless_late(ask(*one->first, "still") == "yes", one->what + ": it is lost");
            unless_late(ask(*one->first, "release") == "released", one->what + ": it is lost");
            BOOST_TEST(one->is_clean(), one->what);
        }
    });
    BOOST_TEST(problem.empty(), problem);
}

// The marker's age does not count: it must be unchanged for the threshold while it is watched.
BOOST_AUTO_TEST_CASE(of_theirs_that_stop_let_us_succeed_after_the_whole_threshold)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto const& mode : {reading, writing})
            for (auto where : {storage::local, storage::network})
                all.push_back(std::make_unique<contest>(party::theirs, mode, where, threshold));
        for (auto& one : all) {
            BOOST_TEST(ask(*one->first, "heartbeat stop") == "stopped");
            BOOST_TEST(ask(*one->first, "age 100000") == "aged");
        }
        auto const begin = steady_clock::now();
        for (auto& one : all)
            one->second->write_line("acquire write");
        for (auto& one : all)
            BOOST_TEST_CONTEXT(one->what)
            {
                unless_late(hear_of(*one->second) == "waiting", one->what + ": it was old");
                unless_late(hear_of(*one->second) == "held", one->what + ": it is lost at once");
                BOOST_TEST((steady_clock::now() - begin >= threshold));
                BOOST_TEST(ask(*one->first, "still") == "no");
                BOOST_TEST(ask(*one->first, "heartbeat once") == "lost");
                BOOST_TEST(ask(*one->first, "release") == "lost");
                unless_late(ask(*one->second, "still") == "yes", one->what + ": it is lost");
                unless_late(ask(*one->second, "release") == "released", one->what + ": it is lost");
                BOOST_TEST(one->is_clean());
            }
    });
    BOOST_TEST(problem.empty(), problem);
}

// A stopped holder learns of its loss when it continues, and leaves its successor's marker alone.
BOOST_AUTO_TEST_CASE(of_ours_that_stop_let_them_succeed)
{
    auto const problem = with_growing_time(500ms, [](milliseconds threshold) {
        std::vector<std::unique_ptr<contest>> all;
        for (auto const& mode : {reading, writing})
            for (auto where : {storage::local, storage::network})
                all.push_back(std::make_unique<contest>(party::ours, mode, where, threshold));
        for (auto& one : all) {
            one->first->kill(SIGSTOP);
            one->second->write_line("acquire write");
        }
        for (auto& one : all)
            BOOST_TEST_CONTEXT(one->what)
            {
                unless_late(hear_of(*one->second) == "waiting", one->what + ": it was old");
                BOOST_TEST(hear_of(*one->second) == "held");
                one->first->kill(SIGCONT);
                BOOST_TEST(ask(*one->first, "still") == "no");
                BOOST_TEST(starts(ask(*one->first, "losses"), "1 "));
                BOOST_TEST(ask(*one->first, "release") == "lost");
                unless_late(ask(*one->second, "still") == "yes", one->what + ": it is lost");
                unless_late(ask(*one->second, "release") == "released", one->what + ": it is lost");
                BOOST_TEST(one->is_clean());
            }
    });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_peer_that_has_died)

BOOST_DATA_TEST_CASE_F(tree, is_succeeded_at_once, modes* modes* both, its, mode, where)
{
    auto const peer = holder(party::theirs, its, where);
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try write") == "busy");
    die_long_ago(*peer, path);
    BOOST_TEST(ask(*ours, "try " + mode) == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, is_succeeded_by_a_waiter, conflicting* both, its, mode, where)
{
    auto const peer = holder(party::theirs, its, where);
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    die_long_ago(*peer, path);
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, in_state_blocks_no_process, modes* both, mode, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    die_long_ago(peer, path);
    auto const ours = holder(party::ours, mode, where);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, in_state_with_its_marker_blocks_no_process, modes* modes* both, its,
                       mode, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("create " + its) == "created");
    BOOST_TEST(peer.ask("write") == "written");
    die_long_ago(peer, path);
    auto const ours = holder(party::ours, mode, where);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_of_ours_that_was_killed)

// The killed process's marker is not yet stale by the peer's threshold when it dies.
constexpr pace lively{100ms, patience}, its{100ms, 300ms};

BOOST_DATA_TEST_CASE_F(tree, is_succeeded_by_a_waiter, modes* both, mode, where)
{
    auto const ours = holder(party::ours, mode, where, lively);
    soft_read_write_peer peer(path, its);
    BOOST_TEST(ask(peer, "acquire write") == "waiting");
    die(*ours);
    gets_it(peer);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, while_it_drains_is_succeeded_as_well, both, where)
{
    auto const reader = holder(party::theirs, reading, where);
    auto const ours = start(party::ours, where, lively);
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    wait_for_writer();
    soft_read_write_peer peer(path, its);
    BOOST_TEST(ask(peer, "acquire read") == "waiting");
    die(*ours);
    gets_it(peer);
    BOOST_TEST(ask(*reader, "release") == "released");
    BOOST_TEST(is_clean());
}

// The library's marker of `state` is the marker of a soft_file_lock.
BOOST_DATA_TEST_CASE_F(tree, in_state_blocks_no_process, modes, mode)
{
    child ours([&] {
        boost::filelock::soft_file_lock lock(state);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    BOOST_TEST(hear_of(ours) == "held");
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "busy");
    die(ours);
    BOOST_TEST(peer.ask("try " + mode) == "held");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_peer_step_by_step)

// The peer relies on there being no writer until it leaves `state`.
BOOST_DATA_TEST_CASE_F(tree, reads_although_our_writer_comes_after_its_look, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("look") == "absent");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try write") == "busy");
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    BOOST_TEST(peer.ask("look") == "absent");
    BOOST_TEST(peer.ask("create read") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(!fs::exists(write_path));
    BOOST_TEST(peer.ask("leave") == "left");
    wait_for_writer();
    BOOST_TEST(ask(*start(party::ours, where), "try write") == "busy");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(peer.ask("release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

// Wherever the time limit falls, the writer must not get the lock.
BOOST_DATA_TEST_CASE_F(tree, is_seen_by_our_writer_who_had_to_wait_for_state, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    BOOST_TEST(peer.ask("look") == "absent");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "acquire write 0.5") == "waiting");
    BOOST_TEST(peer.ask("create read") == "created");
    BOOST_TEST(peer.ask("leave") == "left");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(hear_of(*ours) == "timed out");
    BOOST_TEST(!fs::exists(write_path));
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
}

// The peer's host reported for slightly too long that there is no writer.
BOOST_AUTO_TEST_CASE(reads_if_its_look_was_late_and_our_writer_has_settled_by_then)
{
    for (auto settle = 250ms;; settle *= 2) {
        auto options = options_for(storage::network);
        options.settle = settle;
        one_of_ours ours(path, options);
        soft_read_write_peer peer(path);
        BOOST_TEST(peer.ask("look") == "absent");
        auto const begin = steady_clock::now();
        ours.write_line("acquire write " + in_seconds(4 * settle));
        wait_for_writer();
        BOOST_TEST(peer.ask("state") == "held");
        if (steady_clock::now() - begin >= settle && settle < 8s)
            continue; // too late for a conclusion
        wait_until([&] { return steady_clock::now() > begin + settle; }, "the end of it");
        BOOST_TEST(peer.ask("create read") == "created");
        BOOST_TEST(peer.ask("write") == "written");
        BOOST_TEST(peer.ask("leave") == "left");
        BOOST_TEST(hear_of(ours) == "waiting");
        BOOST_TEST(hear_of(ours) == "timed out");
        BOOST_TEST(peer.ask("still") == "yes");
        BOOST_TEST(peer.ask("release") == "released");
        BOOST_TEST(ask(ours, "try write") == "held");
        return;
    }
}

BOOST_DATA_TEST_CASE_F(tree, in_state_lets_our_readers_in, both, where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    auto const ours = holder(party::ours, reading, where);
    BOOST_TEST(peer.ask("look") == "absent");
    BOOST_TEST(peer.ask("create write") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(peer.ask("drain") == "busy");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(peer.ask("drain") == "clear");
    BOOST_TEST(ask(*ours, "try read") == "busy");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(peer.ask("leave") == "left");
    BOOST_TEST(is_clean());
}

// Only the peer that is in `state` may remove a writer's marker.
BOOST_DATA_TEST_CASE_F(tree, in_state_keeps_us_from_removing_a_dead_writers_marker, modes* both,
                       mode, where)
{
    auto const dead = holder(party::theirs, writing, where);
    die_long_ago(*dead, path);
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("state") == "held");
    auto const ours = start(party::ours, where);
    BOOST_TEST(ask(*ours, "try " + mode) == "busy");
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    BOOST_TEST(fs::exists(write_path));
    BOOST_TEST(peer.ask("leave") == "left");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

// The marker that the peer has just created is empty and names no owner.
BOOST_DATA_TEST_CASE_F(tree, between_create_and_write_is_waited_for, modes* modes* both, its, mode,
                       where)
{
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("create " + its) == "created");
    fs::last_write_time(marker(its), ::time(nullptr) - 1'000'000);
    auto const ours = start(party::ours, where);
    if (its == reading && mode == reading) {
        BOOST_TEST(ask(*ours, "try read") == "held");
        BOOST_TEST(ask(*ours, "release") == "released");
        return;
    }
    BOOST_TEST(ask(*ours, "try " + mode) == "busy");
    BOOST_TEST(ask(*ours, "acquire " + mode) == "waiting");
    BOOST_TEST(peer.ask("write") == "written");
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(!ours->has_line());
    BOOST_TEST(ask(*start(party::ours, where), "try write") == "busy");
    BOOST_TEST(peer.ask("release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, that_dies_between_create_and_write_is_succeeded_after_the_threshold,
                       modes* both, its, where)
{
    constexpr auto threshold = 300ms;
    soft_read_write_peer peer(path);
    BOOST_TEST(peer.ask("create " + its) == "created");
    die(peer);
    fs::last_write_time(marker(its), ::time(nullptr) - 1'000'000);
    auto const begin = steady_clock::now();
    auto const ours = start(party::ours, where, {threshold / 8, threshold});
    BOOST_TEST(ask(*ours, "acquire write") == "waiting");
    BOOST_TEST(hear_of(*ours) == "held");
    BOOST_TEST((steady_clock::now() - begin >= threshold));
    auto const gave = ask(*ours, "release");
    BOOST_TEST((gave == "released" || gave == "lost")); // lost on a slow machine
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

// This happens where the clocks of two hosts differ, or where the peer has another threshold.
BOOST_AUTO_TEST_SUITE(a_peer_that_takes_us_for_dead)

struct robbery : tree
{
    static constexpr pace lively{100ms, patience};
    soft_read_write_peer peer{path, deadly};
    std::unique_ptr<child> ours;
    std::string named;

    void judge(std::string const& mode, storage where, pace const& p)
    {
        ours = holder(party::ours, mode, where, p);
        named = name(mode);
        wait_until([&] { return peer.ask("judge " + named) == "remove"; }, "an old marker");
    }
};

BOOST_DATA_TEST_CASE_F(robbery, is_noticed_by_still_held, modes* both, mode, where)
{
    judge(mode, where, slow);
    BOOST_TEST(ask(*ours, "still") == "yes");
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(starts(peer.ask("verify"), "removed "));
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(peer.ask("try write") == "held");
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(!starts(ask(*ours, "release"), "error"));
    BOOST_TEST(peer.ask("still") == "yes");
    BOOST_TEST(peer.ask("release") == "released");
    BOOST_TEST(ask(*ours, "try write") == "held");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

// No marker has a name that another marker had.
BOOST_DATA_TEST_CASE_F(robbery, once_does_not_find_our_next_hold, both, where)
{
    judge(reading, where, slow);
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(ask(*ours, "try read") == "held");
    BOOST_TEST(peer.ask("rename") == "absent");
    BOOST_TEST(ask(*ours, "still") == "yes");
    BOOST_TEST(ask(*ours, "release") == "released");
    BOOST_TEST(is_clean());
}

// Each loss is reported once.
BOOST_DATA_TEST_CASE_F(robbery, is_reported_at_the_next_heartbeat, modes* both, mode, where)
{
    judge(mode, where, lively);
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "still") == "no");
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "release") == "lost");
}

BOOST_DATA_TEST_CASE_F(robbery, and_succeeds_us_is_reported, both, where)
{
    judge(writing, where, {500ms, 60s}); // long enough for the peer to create its marker
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    BOOST_TEST(peer.ask("create write") == "created");
    BOOST_TEST(peer.ask("write") == "written");
    auto const told = ask(*ours, "losses");
    BOOST_TEST((told == "1 changed" || told == "1 missing")); // a heartbeat may come between
    BOOST_TEST(ask(*ours, "release") == "lost");
    BOOST_TEST(peer.ask("still") == "yes");
}

// The peer sees that the marker it moved aside is fresh, and leaves it under the new name.
BOOST_DATA_TEST_CASE_F(robbery, leaves_a_marker_aside_that_was_stamped_meanwhile, modes* both, mode,
                       where)
{
    judge(mode, where, lively);
    auto const modified = [&] {
        struct ::stat s = {};
        ::lstat(marker(mode).c_str(), &s);
        return std::make_tuple(s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
    };
    auto const before = modified(); // a heartbeat since the judgement will do
    wait_until([&] { return modified() != before; }, "a beat");
    BOOST_TEST(starts(peer.ask("rename"), "renamed "));
    auto const verified = peer.ask("verify");
    BOOST_TEST(starts(verified, "left "));
    BOOST_TEST(ask(*ours, "losses") == "1 missing");
    BOOST_TEST(ask(*ours, "release") == "lost");
    auto const next = holder(party::ours, writing, where); // the moved marker blocks none
}

BOOST_AUTO_TEST_SUITE_END()

// These are places where the peers cannot see our process. It is stopped before a system call, and
// the tree has changed when it continues.
BOOST_AUTO_TEST_SUITE(we_check_again, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(tree, whether_a_writer_has_come_before_our_marker, both, where)
{
    auto const ours = start(party::ours, where);
    stopped_before making(*ours, "acquire read", "linkat", SYS_linkat);
    auto const peer = holder(party::theirs, writing, where);
    making.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(peer->pid() != 0);
    BOOST_TEST(ask(*peer, "readers") == "0");
    BOOST_TEST(ask(*peer, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, whether_our_marker_is_still_there, modes* both, mode, where)
{
    auto const ours = start(party::ours, where);
    stopped_before stamping(*ours, "acquire " + mode, "utimensat", SYS_utimensat);
    auto const peer = start(party::theirs, where, deadly);
    wait_until([&] { return ask(*peer, "judge " + name(mode)) == "remove"; }, "an old marker");
    BOOST_TEST(starts(ask(*peer, "evict " + name(mode)), "removed "));
    auto const next = holder(party::theirs, writing, where);
    stamping.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(ask(*next, "still") == "yes");
    BOOST_TEST(ask(*next, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, whether_our_marker_may_have_been_taken_for_dead, modes* both, mode,
                       where)
{
    auto const ours = start(party::ours, where, {50ms, 400ms});
    stopped_before stamping(*ours, "acquire " + mode, "utimensat", SYS_utimensat);
    auto const old_name = marker(mode);
    auto const old = text_of(old_name);
    auto const until = steady_clock::now() + 400ms;
    wait_until([&] { return steady_clock::now() > until; }, "the threshold");
    stamping.let_go();
    auto line = hear_of(*ours);
    if (line == "waiting")
        line = hear_of(*ours);
    BOOST_TEST(line == "held");
    BOOST_TEST((!fs::exists(old_name) || text_of(old_name) != old));
    auto const gave = ask(*ours, "release");
    BOOST_TEST((gave == "released" || gave == "lost")); // on a slow machine
    BOOST_TEST(is_clean());
}

// It must check again once it has the removal right. The peer's heartbeats resume while our process
// acquires that right.
BOOST_AUTO_TEST_CASE(whether_a_marker_is_still_stale)
{
    auto const problem = with_growing_time(400ms, [this](milliseconds threshold) {
        auto const peer =
            holder(party::theirs, writing, storage::local, {threshold / 10, patience});
        BOOST_TEST(ask(*peer, "heartbeat stop") == "stopped");
        auto const ours = start(party::ours, storage::local, {100ms, threshold});
        stopped_before evicting(*ours, "acquire read " + in_seconds(4 * threshold), "flock",
                                SYS_flock);
        BOOST_TEST(ask(*peer, "heartbeat start") == "started");
        BOOST_TEST(ask(*peer, "heartbeat once") == "refreshed");
        evicting.let_go();
        unless_late(hear_of(*ours) == "waiting", "it need not wait");
        unless_late(hear_of(*ours) == "timed out", "it gets it");
        unless_late(ask(*peer, "still") == "yes", "it is lost");
        BOOST_TEST(ask(*peer, "release") == "released");
        BOOST_TEST(is_clean());
    });
    BOOST_TEST(problem.empty(), problem);
}

// The old writer is dead. Its marker has been removed by the time that our process is in `state`.
BOOST_DATA_TEST_CASE_F(tree, which_writer_is_there_once_we_are_in_state, modes* both, mode, where)
{
    auto const dead = holder(party::theirs, writing, where);
    die_long_ago(*dead, path);
    auto const ours = start(party::ours, where);
    stopped_before entering(*ours, "acquire " + mode, "linkat", SYS_linkat);
    auto const next = start(party::theirs, where, deadly);
    wait_until([&] { return ask(*next, "judge write") == "remove"; }, "an old marker");
    BOOST_TEST(ask(*next, "try write") == "held");
    entering.let_go();
    BOOST_TEST(hear_of(*ours) == "waiting");
    BOOST_TEST(ask(*next, "still") == "yes");
    BOOST_TEST(ask(*next, "release") == "released");
    gets_it(*ours);
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
