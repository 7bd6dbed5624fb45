// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A sandbox refuses system calls by seccomp: each lock either works or reports a clear error.

#include <boost/test/unit_test.hpp>

#include "support/child.hpp"
#include "support/lock_kinds.hpp"
#include "support/markers.hpp"
#include "support/patience.hpp"
#include "support/preconditions.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace filelock_test;
using namespace std::chrono_literals;
using boost::filelock::acquire_options;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lease;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::system::error_code;

namespace {

struct refused_call
{
    char const* name;
    std::vector<long> numbers;
    unsigned argument = 0;                       ///< index of the argument that decides
    std::vector<std::uint32_t> values = {};      ///< its refused values; empty: all calls
    std::uint32_t bits = 0;                      ///< or bits that are all set in it
    std::vector<char const*> failing_kinds = {}; ///< kinds of lock that report an error
    bool means_held_by_eacces = false;           ///< POSIX allows it for `fcntl`
};

std::vector<refused_call> const calls = {
    {"pidfd_open", {SYS_pidfd_open}},
    {"statx", {SYS_statx}},
    {"renameat2", {SYS_renameat2}},
    {"linkat", {SYS_linkat}, 0, {}, 0, {"strict_soft_file_lock"}},
    {"O_TMPFILE", {SYS_openat}, 2, {}, O_TMPFILE},
    {"inotify_init1", {SYS_inotify_init1}},
    {"inotify_add_watch", {SYS_inotify_add_watch}},
    {"fcntl of F_OFD_*",
     {SYS_fcntl},
     1,
     {F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK},
     0,
     {"read_write_lock", "soft_file_lock", "soft_file_lease", "soft_read_write_lock"},
     true},
    {"getrandom", {SYS_getrandom}},
    {"epoll_create1", {SYS_epoll_create1}},
    {"epoll_ctl", {SYS_epoll_ctl}},
    {"eventfd2", {SYS_eventfd2}},
    {"utimensat", {SYS_utimensat}, 0, {}, 0, {"soft_read_write_lock"}},
};

/// Makes this process's calls of this kind fail from now on.
bool refuse(refused_call const& c, int error)
{
    std::vector<::sock_filter> filter;
    auto const load = [&](std::size_t offset) {
        filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
    };
    auto const fail = [&] {
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | std::uint32_t(error)));
    };
    for (auto const number : c.numbers) {
        auto const argument = offsetof(::seccomp_data, args) + 8 * c.argument; // little-endian
        std::size_t const tests = c.bits != 0 ? 1 : c.values.size();
        auto const length = tests == 0 ? 1 : 1 + 2 * tests;
        load(offsetof(::seccomp_data, nr));
        filter.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, std::uint32_t(number), 0, std::uint8_t(length)));
        if (tests == 0)
            fail();
        else
            load(argument);
        if (c.bits != 0) {
            // O_TMPFILE consists of several bits, one of which is O_DIRECTORY's.
            filter.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, c.bits));
            filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c.bits, 0, 1));
            fail();
            filter[filter.size() - length - 2].jf = std::uint8_t(length + 1);
        }
        for (auto const value : c.values) {
            filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
            fail();
        }
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    ::sock_fprog const program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

boost::test_tools::assertion_result can_refuse(boost::unit_test::test_unit_id)
{
    return succeeds(child([] { return refuse(calls.front(), EPERM) ? 0 : 1; }),
                    "there is no seccomp");
}

template <class Lock>
char const* const name_of = std::is_same_v<Lock, read_write_lock>        ? "read_write_lock"
                            : std::is_same_v<Lock, soft_file_lock>       ? "soft_file_lock"
                            : std::is_same_v<Lock, soft_file_lease>      ? "soft_file_lease"
                            : std::is_same_v<Lock, soft_read_write_lock> ? "soft_read_write_lock"
                            : is_strict<Lock>                            ? "strict_soft_file_lock"
                                                                         : "file_lock";

template <class Lock>
constexpr bool is_soft =
    std::is_same_v<Lock, soft_file_lock> || std::is_same_v<Lock, soft_file_lease> ||
    std::is_same_v<Lock, soft_read_write_lock>;

std::string const no_witness =
    make_error_code(boost::filelock::error::witness_not_supported).message();

/// Returns a description of the problem, or nothing. Throws errors of the system.
template <class Lock>
std::string problem_with(boost::filesystem::path const& path, std::string const& dead)
{
    {
        Lock lock(path), other(path);
        lock.lock();
        if (other.try_lock())
            return "two hold it";
        error_code ec;
        if (!lock.still_held(ec))
            return "it is lost: " + ec.message();
        (void)other.holder();
        // The lock is handed over whether or not the system reports changes.
        std::atomic<bool> waits{false}, has_it{false};
        std::thread thread([&] {
            Lock own(path, quick<Lock>());
            acquire_options how;
            how.timeout = patience;
            how.on_wait = [&](auto const&) { waits = true; };
            error_code failed;
            own.acquire(how, failed);
            has_it = !failed;
        });
        bool const waited = comes_true([&] { return waits.load(); });
        lock.unlock();
        thread.join();
        if (!waited || !has_it)
            return "it is not handed over";
    }
    if (std::is_same_v<Lock, soft_file_lock>) {
        write_text(path, dead);
        Lock lock(path);
        if (!lock.try_lock_for(patience))
            return "a dead process's marker stays";
        Lock other(path);
        if (other.try_lock())
            return "two hold it, after a break";
    }
    return {};
}

/// Does the same in a process of its own, and also returns the error that it reports.
template <class Lock>
std::string outcome_with(refused_call const& c, int error, boost::filesystem::path const& path)
{
    auto const dead = record_of_the_dead(path.parent_path());
    child sandboxed([&] {
        if (!refuse(c, error)) {
            say("no sandbox");
            return 1;
        }
        try {
            auto const problem = problem_with<Lock>(path, dead);
            say(problem.empty() ? "works" : problem);
        } catch (boost::filelock::lock_error const& e) {
            say(std::string("error: ") + e.code().message());
        }
        return 0;
    });
    auto const outcome = sandboxed.read_line().value_or("ended");
    return sandboxed.wait() == 0 ? outcome : "died: " + outcome;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox, temporary_directory, *boost::unit_test::precondition(can_refuse))

BOOST_AUTO_TEST_CASE_TEMPLATE(lock_works_or_reports_an_error, Lock, exclusive_kinds)
{
    for (auto const& c : calls)
        for (int const error : {EPERM, EACCES, ENOSYS}) {
            if (error == EACCES && c.means_held_by_eacces)
                continue;
            auto const own = directory / (std::string(c.name) + std::strerror(error));
            create_directory(own);
            auto const outcome = outcome_with<Lock>(c, error, own / "test.lock");
            bool const may_fail = std::find(c.failing_kinds.begin(), c.failing_kinds.end(),
                                            std::string(name_of<Lock>)) != c.failing_kinds.end();
            BOOST_TEST_CONTEXT(c.name << ": " << std::strerror(error))
            {
                if (may_fail && c.name == std::string("fcntl of F_OFD_*") && is_soft<Lock>)
                    BOOST_TEST(outcome == "error: " + no_witness);
                else if (may_fail)
                    BOOST_TEST(outcome.rfind("error: ", 0) == 0u, outcome);
                else
                    BOOST_TEST(outcome == "works");
            }
        }
}

BOOST_AUTO_TEST_SUITE_END()
