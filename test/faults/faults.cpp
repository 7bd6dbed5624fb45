// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process is killed at any system call, or any call fails. The error is reported, nothing is
// left, the next process gets the lock, and two processes never have it. The tests take a sample of
// the calls (support/sample.hpp).

#include <boost/test/unit_test.hpp>

#include "support/fault_points.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/file_lock.hpp>

#include <chrono>
#include <fstream>
#include <string>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

enum class way
{
    lock,
    lock_shared,
    timed,
    timed_shared,
    with_progress,
    again
};

class file_lock_taker final : public lock_taker<file_lock>
{
public:
    file_lock_taker(fs::path const& path, file_lock_options const& options, way how)
        : lock_taker(path, options), way_(how)
    {}

    error_code take() override
    {
        error_code ec;
        acquire_options how;
        switch (way_) {
        case way::lock:
            lock_.acquire({}, ec);
            break;
        case way::lock_shared:
            lock_.acquire_shared({}, ec);
            break;
        case way::timed:
            how.timeout = patience;
            lock_.acquire(how, ec);
            break;
        case way::timed_shared:
            how.timeout = patience;
            lock_.acquire_shared(how, ec);
            break;
        case way::again: // the file stays open
            for (int i = 0; i < 3 && !ec; ++i)
                if (lock_.acquire({}, ec))
                    lock_.release(ec);
            if (!ec)
                lock_.acquire({}, ec);
            break;
        case way::with_progress:
            how.on_wait = [](wait_status const&) {};
            lock_.acquire(how, ec);
            break;
        }
        return ec;
    }

private:
    way way_;
};

} // namespace

struct fixture : temporary_directory
{
    fs::path path = temporary_directory::path;
    file_lock_options options;

    fixture() { options.poll_interval = milliseconds(100); }

    sequence free(way how)
    {
        sequence s;
        s.marks_waiters = true;
        s.make = [this, how] { return std::make_unique<file_lock_taker>(path, options, how); };
        s.is_free = [other = std::make_shared<file_lock>(path, other_options(options.backend))] {
            if (!other->try_lock())
                return false;
            other->unlock();
            return true;
        };
        s.prepare = [this] {
            std::ofstream(path.string()) << "data";
            return std::function<void()>();
        };
        return s;
    }

    // Another process holds the lock until a process waits for it.
    sequence waiting(way how)
    {
        auto s = free(how);
        s.prepare = [other = std::make_shared<file_lock>(path, other_options(options.backend))] {
            other->lock();
            return [other] { other->unlock(); };
        };
        return s;
    }

    static file_lock_options other_options(kernel_lock backend)
    {
        file_lock_options other;
        other.backend = backend;
        return other;
    }

    static void check(sequence const& what)
    {
        fault_points const points(what);
        check_faults(points, points.all(), {4, 9});
    }
};

BOOST_FIXTURE_TEST_SUITE(faults, fixture, *ut::precondition(can_trace))

// A file that is free

BOOST_AUTO_TEST_CASE(exclusive)
{
    check(free(way::lock));
}

BOOST_AUTO_TEST_CASE(shared)
{
    check(free(way::lock_shared));
}

BOOST_AUTO_TEST_CASE(exclusive_again)
{
    auto s = free(way::again);
    s.has_other_ways = true; // a file that stayed open and fails is opened anew
    check(s);
}

BOOST_AUTO_TEST_CASE(shared_with_read_permission_alone, *ut::precondition(is_root))
{
    auto s = free(way::lock_shared);
    s.make = [make = s.make] {
        become_nobody();
        return make();
    };
    s.prepare = [this] {
        std::ofstream(path.string()) << "data";
        fs::permissions(path, fs::perms(0444));
        fs::permissions(directory, fs::perms(0755));
        return std::function<void()>();
    };
    check(s);
}

BOOST_AUTO_TEST_CASE(record)
{
    options.backend = kernel_lock::record;
    check(free(way::lock));
}

BOOST_AUTO_TEST_CASE(both)
{
    options.backend = kernel_lock::both;
    check(free(way::lock));
}

BOOST_AUTO_TEST_CASE(parents_are_made)
{
    path = directory / "a" / "b" / "test.lock";
    auto s = free(way::lock);
    s.prepare = [this] {
        fs::remove_all(directory / "a");
        return std::function<void()>();
    };
    check(s);
}

BOOST_AUTO_TEST_CASE(permissions_are_set)
{
    options.permissions = fs::perms(0640);
    auto s = free(way::lock);
    s.prepare = [this] {
        std::ofstream(path.string()) << "data";
        fs::permissions(path, fs::perms(0600));
        return std::function<void()>();
    };
    check(s);
}

BOOST_AUTO_TEST_CASE(a_copy_may_be_elsewhere)
{
    options.on_acquired = [](int) {};
    check(free(way::lock));
}

// A file that another process holds at first

BOOST_AUTO_TEST_CASE(exclusive_after_a_wait)
{
    check(waiting(way::lock));
}

BOOST_AUTO_TEST_CASE(shared_after_a_wait)
{
    check(waiting(way::lock_shared));
}

BOOST_AUTO_TEST_CASE(record_after_a_wait)
{
    options.backend = kernel_lock::record;
    check(waiting(way::lock));
}

BOOST_AUTO_TEST_CASE(both_after_a_wait)
{
    options.backend = kernel_lock::both;
    check(waiting(way::lock));
}

// The first kernel lock is acquired, and released since the second is not.
BOOST_AUTO_TEST_CASE(both_after_a_wait_for_the_second)
{
    auto const record = other_options(kernel_lock::record);
    for (auto const how : {way::lock, way::timed}) {
        options.backend = kernel_lock::both;
        auto s = waiting(how);
        s.prepare = [other = std::make_shared<file_lock>(path, record)] {
            other->lock();
            return [other] { other->unlock(); };
        };
        check(s);
    }
}

BOOST_AUTO_TEST_CASE(exclusive_after_a_wait_with_a_limit)
{
    check(waiting(way::timed));
}

BOOST_AUTO_TEST_CASE(shared_after_a_wait_with_a_limit)
{
    check(waiting(way::timed_shared));
}

BOOST_AUTO_TEST_CASE(both_after_a_wait_with_a_limit)
{
    options.backend = kernel_lock::both;
    check(waiting(way::timed));
}

BOOST_AUTO_TEST_CASE(exclusive_after_a_wait_with_progress)
{
    auto s = waiting(way::with_progress);
    s.varies = true; // it inspects every process
    check(s);
}

BOOST_AUTO_TEST_SUITE_END()
