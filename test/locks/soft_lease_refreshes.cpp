// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Refreshes of a `soft_file_lease` that fail. For less than the margin they change nothing. After
// the margin the hold is lost, before another process may acquire the lock.

#include "support/lease_actor.hpp"
#include "support/loss_log.hpp"
#include "support/system_calls.hpp"
#include "support/tracer.hpp"

#include <boost/system/errc.hpp>

#include <cerrno>
#include <fstream>
#include <memory>
#include <ostream>
#include <vector>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::loss_reason;
using boost::filelock::soft_file_lease;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// System calls of a refresh that fail.
struct failure
{
    storage where;
    std::string call; ///< its meaning, as in system_calls.hpp
    int error;

    std::string calls() const { return call == "flock" ? call : calls_for(call); }
    std::string message() const
    {
        return error_code(error, boost::system::system_category()).message();
    }
    std::string why() const
    {
        return served_lease::why(loss_reason::refresh_failed,
                                 {error, boost::system::system_category()});
    }

    friend std::ostream& operator<<(std::ostream& out, failure const& f)
    {
        return out << f.where << ", " << f.call << ": " << f.message();
    }
};

/// Lets calls of a process fail, in all its threads, while the object exists.
class failing
{
public:
    /// `when`: which calls of a thread, in the syntax of strace.
    failing(pid_t process, fs::path const& log, failure const& f, std::string const& when = "1+")
        : log_(log), tracer_(process, "-o '" + log.native() + "' -e trace=" + f.calls() +
                                          " -e inject=" + f.calls() +
                                          ":error=" + std::to_string(f.error) + ":when=" + when)
    {}

    void wait_for(int count) const
    {
        if (!comes_true([&] { return failed() >= count; }))
            throw std::runtime_error("no call has failed");
    }

private:
    int failed() const
    {
        std::ifstream in(log_.string());
        int count = 0;
        for (std::string line; std::getline(in, line);)
            count += line.find("(INJECTED)") != line.npos;
        return count;
    }

    fs::path const log_;
    tracer tracer_;
};

std::vector<failure> all_failures()
{
    std::vector<failure> all;
    for (auto const where : {storage::local, storage::network})
        for (auto const* const call : {"utimensat", "stat"})
            for (int const error : {ESTALE, EIO, EACCES})
                all.push_back({where, call, error});
    all.push_back({storage::local, "flock", EIO});
    all.push_back({storage::network, "open", ESTALE});
    all.push_back({storage::network, "open", EIO});
    return all;
}

std::vector<failure> some_failures()
{
    std::vector<failure> some;
    for (auto const where : {storage::local, storage::network}) {
        some.push_back({where, "utimensat", ESTALE});
        some.push_back({where, "utimensat", EIO});
        some.push_back({where, "stat", ESTALE});
    }
    return some;
}

struct fixture : lease_directory
{
    fs::path const log = directory / "strace";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_lease_refreshes, fixture)

BOOST_AUTO_TEST_SUITE(that_fail, *ut::precondition(can_trace))

// The margin is nearly as long as `patience`.
BOOST_DATA_TEST_CASE_F(fixture, for_less_than_the_margin_change_nothing, data::make(all_failures()),
                       f)
{
    lease_actor holder(path, steady(f.where));
    holder.expect("held");
    auto const text = text_of(path);
    soft_file_lease other(path, steady(f.where));
    {
        failing const calls(holder.pid(), log, f);
        calls.wait_for(10);
        BOOST_TEST(holder.ask("extend") == f.message());
        BOOST_TEST(holder.ask("remaining") == "some");
        BOOST_TEST((take(other) == errc::timed_out));
    }
    wait_for_beats(path, 3);
    BOOST_TEST(holder.ask("held?") == "held");
    BOOST_TEST(holder.ask("losses") == "0");
    BOOST_TEST((take(other) == errc::timed_out));
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(!take(other, patience)); // a late attempt is repeated
}

