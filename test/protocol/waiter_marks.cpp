// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The marks of waiters, and when a waiter cannot rely on its mark.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"

#include "../src/platform/file.hpp"
#include "../src/protocol/kernel_lock_protocol.hpp"
#include "../src/protocol/read_write_protocol.hpp"
#include "../src/protocol/waiter_marks.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>

#include <fstream>
#include <ostream>

#include <sys/mount.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
namespace fd = boost::filelock::detail;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::read_write_lock;
using boost::filelock::storage;

namespace {

constexpr fd::file_identity file{1, 1000}, other_file{1, 1001};

/// Returns what a waiter's request for a notice gives after a busy attempt, as a number.
int request(fs::path const& path, file_lock_options const& options = {})
{
    fd::kernel_lock_protocol waiter(path, options);
    if (waiter.attempt(fd::lock_mode::exclusive, {}).kind != fd::attempt_result::busy)
        return -1;
    return static_cast<int>(waiter.request_notice());
}

constexpr int no = static_cast<int>(fd::watch_result::no),
              anew = static_cast<int>(fd::watch_result::anew),
              already = static_cast<int>(fd::watch_result::already);

struct fixture : temporary_directory
{
    fd::waiter_marks holder{path}, waiter{path}, another{path};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiter_marks, fixture)

BOOST_AUTO_TEST_CASE(mark_is_seen_until_it_is_cleared)
{
    BOOST_TEST(!holder.has_others(file));
    BOOST_TEST(waiter.set(file));
    BOOST_TEST(waiter.is_set(file));
    BOOST_TEST(holder.has_others(file));
    BOOST_TEST(!holder.has_others(other_file));
    waiter.clear();
    BOOST_TEST(!waiter.is_set(file));
    BOOST_TEST(!holder.has_others(file));
}

BOOST_AUTO_TEST_CASE(waiter_does_not_see_its_own_mark)
{
    BOOST_TEST(waiter.set(file));
    BOOST_TEST(!waiter.has_others(file));
    BOOST_TEST(waiter.is_set(file));
}

BOOST_AUTO_TEST_CASE(each_waiter_has_its_mark)
{
    BOOST_TEST(waiter.set(file));
    BOOST_TEST(another.set(file));
    waiter.clear();
    BOOST_TEST(holder.has_others(file));
    another.close();
    BOOST_TEST(!holder.has_others(file));
}

BOOST_AUTO_TEST_CASE(mark_for_another_file_replaces_the_former)
{
    BOOST_TEST(waiter.set(file));
    BOOST_TEST(waiter.set(other_file));
    BOOST_TEST(!holder.has_others(file));
    BOOST_TEST(holder.has_others(other_file));
}

BOOST_AUTO_TEST_CASE(inode_number_may_have_all_bits)
{
    fd::file_identity const large{1, 0xffff'ffff'ffff'ffff};
    BOOST_TEST(waiter.set(large));
    BOOST_TEST(holder.has_others(large));
}

BOOST_AUTO_TEST_CASE(mark_ends_with_its_process)
{
    child process([&] {
        fd::waiter_marks marks(path);
        say(marks.set(file) ? "set" : "not set");
        hear();
        return 0;
    });
    process.expect("set");
    BOOST_TEST(holder.has_others(file));
    process.kill();
    process.wait();
    BOOST_TEST(!holder.has_others(file));
}

BOOST_AUTO_TEST_CASE(forked_child_does_not_keep_its_parents_mark)
{
    BOOST_TEST(waiter.set(file));
    child process([&] {
        bool const is_set = waiter.is_set(file);
        say(is_set ? "set" : "not set");
        hear();
        return waiter.set(other_file) ? 0 : 1;
    });
    process.expect("not set");
    waiter.close();
    BOOST_TEST(!holder.has_others(file));
    process.write_line("go on");
    BOOST_TEST(process.wait() == 0);
}

BOOST_AUTO_TEST_CASE(directory_may_be_a_link)
{
    fs::create_directory_symlink(directory, directory / "link");
    fd::waiter_marks by_link(directory / "link" / "test.lock");
    BOOST_TEST(by_link.set(file));
    BOOST_TEST(holder.has_others(file));
}

BOOST_AUTO_TEST_CASE(missing_directory_may_have_marks)
{
    fd::waiter_marks marks(directory / "none" / "test.lock");
    BOOST_TEST(!marks.can_ask());
    BOOST_TEST(!marks.set(file));
    BOOST_TEST(marks.has_others(file));
}

BOOST_AUTO_TEST_CASE(directory_that_was_closed_is_opened_anew)
{
    BOOST_TEST(!holder.has_others(file));
    for (int const fd : descriptors_open_on(directory.string()))
        ::close(fd);
    holder.check_directory();
    BOOST_TEST(another.set(file));
    BOOST_TEST(holder.has_others(file));
}

BOOST_AUTO_TEST_CASE(waiter_relies_on_its_mark)
{
    file_lock held(path);
    held.lock();
    BOOST_TEST(request(path) == anew);
    fd::kernel_lock_protocol twice(path, {});
    (void)twice.attempt(fd::lock_mode::exclusive, {});
    (void)twice.request_notice();
    BOOST_TEST(static_cast<int>(twice.request_notice()) == already);
    BOOST_TEST(holder.has_others(*twice.observed_file()));
    (void)twice.withdraw();
    BOOST_TEST(!holder.has_others(*twice.observed_file()));
    held.unlock();
}

// The object holds the lock in a weaker mode.
BOOST_AUTO_TEST_CASE(mark_of_a_conversion_that_is_given_up_is_cleared)
{
    fd::read_write_protocol reader(path, {});
    BOOST_TEST((reader.attempt(fd::lock_mode::shared, {}).kind == fd::attempt_result::acquired));
    read_write_lock other(path);
    other.lock_shared();
    fd::attempt_context const converts{fd::prior_hold::converting};
    BOOST_TEST(
        (reader.attempt(fd::lock_mode::exclusive, converts).kind == fd::attempt_result::busy));
    BOOST_TEST(static_cast<int>(reader.request_notice()) == anew);
    BOOST_TEST(holder.has_others(*reader.observed_file()));
    BOOST_TEST(!reader.withdraw());
    BOOST_TEST(!holder.has_others(*reader.observed_file()));
    BOOST_TEST(!reader.release());
}

// Holders on network storage close the file in any case.
BOOST_AUTO_TEST_CASE(waiter_on_network_storage_needs_no_mark)
{
    file_lock held(path);
    held.lock();
    file_lock_options options;
    options.where = storage::network;
    BOOST_TEST(request(path, options) == already);
}

BOOST_AUTO_TEST_CASE(waiter_at_a_file_of_two_names_does_not_rely_on_its_mark)
{
    file_lock held(path);
    held.lock();
    fs::create_hard_link(path, directory / "other.lock");
    BOOST_TEST(request(path) == no);
}

BOOST_AUTO_TEST_CASE(waiter_at_a_mounted_file_does_not_rely_on_its_mark,
                     *ut::precondition(can_mount))
{
    BOOST_TEST(with_own_mounts([&] {
                   auto const other = (directory / "other.lock").string();
                   std::ofstream(path.string()) << "";
                   std::ofstream(other) << "";
                   mount(path.string(), other, nullptr, MS_BIND);
                   file_lock held(path);
                   held.lock();
                   return request(path) == anew && request(other) == no ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(waiter_that_may_not_read_the_directory_does_not_rely_on_its_mark,
                     *ut::precondition(is_root))
{
    std::ofstream(path.string()) << "";
    fs::permissions(path, fs::all_all);
    fs::permissions(directory, fs::owner_all | fs::group_exe | fs::others_exe);
    file_lock held(path);
    held.lock();
    BOOST_TEST(as_nobody([&] { return request(path) == no ? 0 : 1; }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
