// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Other programs that lock with `fcntl` on the same path: Boost.Interprocess, lockf, Python's
// fcntl.

#include "support/backends.hpp"
#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/preconditions.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/interprocess/sync/file_lock.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <boost/interprocess/sync/sharable_lock.hpp>

#include <cerrno>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using boost::filelock::file_lock;
using boost::filelock::kernel_lock;
using namespace filelock_test;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = boost::filesystem;
namespace ipc = boost::interprocess;
namespace ut = boost::unit_test;

namespace {

/// Another program. `hold` starts a process that acquires the lock, says "held" and keeps the lock
/// until it reads a line. `probe` starts a process that exits with 0 if it can acquire the lock,
/// and with 1 if it is locked.
struct peer
{
    std::string name;
    std::function<std::unique_ptr<child>(fs::path const&, bool shared)> hold;
    std::function<std::unique_ptr<child>(fs::path const&, bool shared)> probe;
};

std::unique_ptr<child> fork_child(std::function<int()> const& body)
{
    return std::make_unique<child>(body);
}

peer interprocess()
{
    return {"Boost.Interprocess",
            [](fs::path const& path, bool shared) {
                return fork_child([&path, shared] {
                    ipc::file_lock lock(path.c_str());
                    shared ? lock.lock_sharable() : lock.lock();
                    say("held");
                    hear();
                    shared ? lock.unlock_sharable() : lock.unlock();
                    return 0;
                });
            },
            [](fs::path const& path, bool shared) {
                return fork_child([&path, shared] {
                    ipc::file_lock lock(path.c_str());
                    return (shared ? lock.try_lock_sharable() : lock.try_lock()) ? 0 : 1;
                });
            }};
}

// lockf(3) has exclusive locks only.
peer lockf_function()
{
    return {"lockf",
            [](fs::path const& path, bool) {
                return fork_child([&path] {
                    int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
                    if (::lockf(fd, F_LOCK, 0) != 0)
                        return 1;
                    say("held");
                    hear();
                    return ::lockf(fd, F_ULOCK, 0);
                });
            },
            [](fs::path const& path, bool) {
                return fork_child([&path] {
                    int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
                    if (::lockf(fd, F_TLOCK, 0) == 0)
                        return 0;
                    return errno == EAGAIN || errno == EACCES ? 1 : 2;
                });
            }};
}

peer python()
{
    auto const run = [](char const* program, fs::path const& path, bool shared) {
        return std::make_unique<child>(
            std::vector<std::string>{"/usr/bin/python3", "-c",
                                     std::string("import fcntl, sys\n"
                                                 "f = open(sys.argv[1], 'r+')\n"
                                                 "how = getattr(fcntl, sys.argv[2])\n") +
                                         program,
                                     path.string(), shared ? "LOCK_SH" : "LOCK_EX"});
    };
    return {"Python",
            [=](fs::path const& path, bool shared) {
                return run("fcntl.lockf(f, how)\n"
                           "print('held', flush=True)\n"
                           "sys.stdin.readline()\n"
                           "fcntl.lockf(f, fcntl.LOCK_UN)\n",
                           path, shared);
            },
            [=](fs::path const& path, bool shared) {
                return run("try:\n"
                           "    fcntl.lockf(f, how | fcntl.LOCK_NB)\n"
                           "except (BlockingIOError, PermissionError):\n"
                           "    sys.exit(1)\n",
                           path, shared);
            }};
}

boost::test_tools::assertion_result have_python(ut::test_unit_id)
{
    return succeeds(child({"/usr/bin/python3", "-c", "import fcntl"}), "python3 is not installed");
}

struct fixture : temporary_directory
{
    fixture()
    {
        std::ofstream(path.string()) << "";
    } // Boost.Interprocess requires the file to
      // exist

    char left_to(kernel_lock backend) const
    {
        file_lock lock(path, with_backend(backend));
        if (lock.try_lock()) {
            lock.unlock();
            return 'x';
        }
        return lock.try_lock_shared() ? 's' : '-';
    }