BOOST_DATA_TEST_CASE_F(fixture, for_longer_lose_the_hold_before_another_process_has_it,
                       data::make(some_failures()), f)
{
    auto const observe = [&, f = f](milliseconds time) {
        lease_actor holder(path, lasting(time, f.where));
        holder.expect("held");
        lease_actor successor(path, lasting(time, f.where));
        unless_late(successor.read_line() == "waits", "the holder has lost it");
        auto calls = std::make_unique<failing>(holder.pid(), log, f);
        successor.expect("held");
        auto const text = text_of(path);
        BOOST_TEST(holder.ask("lost?") == "lost");
        BOOST_TEST(holder.ask("remaining") == "none");
        unless_late(holder.ask("why") == f.why(), "it was lost otherwise");
        auto const lost_at = std::stoll(holder.ask("lost at"));
        auto const held_at = std::stoll(successor.ask("held at"));
        unless_late(lost_at < held_at, "the successor came first");
        calls.reset();
        BOOST_TEST(holder.ask("held?") == "lost");
        BOOST_TEST(holder.ask("release") == "done");
        BOOST_TEST(holder.ask("losses") == "1");
        BOOST_TEST(text_of(path) == text);
        unless_late(successor.ask("held?") == "held", "the successor has lost it");
    };
    check_in_time(observe, 300ms);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(that_do_not_find_the_marker, *ut::precondition(can_trace))

// The file system says that the marker is gone, or that the file there is another owner's.
BOOST_DATA_TEST_CASE_F(fixture, lose_the_hold_at_once,
                       data::make(std::vector<failure>{{storage::local, "stat", ENOENT},
                                                       {storage::network, "stat", ENOENT},
                                                       {storage::network, "open", EACCES}}),
                       f)
{
    lease_actor holder(path, steady(f.where));
    holder.expect("held");
    {
        failing const calls(holder.pid(), log, f);
        BOOST_TEST(holder.ask("lost?") == "lost");
    }
    BOOST_TEST(holder.ask("why") == served_lease::why(f.error == ENOENT
                                                          ? loss_reason::marker_missing
                                                          : loss_reason::owner_changed));
    BOOST_TEST(holder.ask("remaining") == "none");
    BOOST_TEST(holder.ask("losses") == "1");
    soft_file_lease other(path, steady(f.where));
    BOOST_TEST((take(other) == errc::timed_out));
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(!take(other, patience)); // a late attempt is repeated
}

// The result may come from a cache, so a refresh looks up to three times.
BOOST_AUTO_TEST_CASE(on_network_storage_look_again)
{
    lease_actor holder(path, steady(storage::network));
    holder.expect("held");
    {
        failing const calls(holder.pid(), log, {storage::network, "stat", ENOENT}, "1..2");
        calls.wait_for(2);
        wait_for_beats(path, 3);
    }
    BOOST_TEST(holder.ask("held?") == "held");
    BOOST_TEST(holder.ask("losses") == "0");
}

BOOST_AUTO_TEST_SUITE_END()

// A contender that is stopped while it evicts a marker keeps the right.
BOOST_AUTO_TEST_SUITE(without_the_removal_right)

BOOST_AUTO_TEST_CASE(for_less_than_the_margin_change_nothing)
{
    auto options = steady();
    loss_log losses;
    options.on_loss = losses.callback();
    soft_file_lease lock(path, options), other(directory / "other", steady());
    lock.lock();
    other.lock();
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(comes_true([&] { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }));
    auto const last = stamp_of(path);
    wait_for_beats(other.path(), 3);
    BOOST_TEST((stamp_of(path) == last));
    BOOST_TEST(holds(lock));
    ::close(fd);
    wait_for_beats(path, 3);
    BOOST_TEST(holds(lock));
    BOOST_TEST(losses.all().empty());
}

BOOST_AUTO_TEST_CASE(for_longer_lose_the_hold)
{
    check_in_time([&](milliseconds time) {
        loss_log losses;
        auto options = lasting(time, storage::local);
        options.on_loss = losses.callback();
        soft_file_lease lock(path, options), other(directory / "other", steady());
        lock.lock();
        other.lock();
        int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        unless_late(comes_true([&] { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }), "no right");
        auto const loss = losses.first();
        BOOST_TEST((lock.remaining() == 0ns));
        ::close(fd);
        BOOST_TEST((loss.reason == loss_reason::refresh_failed));
        unless_late(loss.error == errc::operation_would_block, "it was lost otherwise");
        wait_for_beats(other.path(), 3);
        BOOST_TEST(losses.all().size() == 1u);
        BOOST_TEST(!holds(lock));
        lock.unlock();
        BOOST_TEST(!fs::exists(path));
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
