// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as faults.cpp for the tree of markers of readers and writers: a process is killed
// at any system call, any call fails, and heartbeats fail.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/fault_points.hpp"
#include "support/markers.hpp"
#include "support/soft_read_write_actor.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <signal.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::lease_loss;
using boost::filelock::loss_reason;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const both = data::make({storage::local, storage::network});
std::string const modes[] = {"try shared", "try"};

// Another lock is held throughout, so that the heartbeat thread exists.
class tree_taker final : public lock_taker<soft_read_write_lock>
{
public:
    tree_taker(fs::path const& path, fs::path const& another,
               soft_read_write_lock_options const& options, bool writes)
        : lock_taker(path, options), kept_(another, options), writes_(writes)
    {
        kept_.lock();
    }

    error_code take() override
    {
        error_code ec;
        acquire_options how;
        how.timeout = patience;
        if (writes_)
            lock_.acquire(how, ec);
        else
            lock_.acquire_shared(how, ec);
        return ec;
    }

private:
    soft_read_write_lock kept_;
    bool writes_;
};

constexpr auto threshold = 400ms;

} // namespace

struct fixture : temporary_directory
{
    fs::path const tree = directory / "tree", at = tree / "test.lock", another = directory / "kept";
    fs::path const readers = at.string() + ".readers", write = at.string() + ".write",
                   state = at.string() + ".state";
    std::unique_ptr<child> dead;

    fixture() { fs::create_directory(tree); }

    void clean() const
    {
        for (auto const& dir : {tree, directory})
            for (fs::directory_iterator it(dir), end; it != end;) {
                auto const left = (it++)->path();
                if (left != tree)
                    fs::remove_all(left);
            }
    }

    // Returns whether nothing is left except the readers' directory and housekeeping files.
    bool is_clean() const
    {
        for (auto const& dir : {tree, readers})
            if (fs::exists(dir))
                for (auto const& name : names_in(dir))
                    if (name.find(".break") == name.npos && dir / name != readers)
                        return false;
        return true;
    }

    /// Returns whether a killed process has left an unfinished marker, which does not name it.
    bool is_any_unfinished() const
    {
        auto const is_so = [](fs::path const& marker) {
            auto const text = fs::is_regular_file(marker) ? text_of(marker) : "\n";
            return text.empty() || text.back() != '\n';
        };
        bool is_any = is_so(write) || is_so(state);
        if (fs::exists(readers))
            for (auto const& name : names_in(readers))
                is_any = is_any || (name.find(".break") == name.npos && is_so(readers / name));
        return is_any;
    }

    // An unfinished marker becomes stale only by age. In `state` that takes two seconds.
    bool is_free(soft_read_write_lock_options const& options,
                 std::chrono::milliseconds limit = 2s + 2 * threshold + 1s) const
    {
        if (options.where == storage::network)
            make_tree_old(at);
        soft_read_write_lock other(at, options);
        if (other.try_lock())
            return true;
        if (!is_any_unfinished())
            return false;
        soft_read_write_lock patient(at, quick(options.where, threshold));
        return patient.try_lock_for(limit);
    }

    /// Returns a sequence without any other holder.
    sequence alone(soft_read_write_lock_options const& options, bool writes)
    {
        sequence s;
        s.make = [this, options, writes] {
            return std::make_unique<tree_taker>(at, another, options, writes);
        };
        s.is_free = [this, options] { return is_free(options); };
        s.comes_free = [this, options] { return is_free(options, patience); };
        s.is_clean = [this] { return is_clean(); };
        s.has_other_ways = true;
        s.lists_holders = true;
        s.others_calls = calls_of_threads;
        s.prepare = [this] {
            clean();
            return std::function<void()>();
        };
        return s;
    }

    enum way
    {
        reading,
        writing,
        in_state
    };

    /// Returns a sequence that begins after a holder's death. The dead process is not reaped, so
    /// that its death can be proved.
    sequence after_death(soft_read_write_lock_options const& options, bool writes, way died)
    {
        auto s = alone(options, writes);
        s.prepare = [this, options, died] {
            clean();
            dead = std::make_unique<child>([&] {
                soft_read_write_lock lock(at, options);
                soft_file_lock_options of_state;
                of_state.where = options.where;
                soft_file_lock its_state(state, of_state);
                if (died == in_state)
                    its_state.lock();
                else if (died == reading)
                    lock.lock_shared();
                else
                    lock.lock();
                ::raise(SIGKILL);
                return 0;
            });
            if (dead->wait_unreaped() != -SIGKILL)
                throw std::runtime_error("no process has died");
            if (options.where == storage::network)
                make_tree_old(at);
            return std::function<void()>();
        };
        return s;
    }

