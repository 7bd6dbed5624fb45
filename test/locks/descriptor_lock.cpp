// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Locks on descriptors that the caller has opened.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/descriptor_lock.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/system/errc.hpp>

#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::file_lock;
using boost::filelock::lock_descriptor;
using boost::filelock::lock_descriptor_shared;
using boost::filelock::lock_error;
using boost::filelock::try_lock_descriptor;
using boost::filelock::try_lock_descriptor_shared;
using boost::filelock::unlock_descriptor;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

class opened
{
public:
    opened(fs::path const& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666))
    {
        BOOST_REQUIRE(fd_ != -1);
    }
    opened(opened const&) = delete;
    opened& operator=(opened const&) = delete;
    ~opened() { ::close(fd_); }
    operator int() const { return fd_; }

private:
    int fd_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(descriptor_lock, temporary_directory)

BOOST_AUTO_TEST_CASE(descriptor_lock_excludes_other_descriptors_and_file_locks)
{
    opened one(path, O_RDWR | O_CREAT), two(path, O_RDWR);
    file_lock lock(path);
    lock_descriptor(one);
    BOOST_TEST(!try_lock_descriptor(two));
    BOOST_TEST(!try_lock_descriptor_shared(two));
    BOOST_TEST(!lock.try_lock());
    unlock_descriptor(one);
    BOOST_TEST(lock.try_lock());
    BOOST_TEST(!try_lock_descriptor(one));
    lock.unlock();
    BOOST_TEST(try_lock_descriptor(two));
}

BOOST_AUTO_TEST_CASE(descriptor_lock_can_be_shared)
{
    opened one(path, O_RDWR | O_CREAT), two(path, O_RDWR);
    lock_descriptor_shared(one);
    BOOST_TEST(try_lock_descriptor_shared(two));
    BOOST_TEST(!try_lock_descriptor(two)); // the kernel has dropped the shared lock
    BOOST_TEST(try_lock_descriptor(one));
}

BOOST_AUTO_TEST_CASE(directory_and_read_only_descriptor_can_be_locked)
{
    std::ofstream(path.string()) << "data";
    opened directory_one(directory, O_RDONLY | O_DIRECTORY), directory_two(directory, O_RDONLY);
    lock_descriptor(directory_one);
    BOOST_TEST(!try_lock_descriptor(directory_two));
    unlock_descriptor(directory_one);
    BOOST_TEST(try_lock_descriptor(directory_two));
    opened one(path, O_RDONLY), two(path, O_RDONLY), device("/dev/null", O_RDONLY);
    lock_descriptor(one);
    BOOST_TEST(!try_lock_descriptor(two));
    BOOST_TEST(try_lock_descriptor(device));
    unlock_descriptor(device);
}

BOOST_AUTO_TEST_CASE(lock_belongs_to_the_open_file)
{
    opened one(path, O_RDWR | O_CREAT), two(path, O_RDWR);
    lock_descriptor(one);
    lock_descriptor(one); // there is no second level
    int const copy = ::dup(one);
    unlock_descriptor(copy);
    ::close(copy);
    BOOST_TEST(try_lock_descriptor(two));
    unlock_descriptor(two);
    unlock_descriptor(two); // nothing to release
    child holder([&] {
        lock_descriptor(one);
        return 0;
    });
    BOOST_TEST(holder.wait() == 0);
    BOOST_TEST(!try_lock_descriptor(two)); // this descriptor is a copy of the child's
    BOOST_TEST(try_lock_descriptor(one));
}

BOOST_AUTO_TEST_CASE(lock_descriptor_waits_in_the_kernel)
{
    opened one(path, O_RDWR | O_CREAT);
    lock_descriptor(one);
    child waiter([&] {
        int const fd = ::open(path.c_str(), O_RDWR);
        ::close(one);
        lock_descriptor(fd);
        return 0;
    });
    wait_until_blocked(waiter.pid(), path.string());
    unlock_descriptor(one);
    BOOST_TEST(waiter.wait() == 0);
}

BOOST_AUTO_TEST_CASE(errors_are_reported)
{
    error_code ec;
    lock_descriptor(-1, ec);
    BOOST_TEST((ec == errc::bad_file_descriptor));
    ec = {};
    lock_descriptor_shared(-1, ec);
    BOOST_TEST((ec == errc::bad_file_descriptor));
    ec = {};
    BOOST_TEST(!try_lock_descriptor(-1, ec));
    BOOST_TEST((ec == errc::bad_file_descriptor));
    ec = {};
    BOOST_TEST(!try_lock_descriptor_shared(-1, ec));
    BOOST_TEST((ec == errc::bad_file_descriptor));
    ec = {};
    unlock_descriptor(-1, ec);
    BOOST_TEST((ec == errc::bad_file_descriptor));
    auto const tells = [](lock_error const& e) {
        return e.code() == errc::bad_file_descriptor &&
               std::string(e.what()).find("descriptor -1") == 0;
    };
    BOOST_CHECK_EXCEPTION(lock_descriptor(-1), lock_error, tells);
    BOOST_CHECK_EXCEPTION(lock_descriptor_shared(-1), lock_error, tells);
    BOOST_CHECK_EXCEPTION((void)try_lock_descriptor(-1), lock_error, tells);
    BOOST_CHECK_EXCEPTION((void)try_lock_descriptor_shared(-1), lock_error, tells);
    BOOST_CHECK_EXCEPTION(unlock_descriptor(-1), lock_error, tells);
}

BOOST_AUTO_TEST_CASE(success_clears_the_error)
{
    opened one(path, O_RDWR | O_CREAT), two(path, O_RDWR);
    auto const some = make_error_code(errc::io_error);
    auto ec = some;
    lock_descriptor(one, ec);
    BOOST_TEST(!ec);
    ec = some;
    BOOST_TEST(!try_lock_descriptor(two, ec));
    BOOST_TEST(!ec);
    ec = some;
    unlock_descriptor(one, ec);
    BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_SUITE_END()
