// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The lock file stays open between two acquisitions: when it does, and that the guarantees hold
// nevertheless.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/lock_kinds.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/idle_descriptors.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/mpl/list.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::close_idle_descriptors;
using boost::filelock::file_lock;
using boost::filelock::file_lock_options;
using boost::filelock::kernel_lock;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;
using boost::system::error_code;
using std::chrono::hours;
using std::chrono::milliseconds;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

using kinds = boost::mpl::list<file_lock, read_write_lock>;

template <class Lock>
bool excludes(Lock& lock, fs::path const& path)
{
    lock.lock();
    Lock other(path);
    bool const does = !other.try_lock();
    lock.unlock();
    return does;
}

/// Waits for the lock. `poll_interval`: an hour for a waiter that relies on notices.
template <class Lock>
int wait_for(fs::path const& path, std::chrono::nanoseconds poll_interval = hours(1))
{
    auto options = never_polling<Lock>();
    options.poll_interval = poll_interval;
    Lock lock(path, options);
    say("waiting");
    return lock.try_lock_for(hours(2)) ? 0 : 1;
}

struct fixture : temporary_directory
{
    std::size_t open_files() const { return descriptors_open_on(path.string()).size(); }
    std::size_t open_directories() const { return descriptors_open_on(directory.string()).size(); }

