// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many contend for a strict_soft_file_lock, and every hold is alone. A file that is created with
// O_EXCL proves that. No contender gives way for ever, whatever the order of the intents.

#include "support/child.hpp"
#include "support/link_hook.hpp"
#include "support/sample.hpp"
#include "support/strict_files.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::claim_state;
using boost::filelock::strict_soft_file_lock;
using boost::filelock::strict_soft_file_lock_options;
using boost::system::error_code;
using std::chrono::steady_clock;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

enum outcome
{
    good = 0,
    two_holders = 10,
    too_long,
    wrong_error
};

struct crowd : temporary_directory
{
    static constexpr unsigned together = 8;
    unsigned const holds = by_extent(400u, 1000u, 1000u); // of each
    overlap_probe const probe{directory / "probe"};

    /// Holds the lock for a moment.
    outcome hold(strict_soft_file_lock& lock) const
    {
        bool const is_alone = probe.enter() && probe.leave();
        lock.unlock();
        return is_alone ? good : two_holders;
    }

    outcome wait_and_hold(strict_soft_file_lock& lock) const
    {
        return lock.try_lock_for(patience) ? hold(lock) : too_long;
    }

    outcome acquires_again_and_again() const
    {
        strict_soft_file_lock lock(path);
        auto result = good;
        for (unsigned i = 0; i < holds && result == good; ++i)
            result = wait_and_hold(lock);
        return result;
    }

    /// Calls `attempt(lock, ec)`, which may fail with the error `usual`, as often as the others
    /// acquire the lock.
    template <class F>
    outcome attempts(errc::errc_t usual, F const& attempt) const
    {
        strict_soft_file_lock lock(path);
        auto result = good;
        for (unsigned i = 0; i < holds && result == good; ++i) {
            error_code ec;
            attempt(lock, ec);
            if (!ec)
                result = hold(lock);
            else if (ec != usual)
                result = wrong_error;
        }
        return result;
    }

    outcome only_tries() const
    {
        return attempts(errc::timed_out, [](auto& lock, error_code& ec) {
            acquire_options how;
            how.timeout = 0ms;
            lock.acquire(how, ec);
        });
    }

