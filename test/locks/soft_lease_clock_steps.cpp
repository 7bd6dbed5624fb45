// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How `soft_file_lease` uses its clocks: the host of a holder or of a contender is suspended, or
// its clock is set. The test steps the clocks, so hours pass at once.

#include "support/kernel_state.hpp"
#include "support/lease_actor.hpp"
#include "support/loss_log.hpp"
#include "support/stepped_clocks.hpp"

#include <boost/system/errc.hpp>

#include <future>
#include <sstream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::loss_reason;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lease_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::minutes;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

// The leases of these tests are refreshed after 20 minutes.
constexpr minutes duration{60}, margin{40};

/// A process with clocks of its own, as on another host, that tries to acquire the lock. Commands
/// are "try", "held?", and a step of the clocks with a number of minutes.
class other_host : public child
{
public:
    other_host(fs::path const& path, soft_file_lease_options const& options)
        : child([=] { return serve(path, options); })
    {}

    /// Steps its clocks.
    void step(char const* how, minutes by)
    {
        write_line(how + (' ' + std::to_string(by.count())));
        expect("done");
    }

private:
    static int serve(fs::path const& path, soft_file_lease_options const& options)
    {
        reset_clocks();
        soft_file_lease lock(path, options);
        for (std::string asked; !(asked = hear()).empty();) {
            std::istringstream words(asked);
            std::string verb;
            int number = 0;
            words >> verb >> number;
            if (verb == "try")
                say(lock.try_lock() ? "held" : "busy");
            else if (verb == "held?")
                say(holds(lock) ? "held" : "lost");
            else
                say(step_here(verb, minutes(number)));
        }
        return 0;
    }

    static std::string step_here(std::string const& how, minutes by)
    {
        how == "pass" ? pass(by) : how == "suspend" ? suspend(by) : set_wall_clock(by);
        return "done";
    }
};

/// Keeps the heartbeat thread of this process busy, so that it refreshes nothing until `end`.
class no_heartbeats
{
public:
    explicit no_heartbeats(fs::path const& other) : lock_(other, options())
    {
        lock_.lock();
        fs::remove(other);
        if (begun_.get_future().wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("no heartbeat");
    }
    ~no_heartbeats() { end(); }

    void end()
    {
        if (!std::exchange(has_ended_, true))
            ended_.set_value();
    }

private:
    soft_file_lease_options options()
    {
        auto made = steady();
        made.on_loss = [this](auto const&) {
            begun_.set_value();
            ended_.get_future().wait();
        };
        return made;
    }

    std::promise<void> begun_, ended_;
    bool has_ended_ = false;
    soft_file_lease lock_; // the last: its destructor waits for on_loss
};

struct fixture : temporary_directory
{
    fs::path const other = directory / "other";
    loss_log log;

    fixture() { reset_clocks(); }
    ~fixture() { reset_clocks(); }

    soft_file_lease_options reporting(storage where)
    {
        auto options = lasting(duration, where);
        options.on_loss = log.callback();
        return options;
    }

    /// Waits until the heartbeat thread has run what is due.
    void wait_for_heartbeats() const
    {
        soft_file_lease lock(directory / "another", steady());
        lock.lock();
        wait_for_beats(lock.path(), 3);
    }

    void check_lost_once(loss_reason reason) const
    {
        BOOST_TEST((log.first().reason == reason));
        wait_for_heartbeats();
        BOOST_TEST(log.all().size() == 1u);
    }

