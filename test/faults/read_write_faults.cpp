// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as faults.cpp for read_write_lock: acquisition in each mode, waits for holders of
// each mode, and conversions.

#include <boost/test/unit_test.hpp>

#include "support/fault_points.hpp"
#include "support/lock_bytes.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/read_write_lock.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

enum class mode
{
    none,
    shared,
    upgrade,
    exclusive
};

constexpr auto endless = std::chrono::nanoseconds::max();

error_code take_new(read_write_lock& lock, mode m, std::chrono::nanoseconds limit)
{
    error_code ec;
    acquire_options how;
    if (limit != endless)
        how.timeout = limit;
    if (m == mode::shared)
        lock.acquire_shared(how, ec);
    else if (m == mode::upgrade)
        lock.acquire_upgrade(how, ec);
    else
        lock.acquire(how, ec);
    return ec;
}

// Returns false if the limit has passed.
bool convert(read_write_lock& lock, mode from, mode to, std::chrono::nanoseconds limit)
{
    switch (to) {
    case mode::exclusive:
        if (from == mode::shared)
            return lock.try_unlock_shared_and_lock_for(limit);
        if (limit != endless)
            return lock.try_unlock_upgrade_and_lock_for(limit);
        lock.unlock_upgrade_and_lock();
        return true;
    case mode::upgrade:
        if (from == mode::shared)
            return lock.try_unlock_shared_and_lock_upgrade_for(limit);
        lock.unlock_and_lock_upgrade();
        return true;
    default:
        if (from == mode::upgrade)
            lock.unlock_upgrade_and_lock_shared();
        else
            lock.unlock_and_lock_shared();
        return true;
    }
}

class read_write_taker final : public lock_taker<read_write_lock>
{
public:
    read_write_taker(fs::path const& path, read_write_lock_options const& options, mode from,
                     mode to, std::chrono::nanoseconds limit)
        : lock_taker(path, options), from_(from), to_(to), limit_(limit)
    {
        begin();
    }

    error_code take() override
    {
        if (from_ == mode::none)
            return take_new(lock_, to_, limit_);
        begin();
        return convert(lock_, from_, to_, limit_) ? error_code() : make_error_code(errc::timed_out);
    }

private:
    void begin()
    {
        if (from_ != mode::none && lock_.lock_counter() == 0)
            if (auto const ec = take_new(lock_, from_, endless))
                throw boost::system::system_error(ec);
    }

    mode from_, to_;
    std::chrono::nanoseconds limit_;
};

// Gives up the first request, and then makes a weaker one.
class reluctant_taker final : public taker
{
public:
    reluctant_taker(std::unique_ptr<taker> first, std::unique_ptr<taker> then)
        : first_(std::move(first)), then_(std::move(then))
    {}

    error_code take() override { return (has_taken_++ == 0 ? first_ : then_)->take(); }
    error_code give_back() override { return (has_taken_ == 1 ? first_ : then_)->give_back(); }

private:
    std::unique_ptr<taker> first_, then_;
    int has_taken_ = 0;
};

} // namespace

struct fixture : temporary_directory
{
    read_write_lock_options options;

    fixture() { options.poll_interval = 100ms; }

    std::function<std::unique_ptr<taker>()> maker(mode from, mode to,
                                                  std::chrono::nanoseconds limit) const
    {
        return [this, from, to, limit] {
            return std::make_unique<read_write_taker>(path, options, from, to, limit);
        };
    }

    // Returns a sequence without any other holder.
    sequence alone(mode from, mode to, std::chrono::nanoseconds limit = endless) const
    {
        sequence s;
        s.marks_waiters = true;
        s.make = maker(from, to, limit);
        s.is_free = [other = std::make_shared<read_write_lock>(path)] {
            if (!other->try_lock())
                return false;
            other->unlock();
            return true;
        };
        s.prepare = [this] {
            std::ofstream(path.string()) << "data";
            return std::function<void()>();
        };
        if (from != mode::none)
            s.is_as_before = [this, from] { return is_left_by(from); };
        return s;
    }

    // Returns a sequence in which another object holds this mode until it is waited for.
    sequence waiting(mode holder, mode from, mode to,
                     std::chrono::nanoseconds limit = endless) const
    {
        auto s = alone(from, to, limit);
        s.prepare = [this, holder, other = std::make_shared<read_write_lock>(path)] {
            std::ofstream(path.string()) << "data";
            if (auto const ec = take_new(*other, holder, endless))
                throw boost::system::system_error(ec);
            return [other] { other->release(); };
        };
        return s;
    }

