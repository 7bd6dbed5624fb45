// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Readers, writers and owners of an upgrade lock run in processes of their own and poll once an
// hour. The tests check which requests are kept out and let in, and that no waiter misses its
// notification.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_bytes.hpp"
#include "support/read_write_actor.hpp"
#include "support/stops.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const modes = data::make({"shared", "upgrade", "exclusive"});
auto const endings = data::make({"release", "exit", "kill"});

std::string try_for(std::string const& mode)
{
    return mode == "exclusive" ? "try" : "try " + mode;
}

void stop(pid_t pid)
{
    BOOST_TEST_REQUIRE(::kill(pid, SIGSTOP) == 0);
    siginfo_t info{};
    BOOST_TEST_REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT) == 0);
}

volatile sig_atomic_t signals = 0;

} // namespace

struct fixture : temporary_directory
{
    /// Returns which modes are left to a process that holds nothing.
    std::string left() const
    {
        actor other(path);
        std::string all;
        for (std::string const mode : {"shared", "upgrade", "exclusive"}) {
            auto const came = other(try_for(mode));
            if (came == has_it) {
                all += mode[0];
                BOOST_TEST(other("release") == done);
            } else {
                BOOST_TEST(came == busy);
            }
        }
        return all.empty() ? "nothing" : all;
    }

    void check_all_free() const { BOOST_TEST(left() == "sue"); }
};

BOOST_FIXTURE_TEST_SUITE(read_write_processes, fixture)

BOOST_AUTO_TEST_CASE(each_mode_leaves_the_compatible_modes)
{
    actor a(path);
    check_all_free();
    a("try shared");
    BOOST_TEST(left() == "su");
    a("try shared to upgrade");
    BOOST_TEST(left() == "s");
    a("try upgrade to exclusive");
    BOOST_TEST(left() == "nothing");
    a("exclusive to upgrade");
    BOOST_TEST(left() == "s");
    a("upgrade to shared");
    BOOST_TEST(left() == "su");
    a("try shared to exclusive");
    BOOST_TEST(left() == "nothing");
    a("exclusive to shared");
    BOOST_TEST(left() == "su");
    a("release");
    check_all_free();
}

// A stopped reader delays only requests to write.
BOOST_DATA_TEST_CASE_F(fixture, a_stopped_holder_admits_readers, data::make({"shared", "upgrade"}),
                       mode)
{
    actor holder(path);
    BOOST_TEST(holder(try_for(mode)) == has_it);
    stop(holder.pid());
    BOOST_TEST(left() == (mode == std::string("shared") ? "su" : "s"));
    std::vector<std::unique_ptr<actor>> readers;
    for (std::string const how : {"try shared", "wait shared", "lock shared"}) {
        readers.push_back(std::make_unique<actor>(path));
        BOOST_TEST((*readers.back())(how) == has_it);
    }
    holder.kill(SIGCONT);
    BOOST_TEST(holder("release") == done);
}

// Waiting writers

auto const ways = data::make({"lock", "wait", "cancel"});

BOOST_DATA_TEST_CASE_F(fixture, a_waiting_writer_keeps_new_readers_out, ways, how)
{
    actor reader(path), writer(path), next(path);
    BOOST_TEST(reader("lock shared") == has_it);
    writer.begin(how);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    next.begin_wait("wait shared");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(writer.end() == has_it);
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(writer("release") == done);
    BOOST_TEST(next.end() == has_it);
}

/// A process of two threads: one reads through the object through which the other waits to write.
class sibling_process
{
public:
    sibling_process(fs::path const& path, std::string const& how)
        : process_([&] {
              read_write_lock lock(path, hourly());
              lock.lock_shared();
              std::thread writer([&] {
                  say("begins");
                  say(perform(lock, how));
                  hear();
                  say(perform(lock, "release"));
              });
              if (how == "cancel") // the writer thread reads the input
                  writer.join();
              else
                  hear();
              lock.unlock_shared();
              if (writer.joinable())
                  writer.join();
              say("ends");
              return 0;
          })
    {
        process_.expect("begins");
    }
    child process_;
};

