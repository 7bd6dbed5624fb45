// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The holders of a lock, as the kernel reports them.

#include <boost/test/unit_test.hpp>

#include "support/backends.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/interprocess/sync/file_lock.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using boost::filelock::file_lock;
using boost::filelock::kernel_lock;
using boost::filelock::owner_mode;
using namespace filelock_test;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

std::unique_ptr<child> holder_of(fs::path const& path, kernel_lock backend, bool shared)
{
    auto holder = std::make_unique<child>([&] {
        file_lock lock(path, with_backend(backend));
        shared ? lock.lock_shared() : lock.lock();
        say("held");
        hear();
        return 0;
    });
    holder->expect("held");
    return holder;
}

std::string own_command()
{
    std::string command;
    std::ifstream in("/proc/self/cmdline");
    std::getline(in, command, '\0');
    return command;
}

std::set<pid_t> pids(file_lock const& lock)
{
    std::set<pid_t> found;
    for (auto const& holder : lock.holders())
        found.insert(static_cast<pid_t>(holder.pid));
    return found;
}

// The number of the first PID namespace is PROC_PID_INIT_INO (linux/proc_ns.h).
boost::test_tools::assertion_result in_first_pid_namespace(ut::test_unit_id)
{
    boost::test_tools::assertion_result result(fs::read_symlink("/proc/self/ns/pid") ==
                                               "pid:[4026531836]");
    result.message() << "this is a PID namespace of its own";
    return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(holders, temporary_directory)

BOOST_AUTO_TEST_CASE(free_lock_has_no_holder)
{
    file_lock lock(path);
    BOOST_TEST(lock.holders().empty()); // the file does not exist
    BOOST_TEST(!lock.holder().has_value());
    BOOST_TEST(!fs::exists(path));
    lock.lock();
    lock.unlock();
    BOOST_TEST(lock.holders().empty());
}

BOOST_AUTO_TEST_CASE(other_process_is_reported)
{
    for (auto const backend : backends)
        for (bool const shared : {false, true}) {
            auto const holder = holder_of(path, backend, shared);
            file_lock const lock(path, with_backend(backend));
            auto const all = lock.holders();
            BOOST_REQUIRE(all.size() == 1u);
            BOOST_TEST(all[0].pid == holder->pid());
            BOOST_TEST(all[0].hostname == host_name());
            BOOST_TEST((all[0].mode ==
                        (shared ? owner_mode::kernel_shared : owner_mode::kernel_exclusive)));
            BOOST_TEST(all[0].command.compare(0, own_command().size(), own_command()) == 0);
            BOOST_TEST(lock.holder()->pid == holder->pid());
            holder->write_line("enough");
            BOOST_TEST(holder->wait() == 0);
            BOOST_TEST(lock.holders().empty());
        }
}

BOOST_AUTO_TEST_CASE(this_process_is_reported)
{
    for (auto const backend : backends) {
        file_lock lock(path, with_backend(backend));
        lock.lock();
        BOOST_REQUIRE(lock.holder().has_value());
        BOOST_TEST(lock.holder()->pid == ::getpid());
        BOOST_TEST(lock.holders().size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(all_readers_are_reported)
{
    for (auto const backend : backends) {
        std::vector<std::unique_ptr<child>> all;
        std::set<pid_t> expected;
        for (int i = 0; i < 3; ++i) {
            all.push_back(holder_of(path, backend, true));
            expected.insert(all.back()->pid());
        }
        file_lock const lock(path, with_backend(backend));
        BOOST_TEST(pids(lock) == expected);
        BOOST_TEST(lock.holders().size() == 3u);
    }
}

BOOST_AUTO_TEST_CASE(waiter_is_not_reported)
{
    for (auto const backend : backends) {
        auto const holder = holder_of(path, backend, false);
        child waiter([&] {
            file_lock lock(path, with_backend(backend));
            lock.lock();
            return 0;
        });
        wait_until_blocked(waiter.pid(), path.string());
        file_lock const lock(path, with_backend(backend));
        BOOST_TEST(pids(lock) == std::set<pid_t>{holder->pid()});
    }
}

// The kernel names the process that made the call, which has ended. The child that it forked holds
// the lock. (/proc/locks omits such a lock in any PID namespace but the first.)
BOOST_AUTO_TEST_CASE(process_that_inherited_the_lock_is_reported,
                     *ut::precondition(in_first_pid_namespace))
{
    child dead([&] {
        int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (::flock(fd, LOCK_EX) != 0)
            return 1;
        pid_t const heir = ::fork();
        if (heir == 0) {
            hear(); // it has the pipe as well
            ::_exit(0);
        }
        say(std::to_string(heir));
        return heir == -1 ? 1 : 0;
    });
    auto const heir = std::stoi(dead.read_line().value());
    BOOST_TEST(dead.wait() == 0);
    file_lock const lock(path);
    BOOST_TEST(pids(lock) == std::set<pid_t>{heir});
    dead.write_line("enough");
}

BOOST_AUTO_TEST_CASE(record_lock_of_a_process_is_reported)
{
    std::ofstream(path.string()) << "";
    child holder([&] {
        boost::interprocess::file_lock lock(path.c_str());
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    holder.expect("held");
    BOOST_TEST(pids(file_lock(path, with_backend(kernel_lock::record))) ==
               std::set<pid_t>{holder.pid()});
    BOOST_TEST(pids(file_lock(path, with_backend(kernel_lock::both))) ==
               std::set<pid_t>{holder.pid()});
    BOOST_TEST(file_lock(path).holders().empty()); // it does not exclude a flock
}

BOOST_AUTO_TEST_CASE(only_holders_of_the_named_file_are_reported)
{
    auto const holder = holder_of(path, kernel_lock::flock, false);
    auto const elsewhere = holder_of(directory / "other.lock", kernel_lock::flock, false);
    file_lock const lock(path);
    BOOST_TEST(pids(lock) == std::set<pid_t>{holder->pid()});
    fs::rename(path, directory / "away");
    BOOST_TEST(lock.holders().empty());
    std::ofstream(path.string()) << "";
    BOOST_TEST(lock.holders().empty());
    BOOST_TEST(pids(file_lock(directory / "away")) == std::set<pid_t>{holder->pid()});
    fs::create_symlink("away", directory / "link");
    BOOST_TEST(file_lock(directory / "link").holders().empty()); // a symbolic link cannot be locked
}

// A process without permission to inspect another user's process still learns its number.
BOOST_AUTO_TEST_CASE(process_of_another_user_is_reported, *ut::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    auto const holder = holder_of(path, kernel_lock::flock, false);
    BOOST_TEST(as_nobody([&] {
                   auto const others = file_lock(path).holder();
                   return others && others->pid == holder->pid() ? 0 : 1;
               }) == 0);
    auto const of_record = holder_of(path, kernel_lock::record, false);
    BOOST_TEST(as_nobody([&] { // for an open file's record lock the kernel names no process
                   auto const others = file_lock(path, with_backend(kernel_lock::record)).holder();
                   return others && others->pid == 0 && others->mode == owner_mode::kernel_exclusive
                              ? 0
                              : 1;
               }) == 0);
}

// The device in /proc/locks differs from that of stat.
BOOST_AUTO_TEST_CASE(holder_on_an_overlay_is_reported, *ut::precondition(can_mount))
{
    BOOST_TEST(with_own_mounts([&] {
                   auto const at = [&](char const* name) { return (directory / name).string(); };
                   mount("none", directory.string(), "tmpfs");
                   for (auto const name : {"lower", "upper", "work", "merged"})
                       fs::create_directory(at(name));
                   std::ofstream(at("lower") + "/old.lock") << "";
                   mount("none", at("merged"), "overlay", 0,
                         "lowerdir=" + at("lower") + ",upperdir=" + at("upper") +
                             ",workdir=" + at("work"));
                   for (auto const name : {"new.lock", "old.lock"})
                       for (auto const backend : backends) {
                           fs::path const there = at("merged") + "/" + name;
                           auto const holder = holder_of(there, backend, false);
                           if (pids(file_lock(there, with_backend(backend))) !=
                               std::set<pid_t>{holder->pid()})
                               return 1;
                       }
                   return 0;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(holders_opens_no_descriptor)
{
    auto const before = open_descriptors();
    auto const holder = holder_of(path, kernel_lock::flock, false);
    auto const with_pipes = open_descriptors();
    file_lock lock(path);
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(lock.holders().size() == 1u);
    BOOST_TEST(open_descriptors() == with_pipes);
    BOOST_TEST(before < with_pipes);
}

BOOST_AUTO_TEST_SUITE_END()