    /// Checks that a process, which calls `wait`, gets the lock that `lock` releases. Returns how
    /// often this process has the file open after the release.
    template <class Lock, class F>
    std::size_t hand_over(Lock& lock, F const& wait, bool polls = false)
    {
        child waiter([&] {
            hear();
            return wait();
        });
        use_repeatedly(
            lock); // after the fork: a file that a child may have open as well is always closed
        lock.lock();
        waiter.write_line("wait");
        waiter.expect("waiting");
        if (polls)
            wait_until_asleep(waiter.pid());
        else
            wait_until_quiet(waiter.pid()); // after the first pause, which is short
        lock.unlock();
        auto const count = open_files();
        BOOST_TEST(waiter.wait() == 0);
        return count;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_open, fixture)

// When

BOOST_AUTO_TEST_CASE_TEMPLATE(file_is_closed_by_the_first_release_and_then_stays_open, Lock, kinds)
{
    Lock lock(path);
    lock.lock();
    lock.unlock();
    BOOST_TEST(open_files() == 0u);
    for (int i = 0; i < 3; ++i) {
        lock.lock();
        lock.unlock();
        BOOST_TEST(open_files() == 1u);
        BOOST_TEST(open_directories() == 1u);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(destructor_closes_the_file, Lock, kinds)
{
    {
        Lock lock(path);
        use_repeatedly(lock);
    }
    BOOST_TEST(descriptors_below(directory.string()).size() == 0u);
    BOOST_TEST(open_directories() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(file_does_not_stay_open_without_the_option, Lock, kinds)
{
    typename Lock::options_type options;
    options.keep_open = false;
    Lock lock(path, options);
    use_repeatedly(lock);
    BOOST_TEST(open_files() == 0u);
    BOOST_TEST(open_directories() == 0u);
}

BOOST_AUTO_TEST_CASE(file_does_not_stay_open_with_record_locks_or_if_it_is_lent)
{
    for (auto const backend : {kernel_lock::record, kernel_lock::both}) {
        file_lock_options options;
        options.backend = backend;
        file_lock lock(path, options);
        use_repeatedly(lock);
        BOOST_TEST(open_files() == 0u);
    }
    file_lock_options options;
    options.on_acquired = [](int) {};
    file_lock lock(path, options);
    use_repeatedly(lock);
    BOOST_TEST(open_files() == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failed_try_leaves_the_file_open, Lock, kinds)
{
    Lock lock(path), other(path);
    use_repeatedly(lock);
    other.lock();
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(open_files() == 2u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(idle_descriptors_are_closed_on_request, Lock, kinds)
{
    Lock lock(path), held(directory / "held.lock");
    use_repeatedly(lock);
    use_repeatedly(held);
    held.lock();
    BOOST_TEST(close_idle_descriptors() == 3u); // the file, and the directory twice
    BOOST_TEST(descriptors_below(directory.string()).size() == 1u);
    BOOST_TEST(close_idle_descriptors() == 0u);
    BOOST_TEST(excludes(lock, path));
    held.unlock();
    BOOST_TEST(excludes(held, directory / "held.lock"));
}

BOOST_AUTO_TEST_CASE(closing_them_lets_the_file_system_be_unmounted, *ut::precondition(can_mount))
{
    BOOST_TEST(with_own_mounts([&] {
                   mount("none", directory.string(), "tmpfs");
                   file_lock lock(path);
                   use_repeatedly(lock);
                   if (::umount(directory.c_str()) == 0)
                       return 1;
                   close_idle_descriptors();
                   return ::umount(directory.c_str()) == 0 ? 0 : 2;
               }) == 0);
}

// The next acquisition

BOOST_AUTO_TEST_CASE_TEMPLATE(removed_file_is_made_anew, Lock, kinds)
{
    Lock lock(path);
    use_repeatedly(lock);
    fs::remove(path);
    BOOST_TEST(excludes(lock, path));
    use_repeatedly(lock);
    BOOST_TEST(open_files() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(replaced_file_is_opened_anew, Lock, kinds)
{
    Lock lock(path);
    use_repeatedly(lock);
    std::ofstream((directory / "new").string()) << "";
    fs::rename(directory / "new", path);
    BOOST_TEST(excludes(lock, path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(file_below_a_replaced_directory_is_opened_anew, Lock, kinds)
{
    auto const parent = directory / "parent", inner = parent / "test.lock";
    std::ofstream(path.string()) << "";
    Lock lock(inner);
    use_repeatedly(lock);
    fs::rename(parent, directory / "former");
    fs::create_directory(parent);
    BOOST_TEST(excludes(lock, inner));
    hand_over(lock, [&] { return wait_for<Lock>(inner); });
}

BOOST_TEST_DECORATOR(*ut::precondition(is_root))
BOOST_AUTO_TEST_CASE_TEMPLATE(file_opened_for_reading_serves_shared_locks_alone, Lock, kinds)
{
    std::ofstream(path.string()) << "";
    fs::permissions(path, fs::owner_read | fs::group_read | fs::others_read);
    fs::permissions(directory, fs::all_all);
    BOOST_TEST(as_nobody([&] {
                   Lock lock(path);
                   for (int i = 0; i < 3; ++i) {
                       lock.lock_shared();
                       lock.unlock_shared();
                   }
                   if (open_files() != 1)
                       return 1;
                   acquire_options once; // else it waits: the file may be in the making
                   once.timeout = milliseconds(0);
                   error_code ec;
                   if (lock.acquire(once, ec) || ec != errc::permission_denied)
                       return 2;
                   lock.lock_shared();
                   return 0;
               }) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(file_opened_for_both_by_a_reader_serves_a_writer, Lock, kinds)
{
    Lock lock(path);
    for (int i = 0; i < 3; ++i) {
        lock.lock_shared();
        lock.unlock_shared();
    }
    BOOST_TEST(excludes(lock, path));
}

// The program closes the descriptors, as closefrom(3) does, and gets the numbers for other files.
BOOST_AUTO_TEST_CASE_TEMPLATE(reused_number_is_neither_locked_nor_closed, Lock, kinds)
{
    for (bool const is_acquired_again : {true, false}) {
        auto lock = std::make_unique<Lock>(path);
        use_repeatedly(*lock);
        auto numbers = descriptors_open_on(path.string());
        for (int const fd : descriptors_open_on(directory.string()))
            numbers.push_back(fd);
        BOOST_TEST_REQUIRE(numbers.size() == 2u);
        for (int const fd : numbers)
            ::close(fd);
        auto const log = (directory / "log").string();
        for (std::size_t i = 0; i < numbers.size(); ++i)
            BOOST_TEST_REQUIRE(::open(log.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666) != -1);
        int const other = ::open(log.c_str(), O_RDWR | O_CLOEXEC);
        BOOST_TEST_REQUIRE(::flock(other, LOCK_SH) == 0);
        for (int const fd : numbers)
            BOOST_TEST_REQUIRE(::flock(fd, LOCK_SH) == 0); // the program's own lock
        if (is_acquired_again)
            BOOST_TEST(excludes(*lock, path));
        lock.reset();
        BOOST_TEST(descriptors_open_on(log).size() == 3u);
        BOOST_TEST(::flock(other, LOCK_EX | LOCK_NB) != 0); // the program's locks are left
        for (int const fd : descriptors_open_on(log))
            ::close(fd);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_is_notified_after_the_descriptors_were_closed, Lock, kinds)
{
    child waiter([&] {
        hear();
        return wait_for<Lock>(path);
    });
    Lock lock(path);
    use_repeatedly(lock);
    auto numbers = descriptors_below(directory.string()); // with the directory's
    BOOST_TEST_REQUIRE(numbers.size() == 2u);
    for (int const fd : numbers)
        ::close(fd);
    auto const log = (directory / "log").string();
    for (int& fd : numbers)
        fd = ::open(log.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    lock.lock();
    waiter.write_line("wait");
    waiter.expect("waiting");
    wait_until_quiet(waiter.pid()); // after the first pause, which is short
    lock.unlock();
    BOOST_TEST(waiter.wait() == 0);
    for (int const fd : numbers)
        BOOST_TEST(::close(fd) == 0);
}

// Another object gets the number for the same file.
BOOST_AUTO_TEST_CASE_TEMPLATE(number_that_another_object_has_now_is_not_used, Lock, kinds)
{
    Lock lock(path), other(path);
    use_repeatedly(lock);
    auto const number = descriptors_open_on(path.string()).at(0);
    ::close(number);
    other.lock();
    BOOST_TEST_REQUIRE(descriptors_open_on(path.string()).at(0) == number);
    BOOST_TEST(!lock.try_lock());
}

// Forks

BOOST_AUTO_TEST_CASE_TEMPLATE(forked_child_has_no_idle_descriptor_and_can_lock, Lock, kinds)
{
    Lock lock(path);
    use_repeatedly(lock);
    child forked([&] {
        if (!descriptors_below(directory.string()).empty() || open_directories() != 0)
            return 1;
        use_repeatedly(lock);
        return excludes(lock, path) && open_files() == 1 ? 0 : 2;
    });
    BOOST_TEST(forked.wait() == 0);
    BOOST_TEST(excludes(lock, path));
}

// The number may have become the program's own.
BOOST_AUTO_TEST_CASE(forked_child_keeps_a_reused_number)
{
    file_lock lock(path);
    use_repeatedly(lock);
    auto const numbers = descriptors_open_on(path.string());
    BOOST_TEST_REQUIRE(numbers.size() == 1u);
    ::close(numbers[0]);
    int const log = ::open((directory / "log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    BOOST_TEST_REQUIRE(log == numbers[0]);
    BOOST_TEST(child([&] { return ::fcntl(log, F_GETFD) != -1 ? 0 : 1; }).wait() == 0);
    ::close(log);
}

// A lock through a descriptor that a child has as well would outlive this process.
BOOST_AUTO_TEST_CASE_TEMPLATE(file_is_opened_anew_after_a_fork, Lock, kinds)
{
    child holder([&] {
        Lock lock(path);
        use_repeatedly(lock);
        auto const numbers = descriptors_open_on(path.string());
        int const copy = ::fcntl(numbers.at(0), F_DUPFD_CLOEXEC, 0); // as a slow child has
        (void)child([] { return 0; }).wait();
        lock.lock();
        ::flock(copy, LOCK_UN);
        Lock other(path);
        say(other.try_lock() ? "lost" : "held");
        return 0;
    });
    holder.expect("held");
}

// Limits

BOOST_AUTO_TEST_CASE_TEMPLATE(limited_number_of_files_stays_open, Lock, kinds)
{
    ::rlimit limit;
    BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    auto const most = (std::min<std::size_t>)(limit.rlim_cur / 8, 1024);
    std::vector<std::unique_ptr<Lock>> locks;
    for (std::size_t i = 0; i < most + 20; ++i) {
        locks.push_back(std::make_unique<Lock>(directory / std::to_string(i)));
        use_repeatedly(*locks.back());
    }
    auto const count = [&] { return descriptors_below(directory.string()).size(); };
    BOOST_TEST(count() == 2 * most); // each with its directory
    locks.erase(locks.begin());
    BOOST_TEST(count() == 2 * (most - 1));
    use_repeatedly(*locks.back());
    BOOST_TEST(count() == 2 * most);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(idle_file_makes_room_for_a_file_to_open, Lock, kinds)
{
    child limited([&] {
        Lock idle(path), lock(directory / "other.lock");
        use_repeatedly(idle);
        ::rlimit limit;
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = 50;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        while (::open("/dev/null", O_RDONLY | O_CLOEXEC) != -1) {
        }
        error_code ec;
        return lock.acquire({}, ec) && lock.is_locked() ? 0 : 1;
    });
    BOOST_TEST(limited.wait() == 0);
}

// Waiters

BOOST_AUTO_TEST_CASE_TEMPLATE(release_closes_the_file_for_a_waiter, Lock, kinds)
{
    Lock lock(path);
    BOOST_TEST(hand_over(lock, [&] { return wait_for<Lock>(path); }) == 0u);
    use_repeatedly(lock);
    BOOST_TEST(open_files() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_of_the_same_process_is_notified, Lock, kinds)
{
    child both([&] {
        Lock holder(directory / "inner.lock");
        use_repeatedly(holder);
        holder.lock();
        std::thread waits([&] {
            if (wait_for<Lock>(directory / "inner.lock") != 0)
                ::_exit(1);
        });
        hear();
        holder.unlock();
        waits.join();
        return 0;
    });
    both.expect("waiting");
    wait_until_quiet(both.pid());
    both.write_line("release");
    BOOST_TEST(both.wait() == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(file_of_two_names_is_closed, Lock, kinds)
{
    auto const other = directory / "elsewhere" / "test.lock";
    fs::create_directory(other.parent_path());
    std::ofstream(path.string()) << "";
    fs::create_hard_link(path, other);
    Lock lock(path);
    BOOST_TEST(hand_over(lock, [&] { return wait_for<Lock>(other); }) == 0u);
}

// The waiter's file is mounted by itself, so its directory is not the holder's.
BOOST_TEST_DECORATOR(*ut::precondition(can_mount))
BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_at_a_mounted_file_polls, Lock, kinds)
{
    auto const other = directory / "elsewhere" / "test.lock";
    fs::create_directory(other.parent_path());
    std::ofstream(other.string()) << "";
    Lock lock(path);
    use_repeatedly(lock);
    auto const waits = [&] {
        enter_own_mounts();
        mount(path.string(), other.string(), nullptr, MS_BIND);
        return wait_for<Lock>(other, milliseconds(20));
    };
    BOOST_TEST(hand_over(lock, waits, true) == 1u);
}

// A directory that may be searched but not read cannot be opened.
BOOST_TEST_DECORATOR(*ut::precondition(is_root))
BOOST_AUTO_TEST_CASE_TEMPLATE(waiter_that_may_not_read_the_directory_polls, Lock, kinds)
{
    std::ofstream(path.string()) << "";
    fs::permissions(path, fs::all_all);
    fs::permissions(directory, fs::owner_all | fs::group_exe | fs::others_exe);
    Lock lock(path);
    auto const waits = [&] {
        become_nobody();
        return wait_for<Lock>(path, milliseconds(20));
    };
    BOOST_TEST(hand_over(lock, waits, true) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
