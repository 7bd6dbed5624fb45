// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The behaviour of `file_lock` beyond that of all lock types.

#include <boost/test/unit_test.hpp>

#include "support/backends.hpp"
#include "support/calls.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"
#include "support/tracer.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/system/errc.hpp>
#include <boost/thread/lock_guard.hpp>

#include <fstream>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::error;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::storage;
using boost::filelock::wait_status;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

/// Returns the lock that another process can have: 'x' an exclusive one, 's' only a shared one, '-'
/// none.
char left_to_others(fs::path const& path, kernel_lock backend = kernel_lock::flock)
{
    file_lock_options options;
    options.backend = backend;
    file_lock other(path, options);
    if (other.try_lock()) {
        other.unlock();
        return 'x';
    }
    return other.try_lock_shared() ? 's' : '-';
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_lock_suite, temporary_directory)

// Shared holds

BOOST_AUTO_TEST_CASE(shared_lock_creates_the_file)
{
    for (auto const backend : backends) {
        fs::remove(path);
        file_lock lock(path, with_backend(backend));
        lock.lock_shared();
        BOOST_TEST(fs::is_regular_file(path));
        BOOST_TEST(left_to_others(path, backend) == 's');
    }
}

BOOST_AUTO_TEST_CASE(read_permission_is_enough_for_a_shared_lock, *ut::precondition(is_root))
{
    std::ofstream(path.string()) << "data";
    fs::permissions(path, fs::perms(0444));
    for (auto const backend : backends) {
        BOOST_TEST(as_nobody([&] {
                       file_lock lock(path, with_backend(backend)), other(path);
                       if (!(error_of([&] { lock.lock(); }) == errc::permission_denied))
                           return 1;
                       lock.lock_shared();
                       return lock.is_locked() && other.try_lock_shared() ? 0 : 2;
                   }) == 0);
        child reader([&] {
            become_nobody();
            file_lock lock(path, with_backend(backend));
            lock.lock_shared();
            say("held");
            hear();
            return 0;
        });
        reader.expect("held");
        BOOST_TEST(left_to_others(path, backend) == 's');
        reader.write_line("enough");
        BOOST_TEST(reader.wait() == 0);
        file_lock writer(path, with_backend(backend));
        writer.lock();
        BOOST_TEST(as_nobody([&] {
                       file_lock lock(path, with_backend(backend));
                       return lock.try_lock_shared() ? 1 : 0;
                   }) == 0);
    }
}