    /// Returns a sequence in which another holder releases the lock when it is waited for.
    sequence waiting(soft_read_write_lock_options options, bool writes)
    {
        options.poll_interval = 100ms; // with a shorter interval it is never seen asleep
        auto s = alone(options, writes);
        s.prepare = [this, options, writes] {
            clean();
            auto const other = std::make_shared<soft_read_write_lock>(at, options);
            if (writes)
                other->lock_shared();
            else
                other->lock();
            return [other] { other->release(); };
        };
        s.varies = true;
        return s;
    }

    // Two faults are excepted: a single wrong status of a path, and a failure to read the status of
    // a new file. In these cases a marker without an owner is left, and it becomes stale by age.
    static void check(sequence const& what, sample_size size)
    {
        fault_points const points(what);
        auto faults = points.all();
        auto const is_excepted = [](fault const& f) {
            auto const has = [&f](char const* part) { return f.text.find(part) != f.text.npos; };
            bool const is_of_open = has("AT_EMPTY_PATH") || f.call.rfind("fstat", 0) == 0;
            bool const is_of_name = has("AT_SYMLINK_NOFOLLOW") || f.call.rfind("lstat", 0) == 0;
            return (!f.error.empty() && f.meaning() == "stat" && is_of_open &&
                    has("st_size=0, ...}")) ||
                   (is_of_name && (f.error == "ENOENT" || f.error == "ESTALE"));
        };
        faults.erase(std::remove_if(faults.begin(), faults.end(), is_excepted), faults.end());
        check_faults(points, faults, size);
    }
};

BOOST_FIXTURE_TEST_SUITE(soft_read_write_faults, fixture, *ut::precondition(can_trace))

BOOST_DATA_TEST_CASE_F(fixture, free_lock, both* data::make({false, true}), where, writes)
{
    check(alone(hourly(where), writes), {3, 13});
}

BOOST_DATA_TEST_CASE_F(fixture, a_writer_has_died, both* data::make({false, true}), where, writes)
{
    check(after_death(hourly(where), writes, writing), {2, 29});
}

BOOST_DATA_TEST_CASE_F(fixture, a_reader_has_died, both, where)
{
    check(after_death(hourly(where), true, reading), {2, 29});
}

BOOST_DATA_TEST_CASE_F(fixture, one_has_died_in_state, both, where)
{
    check(after_death(hourly(where), true, in_state), {2, 29});
}

BOOST_DATA_TEST_CASE_F(fixture, other_holder_is_waited_for, both* data::make({false, true}), where,
                       writes)
{
    check(waiting(hourly(where), writes), {2, 29});
}

BOOST_DATA_TEST_CASE_F(fixture, markers_made_in_place, both* data::make({false, true}), where,
                       writes)
{
    auto s = alone(hourly(where), writes);
    s.injections = "-e inject=linkat:error=EOPNOTSUPP";
    check(s, {2, 17});
}

BOOST_DATA_TEST_CASE_F(fixture, a_release_that_fails_is_reported_and_retried,
                       both* data::make(modes), where, has)
{
    actor holder(at, hourly(where)), other(at, hourly(where));
    BOOST_TEST_REQUIRE(holder(has) == has_it);
    {
        tracer const t(holder.pid(), "-e inject=" + calls_for("unlink") + ":error=EIO:when=1+");
        BOOST_TEST(holder("release") == make_error_code(errc::io_error).message());
        BOOST_TEST(other("try") == busy);
    }
    BOOST_TEST(holder("try shared") == has_it); // its previous hold has been released
    BOOST_TEST(other("try shared") == has_it);
    BOOST_TEST(other("release") == done);
    BOOST_TEST(holder("release") == done);
    BOOST_TEST(other("try") == has_it);
    BOOST_TEST(other("release") == done);
    BOOST_TEST(is_clean());
}

// The thread that cannot be started is the heartbeat thread.
BOOST_DATA_TEST_CASE_F(fixture, acquisition_fails_when_thread_cannot_be_started,
                       both* data::make(modes), where, has)
{
    actor holder(at, hourly(where)), other(at, hourly(where));
    {
        tracer const t(holder.pid(), "-e inject=" + calls_for("clone") + ":error=EAGAIN");
        BOOST_TEST(holder(has) == make_error_code(errc::resource_unavailable_try_again).message());
    }
    BOOST_TEST(is_clean());
    BOOST_TEST(other("try") == has_it);
    BOOST_TEST(other("release") == done);
    BOOST_TEST(holder(has) == has_it);
}

namespace {

struct beating : fixture
{
    static constexpr milliseconds shortest_limit = 240ms;