BOOST_DATA_TEST_CASE_F(fixture, a_writer_behind_a_reader_of_its_object_keeps_new_readers_out,
                       data::make({"lock", "wait"}), how)
{
    actor other(path);
    BOOST_TEST(other("lock shared") == has_it);
    sibling_process both(path, how);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    actor next(path), sleeping(path);
    next.begin_wait("wait shared");
    sleeping.begin("lock shared");
    wait_until_blocked(sleeping.pid(), path.string());
    BOOST_TEST(other("release") == done);
    BOOST_TEST(left() == "nothing");
    both.process_.write_line("the reader leaves");
    both.process_.expect(has_it);
    BOOST_TEST(left() == "nothing");
    both.process_.write_line("release");
    both.process_.expect(done);
    BOOST_TEST(next.end() == has_it);
    BOOST_TEST(sleeping.end() == has_it);
}

BOOST_AUTO_TEST_CASE(the_first_attempt_keeps_new_readers_out, *ut::precondition(can_trace))
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    // The writer is stopped before its first pause, where the shared bytes have just been refused.
    deed d;
    auto const lock = std::make_shared<read_write_lock>(path, hourly());
    d.last = [lock] { return perform(*lock, "try shared"); };
    auto const is_pause = [](stop_point const& p) { return p.meaning() == "ppoll"; };
    std::vector<stop_point> points;
    // On a slow machine the limit may pass before it waits.
    for (auto limit = 250ms;
         std::none_of(points.begin(), points.end(), is_pause) && limit < patience; limit *= 2) {
        d.then = [lock, limit] { return perform(*lock, "limit " + std::to_string(limit.count())); };
        points = stop_points(d);
    }
    auto const first_pause = std::find_if(points.begin(), points.end(), is_pause);
    BOOST_TEST_REQUIRE((first_pause != points.end()));
    auto const shared_asked = std::find_if(points.begin(), first_pause, [](auto const& p) {
        return p.text.find("F_WRLCK") != p.text.npos &&
               p.text.find("l_start=1073741826") != p.text.npos;
    });
    BOOST_TEST_REQUIRE((shared_asked != first_pause));
    stopped writer(d, *shared_asked);
    BOOST_TEST_REQUIRE(writer.has_met());
    BOOST_TEST(is_locked(path, pending_byte));
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(writer.go_on() == busy);
    BOOST_TEST(left() == "su");
    BOOST_TEST(writer.at_last() == has_it);
}

