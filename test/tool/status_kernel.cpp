// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/status_reports.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

// `filelock status`: locks that the kernel keeps, and files that it must not touch.

namespace {

using namespace filelock_test;
namespace filelock = boost::filelock;
namespace fs = boost::filesystem;

struct fixture : temporary_directory
{
    json_values status() const { return json_status({path.string()}); }
    json_values status_of_tree() const { return json_status({directory.string()}); }
};

/// A process that holds the lock until it is told to end.
template <class Lock, class Options>
child holder_of(fs::path const& path, bool is_shared, Options const& options)
{
    return child([=] {
        Lock lock(path, options);
        if (is_shared)
            lock.lock_shared();
        else
            lock.lock();
        say("held");
        hear();
        return 0;
    });
}

bool set_range(int fd, short type, ::off_t first, ::off_t length)
{
    struct ::flock bytes = {};
    bytes.l_type = type;
    bytes.l_start = first;
    bytes.l_len = length;
    return ::fcntl(fd, F_OFD_SETLK, &bytes) == 0;
}

/// Reports what happens to files.
class file_watch
{
public:
    file_watch() : source_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
    file_watch(file_watch const&) = delete;
    file_watch& operator=(file_watch const&) = delete;
    ~file_watch() { ::close(source_); }

    void add(fs::path const& path)
    {
        BOOST_REQUIRE(::inotify_add_watch(source_, path.c_str(), IN_ALL_EVENTS) != -1);
    }

    bool has_seen_something() const
    {
        alignas(::inotify_event) char events[4096];
        return ::read(source_, events, sizeof events) > 0;
    }

private:
    int source_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(status_kernel, fixture)

BOOST_AUTO_TEST_CASE(file_lock_is_held_until_its_process_is_killed)
{
    for (auto const backend : {filelock::kernel_lock::flock, filelock::kernel_lock::record,
                               filelock::kernel_lock::both}) {
        filelock::file_lock_options options;
        options.backend = backend;
        auto holder = holder_of<filelock::file_lock>(path, false, options);
        holder.expect("held");
        for (auto const& now : {status(), status_of_tree()}) {
            BOOST_TEST(now["test.lock.kind"] == "file_lock");
            BOOST_TEST(now["test.lock.state"] == "held");
            BOOST_TEST(now["test.lock.mode"] == "exclusive");
            BOOST_TEST(now["test.lock.holders.size"] == "1");
            BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(holder.pid()));
            BOOST_TEST(now["test.lock.holders.0.alive"] == "alive");
            BOOST_TEST(now["test.lock.holders.0.age_seconds"] == "null");
        }
        holder.kill(SIGKILL);
        holder.wait();
        BOOST_TEST(status()["test.lock.state"] == "free");
        BOOST_TEST(status()["test.lock.kind"] == "null");
        fs::remove(path);
    }
}

BOOST_AUTO_TEST_CASE(shared_holders_have_an_entry_each)
{
    filelock::file_lock_options const options;
    auto one = holder_of<filelock::file_lock>(path, true, options);
    auto other = holder_of<filelock::file_lock>(path, true, options);
    one.expect("held");
    other.expect("held");
    auto const now = status();
    BOOST_TEST(now["test.lock.mode"] == "shared");
    BOOST_TEST(now["test.lock.holders.size"] == "2");
}

BOOST_AUTO_TEST_CASE(lock_that_was_left_to_a_child_is_the_childs)
{
    write_text(path, "");
    child parent([this] {
        int const fd = ::open(path.c_str(), O_RDONLY);
        if (::flock(fd, LOCK_EX) != 0)
            return 1;
        pid_t const pid = ::fork();
        if (pid == 0) {
            say(std::to_string(::getpid()));
            hear();
            ::_exit(0);
        }
        return 0;
    });
    auto const heir = parent.read_line();
    BOOST_TEST(parent.wait() == 0);
    BOOST_TEST(status()["test.lock.holders.0.pid"] == *heir);
}

BOOST_AUTO_TEST_CASE(file_with_data_can_be_locked)
{
    write_text(path, std::string(5000, 'x'));
    int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST(status()["test.lock.state"] == "other");
    BOOST_REQUIRE(::flock(fd, LOCK_SH) == 0);
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["test.lock.kind"] == "file_lock");
        BOOST_TEST(now["test.lock.mode"] == "shared");
    }
    ::close(fd);
}