    static soft_read_write_lock_options options(storage where, milliseconds limit)
    {
        return quick(where, limit); // the heartbeat interval is a quarter of the limit
    }

    /// Starts a process that acquires the lock and says "held". It reports a loss as reason, error
    /// and milliseconds since the beginning. On a line other than "held?" it says the number of
    /// losses and releases the lock.
    std::unique_ptr<child> holder(storage where, std::string const& has, milliseconds limit) const
    {
        // Removes the files of the last observation, which killed a holder.
        for (auto const& name : names_in(directory))
            fs::remove_all(directory / name);
        auto c = std::make_unique<child>([&] {
            std::atomic<int> losses{0};
            steady_clock::time_point begin;
            auto o = options(where, limit);
            o.on_loss = [&](lease_loss const& loss) {
                auto const after =
                    std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
                ++losses;
                say(std::to_string(static_cast<int>(loss.reason)) + ' ' +
                    std::to_string(loss.error.value()) + ' ' + std::to_string(after.count()));
            };
            soft_read_write_lock lock(at, o);
            say("ready");
            hear();
            begin = steady_clock::now();
            if (perform(lock, has) != has_it)
                return 1;
            say("held");
            while (hear() == "held?")
                say(holds(lock) ? "held" : lost);
            bool const is_known = lock.loss().has_value() == (losses != 0);
            auto const given = perform(lock, "release");
            say(std::to_string(losses) + ' ' + given + (is_known ? "" : ", unknown"));
            hear();
            return 0;
        });
        c->expect("ready");
        return c;
    }
};

struct failure
{
    char const* name;
    int number;
    friend std::ostream& operator<<(std::ostream& out, failure const& f) { return out << f.name; }
};

failure const failures[] = {{"EIO", EIO}, {"ESTALE", ESTALE}};

} // namespace

// strace counts calls by thread. The acquisition's own stamp is the first of its thread. Heartbeats
// come from another thread, which retries a failed one every eighth of the interval.
BOOST_DATA_TEST_CASE_F(beating, heartbeats_that_fail_for_less_than_the_margin_lose_nothing,
                       both* data::make(modes) * data::make(failures), where, has, what)
{
    auto const problem = with_growing_time(shortest_limit, [&, where = where, has = has,
                                                            what = what](milliseconds limit) {
        auto const c = holder(where, has, limit);
        c->write_line("go");
        unless_late(c->read_line() == "held", "the holder cannot hold it");
        {
            tracer const t(c->pid(),
                           "-e inject=utimensat:error=" + std::string(what.name) + ":when=1..8");
            actor other(at, options(where, limit));
            auto const came = other(beyond(limit, is_writing(has) ? "shared" : ""));
            unless_late(came == busy, "the other: " + came);
            unless_late(!c->has_line(), "the holder has lost it");
            c->write_line("held?");
            unless_late(c->read_line() == "held", "the holder has lost it");
        }
        c->write_line("");
        auto const went = c->read_line().value_or("it died");
        unless_late(went == "0 " + done, "the holder: " + went);
        BOOST_TEST(is_clean());
    });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_DATA_TEST_CASE_F(beating, heartbeats_that_fail_for_more_lose_it_once,
                       both* data::make(modes) * data::make(failures), where, has, what)
{
    auto const problem = with_growing_time(
        shortest_limit, [&, where = where, has = has, what = what](milliseconds limit) {
            auto const c = holder(where, has, limit);
            c->write_line("go");
            unless_late(c->read_line() == "held", "the holder cannot hold it");
            actor other(at, options(where, limit));
            long after = 0;
            {
                tracer const t(c->pid(),
                               "-e inject=utimensat:error=" + std::string(what.name) + ":when=1+");
                other.begin("wait");
                std::istringstream said(c->read_line().value_or(""));
                int reason = -1, number = 0;
                said >> reason >> number >> after;
                unless_late(reason == static_cast<int>(loss_reason::refresh_failed),
                            "it could not try in time");
                BOOST_TEST(number == what.number);
                BOOST_TEST(after >= (limit - limit / 4).count());
                unless_late(other.result() == has_it, "the other has lost it");
                BOOST_TEST(!c->has_line());
                c->write_line("held?");
                c->expect(lost);
                c->write_line("");
                c->expect("1 " + done);
            }
            unless_late(other("held?") == "held", "the other has lost it");
            unless_late(other("release") == done, "the other has lost it");
            BOOST_TEST(is_clean());
            unless_late(after < (limit + limit / 2).count(),
                        "told after " + std::to_string(after) + " ms");
        });
    BOOST_TEST(problem.empty(), problem);
}

BOOST_AUTO_TEST_SUITE_END()