    void we_are_kept_out_by(peer const& p, bool shared)
    {
        BOOST_TEST_CONTEXT(p.name << (shared ? ", shared" : ", exclusive"))
        {
            auto const holder = p.hold(path, shared);
            holder->expect("held");
            BOOST_TEST(left_to(kernel_lock::record) == (shared ? 's' : '-'));
            BOOST_TEST(left_to(kernel_lock::both) == (shared ? 's' : '-'));
            BOOST_TEST(left_to(kernel_lock::flock) == 'x'); // flock does not see record locks
            file_lock timed(path, with_backend(kernel_lock::both));
            BOOST_TEST(!timed.try_lock_for(milliseconds(5)));
            holder->write_line("enough");
            BOOST_TEST(holder->wait() == 0);
            BOOST_TEST(left_to(kernel_lock::record) == 'x');
        }
    }

    // Checks that a waiter that sleeps in the kernel and one with a limit get the lock when the
    // holder releases it or dies.
    void we_wait_for(peer const& p)
    {
        for (auto const backend : {kernel_lock::record, kernel_lock::both})
            for (bool const dies : {false, true})
                BOOST_TEST_CONTEXT(p.name << ", " << int(backend) << (dies ? ", killed" : ""))
                {
                    auto const holder = p.hold(path, false);
                    holder->expect("held");
                    child sleeping([&] {
                        file_lock lock(path, with_backend(backend));
                        lock.lock();
                        return 0;
                    });
                    child timed([&] {
                        file_lock lock(path, with_backend(backend));
                        say("waiting");
                        return lock.try_lock_for(patience) ? 0 : 1;
                    });
                    timed.expect("waiting");
                    wait_until_blocked(sleeping.pid(), path.string());
                    dies ? holder->kill() : holder->write_line("enough");
                    BOOST_TEST(sleeping.wait() == 0);
                    BOOST_TEST(timed.wait() == 0);
                    BOOST_TEST(holder->wait() == (dies ? -SIGKILL : 0));
                }
    }

