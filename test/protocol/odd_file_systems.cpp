// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// File systems that have no locks, that fail, or that are mounted twice.

#include <boost/test/unit_test.hpp>

#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/passthrough.hpp"
#include "support/two_mounts.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>
#include <boost/system/errc.hpp>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include <sys/mount.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::fallback;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::force;
using boost::filelock::kernel_lock;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

file_lock_options quick()
{
    file_lock_options options;
    options.poll_interval = milliseconds(1);
    return options;
}

struct fixture : with_two_mounts
{
    // Checks that every way to acquire the lock fails with the same error and leaves nothing
    // behind.
    template <class Expected>
    void check_refused(Expected expected)
    {
        auto const before = open_descriptors();
        file_lock lock(path);
        BOOST_TEST((error_of([&] { (void)lock.try_lock(); }) == expected));
        BOOST_TEST((error_of([&] { (void)lock.try_lock_for(hours(1)); }) == expected));
        BOOST_TEST((error_of([&] { lock.lock(); }) == expected));
        BOOST_TEST((error_of([&] { lock.lock_shared(); }) == expected));
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(open_descriptors() == before);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(odd_file_systems, fixture, *ut::precondition(have_fuse))

BOOST_AUTO_TEST_CASE(that_have_no_locks)
{
    passthrough mounted(backing, one);
    for (int const refusal : {ENOSYS, EOPNOTSUPP}) {
        mounted.faults().flock.error = refusal;
        check_refused(error::kernel_lock_not_supported);
        check_refused(errc::not_supported);
    }
    mounted.faults().flock.error = 0;
    file_lock lock(path);
    BOOST_TEST(lock.try_lock());
}

// The fallback uses markers, which are made in place if there are no hard links either.
BOOST_AUTO_TEST_CASE(that_have_no_locks_and_are_fallen_back_from)
{
    passthrough mounted(backing, one);
    mounted.faults().flock.error = ENOSYS;
    for (int const refusal : {0, EPERM, EOPNOTSUPP}) {
        mounted.faults().link.error = refusal;
        auto options = quick();
        options.on_unsupported = fallback::soft;
        file_lock lock(path, options), other(path, options);
        soft_file_lock as_well(path);
        lock.lock();
        BOOST_TEST(lock.is_soft());
        BOOST_TEST(lock.holder().value().pid == ::getpid());
        BOOST_TEST(!other.try_lock());
        BOOST_TEST(other.is_soft());
        BOOST_TEST(!as_well.try_lock());
        BOOST_TEST((error_of([&] { other.lock_shared(); }) == error::kernel_lock_not_supported));
        child waits([&] { return other.try_lock_for(patience) ? 0 : 1; });
        wait_until_asleep(waits.pid());
        lock.unlock();
        BOOST_TEST(waits.wait() == 0); // it exited and has left its marker
        BOOST_TEST(fs::exists(backing / "test.lock"));
        BOOST_TEST(as_well.try_lock());
        as_well.unlock();
        BOOST_TEST(fs::is_empty(backing));
    }
}

// No process can acquire the removal right there, and the storage counts as network storage.
BOOST_AUTO_TEST_CASE(that_have_neither_locks_nor_links_have_markers)
{
    passthrough mounted(backing, one);
    mounted.faults().flock.error = ENOSYS;
    mounted.faults().link.error = EPERM;
    soft_file_lock lock(path);
    child holder([&] {
        soft_file_lock dies(path);
        dies.lock();
        say("held");
        hear();
        return 0;
    });
    holder.expect("held");
    BOOST_TEST(!lock.try_lock());
    holder.kill();
    BOOST_TEST(holder.wait() == -SIGKILL);
    BOOST_TEST(lock.try_lock());
    error_code ec;
    lock.release(ec);
    BOOST_TEST(!ec);
    BOOST_TEST(fs::is_empty(backing));
    // On storage that is declared local, no marker is evicted without the removal right.
    soft_file_lock_options options;
    options.where = boost::filelock::storage::local;
    soft_file_lock local(path, options);
    BOOST_TEST((error_of([&] { (void)local.try_lock(); }) == error::kernel_lock_not_supported));
    BOOST_TEST(fs::is_empty(backing));
}

BOOST_AUTO_TEST_CASE(that_have_no_links_have_no_strict_locks)
{
    passthrough mounted(backing, one);
    mounted.faults().flock.error = ENOSYS; // not needed
    auto const claims = backing / "test.lock.filelock" / "claims";
    strict_soft_file_lock lock(path), other(path);
    lock.lock();
    BOOST_TEST(!other.try_lock());
    lock.unlock();
    for (int const refusal : {EPERM, EOPNOTSUPP, ENOSYS}) { // the kernel remembers ENOSYS
        mounted.faults().link.error = refusal;
        BOOST_TEST((error_of([&] { lock.lock(); }) == error::hard_links_not_supported));
        BOOST_TEST((error_of([&] { (void)lock.try_lock(); }) == errc::not_supported));
        BOOST_TEST(fs::is_empty(claims));
    }
}

// Files that evicting processes have left are removed after a minute. Files with similar names
// stay.
BOOST_AUTO_TEST_CASE(that_show_files_to_be_old)
{
    passthrough mounted(backing, one);
    mounted.faults().changed_before = 70;
    auto const make = [](std::string const& name, std::string const& text) {
        std::ofstream(name) << text;
        return name;
    };
    for (auto const where : {storage::local, storage::network}) {
        auto const p = path.string();
        auto const token = ".0123456789abcdef0123456789abcdef";
        std::string const others[] = {
            make(p + ".breakfast", "47"),
            make(p + ".break", "47"),
            make(p + ".break.12.abc", "47"),
            make(p + ".break.12" + token + ".bak", "47"),
            make(p + ".break.x" + token, "47"),
            make(p + ".break.12.0123456789abcdef0123456789abcdeg", "47"),
            make(p + ".break.12" + token, "foreign data"),
        };
        auto const litter = make(p + ".break.13" + token, "47");
        make(p, "47");
        soft_file_lock_options options;
        options.where = where;
        options.malformed_grace = milliseconds(0);
        soft_file_lock lock(path, options);
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(!fs::exists(litter));
        for (auto const& name : others)
            BOOST_TEST(fs::remove(name));
        lock.unlock();
        BOOST_TEST(fs::is_empty(backing));
    }
}

BOOST_AUTO_TEST_CASE(that_write_a_part_of_a_marker_at_a_time)
{
    passthrough mounted(backing, one);
    mounted.faults().longest_write = 5;
    soft_file_lock lock(path), other(path);
    lock.lock();
    BOOST_TEST(lock.pid().value() == ::getpid());
    BOOST_TEST(lock.is_lock_held_by_us());
    BOOST_TEST(!other.try_lock());
    lock.unlock();
    BOOST_TEST(fs::is_empty(backing));
}

BOOST_AUTO_TEST_CASE(that_fail_to_lock)
{
    passthrough mounted(backing, one);
    mounted.faults().flock.error = ENOLCK;
    check_refused(errc::no_lock_available);
    mounted.faults().flock.error = EIO;
    check_refused(errc::io_error);
    mounted.faults().flock.error = 0;
    file_lock lock(path);
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(that_interrupt_calls)
{
    passthrough mounted(backing, one);
    file_lock lock(path);
    for (auto const& take : {std::function<void()>([&] { lock.lock(); }), {[&] {
                                 if (!lock.try_lock())
                                     throw std::runtime_error("busy");
                             }}}) {
        mounted.faults().flock.times = 3;
        mounted.faults().flock.error = EINTR;
        take();
        BOOST_TEST(mounted.faults().flock.times == 0);
        BOOST_TEST(lock.is_locked());
        mounted.faults().flock.times = 3;
        error_code ec;
        lock.release(ec);
        BOOST_TEST(!ec);
        BOOST_TEST(mounted.faults().flock.times == 0);
    }
}

BOOST_AUTO_TEST_CASE(that_fail_to_say_what_a_file_is)
{
    passthrough mounted(backing, one);
    file_lock lock(path);
    lock.lock();
    lock.unlock();
    mounted.faults().getattr.error = EIO;
    check_refused(errc::io_error);
    mounted.faults().getattr.error = 0;
    BOOST_TEST(lock.try_lock());
}

BOOST_AUTO_TEST_CASE(that_fail_to_unlock)
{
    passthrough mounted(backing, one);
    auto const before = open_descriptors();
    file_lock lock(path), other(path);
    lock.lock();
    mounted.faults().flock.error = EIO;
    error_code ec;
    lock.release(ec);
    BOOST_TEST((ec == errc::io_error));
    mounted.faults().flock.error = 0;
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(open_descriptors() == before);
    // The close has released the lock.
    BOOST_TEST(other.try_lock_for(patience));
}

BOOST_AUTO_TEST_CASE(that_fail_to_close)
{
    passthrough mounted(backing, one);
    auto const before = open_descriptors();
    file_lock lock(path), other(path);
    lock.lock();
    mounted.faults().close.error = EIO;
    error_code ec;
    lock.release(ec);
    BOOST_TEST(!ec); // the unlock before it succeeded
    BOOST_TEST(open_descriptors() == before);
    BOOST_TEST(other.try_lock());
}

BOOST_AUTO_TEST_CASE(that_lose_locks)
{
    passthrough mounted(backing, one);
    for (int const loss : {ENOTCONN, ESTALE}) {
        file_lock lock(path);
        lock.lock();
        error_code ec;
        BOOST_TEST(lock.still_held(ec));
        mounted.faults().flock.error = loss;
        BOOST_TEST(!lock.still_held(ec));
        BOOST_TEST(ec.value() == loss);
        mounted.faults().flock.error = 0;
        BOOST_TEST(!lock.still_held(ec)); // a later success does not restore the hold
        lock.unlock();
    }
}

BOOST_AUTO_TEST_CASE(that_are_mounted_twice)
{
    passthrough here(backing, one), there(backing, two);
    file_lock lock(path), other(same, quick());
    lock.lock();
    BOOST_TEST(!other.try_lock());
    BOOST_TEST(!other.try_lock_shared());
    // Neither mount is notified of changes through the other, so the waiters poll.
    child timed([&] { return other.try_lock_for(patience) ? 0 : 1; });
    wait_until_asleep(timed.pid());
    child sleeps([&] {
        other.lock();
        return 0;
    });
    wait_until_asleep(sleeps.pid());
    lock.unlock();
    BOOST_TEST(timed.wait() == 0);
    BOOST_TEST(sleeps.wait() == 0);
    lock.lock_shared();
    BOOST_TEST(other.try_lock_shared());
}

BOOST_AUTO_TEST_CASE(that_are_mounted_twice_when_a_holder_is_killed)
{
    passthrough here(backing, one), there(backing, two);
    child holder([&] {
        file_lock lock(path);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    holder.expect("held");
    file_lock other(same, quick());
    BOOST_TEST(!other.try_lock());
    holder.kill();
    BOOST_TEST(other.try_lock_for(patience));
}

BOOST_AUTO_TEST_CASE(that_are_mounted_twice_when_a_waiter_is_killed)
{
    passthrough here(backing, one), there(backing, two);
    file_lock lock(path), other(same, quick());
    lock.lock();
    child sleeps([&] {
        other.lock();
        return 0;
    });
    wait_until_asleep(sleeps.pid());
    sleeps.kill();
    BOOST_TEST(sleeps.wait() == -SIGKILL);
    lock.unlock();
    BOOST_TEST(other.try_lock_for(patience)); // the killed waiter has not acquired it
}

// The file is removed through one mount. A process that has it open through the other mount still
// sees a link count.
BOOST_AUTO_TEST_CASE(that_keep_showing_a_name)
{
    passthrough here(backing, one), there(backing, two);
    here.faults().shows_a_link = true;
    file_lock lock(path), waits(path, quick());
    lock.lock();
    fs::remove(same);
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    lock.unlock();
    lock.lock();
    child waiter([&] { return waits.try_lock_for(patience) ? 0 : 1; });
    wait_until_asleep(waiter.pid());
    fs::remove(same);
    BOOST_TEST(waiter.wait() == 0);
}

// The client caches that the writer's marker does not exist. A listing asks the server.
BOOST_AUTO_TEST_CASE(that_keep_hiding_a_writer)
{
    passthrough_options remembers;
    remembers.negative_seconds = 3600;
    passthrough mounted(backing, one, remembers), again(backing, two);
    soft_read_write_lock_options options;
    options.settle = seconds(0);
    soft_read_write_lock here(path, options), there(same, options);
    here.lock_shared();
    here.unlock_shared();
    there.lock();
    BOOST_TEST(!fs::exists(path.native() + ".write"));
    BOOST_TEST(!here.try_lock_shared());
    there.unlock();
    BOOST_TEST(here.try_lock_shared());
    here.unlock_shared();
}

// The documentation warns of this case: no error shows that two mounts do not see each other's
// locks.
BOOST_AUTO_TEST_CASE(that_keep_locks_to_one_mount)
{
    passthrough_options keeps;
    keeps.forwards_flock = false;
    passthrough here(backing, one, keeps), there(backing, two, keeps);
    file_lock lock(path), neighbour(path), other(same);
    lock.lock();
    BOOST_TEST(!neighbour.try_lock());
    BOOST_TEST(other.try_lock());
}

// A lock remembers that it was used on local storage. The next file system usually gets the device
// number of the one that was unmounted. The rules for network storage use no kernel lock.
BOOST_AUTO_TEST_CASE(that_replace_local_storage)
{
    soft_read_write_lock_options options;
    options.settle = seconds(0);
    soft_file_lock lock(path);
    soft_read_write_lock reads(path, options), writes(path, options);
    auto const result = [&] {
        error_code failed[3];
        lock.acquire({}, failed[0]);
        reads.acquire_shared({}, failed[1]);
        bool const is_held = lock.is_locked() && reads.is_locked();
        reads.release(force);
        lock.release(force);
        writes.acquire({}, failed[2]);
        bool const is_written = writes.is_locked();
        writes.release(force);
        for (auto const& ec : failed)
            if (ec)
                return ec.message();
        return std::string(is_held && is_written ? "held" : "not held");
    };
    mount("none", one.string(), "tmpfs");
    BOOST_TEST(result() == "held");
    BOOST_TEST(result() == "held");
    BOOST_TEST_REQUIRE(::umount2(one.c_str(), 0) == 0);
    passthrough mounted(backing, one);
    mounted.faults().flock.error = EIO;
    BOOST_TEST(result() == "held");
}

// Record locks and `flock` are the same lock on some network storage, so `both` is refused there.
BOOST_AUTO_TEST_CASE(that_replace_storage_where_both_locks_exist)
{
    auto options = quick();
    options.backend = kernel_lock::both;
    file_lock lock(path, options);
    mount("none", one.string(), "tmpfs");
    lock.lock();
    lock.unlock();
    BOOST_TEST_REQUIRE(::umount2(one.c_str(), 0) == 0);
    passthrough mounted(backing, one);
    BOOST_TEST((error_of([&] { lock.lock(); }) == error::both_not_supported));
}

BOOST_AUTO_TEST_SUITE_END()
