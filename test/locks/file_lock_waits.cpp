// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A wait for a `file_lock` that another process holds: its progress, its cancellation and its
// limit.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/system/errc.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::file_lock;
using boost::filelock::lock_error;
using boost::filelock::owner_mode;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::milliseconds;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;

namespace {

int holder_in_child(fs::path const& path)
{
    file_lock lock(path);
    lock.lock();
    say("held");
    hear();
    return 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_lock_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(progress_names_the_holder_until_the_wait_is_cancelled)
{
    child holder([&] { return holder_in_child(path); });
    holder.expect("held");
    file_lock lock(path);
    std::vector<wait_status> told;
    acquire_options how;
    how.poll_interval = milliseconds(1);
    how.progress_interval = milliseconds(2);
    how.on_wait = [&](wait_status const& s) { told.push_back(s); };
    how.cancel_check = [&] { return told.size() == 3; };
    try {
        lock.acquire(how);
        BOOST_FAIL("the lock was had");
    } catch (lock_error const& e) {
        BOOST_TEST((e.code() == errc::operation_canceled));
        BOOST_REQUIRE(e.holder().has_value());
        BOOST_TEST(e.holder()->pid == holder.pid());
        std::string const what = e.what();
        BOOST_TEST(what.find(path.string()) != what.npos);
        BOOST_TEST(what.find(std::to_string(holder.pid())) != what.npos);
    }
    BOOST_REQUIRE(told.size() == 3u);
    BOOST_TEST(told[0].waited.count() == 0);
    BOOST_TEST((told[1].waited >= how.progress_interval));
    BOOST_TEST((told[2].waited >= 2 * how.progress_interval));
    for (auto const& s : told) {
        BOOST_TEST(s.path == path);
        BOOST_REQUIRE(s.holder.has_value());
        BOOST_TEST(s.holder->pid == holder.pid());
        BOOST_TEST((s.holder->mode == owner_mode::kernel_exclusive));
    }
    BOOST_TEST(!lock.is_locked());
}

BOOST_AUTO_TEST_CASE(wait_is_cancelled_from_another_thread)
{
    child holder([&] { return holder_in_child(path); });
    holder.expect("held");
    file_lock lock(path);
    std::atomic<bool> stop{false};
    std::promise<void> waiting;
    acquire_options how;
    how.poll_interval = milliseconds(1);
    how.cancel_check = [&] { return stop.load(); };
    how.on_wait = [&](wait_status const&) { waiting.set_value(); };
    auto result = std::async(std::launch::async, [&] {
        error_code ec;
        return lock.acquire_shared(how, ec) ? error_code() : ec;
    });
    waiting.get_future().wait();
    stop = true;
    BOOST_TEST((result.get() == errc::operation_canceled));
    holder.write_line("enough");
    BOOST_TEST(holder.wait() == 0);
    stop = false;
    how.on_wait = {};
    lock.acquire(how);
    BOOST_TEST(lock.is_locked());
}

BOOST_AUTO_TEST_CASE(wait_with_progress_ends_with_the_lock)
{
    child holder([&] { return holder_in_child(path); });
    holder.expect("held");
    file_lock lock(path, {milliseconds(1)});
    acquire_options how;
    how.timeout = patience;
    how.on_wait = [&](wait_status const&) { holder.write_line("enough"); };
    lock.acquire(how);
    BOOST_TEST(lock.is_locked());
}

BOOST_AUTO_TEST_CASE(timeout_names_the_holder)
{
    child holder([&] { return holder_in_child(path); });
    holder.expect("held");
    file_lock lock(path, {milliseconds(1)});
    acquire_options how;
    for (auto const timeout : {milliseconds(-1), milliseconds(0), milliseconds(2)}) {
        how.timeout = timeout;
        BOOST_CHECK_EXCEPTION(lock.acquire(how), lock_error, [&](lock_error const& e) {
            return e.code() == errc::timed_out && e.path() == path && e.holder() &&
                   e.holder()->pid == holder.pid();
        });
    }
}

BOOST_AUTO_TEST_CASE(self_deadlock_names_this_process)
{
    file_lock lock(path), again(path);
    lock.lock();
    BOOST_CHECK_EXCEPTION(again.lock(), lock_error, [&](lock_error const& e) {
        return e.code() == errc::resource_deadlock_would_occur && e.holder() &&
               e.holder()->pid == ::getpid();
    });
}

BOOST_AUTO_TEST_SUITE_END()