BOOST_AUTO_TEST_CASE(directory_can_be_locked)
{
    int const fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto const name = directory.filename().string();
    BOOST_TEST(!status_of_tree().has(name + ".state"));
    BOOST_REQUIRE(::flock(fd, LOCK_EX) == 0);
    auto const now = status_of_tree();
    ::close(fd);
    BOOST_TEST(now[name + ".kind"] == "file_lock");
    BOOST_TEST(now[name + ".holders.0.pid"] == std::to_string(::getpid()));
}

BOOST_AUTO_TEST_CASE(read_write_lock_shows_its_mode)
{
    filelock::read_write_lock lock(path);
    lock.lock_shared();
    BOOST_TEST(status()["test.lock.kind"] == "read_write_lock");
    BOOST_TEST(status()["test.lock.mode"] == "shared");
    lock.unlock_shared();
    lock.lock_upgrade();
    BOOST_TEST(status()["test.lock.mode"] == "upgrade");
    lock.unlock_upgrade();
    lock.lock();
    BOOST_TEST(status()["test.lock.mode"] == "exclusive");
    BOOST_TEST(status()["test.lock.holders.0.waiting"] == "false");
    lock.unlock();
    BOOST_TEST(status()["test.lock.state"] == "free");
}

BOOST_AUTO_TEST_CASE(writer_that_waits_for_readers_is_told_from_a_holder)
{
    filelock::read_write_lock lock(path);
    lock.lock_shared();
    child writer([this] {
        filelock::read_write_lock waits(path);
        waits.lock();
        return 0;
    });
    wait_until_blocked(writer.pid(), path.string());
    auto const now = status();
    BOOST_TEST(now["test.lock.mode"] == "shared");
    BOOST_TEST(now["test.lock.holders.size"] == "2");
    BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(::getpid()));
    BOOST_TEST(now["test.lock.holders.1.pid"] == std::to_string(writer.pid()));
    BOOST_TEST(now["test.lock.holders.1.waiting"] == "true");
    lock.unlock_shared();
    BOOST_TEST(writer.wait() == 0);
}

BOOST_AUTO_TEST_CASE(kind_says_which_locks_count)
{
    write_text(path, "");
    int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    auto const state_of = [this](char const* kind) {
        return json_status({"--kind", kind, path.string()})["test.lock.state"];
    };
    BOOST_REQUIRE(::flock(fd, LOCK_EX) == 0);
    BOOST_TEST(state_of("file_lock") == "held");
    BOOST_TEST(state_of("read_write_lock") == "free");
    BOOST_REQUIRE(::flock(fd, LOCK_UN) == 0);
    BOOST_REQUIRE(set_range(fd, F_WRLCK, 0x40000001, 1));
    BOOST_TEST(state_of("file_lock") == "free");
    BOOST_TEST(state_of("read_write_lock") == "held");
    ::close(fd);
}

