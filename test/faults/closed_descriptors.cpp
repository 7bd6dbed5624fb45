// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A program that closes the descriptors of a lock that it holds, as closefrom(3) does.

#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::soft_read_write_lock;
using boost::filelock::storage;
using boost::filelock::strict_soft_file_lock;
using boost::system::error_code;

namespace {

struct fixture : temporary_directory
{
    /// Closes all descriptors of files in the test's directory. Returns how many there were.
    std::size_t close_descriptors() const
    {
        auto const found = descriptors_below(directory.string());
        for (int const fd : found)
            ::close(fd);
        return found.size();
    }

    /// Opens another directory under the number of each open directory there.
    void replace_directories() const
    {
        for (int const fd : descriptors_below(directory.string())) {
            struct ::stat s = {};
            if (::fstat(fd, &s) != 0 || !S_ISDIR(s.st_mode))
                continue;
            int const other = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            BOOST_TEST_REQUIRE(::dup2(other, fd) == fd);
            ::close(other);
        }
    }

    /// Checks that the lock can be released, and acquired again by this object and by another.
    template <class Lock>
    void check_release(Lock& lock)
    {
        BOOST_TEST(close_descriptors() != 0u);
        error_code ec;
        lock.release(ec);
        if (!is_kernels<Lock>)
            BOOST_TEST(!ec, ec.message());
        BOOST_TEST(!lock.is_locked());
        BOOST_TEST_REQUIRE(lock.try_lock());
        lock.release(ec);
        BOOST_TEST(!ec, ec.message());
        Lock another(path, quick<Lock>());
        BOOST_TEST(another.try_lock());
    }
};

/// The storage kinds whose rules a lock type can follow in this directory.
template <class Lock>
std::vector<storage> storages()
{
    if (is_kernels<Lock>)
        return {storage::detect};
    return {storage::local, storage::network};
}

template <class Lock>
auto options_for(storage where)
{
    auto options = quick<Lock>();
    options.where = where;
    return options;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(closed_descriptors, fixture)

BOOST_AUTO_TEST_CASE_TEMPLATE(of_an_exclusive_hold_do_not_spoil_the_lock, Lock, exclusive_kinds)
{
    for (auto const where : storages<Lock>()) {
        Lock lock(path, options_for<Lock>(where));
        lock.lock();
        check_release(lock);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_a_shared_hold_do_not_spoil_the_lock, Lock, shared_kinds)
{
    for (auto const where : storages<Lock>()) {
        Lock lock(path, options_for<Lock>(where));
        lock.lock_shared();
        check_release(lock);
    }
}

BOOST_AUTO_TEST_CASE(whose_numbers_are_used_again_do_not_spoil_the_release)
{
    for (auto const where : storages<strict_soft_file_lock>()) {
        strict_soft_file_lock lock(path, options_for<strict_soft_file_lock>(where));
        soft_read_write_lock tree(path.string() + ".tree",
                                  options_for<soft_read_write_lock>(where));
        lock.lock();
        tree.lock_shared();
        replace_directories();
        error_code ec;
        lock.release(ec);
        BOOST_TEST(!ec, ec.message());
        tree.release(ec);
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(lock.claims().empty());
        BOOST_TEST(tree.try_lock());
    }
}

BOOST_AUTO_TEST_SUITE_END()