// A writer that waits for the release of an upgrade lock keeps no reader out.
BOOST_DATA_TEST_CASE_F(fixture, readers_come_while_a_writer_waits_for_an_upgrade_owner, ways, how)
{
    actor owner(path), writer(path);
    BOOST_TEST(owner("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(left() == "s");
    BOOST_TEST(owner("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

// Writers that give up: waiting readers get the lock at once.

BOOST_DATA_TEST_CASE_F(fixture, readers_get_the_lock_when_a_waiting_writer_dies_or_is_cancelled,
                       ways, how)
{
    bool const is_cancelled = how == std::string("cancel");
    auto const options = polls_for(is_cancelled ? "release" : "kill");
    for (std::string const reads : {"wait shared", "lock shared"}) {
        actor holder(path), writer(path), reader(path, options), other(path, options);
        BOOST_TEST(holder("lock shared") == has_it);
        writer.begin(how);
        byte_viewer(path).wait_until_locked(pending_byte);
        reader.begin_wait(reads);
        other.begin_wait("wait upgrade");
        if (is_cancelled) {
            writer.tell("give up");
            BOOST_TEST(writer.end() == "Operation canceled");
        } else {
            writer.kill();
        }
        BOOST_TEST(reader.end() == has_it);
        BOOST_TEST(other.end() == has_it);
    }
    check_all_free();
}

// A writer reaches its time limit. It is stopped until the reader waits.
BOOST_AUTO_TEST_CASE(readers_get_the_lock_when_a_writer_times_out)
{
    for (int limit = 100;; limit *= 2) {
        BOOST_TEST_REQUIRE(limit < 10000);
        actor holder(path), writer(path), reader(path);
        BOOST_TEST(holder("lock shared") == has_it);
        byte_viewer const file(path);
        writer.begin("limit " + std::to_string(limit));
        file.wait_until_locked(pending_byte);
        stop(writer.pid());
        if (!file.is_locked(pending_byte))
            continue; // its limit has passed already
        reader.begin_wait("wait shared");
        writer.kill(SIGCONT);
        BOOST_TEST(writer.end() == busy);
        BOOST_TEST(reader.end() == has_it);
        break;
    }
}

BOOST_AUTO_TEST_CASE(readers_get_the_lock_when_a_writer_behind_its_own_reader_gives_up)
{
    for (bool const dies : {false, true}) {
        sibling_process both(path, "cancel");
        byte_viewer(path).wait_until_locked(pending_byte);
        actor reader(path, polls_for(dies ? "kill" : "release")), sleeping(path);
        reader.begin_wait("wait shared");
        sleeping.begin("lock shared");
        wait_until_blocked(sleeping.pid(), path.string());
        if (dies) {
            both.process_.kill();
        } else {
            both.process_.write_line("give up");
            both.process_.expect("Operation canceled");
        }
        BOOST_TEST(reader.end() == has_it);
        BOOST_TEST(sleeping.end() == has_it);
    }
}

// A reader or upgrade owner that converts to exclusive gives up or dies.
BOOST_DATA_TEST_CASE_F(fixture, others_get_the_lock_when_a_conversion_is_given_up,
                       data::make({"shared", "upgrade"}), mode)
{
    for (bool const dies : {false, true}) {
        auto const observe = [&, mode = mode](std::chrono::milliseconds limit) {
            std::chrono::nanoseconds const its_limit = dies ? std::chrono::nanoseconds(2h) : limit;
            child converts([&] {
                read_write_lock lock(path, hourly());
                say(perform(lock, try_for(mode)));
                hear();
                bool const had = mode == std::string("shared")
                                     ? lock.try_unlock_shared_and_lock_for(its_limit)
                                     : lock.try_unlock_upgrade_and_lock_for(its_limit);
                say(said_of(had));
                hear();
                return 0;
            });
            converts.expect(has_it);
            auto const options = polls_for(dies ? "kill" : "release");
            actor holder(path), reader(path, options), upgrader(path, options);
            BOOST_TEST(holder("lock shared") == has_it);
            converts.write_line("go");
            {
                byte_viewer const viewer(path);
                while (!viewer.is_locked(pending_byte))
                    unless_late(!converts.has_line(), "its limit has passed");
                stop(converts.pid());
                unless_late(viewer.is_locked(pending_byte), "its limit has passed");
            }
            BOOST_TEST(left() == "nothing");
            reader.begin_wait("wait shared");
            upgrader.begin_wait("wait upgrade");
            if (dies) {
                converts.kill();
            } else {
                converts.kill(SIGCONT);
                converts.expect(busy);
            }
            BOOST_TEST_CHECKPOINT("the reader, where the other " << (dies ? "dies" : "gives up"));
            BOOST_REQUIRE_EQUAL(reader.end(), has_it);
            if (dies || mode == std::string("shared"))
                BOOST_TEST(upgrader.end() == has_it);
            else
                BOOST_TEST(left() == "s");
        };
        auto const problem = with_growing_time(300ms, observe);
        BOOST_TEST(problem.empty(), problem);
    }
}

// When a holder releases, the next waiter gets the lock.

BOOST_DATA_TEST_CASE_F(fixture, waiter_gets_lock_when_holder_leaves, modes* modes* endings, holds,
                       wants, ends)
{
    if (go_together(holds, wants))
        return;
    for (std::string const how : {"wait", "lock"})
        for (bool const leaves_a_child : {false, true}) {
            actor holder(path), waiter(path, polls_for(ends)), another(path, polls_for(ends));
            BOOST_TEST(holder(try_for(holds)) == has_it);
            if (leaves_a_child)
                BOOST_TEST(holder("fork") == done);
            auto const wish = wants == std::string("exclusive") ? how : how + " " + wants;
            waiter.begin_wait(wish);
            another.begin_wait(wish);
            holder.leave(ends);
            if (wants == std::string("shared")) {
                BOOST_TEST(waiter.end() == has_it);
                BOOST_TEST(another.end() == has_it);
                continue;
            }
            // Either may be first. The other then gets the lock from it.
            auto const first = wait_for_either(waiter, another);
            BOOST_TEST(first->end() == has_it);
            first->leave(ends);
            BOOST_TEST((first == &waiter ? another : waiter).end() == has_it);
        }
}

BOOST_DATA_TEST_CASE_F(fixture, a_waiter_locks_only_the_bytes_of_its_mode, modes, mode)
{
    for (std::string const how : {"wait", "lock"}) {
        actor holder(path), waiter(path);
        BOOST_TEST(holder("lock") == has_it);
        waiter.begin_wait(mode == std::string("exclusive") ? how : how + " " + mode);
        BOOST_TEST(holder("release") == done);
        BOOST_TEST(waiter.end() == has_it);
        bool const writes = mode == std::string("exclusive");
        BOOST_TEST(is_locked(path, pending_byte) == writes);
        BOOST_TEST(is_locked(path, reserved_byte) == (mode != std::string("shared")));
        BOOST_TEST(waiter("release") == done);
        BOOST_TEST(!is_locked(path, all_bytes));
    }
}

BOOST_DATA_TEST_CASE_F(fixture, waiter_gets_lock_when_last_of_many_readers_leaves, ways* endings,
                       how, ends)
{
    std::vector<std::unique_ptr<actor>> readers;
    for (int i = 0; i < 4; ++i) {
        readers.push_back(std::make_unique<actor>(path));
        BOOST_TEST((*readers.back())("lock shared") == has_it);
    }
    actor writer(path, polls_for(ends));
    writer.begin_wait(how);
    byte_viewer(path).wait_until_locked(pending_byte);
    for (auto& r : readers) {
        BOOST_TEST(left() == "nothing");
        r->leave(ends);
    }
    BOOST_TEST(writer.end() == has_it);
}

// A holder downgrades its lock without releasing it.
BOOST_AUTO_TEST_CASE(a_downgrade_lets_others_in)
{
    struct
    {
        std::string held, lowers, next;
    } const cases[] = {
        {"try", "exclusive to shared", "shared"},
        {"try", "exclusive to shared", "upgrade"},
        {"try", "exclusive to upgrade", "shared"},
        {"try upgrade", "upgrade to shared", "upgrade"},
    };
    for (auto const& c : cases)
        for (std::string const how : {"wait ", "lock "})
            BOOST_TEST_CONTEXT(c.lowers << ", " << how << c.next)
            {
                actor holder(path), next(path);
                BOOST_TEST(holder(c.held) == has_it);
                next.begin_wait(how + c.next);
                BOOST_TEST(holder(c.lowers) == has_it);
                BOOST_TEST(next.end() == has_it);
                BOOST_TEST(holder("held?") == "held");
                BOOST_TEST(next("held?") == "held");
            }
}

// A writer that waits for an upgrade owner begins to wait for the readers.
BOOST_DATA_TEST_CASE_F(fixture, a_waiting_writer_claims_when_an_upgrade_is_downgraded,
                       data::make({"lock", "wait"}), how)
{
    actor holder(path), writer(path);
    BOOST_TEST(holder("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(holder("upgrade to shared") == has_it);
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(holder("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

BOOST_DATA_TEST_CASE_F(fixture, a_reader_gets_the_upgrade_when_its_owner_leaves, endings, ends)
{
    actor holder(path), reader(path, polls_for(ends));
    BOOST_TEST(holder("lock upgrade") == has_it);
    BOOST_TEST(reader("lock shared") == has_it);
    reader.begin_wait("wait shared to upgrade");
    holder.leave(ends);
    BOOST_TEST(reader.end() == has_it);
    BOOST_TEST(left() == "s");
}

BOOST_DATA_TEST_CASE_F(fixture, a_conversion_completes_when_a_reader_leaves,
                       data::make({"wait upgrade to exclusive", "lock upgrade to exclusive",
                                   "wait shared to exclusive"}) *
                           endings,
                       how, ends)
{
    actor reader(path), converts(path, polls_for(ends));
    BOOST_TEST(reader("lock shared") == has_it);
    BOOST_TEST(converts(how == std::string("wait shared to exclusive") ? "lock shared"
                                                                       : "lock upgrade") == has_it);
    converts.begin_wait(how);
    reader.leave(ends);
    BOOST_TEST(converts.end() == has_it);
    BOOST_TEST(left() == "nothing");
}

// Several processes that want to write

BOOST_DATA_TEST_CASE_F(fixture, two_waiting_writers_both_get_the_lock,
                       data::make({"lock", "wait"}) * data::make({"lock", "wait"}), one, two)
{
    actor reader(path), first(path), second(path), next(path);
    BOOST_TEST(reader("lock shared") == has_it);
    first.begin(one);
    byte_viewer(path).wait_until_locked(pending_byte);
    second.begin_wait(two);
    next.begin_wait("wait shared");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(first.end() == has_it);
    BOOST_TEST(first("release") == done);
    auto const earlier = wait_for_either(second, next);
    BOOST_TEST(earlier->end() == has_it);
    BOOST_TEST(earlier->operator()("release") == done);
    BOOST_TEST((earlier == &second ? next : second).end() == has_it);
}

BOOST_DATA_TEST_CASE_F(fixture, the_second_writer_claims_when_the_first_dies,
                       data::make({"lock", "wait"}), two)
{
    actor reader(path), first(path), second(path, polls_for("kill"));
    BOOST_TEST(reader("lock shared") == has_it);
    first.begin("wait");
    byte_viewer(path).wait_until_locked(pending_byte);
    second.begin_wait(two);
    first.kill();
    byte_viewer(path).wait_until_locked(pending_byte);
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(second.end() == has_it);
}

BOOST_DATA_TEST_CASE_F(fixture, an_upgrade_owner_comes_before_a_waiting_writer,
                       data::make({"lock", "wait"}), how)
{
    actor owner(path), writer(path), reader(path);
    BOOST_TEST(owner("lock upgrade") == has_it);
    writer.begin_wait(how);
    BOOST_TEST(reader("lock shared") == has_it);
    owner.begin_wait("lock upgrade to exclusive");
    BOOST_TEST(left() == "nothing");
    BOOST_TEST(reader("release") == done);
    BOOST_TEST(owner.end() == has_it);
    BOOST_TEST(owner("release") == done);
    BOOST_TEST(writer.end() == has_it);
}

// Requests that would wait for a process that waits for them

BOOST_AUTO_TEST_CASE(of_two_converting_readers_the_second_is_refused)
{
    for (std::string const how : {"wait shared to exclusive", "wait shared to upgrade"}) {
        actor one(path), two(path);
        BOOST_TEST(one("lock shared") == has_it);
        BOOST_TEST(two("lock shared") == has_it);
        one.begin("wait shared to exclusive");
        byte_viewer(path).wait_until_locked(pending_byte);
        BOOST_TEST(two(how) == busy); // although its own limit is hours
        BOOST_TEST(two("held?") == "held");
        BOOST_TEST(two("release") == done);
        BOOST_TEST(one.end() == has_it);
    }
}

BOOST_AUTO_TEST_CASE(a_waiting_upgrade_is_refused_when_its_owner_converts)
{
    for (std::string const how : {"wait shared to exclusive", "wait shared to upgrade"}) {
        actor owner(path), reader(path); // the reader reports the refusal
        BOOST_TEST(owner("lock upgrade") == has_it);
        BOOST_TEST(reader("lock shared") == has_it);
        reader.begin(how);
        wait_until_settled(reader.pid());
        owner.begin("lock upgrade to exclusive");
        BOOST_TEST(reader.end() == busy);
        BOOST_TEST(reader("release") == done);
        BOOST_TEST(owner.end() == has_it);
    }
}

// A thread that already reads is let in by the writer that waits for it.
BOOST_AUTO_TEST_CASE(a_thread_that_reads_is_let_in_again)
{
    actor writer(path);
    child reads_twice([&] {
        read_write_lock one(path, hourly()), other(path, hourly());
        one.lock_shared();
        say("reads");
        hear();
        bool elsewhere = true;
        std::thread([&] { elsewhere = other.try_lock_shared(); }).join();
        if (elsewhere)
            return 1;
        other.lock_shared();
        other.unlock_shared();
        if (!other.try_lock_shared())
            return 2;
        one.lock_shared(); // a further level
        return 0;
    });
    reads_twice.expect("reads");
    writer.begin("lock");
    byte_viewer(path).wait_until_locked(pending_byte);
    reads_twice.write_line("again");
    BOOST_TEST(reads_twice.wait() == 0);
    BOOST_TEST(writer.end() == has_it);
}

// Forks

BOOST_DATA_TEST_CASE_F(fixture, a_forked_child_owns_nothing, modes, mode)
{
    read_write_lock lock(path, hourly());
    auto const before = left();
    BOOST_TEST(perform(lock, try_for(mode)) == has_it);
    auto const with_hold = left();
    BOOST_TEST(with_hold != before);
    child c([&] {
        if (lock.is_locked() || lock.lock_counter() != 0)
            return 1;
        if (!descriptors_open_on(path.string()).empty())
            return 2;
        // This is what a guard of the parent would do, in the mode that the parent has acquired
        // meanwhile.
        mode == std::string("shared")    ? lock.unlock_shared()
        : mode == std::string("upgrade") ? lock.unlock_upgrade()
                                         : lock.unlock();
        if (left() != with_hold)
            return 3;
        // The child makes an acquisition of its own, beside the parent's where the modes permit it.
        if (perform(lock, "try shared") != (mode == std::string("exclusive") ? busy : has_it))
            return 4;
        if (lock.is_locked() && perform(lock, "release") != done)
            return 5;
        say("waits");
        if (perform(lock, "wait") != has_it || lock.lock_counter() != 1)
            return 6;
        say("held");
        hear();
        lock.unlock();
        return 0;
    });
    c.expect("waits");
    wait_until_settled(c.pid());
    BOOST_TEST(perform(lock, "held?") == "held");
    BOOST_TEST(perform(lock, "release") == done);
    c.expect("held");
    BOOST_TEST(left() == "nothing");
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
    check_all_free();
}

BOOST_DATA_TEST_CASE_F(fixture, a_forked_childs_calls_and_end_leave_the_parents_hold, modes, mode)
{
    static std::unique_ptr<read_write_lock> lock;
    lock = std::make_unique<read_write_lock>(path, hourly());
    BOOST_TEST(perform(*lock, try_for(mode)) == has_it);
    auto const with_hold = left();
    auto const before = [&](std::function<int()> const& body) {
        BOOST_TEST(child(body).wait() == 0);
        BOOST_TEST(perform(*lock, "held?") == "held");
        BOOST_TEST(left() == with_hold);
    };
    before([] {
        lock->unlock_and_lock_shared();
        lock->unlock_upgrade_and_lock_shared();
        return perform(*lock, "try upgrade to exclusive") == "Operation not permitted" ? 0 : 1;
    });
    before([] {
        lock->release();
        lock->release(boost::filelock::force);
        return 0;
    });
    before([] {
        lock.reset();
        return 0;
    });
    before([]() -> int { std::exit(0); });
    lock.reset();
    check_all_free();
}

// A surviving child keeps neither a draining writer's claim nor a hold.
BOOST_AUTO_TEST_CASE(a_child_forked_while_a_writer_waits_keeps_no_claim)
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    child forks([&] {
        read_write_lock lock(path, hourly());
        std::thread writer([&] {
            lock.lock();
            say("has it");
        });
        byte_viewer(path).wait_until_locked(pending_byte);
        child lives_on([] {
            say("alive");
            for (;;)
                ::pause();
            return 0;
        });
        lives_on.expect("alive");
        say(std::to_string(lives_on.pid()));
        hear();
        writer.join();
        return 0;
    });
    auto const survivor = std::stoi(forks.read_line().value());
    BOOST_TEST(left() == "nothing");
    forks.kill();
    forks.wait();
    BOOST_TEST(!is_locked(path, pending_byte));
    BOOST_TEST(left() == "su");
    BOOST_TEST(::kill(survivor, SIGKILL) == 0);
}

BOOST_DATA_TEST_CASE_F(fixture, a_waiting_writer_gets_the_lock_after_a_fork,
                       data::make({"lock", "wait"}), how)
{
    actor reader(path);
    BOOST_TEST(reader("lock shared") == has_it);
    child forks([&] {
        read_write_lock lock(path, hourly());
        std::thread writer([&] { say(perform(lock, how)); });
        byte_viewer(path).wait_until_locked(pending_byte);
        child forked([&] {
            // The child is kept out like other processes.
            return perform(lock, "try shared") == busy && lock.lock_counter() == 0 ? 0 : 1;
        });
        int const status = forked.wait();
        say(status == 0 ? "kept out" : "let in");
        writer.join();
        hear();
        return 0;
    });
    forks.expect("kept out");
    BOOST_TEST(reader("release") == done);
    forks.expect(has_it);
    BOOST_TEST(left() == "nothing");
    forks.write_line("enough");
    BOOST_TEST(forks.wait() == 0);
    check_all_free();
}

BOOST_DATA_TEST_CASE_F(fixture, exec_inherits_nothing, modes, mode)
{
    child becomes_another([&] {
        read_write_lock lock(path, hourly());
        say(perform(lock, try_for(mode)));
        hear();
        ::execlp("sh", "sh", "-c", "ls -l /proc/self/fd | grep -c test.lock; read line",
                 static_cast<char*>(nullptr));
        return 1;
    });
    becomes_another.expect(has_it);
    actor waiter(path);
    waiter.begin_wait("wait");
    becomes_another.write_line("exec");
    becomes_another.expect("0");
    BOOST_TEST(waiter.end() == has_it);
}

// Signals

struct disturbance
{
    std::string first, waits, hinders;
};

BOOST_AUTO_TEST_CASE(signals_end_no_wait)
{
    disturbance const all[] = {
        {"", "lock", "try shared"},
        {"", "lock", "try upgrade"},
        {"", "lock", "try"},
        {"", "lock shared", "try"},
        {"", "lock upgrade", "try upgrade"},
        {"", "wait", "try shared"},
        {"", "wait shared", "try"},
        {"", "wait upgrade", "try upgrade"},
        {"try upgrade", "lock upgrade to exclusive", "try shared"},
        {"try upgrade", "wait upgrade to exclusive", "try shared"},
        {"try shared", "wait shared to exclusive", "try shared"},
        {"try shared", "wait shared to upgrade", "try upgrade"},
    };
    for (auto const& d : all)
        BOOST_TEST_CONTEXT(d.waits << " after " << d.hinders)
        {
            actor holder(path);
            BOOST_TEST(holder(d.hinders) == has_it);
            child disturbed([&] {
                read_write_lock lock(path, hourly());
                if (!d.first.empty() && perform(lock, d.first) != has_it)
                    return 1;
                std::thread teller([] { // any thread may receive a signal
                    sigset_t set;
                    ::sigfillset(&set);
                    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
                    while (signals < 20)
                        std::this_thread::yield();
                    say("disturbed");
                });
                struct ::sigaction action = {};
                action.sa_handler = [](int) { signals = signals + 1; };
                ::sigaction(SIGALRM, &action, nullptr);
                ::itimerval const often = {{0, 1000}, {0, 1000}};
                ::setitimer(ITIMER_REAL, &often, nullptr);
                auto const came = perform(lock, d.waits);
                teller.join();
                return came == has_it ? 0 : 2;
            });
            disturbed.expect("disturbed");
            BOOST_TEST(holder("release") == done);
            BOOST_TEST(disturbed.wait() == 0);
        }
}

BOOST_AUTO_TEST_SUITE_END()
