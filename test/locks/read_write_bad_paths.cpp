// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Does the same as bad_paths.cpp for read_write_lock: files that cannot be locked in some mode, and
// files that are locked in vain because the path names something else meanwhile. The library never
// reads or writes the lock file's content.

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_bytes.hpp"
#include "support/privileges.hpp"
#include "support/read_write_actor.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/system/errc.hpp>

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

auto const modes = data::make({"shared", "upgrade", "exclusive"});

std::string deed_for(std::string const& how, std::string const& mode)
{
    return mode == "exclusive" ? how : how + " " + mode;
}

template <class Code>
std::string message(Code code)
{
    return make_error_code(code).message();
}

/// Checks that every way to acquire the lock fails at once with the same error, in every mode, and
/// leaves no descriptor open.
void check_refused(fs::path const& path, std::string const& expected)
{
    auto const before = open_descriptors();
    read_write_lock lock(path, hourly());
    for (std::string const mode : {"shared", "upgrade", "exclusive"})
        for (std::string const how : {"try", "wait", "lock"}) {
            BOOST_TEST(perform(lock, deed_for(how, mode)) == expected);
            BOOST_TEST(!lock.is_locked());
            BOOST_TEST(open_descriptors() == before);
        }
}

std::string text_of(fs::path const& path)
{
    std::ifstream in(path.string(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct ::stat stat_of(fs::path const& path)
{
    struct ::stat s = {};
    BOOST_TEST_REQUIRE(::lstat(path.c_str(), &s) == 0);
    return s;
}

} // namespace

struct fixture : temporary_directory
{
    std::string const content = std::string("SQLite or not\0\r\n\xff", 17) + std::string(5000, 'x');

    void put_file(fs::path const& at, unsigned bits = 0644) const
    {
        std::ofstream(at.string(), std::ios::binary) << content;
        fs::permissions(at, fs::perms(bits));
    }

    /// Removes the file from its path in the given way, perhaps with another file in its place.
    void take_away(std::string const& how) const
    {
        if (how == "removed") {
            fs::remove(path);
        } else if (how == "moved") {
            fs::rename(path, directory / "elsewhere");
        } else if (how == "replaced") {
            put_file(directory / "next");
            fs::rename(directory / "next", path);
        } else {
            fs::create_hard_link(path, directory / "elsewhere");
            put_file(directory / "next");
            fs::rename(directory / "next", path);
        }
    }
};

auto const ways_to_go = data::make({"removed", "moved", "replaced", "replaced and kept"});

BOOST_FIXTURE_TEST_SUITE(read_write_bad_paths, fixture)

BOOST_AUTO_TEST_CASE(directory_is_refused)
{
    // A directory may be opened for reading.
    check_refused(directory, message(errc::is_a_directory));
}

BOOST_AUTO_TEST_CASE(fifo_is_refused)
{
    BOOST_TEST(::mkfifo(path.c_str(), 0666) == 0);
    check_refused(path, message(error::not_a_lock_file));
}

BOOST_AUTO_TEST_CASE(socket_is_refused)
{
    int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_TEST(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    check_refused(path, message(error::not_a_lock_file));
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(device_is_refused)
{
    for (auto const name : {"/dev/null", "/dev/zero"})
        check_refused(name, message(error::not_a_lock_file));
}

BOOST_AUTO_TEST_CASE(symbolic_link_is_refused)
{
    auto const target = directory / "target";
    fs::create_symlink(target, path);
    check_refused(path, message(error::not_a_lock_file));
    BOOST_TEST(!fs::exists(target));
    put_file(target);
    check_refused(path, message(error::not_a_lock_file));
    BOOST_TEST(text_of(target) == content);
    BOOST_TEST(!is_locked(target, all_bytes));
}

BOOST_AUTO_TEST_CASE(file_in_place_of_a_parent_directory_is_refused)
{
    put_file(path);
    check_refused(path / "x.lock", message(errc::not_a_directory));
}

BOOST_AUTO_TEST_CASE(missing_parent_directories_are_made_if_wanted)
{
    auto options = hourly();
    options.create_directories = false;
    read_write_lock never(directory / "a" / "b.lock", options);
    for (std::string const mode : {"shared", "upgrade", "exclusive"}) {
        BOOST_TEST(perform(never, deed_for("lock", mode)) ==
                   message(errc::no_such_file_or_directory));
        BOOST_TEST(fs::is_empty(directory));
        read_write_lock made(directory / mode / "b.lock", hourly());
        BOOST_TEST(perform(made, deed_for("lock", mode)) == has_it);
        BOOST_TEST(perform(made, "release") == done);
        fs::remove_all(directory / mode);
    }
}

// A file that may be read but not written

BOOST_AUTO_TEST_CASE(shared_needs_read_permission_and_other_modes_write_permission,
                     *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    put_file(path, 0444);
    BOOST_TEST(as_nobody([&] {
                   read_write_lock lock(path, hourly());
                   auto const denied = message(errc::permission_denied);
                   for (std::string const mode : {"upgrade", "exclusive"})
                       for (std::string const how : {"try", "wait", "lock"})
                           if (perform(lock, deed_for(how, mode)) != denied || lock.is_locked())
                               return 1;
                   for (std::string const how : {"try", "wait", "lock"}) {
                       if (perform(lock, deed_for(how, "shared")) != has_it)
                           return 2;
                       for (std::string const waits : {"try", "wait"})
                           for (std::string const mode : {"upgrade", "exclusive"})
                               if (perform(lock, waits + " shared to " + mode) != denied)
                                   return 3;
                       // It still has its shared lock.
                       if (lock.lock_counter() != 1 || perform(lock, "held?") != "held")
                           return 4;
                       if (is_locked(path, pending_byte) || is_locked(path, reserved_byte) ||
                           !is_locked(path, shared_bytes))
                           return 5;
                       if (perform(lock, "release") != done || is_locked(path, all_bytes))
                           return 6;
                   }
                   return 0;
               }) == 0);
    // The two users' processes still exclude each other.
    actor writer(path);
    BOOST_TEST(writer("lock") == has_it);
    child reader([&] {
        become_nobody();
        read_write_lock lock(path, hourly());
        say(perform(lock, "try shared"));
        for (std::string const how : {"wait shared", "lock shared"}) {
            say(perform(lock, how));
            hear();
            say(perform(lock, "release"));
            hear();
        }
        return 0;
    });
    reader.expect(busy);
    for (int i = 0; i < 2; ++i) {
        wait_until_settled(reader.pid());
        BOOST_TEST(writer("release") == done);
        reader.expect(has_it);
        writer.begin_wait("lock");
        reader.write_line("release");
        reader.expect(done);
        BOOST_TEST(writer.end() == has_it);
        reader.write_line("again");
    }
    BOOST_TEST(reader.wait() == 0);
}

BOOST_AUTO_TEST_CASE(unreadable_file_is_refused, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    for (auto const bits : {0600, 0000}) {
        put_file(path, unsigned(bits));
        BOOST_TEST(as_nobody([&] {
                       read_write_lock lock(path, hourly());
                       for (std::string const mode : {"shared", "upgrade", "exclusive"})
                           if (perform(lock, deed_for("lock", mode)) !=
                               message(errc::permission_denied))
                               return 1;
                       return 0;
                   }) == 0);
    }
    fs::remove(path);
    BOOST_TEST(as_nobody([&] {
                   read_write_lock lock(path, hourly());
                   for (std::string const mode : {"shared", "upgrade", "exclusive"})
                       if (perform(lock, deed_for("lock", mode)) !=
                           message(errc::permission_denied))
                           return 1;
                   return 0;
               }) == 0);
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(read_only_file_system_allows_shared_only, *ut::precondition(can_mount))
{
    put_file(path);
    BOOST_TEST(with_own_mounts([&] {
                   mount(directory.string(), directory.string(), nullptr, MS_BIND);
                   mount("none", directory.string(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY);
                   auto const refused = message(errc::read_only_file_system);
                   read_write_lock lock(path, hourly()), missing(directory / "no.lock", hourly());
                   for (std::string const mode : {"upgrade", "exclusive"})
                       for (std::string const how : {"try", "wait", "lock"})
                           if (perform(lock, deed_for(how, mode)) != refused)
                               return 1;
                   for (std::string const mode : {"shared", "upgrade", "exclusive"})
                       if (perform(missing, deed_for("lock", mode)) != refused)
                           return 2;
                   if (perform(lock, "lock shared") != has_it)
                       return 3;
                   auto const came = perform(lock, "try shared to exclusive");
                   if (came != message(errc::permission_denied) && came != refused)
                       return 4;
                   return perform(lock, "held?") == "held" && perform(lock, "release") == done ? 0
                                                                                               : 5;
               }) == 0);
}

// A file that leaves its path while it is held or waited for

BOOST_DATA_TEST_CASE_F(fixture, hold_is_lost_when_the_file_leaves_its_path, modes* ways_to_go, mode,
                       how)
{
    put_file(path);
    actor holder(path), next(path);
    BOOST_TEST(holder(deed_for("lock", mode)) == has_it);
    take_away(how);
    BOOST_TEST(holder("held?") == "not held");
    if (mode == std::string("shared")) {
        for (std::string const waits : {"try", "wait"})
            for (std::string const to : {"exclusive", "upgrade"})
                BOOST_TEST(holder(waits + " shared to " + to) == message(error::hold_lost));
    } else if (mode == std::string("upgrade")) {
        for (std::string const waits : {"try", "wait", "lock"})
            BOOST_TEST(holder(waits + " upgrade to exclusive") == message(error::hold_lost));
    }
    BOOST_TEST(holder("counter") == "1"); // a lost level is still to be released
    // The next process locks the path's new file. The first holder's release leaves that lock
    // alone.
    BOOST_TEST(next("lock") == has_it);
    BOOST_TEST(holder("release") == done);
    BOOST_TEST(next("held?") == "held");
    BOOST_TEST(actor(path)("try shared") == busy);
    BOOST_TEST(next("release") == done);
    BOOST_TEST(holder("try") == has_it);
    BOOST_TEST(holder("held?") == "held");
}

// Readers of the same object do not join a lost hold.
BOOST_DATA_TEST_CASE_F(fixture, thread_does_not_join_a_lost_shared_hold, ways_to_go, how)
{
    put_file(path);
    read_write_lock lock(path, hourly());
    lock.lock_shared();
    take_away(how);
    std::string came;
    std::thread([&] { came = perform(lock, "try shared"); }).join();
    BOOST_TEST(came == busy);
    BOOST_TEST(perform(lock, "release") == done);
    std::thread([&] {
        came = perform(lock, "try shared");
        came += ", " + perform(lock, "held?");
        (void)perform(lock, "release");
    }).join();
    BOOST_TEST(came == "has it, held");
}

BOOST_DATA_TEST_CASE_F(fixture, waiter_locks_the_new_file_when_the_old_leaves_its_path,
                       modes* ways_to_go* data::make({"wait", "lock"}), mode, goes, how)
{
    put_file(path);
    actor holder(path), waiter(path);
    BOOST_TEST(holder("lock") == has_it);
    waiter.begin_wait(deed_for(how, mode));
    take_away(goes);
    // A waiter that sleeps in the kernel does so until the old file is released.
    if (how == std::string("lock"))
        BOOST_TEST(holder("release") == done);
    BOOST_TEST(waiter.end() == has_it);
    BOOST_TEST(waiter("held?") == "held");
    BOOST_TEST(actor(path)("try") == busy);
    BOOST_TEST(holder("held?") == "not held");
}

// The file leaves its path while a conversion drains its readers. The converting process has lost
// its hold.
BOOST_DATA_TEST_CASE_F(fixture, conversion_fails_when_the_file_leaves_its_path,
                       ways_to_go* data::make({"wait shared to exclusive",
                                               "wait upgrade to exclusive",
                                               "lock upgrade to exclusive"}),
                       goes, how)
{
    put_file(path);
    actor reader(path), converts(path);
    bool const is_reader = how == std::string("wait shared to exclusive");
    BOOST_TEST(reader("lock shared") == has_it);
    BOOST_TEST(converts(is_reader ? "lock shared" : "lock upgrade") == has_it);
    converts.begin_wait(how);
    byte_viewer const old(path);
    take_away(goes);
    BOOST_TEST(converts.end() == message(error::hold_lost));
    BOOST_TEST(!old.is_locked(pending_byte));
    BOOST_TEST(old.is_locked(reserved_byte) == !is_reader);
    BOOST_TEST(converts("counter") == "1");
    BOOST_TEST(converts("release") == done);
    BOOST_TEST(converts("lock") == has_it);
    BOOST_TEST(converts("held?") == "held");
}

BOOST_DATA_TEST_CASE_F(fixture, waiter_is_refused_when_a_fifo_replaces_the_file,
                       modes* data::make({"wait", "lock"}), mode, how)
{
    put_file(path);
    actor holder(path), waiter(path);
    BOOST_TEST(holder("lock") == has_it);
    waiter.begin_wait(deed_for(how, mode));
    auto const fifo = directory / "fifo";
    BOOST_TEST(::mkfifo(fifo.c_str(), 0666) == 0);
    fs::rename(fifo, path);
    BOOST_TEST(holder("release") == done);
    BOOST_TEST(waiter.end() == message(error::not_a_lock_file));
}

// The file's attributes and content stay unchanged

BOOST_DATA_TEST_CASE_F(fixture, locking_leaves_the_file_unchanged,
                       data::make({0644, 0600, 06751, 0444}), bits)
{
    put_file(path, unsigned(bits));
    auto const before = stat_of(path);
    auto const is_same = [&] {
        auto const now = stat_of(path);
        BOOST_TEST(text_of(path) == content);
        BOOST_TEST(now.st_ino == before.st_ino);
        BOOST_TEST(now.st_mode == before.st_mode);
        BOOST_TEST(now.st_size == before.st_size);
        BOOST_TEST(now.st_mtim.tv_sec == before.st_mtim.tv_sec);
        BOOST_TEST(now.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
        BOOST_TEST(now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    };
    read_write_lock lock(path, hourly());
    auto const all =
        bits == 0444 && ::geteuid() != 0
            ? std::vector<std::string>{"lock shared"}
            : std::vector<std::string>{"lock shared", "try shared to upgrade",
                                       "try upgrade to exclusive", "exclusive to shared"};
    for (auto const& what : all) {
        BOOST_TEST(perform(lock, what) == has_it);
        is_same();
    }
    BOOST_TEST(perform(lock, "release") == done);
    is_same();
    // An acquisition that times out changes nothing either.
    actor holder(path);
    BOOST_TEST(holder("lock shared") == has_it);
    BOOST_TEST(perform(lock, "limit 5") ==
               (all.size() == 1 ? message(errc::permission_denied) : busy));
    is_same();
}

BOOST_DATA_TEST_CASE_F(fixture, permissions_are_set_by_the_holder_only, modes, mode)
{
    {
        read_write_lock lock(path, hourly());
        ::mode_t const old = ::umask(027);
        BOOST_TEST(perform(lock, deed_for("lock", mode)) == has_it);
        ::umask(old);
        BOOST_TEST((stat_of(path).st_mode & 07777) == 0640u);
        BOOST_TEST(stat_of(path).st_size == 0);
    }
    auto options = hourly();
    options.permissions = fs::perms(0604);
    read_write_lock lock(path, options);
    {
        actor holder(path);
        BOOST_TEST(holder("lock") == has_it);
        BOOST_TEST(perform(lock, deed_for("try", mode)) == busy);
        BOOST_TEST((stat_of(path).st_mode & 07777) == 0640u); // a failed try changes nothing
    }
    BOOST_TEST(perform(lock, deed_for("lock", mode)) == has_it);
    BOOST_TEST((stat_of(path).st_mode & 07777) == 0604u);
    BOOST_TEST(perform(lock, "release") == done);
    BOOST_TEST((stat_of(path).st_mode & 07777) == 0604u);
    BOOST_TEST(fs::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
