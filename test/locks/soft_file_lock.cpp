// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tests what is particular to markers: their bytes, their owners, and when other processes evict
// them.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
namespace errc = boost::system::errc;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

using boost::filelock::error;
using boost::filelock::lock_error;
using boost::filelock::owner_mode;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::wait_status;
using boost::system::error_code;

namespace {

/// Starts a process that holds the lock until it is killed.
std::unique_ptr<child> holder(fs::path const& path)
{
    auto c = std::make_unique<child>([&path] {
        soft_file_lock lock(path);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    c->expect("held");
    return c;
}

/// Starts a process that waits for the lock and polls once an hour.
std::unique_ptr<child> waiter(fs::path const& path)
{
    auto c = std::make_unique<child>([&path] {
        soft_file_lock_options options;
        options.poll_interval = 1h;
        soft_file_lock lock(path, options);
        boost::filelock::acquire_options how;
        how.progress_interval = 1h;
        how.on_wait = [](wait_status const&) { say("waiting"); };
        lock.acquire(how);
        say("has it");
        hear();
        lock.unlock();
        return 0;
    });
    c->expect("waiting");
    return c;
}

struct marked : temporary_directory
{
    bool is_empty() const { return fs::is_empty(directory); }

    void age(std::time_t seconds) const { fs::last_write_time(path, ::time(nullptr) - seconds); }

    error_code error_of_lock(soft_file_lock_options const& options = {}) const
    {
        soft_file_lock lock(path, options);
        try {
            return lock.try_lock() ? error_code() : make_error_code(errc::device_or_resource_busy);
        } catch (lock_error const& e) {
            return e.code();
        }
    }
    bool is_taken() const { return error_of_lock() == errc::device_or_resource_busy; }
    bool is_free() const { return !error_of_lock(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_file_lock_suite, marked)

BOOST_AUTO_TEST_SUITE(marker)

BOOST_AUTO_TEST_CASE(names_the_process_and_the_host)
{
    soft_file_lock lock(path);
    lock.lock();
    auto const text = text_of(path);
    auto const begin = std::to_string(::getpid()) + '\n' + host_name() + '\n';
    BOOST_TEST(text.substr(0, begin.size()) == begin);
    auto const token = text.substr(begin.size());
    BOOST_TEST(token.find_first_not_of("0123456789") == token.size() - 1);
    BOOST_TEST(token.back() == '\n');
    lock.unlock();
    BOOST_TEST(is_empty());
}

// Another program computes the start token.
BOOST_AUTO_TEST_CASE(records_when_the_process_was_started)
{
    soft_file_lock lock(path);
    lock.lock();
    child python({"/usr/bin/python3", "-c",
                  "import sys\n"
                  "pid = sys.argv[1]\n"
                  "stat = open('/proc/' + pid + '/stat').read()\n"
                  "start = int(stat.rsplit(')', 1)[1].split()[19])\n"
                  "boot = open('/proc/sys/kernel/random/boot_id').read()\n"
                  "print((int(boot.strip().replace('-', ''), 16) << 64) | start)\n",
                  std::to_string(::getpid())});
    auto const token = python.read_line();
    BOOST_TEST_REQUIRE(python.wait() == 0);
    BOOST_TEST(text_of(path) ==
               std::to_string(::getpid()) + '\n' + host_name() + '\n' + token.value() + '\n');
}

BOOST_AUTO_TEST_CASE(has_the_permissions_asked_for)
{
    auto const mask = ::umask(027);
    {
        soft_file_lock lock(path);
        lock.lock();
        BOOST_TEST(fs::status(path).permissions() == static_cast<fs::perms>(0640));
    }
    soft_file_lock_options options;
    options.permissions = static_cast<fs::perms>(0666);
    soft_file_lock lock(path, options);
    lock.lock();
    BOOST_TEST(fs::status(path).permissions() == static_cast<fs::perms>(0666));
    ::umask(mask);
}

BOOST_AUTO_TEST_CASE(is_there_as_long_as_one_level_is_held)
{
    soft_file_lock lock(path);
    lock.lock();
    lock.lock();
    lock.unlock();
    BOOST_TEST(fs::exists(path));
    lock.unlock();
    BOOST_TEST(!fs::exists(path));
}

BOOST_AUTO_TEST_CASE(names_the_holder)
{
    soft_file_lock lock(path);
    BOOST_TEST(!lock.pid());
    BOOST_TEST(!lock.holder());
    BOOST_TEST(!lock.is_lock_held_by_us());
    auto const c = holder(path);
    BOOST_TEST(lock.pid().value() == c->pid());
    BOOST_TEST(!lock.is_lock_held_by_us());
    auto const who = lock.holder();
    BOOST_TEST_REQUIRE(who.has_value());
    BOOST_TEST(who->pid == c->pid());
    BOOST_TEST(who->hostname == host_name());
    BOOST_TEST((who->mode == owner_mode::marker));
    BOOST_TEST(who->command.find("soft_file_lock") != std::string::npos);
    BOOST_TEST((who->age.value() < patience));
    c->write_line("");
    c->wait();
    lock.lock();
    BOOST_TEST(lock.is_lock_held_by_us());
    // A peer in this process may not record a start token, for example Python on other systems.
    std::ofstream(path.string()) << ::getpid() << '\n' << host_name() << '\n';
    BOOST_TEST(lock.is_lock_held_by_us());
    std::ofstream(path.string()) << ::getpid() << "\nanother-host\n";
    BOOST_TEST(!lock.is_lock_held_by_us());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(death)

BOOST_AUTO_TEST_CASE(of_the_holder_frees_the_lock)
{
    auto const c = holder(path);
    BOOST_TEST(is_taken());
    c->kill();
    c->wait();
    BOOST_TEST(fs::exists(path));
    BOOST_TEST(is_free());
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(wakes_a_waiter)
{
    auto const a = holder(path), b = waiter(path);
    a->kill();
    b->expect("has it");
    b->write_line("");
    BOOST_TEST(b->wait() == 0);
    BOOST_TEST(is_empty());
}

// The parent has not read the exit status yet, so the dead process is a zombie.
BOOST_AUTO_TEST_CASE(counts_before_the_parent_knows)
{
    auto const a = holder(path), b = waiter(path);
    ::kill(a->pid(), SIGKILL);
    b->expect("has it");
    BOOST_TEST(text_of("/proc/" + std::to_string(a->pid()) + "/stat").find(") Z ") !=
               std::string::npos);
    b->write_line("");
    BOOST_TEST(b->wait() == 0);
}

BOOST_AUTO_TEST_CASE(of_a_process_is_proved_when_its_id_is_reused)
{
    auto text = record_of_the_dead(directory);
    text.replace(0, text.find('\n'), std::to_string(::getpid()));
    write_text(path, text);
    BOOST_TEST(is_free());
}

BOOST_AUTO_TEST_CASE(of_a_process_of_an_earlier_boot_is_proved)
{
    write_text(path, std::to_string(::getpid()) + '\n' + host_name() +
                         "\n123456789012345678901234567890\n");
    BOOST_TEST(is_free());
}

BOOST_AUTO_TEST_CASE(is_proved_without_a_start_token_as_well)
{
    write_text(path, without_start(record_of_the_dead(directory)));
    BOOST_TEST(is_free());
}

BOOST_AUTO_TEST_CASE(is_not_assumed_of_a_live_process_without_a_start_token)
{
    write_text(path, std::to_string(::getppid()) + '\n' + host_name() + '\n');
    BOOST_TEST(is_taken());
}

BOOST_AUTO_TEST_CASE(of_a_process_on_another_host_is_not_proved)
{
    auto text = record_of_the_dead(directory);
    text.replace(text.find('\n') + 1, host_name().size(), "elsewhere");
    write_text(path, text);
    age(1'000'000);
    BOOST_TEST(is_taken());
    BOOST_TEST(text_of(path) == text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unfinished_markers)

BOOST_DATA_TEST_CASE_F(marked, are_kept_for_the_grace_period,
                       data::make({""s, "4711"s, "4711\nhos"s, std::string(3, '\0')}), text)
{
    write_text(path, text);
    BOOST_TEST(is_taken());
    age(3);
    BOOST_TEST(is_free());
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(are_waited_for_no_longer_than_that)
{
    write_text(path, "");
    soft_file_lock_options options;
    options.poll_interval = 1h;
    options.malformed_grace = 50ms;
    soft_file_lock lock(path, options);
    BOOST_TEST(lock.try_lock_for(patience));
}

BOOST_AUTO_TEST_CASE(are_kept_forever_where_the_grace_period_is_unlimited)
{
    write_text(path, "");
    age(1'000'000);
    soft_file_lock_options options;
    options.malformed_grace.reset();
    BOOST_TEST((error_of_lock(options) == errc::device_or_resource_busy));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lifetime)

BOOST_AUTO_TEST_CASE(ends_a_live_owners_hold)
{
    auto const c = holder(path);
    age(61);
    BOOST_TEST(is_taken());
    soft_file_lock_options options;
    options.lifetime = 1min;
    BOOST_TEST(!error_of_lock(options));
    c->write_line("");
    BOOST_TEST(c->wait() == 0); // its release leaves nothing behind and no other marker is removed
    BOOST_TEST(is_empty());
}

BOOST_AUTO_TEST_CASE(is_waited_for)
{
    auto const c = holder(path);
    soft_file_lock_options options;
    options.poll_interval = 1h;
    options.lifetime = 100ms;
    soft_file_lock lock(path, options);
    BOOST_TEST(lock.try_lock_for(patience));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(foreign_files)

BOOST_DATA_TEST_CASE_F(marked, are_refused,
                       data::make({"hello\n"s, "{\"a\": 1}\n"s,
                                   "\x7f"
                                   "ELF\2\1"s,
                                   std::string(2000, '\0'), "1\nh\n1\nmore\n"s}),
                       text)
{
    write_text(path, text);
    age(1'000'000);
    BOOST_TEST((error_of_lock() == error::not_a_lock_file));
    error_code ec;
    soft_file_lock(path).break_lock(ec);
    BOOST_TEST((ec == error::not_a_lock_file));
    BOOST_TEST(text_of(path) == text);
}

BOOST_AUTO_TEST_CASE(may_be_large)
{
    write_text(path, "");
    fs::resize_file(path, 1 << 30);
    BOOST_TEST((error_of_lock() == error::not_a_lock_file));
    BOOST_TEST(fs::file_size(path) == 1u << 30);
}

BOOST_AUTO_TEST_CASE(of_other_types_are_refused)
{
    auto const target = directory / "target";
    std::function<void()> const all[] = {
        [&] { fs::create_directory(path); },
        [&] { BOOST_TEST(::mkfifo(path.c_str(), 0666) == 0); },
        [&] { fs::create_symlink(target, path); },
        [&] {
            write_text(target, "");
            fs::create_symlink(target, path);
        },
    };
    for (auto const& make : all) {
        make();
        BOOST_TEST((error_of_lock() == error::not_a_lock_file));
        BOOST_TEST(fs::exists(fs::symlink_status(path)));
        fs::remove(path);
    }
    BOOST_TEST(text_of(target) == "");
}

BOOST_DATA_TEST_CASE_F(marked, of_other_lock_types_are_waited_for,
                       data::make({"1\nfilelock-strict-v1\0\n0\n"s,
                                   "filelock/2\npid=1\nhost=h\nmode=lease\n"s}),
                       text)
{
    write_text(path, text);
    age(1'000'000);
    BOOST_TEST(is_taken());
    BOOST_TEST(text_of(path) == text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(breaking)

BOOST_AUTO_TEST_CASE(frees_the_lock_and_its_holder_detects_it)
{
    soft_file_lock lock(path), other(path);
    lock.lock();
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    other.break_lock();
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    BOOST_TEST(other.try_lock());
    lock.unlock(); // leaves the successor's marker alone
    BOOST_TEST(other.still_held(ec));
    BOOST_TEST(other.is_lock_held_by_us());
    BOOST_CHECK_NO_THROW(other.release());
    BOOST_TEST(is_empty());
    BOOST_CHECK_NO_THROW(other.break_lock()); // there is no marker
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