    // Returns a sequence in which a reader stays and a writer gives up. Afterwards others can
    // acquire the same modes as before.
    sequence in_vain(mode from) const
    {
        auto s = alone(from, mode::exclusive, 20ms);
        s.make = [first = s.make, then = maker(mode::none, mode::shared, 5s)]() {
            return std::make_unique<reluctant_taker>(first(), then());
        };
        s.prepare = [this, other = std::make_shared<read_write_lock>(path)] {
            std::ofstream(path.string()) << "data";
            if (other->lock_counter() == 0)
                other->lock_shared();
            return [] {};
        };
        s.is_free = [this] { return is_left_by(mode::shared); };
        // A failed unlock may have no effect, because a close unlocks as well, or because it is
        // repeated.
        s.has_other_ways = true;
        return s;
    }

    // Returns a sequence with a downgrade. A downgrade reports no error. Where it fails, others are
    // kept out until the release.
    sequence lowering(mode from, mode to) const
    {
        auto s = alone(from, to);
        s.has_other_ways = true;
        return s;
    }

    // Returns whether readers can enter, and beside a reader also an owner of the upgrade lock.
    bool is_left_by(mode holder) const
    {
        byte_viewer const file(path);
        return !file.is_locked(pending_byte) &&
               (holder != mode::shared || !file.is_locked(reserved_byte));
    }

    static void check(sequence const& what)
    {
        fault_points const points(what);
        check_faults(points, points.all(), {4, 9});
    }
};

BOOST_FIXTURE_TEST_SUITE(read_write_faults, fixture, *ut::precondition(can_trace))

// A free file

BOOST_AUTO_TEST_CASE(exclusive)
{
    check(alone(mode::none, mode::exclusive));
}

BOOST_AUTO_TEST_CASE(shared)
{
    check(alone(mode::none, mode::shared));
}

BOOST_AUTO_TEST_CASE(upgrade)
{
    check(alone(mode::none, mode::upgrade));
}

// A file that another object holds at first. The wait happens in the kernel, and with a limit.

BOOST_AUTO_TEST_CASE(exclusive_after_a_reader)
{
    check(waiting(mode::shared, mode::none, mode::exclusive));
    check(waiting(mode::shared, mode::none, mode::exclusive, patience));
}

BOOST_AUTO_TEST_CASE(exclusive_after_an_upgrade_owner)
{
    check(waiting(mode::upgrade, mode::none, mode::exclusive));
    check(waiting(mode::upgrade, mode::none, mode::exclusive, patience));
}

BOOST_AUTO_TEST_CASE(exclusive_after_a_writer)
{
    check(waiting(mode::exclusive, mode::none, mode::exclusive));
    check(waiting(mode::exclusive, mode::none, mode::exclusive, patience));
}

BOOST_AUTO_TEST_CASE(shared_after_a_writer)
{
    check(waiting(mode::exclusive, mode::none, mode::shared));
    check(waiting(mode::exclusive, mode::none, mode::shared, patience));
}

BOOST_AUTO_TEST_CASE(upgrade_after_an_upgrade_owner)
{
    check(waiting(mode::upgrade, mode::none, mode::upgrade));
    check(waiting(mode::upgrade, mode::none, mode::upgrade, patience));
}

BOOST_AUTO_TEST_CASE(upgrade_after_a_writer)
{
    check(waiting(mode::exclusive, mode::none, mode::upgrade));
    check(waiting(mode::exclusive, mode::none, mode::upgrade, patience));
}

// Upgrading conversions

BOOST_AUTO_TEST_CASE(from_upgrade_to_exclusive)
{
    check(alone(mode::upgrade, mode::exclusive));
    check(waiting(mode::shared, mode::upgrade, mode::exclusive));
    check(waiting(mode::shared, mode::upgrade, mode::exclusive, patience));
}

BOOST_AUTO_TEST_CASE(from_shared_to_exclusive)
{
    check(alone(mode::shared, mode::exclusive, patience));
    check(waiting(mode::shared, mode::shared, mode::exclusive, patience));
}

BOOST_AUTO_TEST_CASE(from_shared_to_upgrade)
{
    check(alone(mode::shared, mode::upgrade, patience));
    check(waiting(mode::upgrade, mode::shared, mode::upgrade, patience));
}

// Downgrading conversions

BOOST_AUTO_TEST_CASE(from_exclusive_to_shared)
{
    check(lowering(mode::exclusive, mode::shared));
}

BOOST_AUTO_TEST_CASE(from_exclusive_to_upgrade)
{
    check(lowering(mode::exclusive, mode::upgrade));
}

BOOST_AUTO_TEST_CASE(from_upgrade_to_shared)
{
    check(lowering(mode::upgrade, mode::shared));
}

// A writer that waits for readers and gives up

BOOST_AUTO_TEST_CASE(exclusive_in_vain)
{
    check(in_vain(mode::none));
}

BOOST_AUTO_TEST_CASE(from_upgrade_to_exclusive_in_vain)
{
    check(in_vain(mode::upgrade));
}

BOOST_AUTO_TEST_CASE(from_shared_to_exclusive_in_vain)
{
    check(in_vain(mode::shared));
}

BOOST_AUTO_TEST_SUITE_END()