    /// Checks that the contender waits until it has watched the marker for the duration.
    static void check_watched_for_the_duration(other_host& watches)
    {
        BOOST_TEST(watches.ask("try") == "busy");
        watches.step("pass", duration - 2min); // the test itself takes less
        BOOST_TEST(watches.ask("try") == "busy");
        watches.step("pass", 2min);
        BOOST_TEST(watches.ask("try") == "held");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_clock_steps, fixture)

BOOST_AUTO_TEST_SUITE(suspended_holder)

BOOST_DATA_TEST_CASE_F(fixture, keeps_its_hold_within_the_margin, both_storages, where)
{
    soft_file_lease lock(path, reporting(where));
    other_host watches(path, lasting(duration, where));
    no_heartbeats none(other);
    lock.lock();
    BOOST_TEST(watches.ask("try") == "busy");
    auto const last = stamp_of(path);
    suspend(margin - 10min);
    BOOST_TEST((lock.remaining() <= 10min));
    BOOST_TEST((lock.remaining() > 0ns));
    BOOST_TEST(holds(lock));
    none.end();
    BOOST_TEST(comes_true([&] { return stamp_of(path) > last; }));
    BOOST_TEST(comes_true([&] { return lock.remaining() > margin - 10min; }));
    BOOST_TEST(holds(lock));
    suspend(margin - 10min); // from that refresh
    BOOST_TEST(holds(lock));
    wait_for_heartbeats();
    BOOST_TEST(log.all().empty());
    BOOST_TEST(watches.ask("try") == "busy");
}

BOOST_DATA_TEST_CASE_F(fixture, refreshes_within_a_second_when_it_resumes, both_storages, where)
{
    auto const observe = [&, where = where](std::chrono::milliseconds slack) {
        other_host holder(path, lasting(duration, where));
        unless_late(holder.ask("try") == "held", "it is still held");
        wait_until_quiet(holder.pid());
        auto const last = stamp_of(path);
        auto const begin = std::chrono::steady_clock::now();
        holder.step("suspend", margin - 10min);
        BOOST_TEST(comes_true([&] { return stamp_of(path) > last; }));
        auto const took = std::chrono::steady_clock::now() - begin;
        BOOST_TEST(holder.ask("held?") == "held");
        unless_late(took < 1s + slack, "the refresh is late");
    };
    auto const problem = with_growing_time(500ms, observe);
    BOOST_TEST(problem.empty(), problem);
}

// Another process may have taken the lock.
BOOST_DATA_TEST_CASE_F(fixture, loses_its_hold_after_the_margin_though_no_process_came,
                       both_storages, where)
{
    soft_file_lease lock(path, reporting(where));
    other_host watches(path, lasting(duration, where));
    no_heartbeats none(other);
    lock.lock();
    suspend(margin + 1s);
    BOOST_TEST((lock.remaining() == 0ns));
    BOOST_TEST(!holds(lock));
    BOOST_TEST_REQUIRE(lock.loss().has_value());
    BOOST_TEST((lock.loss()->reason == loss_reason::refresh_failed));
    BOOST_TEST(!lock.loss()->error);
    BOOST_TEST(log.all().empty()); // no heartbeat has run
    none.end();
    check_lost_once(loss_reason::refresh_failed);
    BOOST_TEST((lock.remaining() == 0ns));
    BOOST_TEST((error_of([&] { lock.extend(); }) == error::hold_lost));
    BOOST_TEST(watches.ask("try") == "busy"); // the marker is still there
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(!fs::exists(path));
    BOOST_TEST(watches.ask("try") == "held");
}

BOOST_DATA_TEST_CASE_F(fixture, is_told_of_the_loss_when_it_resumes, both_storages, where)
{
    soft_file_lease lock(path, reporting(where));
    lock.lock();
    suspend(margin + 1s);
    check_lost_once(loss_reason::refresh_failed);
    BOOST_TEST(!holds(lock));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(!fs::exists(path));
    lock.lock();
    BOOST_TEST(holds(lock));
    BOOST_TEST((lock.remaining() > margin - 10min));
}

namespace {

/// A hold whose marker another process has evicted while this host was suspended.
struct succeeded : fixture
{
    std::optional<soft_file_lease> lock;
    std::optional<no_heartbeats> none;
    std::optional<other_host> successor;
    std::string text; ///< of the successor's marker

    void resume_after_a_successor(storage where)
    {
        lock.emplace(path, reporting(where));
        successor.emplace(path, lasting(duration, where));
        none.emplace(other);
        lock->lock();
        check_watched_for_the_duration(*successor);
        text = text_of(path);
        suspend(duration);
    }