// stat(2) shows another device there than the kernel's list, or a very great inode.
BOOST_AUTO_TEST_CASE(locks_on_an_overlay_are_found, *boost::unit_test::precondition(can_mount))
{
    for (std::string const option : {"xino=off", "xino=on"}) {
        int const failed = with_own_mounts([this, option] {
            auto const lower = directory / "lower", upper = directory / "upper",
                       top = directory / "top";
            for (auto const& made : {lower, upper, top})
                fs::create_directories(made);
            mount("none", lower.string(), "tmpfs");
            mount("none", upper.string(), "tmpfs");
            fs::create_directories(upper / "files");
            fs::create_directories(upper / "work");
            write_text(lower / "test.lock", "");
            mount("none", top.string(), "overlay", 0,
                  "lowerdir=" + lower.string() + ",upperdir=" + (upper / "files").string() +
                      ",workdir=" + (upper / "work").string() + "," + option);
            auto const locked = top / "test.lock";
            int const fd = ::open(locked.c_str(), O_RDONLY | O_CLOEXEC);
            if (::flock(fd, LOCK_EX) != 0)
                return 2;
            auto const pid = std::to_string(::getpid());
            bool const is_found = json_status({top.string()})["test.lock.holders.0.pid"] == pid &&
                                  json_status({locked.string()})["test.lock.holders.0.pid"] == pid;
            return is_found ? 0 : 1;
        });
        BOOST_TEST(failed == 0);
    }
}

// Such a waiter sleeps until the file is closed. Without this rule each look would wake it.
BOOST_AUTO_TEST_CASE(empty_lock_file_is_not_opened)
{
    write_text(path, "");
    write_text(directory / "locked", "");
    int const fd = ::open((directory / "locked").c_str(), O_RDWR | O_CLOEXEC);
    BOOST_REQUIRE(::flock(fd, LOCK_EX) == 0);
    file_watch watch;
    watch.add(path);
    watch.add(directory / "locked");
    BOOST_TEST(status()["test.lock.state"] == "free");
    auto const now = status_of_tree();
    BOOST_TEST(now["locked.state"] == "held");
    BOOST_TEST(now["test.lock.state"] == "free");
    BOOST_TEST(json_status({"--kind", "file_lock", path.string()})["test.lock.state"] == "free");
    BOOST_TEST(json_status({"--kind", "soft_file_lock", path.string()}).has("test.lock.state"));
    BOOST_TEST(!watch.has_seen_something());
    ::close(fd);
    BOOST_TEST(watch.has_seen_something()); // as an open and close would show
}

BOOST_AUTO_TEST_CASE(waiter_stays_asleep)
{
    filelock::file_lock lock(path);
    lock.lock();
    child waiter([this] {
        filelock::file_lock waits(path);
        bool const acquired = waits.try_lock_for(2 * patience);
        return acquired ? 0 : 1;
    });
    wait_until_settled(waiter.pid());
    file_watch watch;
    watch.add(path);
    BOOST_TEST(status()["test.lock.state"] == "held");
    BOOST_TEST(status_of_tree()["test.lock.holders.size"] == "1");
    BOOST_TEST(!watch.has_seen_something());
    lock.unlock();
    BOOST_TEST(waiter.wait() == 0);
}

BOOST_AUTO_TEST_CASE(directory_that_cannot_be_read_is_reported_at_the_end,
                     *boost::unit_test::precondition(is_root))
{
    fs::permissions(directory, fs::perms(0755));
    fs::create_directory(directory / "secret");
    fs::permissions(directory / "secret", fs::perms(0700));
    write_text(directory / "secret" / "marker", "4711\nelsewhere\n");
    write_text(directory / "marker", "4711\nelsewhere\n");
    write_text(path, "4711\nelsewhere\n");
    fs::permissions(path, fs::perms(0600));
    write_text(directory / "data", "a file of another program");
    fs::permissions(directory / "data", fs::perms(0600));
    int const done = as_nobody([this] {
        auto const all = run_program(tool("status", {"--json", directory.string()}));
        json_values const now(all.out);
        bool const is_right =
            all.status == 1 &&
            all.err == "filelock: " + (directory / "secret").string() + ": Permission denied\n" &&
            now["size"] == "2" && now["marker.state"] == "held" &&
            now["test.lock.state"] == "unreadable" && now["test.lock.kind"] == "null";
        if (!is_right)
            throw std::runtime_error(all.err + all.out);
        return run_program(tool("status", {path.string()})).status;
    });
    BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_SUITE_END()
