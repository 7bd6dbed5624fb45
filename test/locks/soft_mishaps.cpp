// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Rare mishaps of markers: a process dies during an eviction, closes a descriptor that is not its
// own, is slow, or changes the host's name.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/privileges.hpp"
#include "support/system_calls.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::error;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::wait_status;
using boost::system::error_code;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

struct mishap : temporary_directory
{
    bool is_empty() const { return fs::is_empty(directory); }
};

error_code error_of_take(soft_file_lock& lock)
{
    error_code ec;
    lock.acquire({patience}, ec);
    return ec;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_mishaps, mishap)

// Some programs close all descriptors that they do not know, and then open a file of their own.
BOOST_AUTO_TEST_CASE(a_descriptor_that_became_another_files_is_left_alone)
{
    auto const data = directory / "data";
    write_text(data, "precious");
    soft_file_lock lock(path);
    lock.lock();
    auto const open = descriptors_open_on(path.string());
    BOOST_TEST_REQUIRE(open.size() == 1u);
    int const fd = ::open(data.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::dup3(fd, open.front(), O_CLOEXEC) != -1);
    ::close(fd);
    lock.unlock();
    BOOST_TEST(text_of(data) == "precious");
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(a_marker_that_is_neither_filled_nor_removed_is_not_held,
                     *ut::precondition(can_trace))
{
    child c([this] {
        soft_file_lock lock(path);
        say("ready");
        hear();
        if (error_of_take(lock) != errc::io_error || lock.is_locked())
            return 1;
        return error_of_take(lock) || !lock.is_lock_held_by_us() ? 2 : 0;
    });
    c.expect("ready");
    tracer const t(c.pid(), "-e inject=linkat:error=EPERM -e inject=pwrite64:error=EIO:when=2 "
                            "-e inject=" +
                                calls_for("unlink") + ":error=EIO:when=1..2");
    c.write_line("go");
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(a_marker_that_cannot_be_removed_has_no_owner_after_destruction,
                     *ut::precondition(can_trace))
{
    child c([this] {
        {
            soft_file_lock lock(path);
            lock.lock();
            say("ready");
            hear();
            error_code ec;
            lock.release(ec);
            if (ec != errc::permission_denied)
                return 1;
        }
        say("gone");
        hear();
        return 0;
    });
    c.expect("ready");
    tracer const t(c.pid(), "-e inject=" + calls_for("unlink") + ":error=EACCES");
    c.write_line("go");
    c.expect("gone");
    BOOST_TEST(text_of(path) == ""); // although its creator is alive
    soft_file_lock_options options;
    options.malformed_grace = 0ns;
    soft_file_lock lock(path, options);
    BOOST_TEST(lock.try_lock());
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
}

// An eviction exchanged its own marker with the marker of a process that had acquired the lock
// meanwhile. The evicting process died before it could restore that marker.
BOOST_AUTO_TEST_CASE(a_live_marker_under_a_dead_processes_temporary_name_counts)
{
    auto const dead = record_of_the_dead(directory);
    auto const hidden = path.string() + ".break." + dead.substr(0, dead.find('\n')) + '.' +
                        "0123456789abcdef0123456789abcdef";
    soft_file_lock lock(path), other(path);
    lock.lock();
    fs::rename(path, hidden);
    write_text(path, dead);
    BOOST_TEST(!other.try_lock());
    BOOST_TEST(text_of(path) == dead);
    lock.unlock();
    BOOST_TEST(text_of(hidden) == ""); // counts as litter
    BOOST_TEST(other.try_lock());
}

// A marker that is made in place names no owner at first. Its owner writes it while others wait.
BOOST_AUTO_TEST_CASE(waiter_gets_lock_after_death_of_an_owner_that_wrote_its_marker_late)
{
    child other([this] {
        write_text(path, "");
        say("made");
        hear();
        write_text(path, std::to_string(::getpid()) + '\n' + host_name() + '\n');
        say("written");
        hear();
        return 0;
    });
    other.expect("made");
    child waits([this] {
        soft_file_lock_options options;
        options.poll_interval = 1h;
        options.malformed_grace.reset();
        soft_file_lock lock(path, options);
        boost::filelock::acquire_options how;
        how.progress_interval = 1h;
        how.on_wait = [](wait_status const&) { say("waits"); };
        lock.acquire(how);
        say("has it");
        return 0;
    });
    waits.expect("waits");
    wait_until_quiet(waits.pid());
    other.write_line("write");
    other.expect("written");
    wait_until_quiet(waits.pid());
    other.kill();
    waits.expect("has it");
}

// A marker without an owner is removed after the grace period or the lifetime, whichever ends
// first.
BOOST_AUTO_TEST_CASE(malformed_marker_expires_with_the_shorter_of_grace_and_lifetime)
{
    struct limits
    {
        std::optional<std::chrono::nanoseconds> grace, lifetime;
        bool is_removed;
    };
    for (auto const& [grace, lifetime, is_removed] : {
             limits{1h, 1s, true},
             limits{1s, 1h, true},
             limits{1h, 1h, false},
             limits{{}, 1s, true},
             limits{{}, 1h, false},
             limits{1s, {}, true},
             limits{1h, {}, false},
         }) {
        write_text(path, "");
        fs::last_write_time(path, std::time(nullptr) - 60);
        soft_file_lock_options options;
        options.malformed_grace = grace;
        options.lifetime = lifetime;
        soft_file_lock lock(path, options);
        BOOST_TEST(lock.try_lock() == is_removed);
    }
}

// Where there is a lifetime, a hold must not begin with part of it used up.
BOOST_AUTO_TEST_CASE(a_marker_is_young_when_the_hold_begins, *ut::precondition(can_trace))
{
    child c([this] {
        soft_file_lock lock(path);
        say("ready");
        hear();
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    c.expect("ready");
    ::timespec begun;
    {
        tracer const t(c.pid(), "-e inject=linkat:delay_exit=1200000:when=1"); // microseconds
        ::clock_gettime(CLOCK_REALTIME_COARSE, &begun);
        c.write_line("go");
        c.expect("held");
    }
    struct ::stat s;
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &s) == 0);
    auto const since = [](::timespec const& a, ::timespec const& b) {
        return std::chrono::seconds(a.tv_sec - b.tv_sec) +
               std::chrono::nanoseconds(a.tv_nsec - b.tv_nsec);
    };
    // It is a second marker: the first was made before the delay.
    auto const made = since(s.st_mtim, begun);
    BOOST_TEST(made.count() > 1'100'000'000);
    c.write_line("enough");
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_marker_with_a_kernel_lease_counts)
{
    write_text(path, std::to_string(::getpid()) + '\n' + host_name() + '\n');
    child leases([this] {
        ::signal(SIGIO, SIG_IGN);
        int const fd = ::open(path.c_str(), O_WRONLY);
        say(::fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? "leased" : "no lease");
        hear();
        return 0;
    });
    leases.expect("leased");
    soft_file_lock lock(path);
    BOOST_TEST(!lock.try_lock());
}

namespace {

// Runs a function on a host of this name. Returns 100 where the name cannot be set.
int on_host(std::string const& name, std::function<int()> const& what)
{
    return child([&] {
               bool const is_named =
                   ::unshare(CLONE_NEWUTS) == 0 && ::sethostname(name.data(), name.size()) == 0;
               return is_named ? what() : 100;
           })
        .wait();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_host_without_a_name_has_no_markers, *ut::precondition(is_root))
{
    BOOST_TEST(on_host("", [&] {
                   soft_file_lock lock(path);
                   return error_of_take(lock) == error::host_without_name ? 0 : 1;
               }) == 0);
    BOOST_TEST(is_empty());
}

// Newer Python peers escape names in the same way.
BOOST_AUTO_TEST_CASE(name_of_the_host_is_escaped, *ut::precondition(is_root))
{
    std::pair<char const*, char const*> const names[] = {
        {"two words", "two?20words"},
        {"tab\there", "tab?09here"},
        {"line\nend", "line?0aend"},
        {"w\xc3\xb6"
         "rks",
         "w?c3?b6rks"},
        {"why?", "why?3f"},
        {"b\xff"
         "d",
         "b?ffd"},
        {"plain-1.example", "plain-1.example"},
    };
    for (auto const& [name, escaped] : names)
        BOOST_TEST_CONTEXT(escaped)
        {
            auto const wanted = escaped;
            BOOST_TEST(on_host(name, [&] {
                           soft_file_lock lock(path), other(path);
                           lock.lock();
                           auto const text = text_of(path);
                           if (text.find(std::string("\n") + wanted + "\n") == text.npos)
                               return 1;
                           if (!lock.is_lock_held_by_us() || other.try_lock())
                               return 2;
                           lock.unlock();
                           // The death of an owner with the escaped name can be proved.
                           write_text(path, "4194305\n" + std::string(wanted) + "\n");
                           return lock.try_lock() ? 0 : 3;
                       }) == 0);
        }
}

BOOST_AUTO_TEST_CASE(a_marker_has_the_name_that_the_host_has_now, *ut::precondition(is_root))
{
    child c([&] {
        std::string const name = "another-name";
        soft_file_lock lock(path);
        lock.lock();
        lock.unlock();
        if (::unshare(CLONE_NEWUTS) != 0 || ::sethostname(name.data(), name.size()) != 0)
            return 2;
        lock.lock();
        return text_of(path).find('\n' + name + '\n') != std::string::npos &&
                       lock.is_lock_held_by_us()
                   ? 0
                   : 1;
    });
    BOOST_TEST(c.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