    outcome times_out() const
    {
        std::minstd_rand random(static_cast<unsigned>(::getpid()));
        return attempts(errc::timed_out, [&](auto& lock, error_code& ec) {
            acquire_options how;
            how.timeout = std::chrono::microseconds(random() % 20'000);
            lock.acquire(how, ec);
        });
    }

    outcome is_cancelled() const
    {
        std::minstd_rand random(static_cast<unsigned>(::getpid()));
        return attempts(errc::operation_canceled, [&](auto& lock, error_code& ec) {
            acquire_options how;
            how.timeout = patience;
            how.cancel_check = [&] { return random() % 4 == 0; };
            lock.acquire(how, ec);
        });
    }

    static void check(std::vector<std::unique_ptr<child>> const& all)
    {
        for (auto const& one : all)
            BOOST_TEST(one->wait() == good);
    }

    void start(std::vector<std::unique_ptr<child>>& all, std::function<outcome()> const& body) const
    {
        all.push_back(std::make_unique<child>([body] {
            restart_hang_timer();
            return body();
        }));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(strict_races, crowd)

BOOST_AUTO_TEST_CASE(every_hold_of_eight_processes_is_alone)
{
    std::vector<std::unique_ptr<child>> all;
    while (all.size() < together)
        start(all, [this] { return acquires_again_and_again(); });
    check(all);
    BOOST_TEST(left_of_claims(path) == "");
}

BOOST_AUTO_TEST_CASE(every_hold_of_threads_with_two_objects_is_alone)
{
    std::vector<std::future<outcome>> all;
    while (all.size() < together)
        all.push_back(std::async(std::launch::async, [this] {
            strict_soft_file_lock one(path), two(path);
            for (unsigned i = 0; i < holds; ++i) {
                auto& lock = i % 2 == 0 ? one : two;
                auto& other = i % 2 == 0 ? two : one;
                if (!lock.try_lock_for(patience))
                    return too_long;
                if (i % 8 == 0 && other.try_lock())
                    return two_holders;
                if (auto const result = hold(lock); result != good)
                    return result;
            }
            return good;
        }));
    for (auto& one : all)
        BOOST_TEST(one.get() == good);
    BOOST_TEST(left_of_claims(path) == "");
}

BOOST_AUTO_TEST_CASE(contenders_that_give_up_leave_no_claim)
{
    std::vector<std::unique_ptr<child>> all;
    for (unsigned i = 0; i < together / 4; ++i) {
        start(all, [this] { return acquires_again_and_again(); });
        start(all, [this] { return only_tries(); });
        start(all, [this] { return times_out(); });
        start(all, [this] { return is_cancelled(); });
    }
    check(all);
    BOOST_TEST(left_of_claims(path) == "");
}

// Another contender publishes claims while the lock is requested.
struct other_contender : temporary_directory
{
    strict_soft_file_lock lock{path};
    steady_clock::time_point has_claims;
    bool has_held_claim = false; // at any time

    other_contender()
    {
        lock.lock();
        lock.unlock();
    }
    ~other_contender() { after_link = {}; }

    /// `arrives` puts the claims of the other contender there.
    void when_lock_has(claim_state kind, std::function<void()> const& arrives)
    {
        after_link = [this, kind, arrives](std::string const& name) {
            bool const is_held = is_held_claim(name);
            has_held_claim = has_held_claim || is_held;
            if (is_held == (kind == claim_state::held))
                arrives();
            has_claims = steady_clock::now();
            return 0;
        };
    }

    std::vector<std::string> remaining() const { return files_among_claims(path); }
};

constexpr auto each = boost::test_tools::per_element();

BOOST_FIXTURE_TEST_CASE(intent_is_withdrawn_at_once_for_a_held_claim, other_contender)
{
    auto const theirs = held_of(last_token);
    when_lock_has(claim_state::intent, [&] { put_claim(path, theirs); });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!has_held_claim);
    BOOST_TEST(remaining() == std::vector{theirs}, each);
}

// Otherwise three contenders could withdraw their intents for each other for ever.
BOOST_FIXTURE_TEST_CASE(intent_is_not_withdrawn_for_a_smaller_one_alone, other_contender)
{
    auto const theirs = intent_of(first_token);
    when_lock_has(claim_state::intent, [&] { put_claim(path, theirs); });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(has_held_claim);
    BOOST_TEST(remaining() == std::vector{theirs}, each);
}

BOOST_FIXTURE_TEST_CASE(greater_intent_does_not_disturb_a_try, other_contender)
{
    when_lock_has(claim_state::intent, [this] { put_claim(path, intent_of(last_token)); });
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    BOOST_TEST(remaining() == std::vector{intent_of(last_token)}, each);
}

BOOST_FIXTURE_TEST_CASE(try_waits_50_ms_for_a_smaller_intent, other_contender)
{
    when_lock_has(claim_state::held, [this] { put_claim(path, intent_of(first_token)); });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST((steady_clock::now() - has_claims >= 50ms));
    BOOST_TEST(remaining() == std::vector{intent_of(first_token)}, each);
    lock.force_break(intent_of(first_token));
    after_link = {};
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    BOOST_TEST(left_of_claims(path) == "");
}

// The 50 ms begin with the last link of each attempt.
BOOST_FIXTURE_TEST_CASE(wait_ends_at_its_deadline_beside_a_smaller_intent, other_contender)
{
    when_lock_has(claim_state::held, [this] { put_claim(path, intent_of(first_token)); });
    BOOST_TEST(!lock.try_lock_for(10ms));
    BOOST_TEST(remaining() == std::vector{intent_of(first_token)}, each);
}

BOOST_FIXTURE_TEST_CASE(smaller_held_claim_makes_a_try_withdraw, other_contender)
{
    when_lock_has(claim_state::held, [this] {
        put_claim(path, intent_of(first_token));
        put_claim(path, held_of(first_token));
    });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(remaining() == (std::vector{held_of(first_token), intent_of(first_token)}), each);
}

BOOST_FIXTURE_TEST_CASE(greater_claims_withdraw_for_a_try, other_contender)
{
    when_lock_has(claim_state::held, [this] {
        put_claim(path, intent_of(last_token));
        put_claim(path, held_of(last_token));
    });
    BOOST_TEST(lock.try_lock());
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    lock.unlock();
    BOOST_TEST(remaining() == (std::vector{held_of(last_token), intent_of(last_token)}), each);
}

// An operator breaks claims of the lock itself before it has looked again.
BOOST_DATA_TEST_CASE_F(other_contender, try_does_not_acquire_with_a_broken_claim,
                       data::make({"held-", "intent-", ""}), which)
{
    when_lock_has(claim_state::held, [this, which = std::string(which)] {
        for (auto const& name : claim_names(path))
            if (name.rfind(which, 0) == 0)
                lock.force_break(name);
    });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(left_of_claims(path) == "");
    after_link = {};
    BOOST_TEST(lock.try_lock());
    lock.unlock();
    BOOST_TEST(left_of_claims(path) == "");
}

// The files are where later contenders do not look for them.
BOOST_DATA_TEST_CASE_F(other_contender, try_does_not_acquire_when_its_files_are_moved,
                       data::make({"", ".filelock"}), which)
{
    when_lock_has(claim_state::held, [this, which = std::string(which)] {
        fs::rename(path.string() + which, path.string() + ".moved");
    });
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(remaining().empty());
    after_link = {};
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(remaining().size() == 2u);
    lock.unlock();
}

/// Removes the intent of another contender as soon as it has been read.
class withdrawing_contender
{
public:
    explicit withdrawing_contender(fs::path const& path)
        : intent_(claims_directory(path) / intent_of(first_token)), fd_(::inotify_init1(IN_CLOEXEC))
    {
        put_claim(path, intent_of(first_token));
        if (::inotify_add_watch(fd_, intent_.c_str(), IN_CLOSE_NOWRITE) == -1)
            throw std::runtime_error("inotify_add_watch");
        withdraws_ = std::async(std::launch::async, [this] {
            ::pollfd change{fd_, POLLIN, 0};
            bool const was_read = ::poll(&change, 1, static_cast<int>(patience / 1ms)) == 1;
            fs::remove(intent_);
            return was_read;
        });
    }
    withdrawing_contender(withdrawing_contender const&) = delete;
    withdrawing_contender& operator=(withdrawing_contender const&) = delete;
    ~withdrawing_contender() { ::close(fd_); }

    /// Waits for the withdrawal. Returns whether the intent had been read.
    bool was_read() { return withdraws_.get(); }

private:
    fs::path intent_;
    int fd_;
    std::future<bool> withdraws_;
};

// A late thread withdraws after the 50 ms. Then the observation is repeated.
BOOST_FIXTURE_TEST_CASE(try_acquires_when_smaller_intent_is_withdrawn, other_contender)
{
    bool has = false;
    for (int i = 0; i < 100 && !has; ++i) {
        std::unique_ptr<withdrawing_contender> other;
        when_lock_has(claim_state::held,
                      [&] { other = std::make_unique<withdrawing_contender>(path); });
        has = lock.try_lock();
        BOOST_TEST_REQUIRE(other.get());
        BOOST_TEST(other->was_read());
        BOOST_TEST(remaining().size() == (has ? 2u : 0u));
    }
    BOOST_TEST(has);
    lock.unlock();
    BOOST_TEST(left_of_claims(path) == "");
}

BOOST_AUTO_TEST_SUITE_END()
