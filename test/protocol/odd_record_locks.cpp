// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// File systems that have no record locks, whose record locks fail, or that are mounted twice.

#include <boost/test/unit_test.hpp>

#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/passthrough.hpp"
#include "support/two_mounts.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/system/errc.hpp>

#include <cerrno>
#include <chrono>
#include <future>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::read_write_lock;
using boost::system::error_code;
using std::chrono::hours;
namespace errc = boost::system::errc;
namespace ut = boost::unit_test;

namespace {

struct with_record_locks : with_two_mounts
{
    passthrough_options const options = [] {
        passthrough_options forwarding;
        forwarding.forwards_record_locks = true;
        return forwarding;
    }();
    passthrough mounted{backing, one, options};
    file_system_faults& faults = mounted.faults();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(odd_file_systems, with_two_mounts, *ut::precondition(have_fuse))

BOOST_FIXTURE_TEST_CASE(that_have_no_record_locks, with_record_locks)
{
    for (int const refusal : {ENOSYS, EOPNOTSUPP, EINVAL}) {
        faults.record_lock.error = refusal;
        auto const before = open_descriptors();
        read_write_lock lock(path);
        auto const expected = make_error_code(error::kernel_lock_not_supported);
        BOOST_TEST((error_of([&] { lock.lock(); }) == expected));
        BOOST_TEST((error_of([&] { lock.lock_shared(); }) == expected));
        BOOST_TEST((error_of([&] { lock.lock_upgrade(); }) == expected));
        BOOST_TEST((error_of([&] { (void)lock.try_lock(); }) == expected));
        BOOST_TEST((error_of([&] { (void)lock.try_lock_shared_for(hours(1)); }) == expected));
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST(open_descriptors() == before);
    }
    faults.record_lock.error = 0;
    read_write_lock lock(path);
    BOOST_TEST(lock.try_lock());
}

BOOST_FIXTURE_TEST_CASE(that_fail_to_convert_a_lock, with_record_locks)
{
    read_write_lock lock(path), other(path);
    lock.lock_upgrade();
    faults.record_lock.error = EIO;
    BOOST_TEST((error_of([&] { lock.unlock_upgrade_and_lock(); }) == errc::io_error));
    BOOST_TEST(lock.lock_counter() == 1u);
    faults.record_lock.error = 0;
    BOOST_TEST(other.try_lock_shared());
    other.unlock_shared();
    lock.unlock_upgrade_and_lock();
    // A failed downgrade reports no error, and is repeated later.
    faults.record_lock.error = EIO;
    lock.unlock_and_lock_shared();
    faults.record_lock.error = 0;
    BOOST_TEST(!other.try_lock_shared());
    BOOST_TEST(lock.try_unlock_shared_and_lock()); // the bytes that are still locked suffice
    struct ::flock readers = {};
    readers.l_type = F_RDLCK;
    readers.l_start = 0x40000002;
    readers.l_len = 510;
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST(::fcntl(fd, F_OFD_SETLK, &readers) == -1);
    ::close(fd);
    faults.record_lock.times = 1;
    faults.record_lock.error = EIO;
    lock.unlock_and_lock_shared();
    faults.record_lock.times = -1;
    faults.record_lock.error = 0;
    std::thread([&] {
        BOOST_TEST(lock.try_lock_shared()); // the next operation of any owner repeats it
        lock.unlock_shared();
    }).join();
    BOOST_TEST(other.try_lock_shared());
    other.unlock_shared();
    // A release that fails reports the error, and the close releases the lock.
    faults.record_lock.error = EIO;
    error_code ec;
    lock.release(ec);
    BOOST_TEST((ec == errc::io_error));
    faults.record_lock.error = 0;
    BOOST_TEST(other.try_lock_for(patience));
}

BOOST_FIXTURE_TEST_CASE(that_fail_to_take_a_claim_back, with_record_locks)
{
    read_write_lock lock(path);
    auto const others_can_read = [&] {
        return in_thread([&] {
            read_write_lock other(path);
            return other.try_lock_shared();
        });
    };
    // A writer waits for a reader of its own object, keeps others out, and gives up.
    auto const give_up_and_fail = [&] {
        boost::filelock::acquire_options how;
        how.cancel_check = [&] {
            faults.record_lock.times = 1;
            faults.record_lock.error = EIO;
            return true;
        };
        error_code ec;
        BOOST_TEST(!lock.acquire(how, ec));
        BOOST_TEST((ec == errc::operation_canceled));
        BOOST_TEST(faults.record_lock.times == 0);
        return true;
    };
    lock.lock_shared();
    in_thread(give_up_and_fail);
    BOOST_TEST(!others_can_read()); // its claim is still there
    BOOST_TEST(in_thread([&] {      // the next attempt withdraws it
        bool const had = lock.try_lock_shared();
        lock.unlock_shared();
        return had;
    }));
    BOOST_TEST(others_can_read());

    in_thread(give_up_and_fail);
    BOOST_TEST(!others_can_read());
    BOOST_TEST(lock.try_unlock_shared_and_lock_upgrade()); // a conversion withdraws it as well
    BOOST_TEST(others_can_read());
    lock.unlock_upgrade_and_lock_shared();

    in_thread(give_up_and_fail);
    BOOST_TEST(!others_can_read());
    lock.unlock_shared(); // so does the release
    BOOST_TEST(others_can_read());
}

BOOST_FIXTURE_TEST_CASE(that_lose_record_locks, with_record_locks)
{
    for (int const loss : {ENOTCONN, ESTALE}) {
        read_write_lock lock(path);
        lock.lock_upgrade();
        error_code ec;
        BOOST_TEST(lock.still_held(ec));
        faults.record_lock.error = loss;
        BOOST_TEST(!lock.still_held(ec));
        BOOST_TEST(ec.value() == loss);
        faults.record_lock.error = 0;
        BOOST_TEST(!lock.still_held(ec)); // a later success does not restore the hold
        BOOST_TEST((error_of([&] { lock.unlock_upgrade_and_lock(); }) == error::hold_lost));
        lock.unlock_upgrade();
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(lock.still_held(ec));
    }
}

BOOST_FIXTURE_TEST_CASE(that_are_mounted_twice_and_have_record_locks, with_record_locks)
{
    passthrough again(backing, two, options);
    read_write_lock here(path), there(same);
    here.lock_shared();
    BOOST_TEST(there.try_lock_upgrade());
    BOOST_TEST(!there.try_unlock_upgrade_and_lock());
    here.unlock_shared();
    BOOST_TEST(there.try_unlock_upgrade_and_lock());
    BOOST_TEST(!here.try_lock_shared());
    there.unlock();

    child holder([&] {
        read_write_lock lock(same);
        lock.lock();
        say("holds");
        hear();
        return 0;
    });
    holder.expect("holds");
    BOOST_TEST(!here.try_lock_shared());
    holder.kill();
    BOOST_TEST(here.try_lock_shared_for(patience));
}

BOOST_AUTO_TEST_SUITE_END()