BOOST_AUTO_TEST_CASE(lock_without_permission_is_an_error, *ut::precondition(is_root))
{
    std::ofstream(path.string()) << "data";
    fs::permissions(path, fs::perms(0));
    BOOST_TEST(as_nobody([&] {
                   file_lock lock(path);
                   auto const ec = error_of([&] { lock.lock_shared(); });
                   return ec == errc::permission_denied ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(file_on_a_read_only_mount_can_be_locked_shared, *ut::precondition(can_mount))
{
    std::ofstream(path.string()) << "data";
    BOOST_TEST(with_own_mounts([&] {
                   auto const where = directory.string();
                   mount(where, where, nullptr, MS_BIND);
                   mount("none", where, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY);
                   file_lock lock(path), missing(directory / "missing.lock");
                   if (!(error_of([&] { lock.lock(); }) == errc::read_only_file_system))
                       return 1;
                   lock.lock_shared();
                   if (!(error_of([&] { missing.lock_shared(); }) == errc::read_only_file_system))
                       return 2;
                   file_lock other(path);
                   return lock.is_locked() && other.try_lock_shared() ? 0 : 3;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(running_program_can_be_locked_shared)
{
    fs::copy_file("/bin/cat", path);
    child runs({path.string()});
    runs.write_line("it runs");
    runs.expect("it runs");
    file_lock lock(path);
    BOOST_TEST(lock.try_lock_shared());
}

BOOST_AUTO_TEST_CASE(reader_does_not_join_a_hold_on_a_replaced_file)
{
    file_lock lock(path, {milliseconds(1)});
    lock.lock_shared();
    fs::rename(path, directory / "away");
    file_lock writer(path);
    writer.lock();
    BOOST_TEST(in_thread([&] { return !lock.try_lock_shared(); }));
    BOOST_TEST(in_thread([&] { return !lock.try_lock_shared_for(milliseconds(5)); }));
    lock.lock_shared(); // one more level for the thread that holds it
    lock.unlock_shared();
    writer.unlock();
    std::promise<void> waiting;
    auto reader = std::async(std::launch::async, [&] {
        acquire_options how;
        how.on_wait = [&](wait_status const&) { waiting.set_value(); };
        lock.acquire_shared(how);
        error_code ec;
        bool const held = lock.still_held(ec);
        lock.unlock_shared();
        return held;
    });
    waiting.get_future().wait();
    lock.unlock_shared(); // ends the hold on the old file; the waiter acquires the new one
    BOOST_TEST(reader.get());
}

// Locks that the kernel lacks

BOOST_AUTO_TEST_CASE(both_kernel_locks_require_local_storage, *ut::precondition(can_mount))
{
    // A file system that is not in the library's list of local types counts as network storage.
    BOOST_TEST(with_own_mounts([&] {
                   // Otherwise the mount would affect all processes.
                   if (::unshare(CLONE_NEWIPC) != 0)
                       return 5;
                   mount("none", directory.string(), "mqueue");
                   auto options = with_backend(kernel_lock::both);
                   file_lock refused(path, options);
                   auto const ec = error_of([&] { (void)refused.try_lock(); });
                   if (ec != error::both_not_supported || !(ec == errc::not_supported))
                       return 1;
                   if (!(error_of([&] { refused.lock_shared(); }) == ec.default_error_condition()))
                       return 2;
                   options.where = storage::local; // the option overrides the detection
                   file_lock told(path, options);
                   if (!told.try_lock())
                       return 3;
                   return left_to_others(path) == '-' &&
                                  left_to_others(path, kernel_lock::record) == '-'
                              ? 0
                              : 4;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(fallback_soft_uses_a_marker_without_flock, *ut::precondition(can_trace))
{
    child locks([&] {
        hear();
        file_lock_options options;
        options.on_unsupported = boost::filelock::fallback::soft;
        file_lock lock(path, options);
        bool const was_soft = lock.is_soft();
        lock.lock();
        lock.lock();
        bool const is_marked = fs::file_size(path) != 0 && lock.lock_counter() == 2;
        lock.unlock();
        lock.unlock();
        auto const ec = error_of([&] { lock.lock_shared(); });
        return !was_soft && lock.is_soft() && is_marked && !fs::exists(path) &&
                       ec == error::kernel_lock_not_supported
                   ? 0
                   : 1;
    });
    tracer const injects(locks.pid(), "-e inject=flock:error=ENOSYS");
    locks.write_line("go");
    BOOST_TEST(locks.wait() == 0);
}

BOOST_AUTO_TEST_CASE(fallback_soft_uses_no_marker_with_flock)
{
    for (auto const backend : backends) {
        auto options = with_backend(backend);
        options.on_unsupported = boost::filelock::fallback::soft;
        auto const in = directory / "a" / "test.lock"; // the parent is missing
        file_lock lock(in, options), other(in, with_backend(backend));
        lock.lock();
        BOOST_TEST(!lock.is_soft());
        BOOST_TEST(fs::file_size(in) == 0u);
        BOOST_TEST(!other.try_lock());
        BOOST_TEST(std::distance(fs::directory_iterator(in.parent_path()), {}) == 1);
        lock.unlock();
        lock.lock_shared();
        BOOST_TEST(other.try_lock_shared());
        other.unlock_shared();
        lock.unlock_shared();
        fs::remove_all(in.parent_path());
        options.create_directories = false;
        file_lock orphan(in, options);
        BOOST_TEST((error_of([&] { orphan.lock(); }) == errc::no_such_file_or_directory));
    }
}

// on_acquired

BOOST_AUTO_TEST_CASE(on_acquired_runs_once_per_lock_with_its_descriptor)
{
    for (auto const backend : backends) {
        int calls = 0;
        auto options = with_backend(backend);
        options.on_acquired = [&](boost::filelock::native_handle_type fd) {
            ++calls;
            struct ::stat lent, named;
            BOOST_REQUIRE(::fstat(fd, &lent) == 0);
            BOOST_REQUIRE(::stat(path.c_str(), &named) == 0);
            BOOST_TEST(lent.st_ino == named.st_ino);
            BOOST_TEST(left_to_others(path, backend) != 'x'); // the hold exists during the callback
        };
        file_lock lock(path, options);
        lock.lock();
        lock.lock();
        BOOST_TEST(lock.try_lock());
        BOOST_TEST(calls == 1);
        lock.release(boost::filelock::force);
        lock.lock_shared();
        lock.lock_shared();
        BOOST_TEST(calls == 2);
        BOOST_TEST(in_thread([&] { // another reader joins the hold
            bool const joined = lock.try_lock_shared();
            lock.unlock_shared();
            return joined;
        }));
        BOOST_TEST(calls == 2);
        lock.release(boost::filelock::force);
        lock.acquire();
        BOOST_TEST(calls == 3);
        lock.unlock();
        file_lock other(path, with_backend(backend));
        other.lock();
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(calls == 3);
    }
}

BOOST_AUTO_TEST_CASE(on_acquired_may_write_the_file)
{
    file_lock_options options;
    options.on_acquired = [](int fd) {
        auto const text = std::to_string(::getpid()) + "\n";
        if (::ftruncate(fd, 0) != 0 ||
            ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            throw std::runtime_error("cannot write the pid");
    };
    file_lock lock(path, options);
    boost::lock_guard<file_lock> const guard(lock);
    long long pid = 0;
    std::ifstream(path.string()) >> pid;
    BOOST_TEST(pid == ::getpid());
}

BOOST_AUTO_TEST_CASE(exception_of_on_acquired_releases_the_lock)
{
    auto const before = open_descriptors();
    bool fails = true;
    file_lock_options options;
    options.on_acquired = [&](int) {
        if (fails)
            throw std::runtime_error("no");
    };
    file_lock lock(path, options);
    error_code ec;
    BOOST_CHECK_THROW(lock.lock(), std::runtime_error);
    BOOST_CHECK_THROW((void)lock.try_lock(), std::runtime_error);
    BOOST_CHECK_THROW((void)lock.try_lock_for(seconds(1)), std::runtime_error);
    BOOST_CHECK_THROW(lock.lock_shared(), std::runtime_error);
    BOOST_CHECK_THROW(lock.acquire({}, ec), std::runtime_error);
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(left_to_others(path) == 'x');
    BOOST_TEST(open_descriptors() == before);
    fails = false;
    lock.lock();
    BOOST_TEST(lock.lock_counter() == 1u);
    BOOST_TEST(left_to_others(path) == '-');
}

// still_held

BOOST_AUTO_TEST_CASE(still_held_while_held_and_while_the_path_names_the_file)
{
    error_code ec = make_error_code(errc::io_error);
    for (auto const backend : backends) {
        file_lock lock(path, with_backend(backend));
        BOOST_TEST(!lock.still_held(ec));
        BOOST_TEST(!ec);
        for (bool const is_shared : {false, true}) {
            is_shared ? lock.lock_shared() : lock.lock();
            BOOST_TEST(lock.still_held(ec));
            BOOST_TEST(!ec);
            // The check leaves the lock unchanged.
            BOOST_TEST(left_to_others(path, backend) == (is_shared ? 's' : '-'));
            // The other thread does not hold it.
            BOOST_TEST(in_thread([&] { return !lock.still_held(ec); }));
            fs::rename(path, directory / "away");
            BOOST_TEST(!lock.still_held(ec));
            BOOST_TEST(!ec);
            std::ofstream(path.string()) << "another file";
            BOOST_TEST(!lock.still_held(ec));
            fs::rename(directory / "away", path);
            BOOST_TEST(lock.still_held(ec)); // still_held reports the present state
            fs::remove(path);
            BOOST_TEST(!lock.still_held(ec));
            BOOST_TEST(!ec);
            lock.release();
            BOOST_TEST(!lock.still_held(ec));
        }
    }
}

BOOST_AUTO_TEST_CASE(lock_that_another_process_acquired_is_lost)
{
    for (bool const is_shared : {false, true}) {
        int lent = -1;
        file_lock_options options;
        options.on_acquired = [&](int fd) { lent = fd; };
        file_lock lock(path, options), thief(path);
        is_shared ? lock.lock_shared() : lock.lock();
        BOOST_REQUIRE(::flock(lent, LOCK_UN) == 0); // as a server does that loses its state
        thief.lock();
        error_code ec;
        BOOST_TEST(!lock.still_held(ec));
        BOOST_TEST(!ec);
        thief.unlock();
        BOOST_TEST(!lock.still_held(ec));                               // a lost hold stays lost
        BOOST_TEST(in_thread([&] { return !lock.try_lock_shared(); })); // no reader joins it
        BOOST_TEST(lock.is_locked()); // the object still has its level
        lock.release();
        is_shared ? lock.lock_shared() : lock.lock();
        BOOST_TEST(lock.still_held(ec));
    }
}

BOOST_AUTO_TEST_CASE(error_of_the_server_loses_the_lock_for_good, *ut::precondition(can_trace))
{
    // `is_lost`: whether the hold counts as lost after the error. A server that was away may have
    // lost its state; an interrupted disk has not.
    for (auto const& [name, is_lost] : {std::pair<std::string, bool>{"ENOTCONN", true},
                                        {"ESTALE", true},
                                        {"EBADFD", true},
                                        {"EIO", false}}) {
        child holds([&, loses = is_lost] {
            file_lock lock(path);
            lock.lock();
            say("held");
            hear();
            error_code ec;
            bool const failed = !lock.still_held(ec) && ec;
            say("asked");
            hear();
            bool const held = lock.still_held(ec);
            return !failed ? 1 : ec ? 2 : held != loses ? 0 : 3;
        });
        holds.expect("held");
        {
            tracer const injects(holds.pid(),
                                 "-P " + path.string() + " -e inject=flock:error=" + name);
            holds.write_line("go");
            holds.expect("asked");
        }
        holds.write_line("go");
        BOOST_TEST(holds.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(child_does_not_hold_its_parents_lock)
{
    file_lock lock(path);
    lock.lock();
    child c([&] {
        error_code ec;
        return lock.still_held(ec) || ec ? 1 : 0;
    });
    BOOST_TEST(c.wait() == 0);
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
}

BOOST_AUTO_TEST_SUITE_END()
