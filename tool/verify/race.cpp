// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "race.hpp"

#include "../exit_status.hpp"
#include "failure.hpp"

#include "../../src/platform/random.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <random>
#include <set>
#include <string>
#include <thread>

namespace filelock_tool {
namespace {

using boost::filelock::acquire_options;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace errc = boost::system::errc;

acquire_options within_limit()
{
    acquire_options how;
    how.timeout = longest_wait;
    return how;
}

void acquire_or_throw(any_lock& lock, acquire_options const& how)
{
    error_code ec;
    if (!lock.acquire(how, ec))
        throw verify_failure(status_of(ec), ec.message());
}

/// One process of the race.
class contender
{
public:
    contender(line_stream& coordinator, lock_choice const& lock)
        : coordinator_(coordinator), choice_(lock)
    {
        std::random_device::result_type seed = 0;
        if (auto const ec = boost::filelock::detail::fill_random(&seed, sizeof seed))
            throw boost::system::system_error(ec, "random numbers");
        random_.seed(seed);
        missing_.insert(false);
        if (has_shared_mode(lock.kind))
            missing_.insert(true);
        modes_ = missing_;
    }

    void race(milliseconds time)
    {
        auto const end = steady_clock::now() + time;
        bool is_over = false;
        while (!(is_over = is_over || steady_clock::now() >= end) || !missing_.empty())
            if (!hold_once(is_over ? *missing_.begin() : modes_.size() == 2 && has_luck(3)))
                return coordinator_.say("starved");
    }

private:
    /// Returns true in one of `n` cases.
    bool has_luck(unsigned n) { return random_() % n == 0; }

    any_lock& lock(bool is_shared)
    {
        auto& lock = locks_[is_shared];
        // An object may keep the file open between two holds, and a new one opens it.
        if (!lock || has_luck(4)) {
            choice_.is_shared = is_shared;
            lock.reset();
            lock = make_lock(choice_);
        }
        return *lock;
    }

    /// Returns false if the lock was not acquired within the limit.
    bool hold_once(bool is_shared)
    {
        auto& lock = this->lock(is_shared);
        auto const begin = steady_clock::now();
        error_code ec;
        if (!lock.acquire(within_limit(), ec)) {
            if (ec == errc::timed_out)
                return false;
            throw verify_failure(status_of(ec), ec.message());
        }
        coordinator_.ask((is_shared ? "in shared " : "in exclusive ") +
                         in_milliseconds(steady_clock::now() - begin));
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % 1000));
        coordinator_.ask("out");
        auto const age = steady_clock::now() - begin;
        lock.release(ec);
        coordinator_.say("released " + in_milliseconds(age));
        missing_.erase(is_shared);
        // timed_out: a thread of the library goes on with it.
        if (ec && ec != errc::timed_out && age < expiry)
            throw verify_failure(status_of(ec), "release: " + ec.message());
        return true;
    }

    line_stream& coordinator_;
    lock_choice choice_;
    std::mt19937 random_;
    std::set<bool> modes_, missing_; // shared, exclusive
    std::unique_ptr<any_lock> locks_[2];
};

} // namespace

lock_choice lock_for(boost::filesystem::path const& place, lock_kind kind)
{
    using namespace std::chrono_literals;
    lock_choice lock;
    lock.kind = kind;
    lock.path = place / name_of(kind);
    lock.poll_interval = 20ms;
    // After the end of a measurement nothing must appear again.
    lock.create_directories = false;
    if (kind == lock_kind::soft_file_lease)
        lock.duration = expiry;
    if (kind == lock_kind::soft_read_write_lock) {
        lock.stale_threshold = expiry;
        lock.settle = 0s; // no Python program takes part
    }
    if (kind == lock_kind::soft_file_lease || kind == lock_kind::soft_read_write_lock)
        lock.heartbeat_interval = 2s;
    return lock;
}

void race(line_stream& coordinator, lock_choice const& lock, milliseconds time)
{
    std::string failed;
    try {
        contender(coordinator, lock).race(time);
    } catch (verify_failure const& e) {
        failed = "error " + std::to_string(e.status()) + " " + e.what();
    } catch (boost::filelock::lock_error const& e) {
        failed = "error " + std::to_string(status_of(e.code())) + " " + e.what();
    }
    if (!failed.empty())
        coordinator.say(failed);
    coordinator.say("done");
}

std::unique_ptr<any_lock> hold(line_stream& coordinator, lock_choice const& choice)
{
    auto lock = make_lock(choice);
    acquire_or_throw(*lock, within_limit());
    coordinator.say("held");
    return lock;
}

void wait_asleep(line_stream& coordinator, lock_choice choice, milliseconds interval)
{
    choice.poll_interval = interval;
    auto const lock = make_lock(choice);
    auto how = within_limit();
    std::string gaps;
    auto last = steady_clock::now();
    bool is_first = true;
    auto const record = [&] {
        auto const now = steady_clock::now();
        if (!std::exchange(is_first, false))
            gaps += ' ' + in_milliseconds(now - last);
        last = now;
    };
    how.cancel_check = [&] {
        record();
        coordinator.say("asleep");
        last = steady_clock::now();
        return false;
    };
    acquire_or_throw(*lock, how);
    record();
    coordinator.say("held" + gaps);
    error_code ec;
    lock->release(ec);
}

} // namespace filelock_tool
