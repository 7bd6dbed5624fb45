// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Markers that a user may not read or remove: the lock reports an error or counts as held, and no
// wait lasts forever.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/refused.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <string>

#include <sys/mount.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::soft_file_lock;
using boost::filelock::storage;
using boost::system::error_code;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Checks that every way to acquire the lock fails with the same error in a process of a user that
/// owns nothing.
template <class Expected>
void check_nobody_refused(fs::path const& path, Expected expected)
{
    child c([&] {
        become_nobody();
        soft_file_lock lock(path, with_limit());
        error_code ec;
        for (auto const limit : {std::chrono::milliseconds(0), std::chrono::milliseconds(200)}) {
            ec = error_of(lock, limit);
            if (!(ec == expected))
                break;
        }
        say(ec.message());
        return ec == expected ? 0 : 1;
    });
    auto const message = c.read_line();
    BOOST_TEST(c.wait() == 0, message.value_or("it died"));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_users, open_to_all, *ut::precondition(is_root))

BOOST_AUTO_TEST_CASE(in_a_directory_where_others_may_not_write)
{
    check_nobody_refused(path, errc::permission_denied);
    check_nobody_refused(directory / "a" / "x.lock", errc::permission_denied);
    BOOST_TEST(fs::is_empty(directory));
    put_dead();
    check_nobody_refused(path, errc::permission_denied);
    BOOST_TEST(!error_of(path));
}

BOOST_AUTO_TEST_CASE(in_a_directory_where_others_may_not_look)
{
    put_dead();
    for (auto const bits : {0766, 0722, 0700}) {
        fs::permissions(directory, fs::perms(bits));
        check_nobody_refused(path, errc::permission_denied);
    }
    BOOST_TEST(!error_of(path));
}

// Names can be opened and created there, but not listed. A live holder's marker may be there under
// a temporary name.
BOOST_AUTO_TEST_CASE(in_a_directory_that_others_may_not_list)
{
    fs::permissions(directory, fs::perms(0733));
    put_dead();
    check_nobody_refused(path, errc::timed_out);
    BOOST_TEST(!error_of(path));
}

BOOST_AUTO_TEST_CASE(on_read_only_storage, *ut::precondition(can_mount))
{
    BOOST_TEST(with_own_mounts([&] {
                   auto const make_read_only = [&] {
                       mount(directory.string(), directory.string(), nullptr, MS_BIND);
                       mount("none", directory.string(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY);
                   };
                   put_dead();
                   write_text(directory / "live", own_record(directory));
                   make_read_only();
                   for (auto const limit : {0ms, 50ms}) {
                       soft_file_lock free(directory / "free", with_limit()),
                           of_the_dead(path, with_limit()), live(directory / "live", with_limit());
                       if (error_of(free, limit) != errc::read_only_file_system)
                           return 1;
                       if (error_of(of_the_dead, limit) != errc::read_only_file_system)
                           return 2;
                       if (error_of(live, limit) != errc::read_only_file_system)
                           return 3;
                   }
                   return 0;
               }) == 0);
}

auto const directories = data::make({0777, 01777});

BOOST_DATA_TEST_CASE_F(open_to_all, a_live_owners_marker_is_waited_for,
                       directories* data::make({0600, 0644, 0666}), bits, its)
{
    fs::permissions(directory, fs::perms(bits));
    options.permissions = fs::perms(its);
    soft_file_lock lock(path, options);
    lock.lock();
    check_nobody_refused(path, errc::timed_out);
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
}

// A user that may not read the marker cannot know that its owner is dead.
BOOST_DATA_TEST_CASE_F(open_to_all, a_dead_owners_marker_that_only_the_owner_may_read_is_waited_for,
                       directories, bits)
{
    fs::permissions(directory, fs::perms(bits));
    put_dead();
    fs::permissions(path, fs::perms(0600));
    make_old(path);
    check_nobody_refused(path, errc::timed_out);
    BOOST_TEST(as_nobody([&] {
                   options.lifetime = 1min;
                   soft_file_lock lock(path, options);
                   error_code ec;
                   lock.break_lock(ec);
                   return error_of(lock) == errc::timed_out && ec == errc::permission_denied ? 0
                                                                                             : 1;
               }) == 0);
    BOOST_TEST(!error_of(path));
}

BOOST_AUTO_TEST_CASE(a_dead_owners_marker_that_all_may_remove_is_evicted)
{
    fs::permissions(directory, fs::perms(0777));
    put_dead();
    fs::permissions(path, fs::perms(0444));
    BOOST_TEST(as_nobody([&] { return error_of(path) ? 1 : 0; }) == 0);
}

BOOST_DATA_TEST_CASE_F(open_to_all, a_dead_owners_marker_that_only_the_owner_may_remove_is_an_error,
                       data::make({storage::local, storage::network}), where)
{
    fs::permissions(directory, fs::perms(01777));
    put_dead();
    fs::permissions(path, fs::perms(0666));
    BOOST_TEST(as_nobody([&] {
                   options.where = where;
                   soft_file_lock lock(path, options);
                   for (auto const limit : {0ms, 50ms})
                       if (error_of(lock, limit) != errc::operation_not_permitted)
                           return 1;
                   error_code ec;
                   lock.break_lock(ec);
                   return ec == errc::operation_not_permitted ? 0 : 2;
               }) == 0);
    BOOST_TEST(text_of(path) == dead.record());
    BOOST_TEST(names_in(directory).size() == 1u);
    BOOST_TEST(!error_of(path));
}

// The marker is root's, and half written.
BOOST_AUTO_TEST_CASE(an_unfinished_marker_that_only_its_owner_may_remove_is_an_error)
{
    fs::permissions(directory, fs::perms(01777));
    write_text(path, "");
    make_old(path);
    check_nobody_refused(path, errc::operation_not_permitted);
    BOOST_TEST(names_in(directory).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