    void check_successor_is_left_alone()
    {
        BOOST_CHECK_NO_THROW(lock->release());
        BOOST_TEST(text_of(path) == text);
        BOOST_TEST(successor->ask("held?") == "held");
        BOOST_TEST(!lock->try_lock());
    }
};

} // namespace

BOOST_DATA_TEST_CASE_F(succeeded, knows_that_it_has_lost_before_any_heartbeat, both_storages, where)
{
    resume_after_a_successor(where);
    BOOST_TEST((lock->remaining() == 0ns));
    BOOST_TEST(!holds(*lock));
    BOOST_TEST(lock->loss().has_value());
    BOOST_TEST(log.all().empty());
    check_successor_is_left_alone();
}

BOOST_DATA_TEST_CASE_F(succeeded, may_release_first, both_storages, where)
{
    resume_after_a_successor(where);
    check_successor_is_left_alone();
    none->end();
    wait_for_heartbeats();
    BOOST_TEST(log.all().empty());
    BOOST_TEST(text_of(path) == text);
}

BOOST_DATA_TEST_CASE_F(succeeded, is_told_of_its_successor, both_storages, where)
{
    resume_after_a_successor(where);
    none->end();
    check_lost_once(loss_reason::owner_changed);
    BOOST_TEST((lock->remaining() == 0ns));
    BOOST_TEST((error_of([&] { lock->extend(); }) == error::hold_lost));
    check_successor_is_left_alone();
}

BOOST_AUTO_TEST_SUITE_END()

// No clock but the one that stops in suspend shortens or extends its watch.
BOOST_AUTO_TEST_SUITE(contender_with_a_step)

struct clock_step
{
    char const* how;
    minutes by;
    friend std::ostream& operator<<(std::ostream& out, clock_step const& s)
    {
        return out << s.how << ' ' << s.by.count();
    }
};
// More than twice the duration.
auto const steps = data::make(
    {clock_step{"suspend", 180min}, clock_step{"set", 180min}, clock_step{"set", -180min}});

BOOST_DATA_TEST_CASE_F(fixture, watches_a_living_holder_for_the_duration, both_storages* steps,
                       where, step)
{
    soft_file_lease lock(path, reporting(where));
    lock.lock();
    other_host watches(path, lasting(duration, where));
    BOOST_TEST(watches.ask("try") == "busy");
    watches.step(step.how, step.by);
    BOOST_TEST(watches.ask("try") == "busy");
    BOOST_TEST(holds(lock));
    wait_for_heartbeats();
    BOOST_TEST(log.all().empty());
    lock.extend(); // begins the watch anew
    check_watched_for_the_duration(watches);
}

BOOST_DATA_TEST_CASE_F(fixture, watches_the_marker_of_another_host_for_the_duration,
                       both_storages* steps, where, step)
{
    write_text(path, foreign_lease(duration));
    other_host watches(path, lasting(duration, where));
    BOOST_TEST(watches.ask("try") == "busy");
    watches.step("pass", 1min);
    watches.step(step.how, step.by);
    BOOST_TEST(watches.ask("try") == "busy");
    watches.step("pass", duration - 3min); // the test itself takes less than a minute
    BOOST_TEST(watches.ask("try") == "busy");
    watches.step(step.how, step.by);
    watches.step("pass", 2min);
    BOOST_TEST(watches.ask("try") == "held");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(holder_whose_clock_is_set)

BOOST_DATA_TEST_CASE_F(fixture, keeps_its_hold, both_storages* data::make({180, -180}), where, by)
{
    auto options = steady(where);
    options.on_loss = log.callback();
    soft_file_lease lock(path, options), long_lock(other, reporting(where));
    other_host watches(other, lasting(duration, where));
    lock.lock();
    long_lock.lock();
    BOOST_TEST(watches.ask("try") == "busy");
    set_wall_clock(minutes(by));
    BOOST_TEST((long_lock.remaining() > margin - 10min));
    BOOST_TEST((long_lock.remaining() <= margin));
    wait_for_beats(path, 3);
    for (auto* const held : {&lock, &long_lock}) {
        BOOST_TEST(holds(*held));
        BOOST_CHECK_NO_THROW(held->extend());
    }
    BOOST_TEST((long_lock.remaining() <= margin));
    BOOST_TEST(log.all().empty());
    BOOST_TEST(watches.ask("try") == "busy");
}

BOOST_AUTO_TEST_SUITE_END()

// A number stays for an hour after a greater one was made. A listing that takes half of that may
// contain neither.
BOOST_FIXTURE_TEST_CASE(fence_number_is_not_made_after_a_listing_that_took_too_long, fixture)
{
    auto const directory_of_numbers = path.string() + ".fence";
    soft_file_lease lock(path, lasting(24h * 365, storage::local));
    int refusals = 0;
    bool is_suspended = true;
    for (int reading = 1; is_suspended; ++reading) {
        BOOST_TEST_REQUIRE(!take(lock, patience));
        auto const before = reading == 1 ? 0 : names_in(directory_of_numbers).size();
        readings_until_suspend = reading;
        late_suspend = 31min;
        error_code ec;
        bool const is_made = lock.fence(ec) != 0;
        is_suspended = readings_until_suspend == 0;
        readings_until_suspend = 0;
        BOOST_TEST((is_made || ec == errc::timed_out));
        BOOST_TEST((names_in(directory_of_numbers).size() == before) == !is_made);
        refusals += !is_made;
        lock.unlock();
    }
    BOOST_TEST(refusals == 1);
}

BOOST_AUTO_TEST_SUITE_END()