    void is_kept_out_by_us(peer const& p, bool can_share)
    {
        BOOST_TEST_CONTEXT(p.name)
        {
            for (auto const backend : {kernel_lock::record, kernel_lock::both}) {
                file_lock lock(path, with_backend(backend));
                lock.lock();
                BOOST_TEST(p.probe(path, false)->wait() == 1);
                if (can_share)
                    BOOST_TEST(p.probe(path, true)->wait() == 1);
                lock.unlock();
                BOOST_TEST(p.probe(path, false)->wait() == 0);
                lock.lock_shared();
                BOOST_TEST(p.probe(path, false)->wait() == 1);
                if (can_share)
                    BOOST_TEST(p.probe(path, true)->wait() == 0);
            }
            file_lock unseen(path);
            unseen.lock();
            BOOST_TEST(p.probe(path, false)->wait() == 0);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(record_locks, fixture)

BOOST_AUTO_TEST_CASE(interprocess_and_we_exclude_each_other)
{
    we_are_kept_out_by(interprocess(), false);
    we_are_kept_out_by(interprocess(), true);
    we_wait_for(interprocess());
    is_kept_out_by_us(interprocess(), true);
}

BOOST_AUTO_TEST_CASE(lockf_and_we_exclude_each_other)
{
    we_are_kept_out_by(lockf_function(), false);
    we_wait_for(lockf_function());
    is_kept_out_by_us(lockf_function(), false);
}

BOOST_AUTO_TEST_CASE(python_s_fcntl_and_we_exclude_each_other, *ut::precondition(have_python))
{
    we_are_kept_out_by(python(), false);
    we_are_kept_out_by(python(), true);
    we_wait_for(python());
    is_kept_out_by_us(python(), true);
}

BOOST_AUTO_TEST_CASE(a_record_lock_ends_where_the_file_ends_wherever_that_is)
{
    file_lock lock(path, with_backend(kernel_lock::record));
    lock.lock();
    BOOST_TEST(fork_child([&] {
                   int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
                   struct ::flock far = {};
                   far.l_type = F_WRLCK;
                   far.l_start = 1'000'000'000'000;
                   far.l_len = 1;
                   return ::fcntl(fd, F_SETLK, &far) == 0 ? 1 : 0;
               })->wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_kinds_exclude_each_other_as_documented)
{
    struct
    {
        kernel_lock held, tried;
        bool excluded;
    } const cases[] = {
        {kernel_lock::flock, kernel_lock::record, false},
        {kernel_lock::record, kernel_lock::flock, false},
        {kernel_lock::flock, kernel_lock::both, true},
        {kernel_lock::both, kernel_lock::flock, true},
        {kernel_lock::record, kernel_lock::both, true},
        {kernel_lock::both, kernel_lock::record, true},
        {kernel_lock::both, kernel_lock::both, true},
        {kernel_lock::record, kernel_lock::record, true},
    };
    for (auto const& c : cases) {
        file_lock lock(path, with_backend(c.held));
        lock.lock();
        BOOST_TEST(left_to(c.tried) == (c.excluded ? '-' : 'x'));
        lock.unlock();
        BOOST_TEST(left_to(c.tried) == 'x');
        lock.lock_shared();
        BOOST_TEST(left_to(c.tried) == (c.excluded ? 's' : 'x'));
    }
}

// One of the two kinds is acquired and the other is refused, so the first must be released.
BOOST_AUTO_TEST_CASE(a_lock_that_gets_one_kind_only_keeps_none)
{
    for (auto const held : {kernel_lock::flock, kernel_lock::record}) {
        file_lock holder(path, with_backend(held)), lock(path, with_backend(kernel_lock::both));
        holder.lock();
        BOOST_TEST(!lock.try_lock());
        BOOST_TEST(!lock.try_lock_for(milliseconds(5)));
        auto const other = held == kernel_lock::flock ? kernel_lock::record : kernel_lock::flock;
        BOOST_TEST(left_to(other) == 'x');

        // The waiter also sleeps for the kind that was refused, whichever it is, without holding
        // the other.
        child sleeping([&] {
            file_lock both(path, with_backend(kernel_lock::both));
            both.lock();
            return 0;
        });
        wait_until_blocked(sleeping.pid(), path.string());
        BOOST_TEST(left_to(other) == 'x');
        holder.unlock();
        BOOST_TEST(sleeping.wait() == 0);
    }
}

// The other program acquires the two kinds in the opposite order, and waits for the second while it
// holds the first.
BOOST_AUTO_TEST_CASE(a_program_with_the_opposite_order_causes_no_deadlock)
{
    for (bool const record_first : {true, false}) {
        file_lock first(path,
                        with_backend(record_first ? kernel_lock::flock : kernel_lock::record));
        first.lock();
        child stranger([&] {
            int const fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
            auto const record = [&] { return ::lockf(fd, F_LOCK, 0) == 0; };
            auto const flock = [&] { return ::flock(fd, LOCK_EX) == 0; };
            if (!(record_first ? record() : flock()))
                return 1;
            say("one");
            return (record_first ? flock() : record()) ? 0 : 1; // exits, which releases both
        });
        stranger.expect("one");
        child ours([&] {
            file_lock lock(path, with_backend(kernel_lock::both));
            lock.lock();
            return 0;
        });
        child timed([&] {
            file_lock lock(path, with_backend(kernel_lock::both));
            say("waiting");
            return lock.try_lock_for(patience) ? 0 : 1;
        });
        timed.expect("waiting");
        wait_until_blocked(stranger.pid(), path.string());
        wait_until_blocked(ours.pid(), path.string());
        first.unlock();
        BOOST_TEST(stranger.wait() == 0);
        BOOST_TEST(ours.wait() == 0);
        BOOST_TEST(timed.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(processes_of_both_kinds_and_other_programs_lose_no_increment)
{
    constexpr int each = 200;
    auto const counter = directory / "counter";
    std::ofstream(counter.string()) << "0\n";
    auto const increment = [&] {
        long n = 0;
        std::ifstream(counter.string()) >> n;
        std::ofstream(counter.string()) << n + 1 << '\n';
    };
    auto const ours = [&](kernel_lock backend) {
        return fork_child([&increment, this, backend] {
            file_lock lock(path, with_backend(backend));
            for (int i = 0; i < each; ++i) {
                i % 2 == 0 ? lock.lock() : (void)lock.try_lock_for(std::chrono::hours(1));
                increment();
                lock.unlock();
            }
            return 0;
        });
    };
    std::vector<std::unique_ptr<child>> all;
    for (auto const backend : {kernel_lock::record, kernel_lock::both, kernel_lock::both})
        all.push_back(ours(backend));
    for (int i = 0; i < 2; ++i)
        all.push_back(fork_child([&] {
            ipc::file_lock lock(path.c_str());
            for (int k = 0; k < each; ++k) {
                ipc::scoped_lock<ipc::file_lock> const guard(lock);
                increment();
            }
            return 0;
        }));
    for (auto& one : all)
        BOOST_TEST(one->wait() == 0);
    long n = 0;
    std::ifstream(counter.string()) >> n;
    BOOST_TEST(n == 5 * each);
}

BOOST_AUTO_TEST_SUITE_END()
