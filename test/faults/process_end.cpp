// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A process ends while it has locks: by `exit`, with locks in static destructors, and by
// `quick_exit`. A child that was created without the handlers of `fork` ends as well.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/lock_kinds.hpp"
#include "support/temporary_directory.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <utility>

#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace filelock_test;

namespace {

/// Runs a function at the end of the process, if there is one.
struct at_end
{
    std::function<void()> run;
    ~at_end()
    {
        if (run)
            run();
    }
};

at_end last; // constructed before every static object of the library, and destroyed after it

template <class Lock>
bool can_be_locked(boost::filesystem::path const& path)
{
    Lock lock(path);
    if (!lock.try_lock_for(patience))
        return false;
    lock.unlock();
    return true;
}

/// Writes without error reporting, for use in destructors and handlers.
void say(char const* what)
{
    (void)!::write(STDOUT_FILENO, what, std::char_traits<char>::length(what));
}

bool has_ended_well(pid_t pid)
{
    int status = -1;
    if (!comes_true([&] { return ::waitpid(pid, &status, WNOHANG) == pid; })) {
        ::kill(pid, SIGKILL);
        return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_end, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(locks_work_in_static_destructors, Lock, exclusive_kinds)
{
    auto const others = path.parent_path() / "others.lock";
    child c([&]() -> int {
        last.run = [&] { say(can_be_locked<Lock>(others) ? "last\n" : "no lock at last\n"); };
        static Lock held(path);
        static at_end first;
        held.lock();
        first.run = [&] {
            say(held.is_locked() && can_be_locked<Lock>(others) ? "first\n" : "no lock at first\n");
        };
        std::exit(0);
    });
    c.expect("first");
    c.expect("last");
    BOOST_TEST(c.wait() == 0);
    BOOST_TEST(boost::filesystem::exists(file_held<Lock>(path)) == keeps_file<Lock>);
    BOOST_TEST(can_be_locked<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(quick_exit_leaves_what_a_crash_leaves, Lock, exclusive_kinds)
{
    static boost::filesystem::path others;
    others = path.parent_path() / "others.lock";
    child c([&]() -> int {
        Lock held(path);
        held.lock();
        std::at_quick_exit([] { say(can_be_locked<Lock>(others) ? "locked\n" : "no lock\n"); });
        std::quick_exit(0);
    });
    c.expect("locked");
    BOOST_TEST(c.wait() == 0);
    free_after_death<Lock>(path);
    BOOST_TEST(can_be_locked<Lock>(path));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_child_without_fork_handlers_leaves_the_lock, Lock, exclusive_kinds)
{
    Lock lock(path);
    lock.lock();
    pid_t const quick = ::vfork();
    if (quick == 0)
        ::_exit(0);
    BOOST_TEST(has_ended_well(quick));
    // `_Fork` does this, but older C libraries lack it.
    auto const bare = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (bare == 0)
        ::_exit(0);
    BOOST_TEST(has_ended_well(bare));
    boost::system::error_code ec;
    BOOST_TEST(lock.still_held(ec));
    Lock other(path, of_instance<Lock>());
    BOOST_TEST(!other.try_lock());
    lock.unlock();
    BOOST_TEST(can_be_locked<Lock>(path));
}

BOOST_AUTO_TEST_SUITE_END()
