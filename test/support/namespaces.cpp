// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "namespaces.hpp"

#include "preconditions.hpp"
#include "privileges.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(CLONE_NEWTIME)
#define CLONE_NEWTIME 0x80
#endif

namespace filelock_test {
namespace {

void check(bool works, char const* what)
{
    if (!works)
        throw std::system_error(errno, std::generic_category(), what);
}

void write_to(char const* path, std::string const& text)
{
    std::ofstream file(path);
    file << text << std::flush;
    check(file.good(), path);
}

void enter(char const* path, int kind)
{
    int const fd = ::open(path, O_RDONLY | O_CLOEXEC);
    check(fd != -1, path);
    int const result = ::setns(fd, kind);
    int const error = errno;
    ::close(fd);
    errno = error;
    check(result == 0, "setns");
}

int exit_status(pid_t pid)
{
    int status = 0;
    check(::waitpid(pid, &status, 0) == pid, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

void enter_host(std::string const& name)
{
    check(::unshare(CLONE_NEWUTS) == 0, "unshare");
    check(::sethostname(name.data(), name.size()) == 0, "sethostname");
}

void enter_time(long seconds, long nanoseconds)
{
    check(::unshare(CLONE_NEWTIME) == 0, "unshare"); // applies to later children
    auto const offset = ' ' + std::to_string(seconds) + ' ' + std::to_string(nanoseconds) + '\n';
    write_to("/proc/self/timens_offsets", "monotonic" + offset + "boottime" + offset);
    enter("/proc/self/ns/time_for_children", CLONE_NEWTIME);
}

pid_t fork_as(pid_t number, std::function<int()> const& body)
{
    // In the writer's PID namespace.
    write_to("/proc/sys/kernel/ns_last_pid", std::to_string(number - 1));
    pid_t const pid = ::fork();
    check(pid != -1, "fork");
    if (pid == 0)
        ::_exit(::getpid() == number ? body() : 124);
    return pid;
}

std::unique_ptr<child> in_new_pid_namespace(std::function<int()> const& body, pid_t number)
{
    // Applies to the next child, the first in the namespace.
    check(::unshare(CLONE_NEWPID) == 0, "unshare");
    auto first = std::make_unique<child>(
        [&] { return number == 1 ? body() : exit_status(fork_as(number, body)); });
    enter("/proc/self/ns/pid", CLONE_NEWPID);
    return first;
}

void enter_own_proc(std::string const& options)
{
    enter_own_mounts();
    mount("proc", "/proc", "proc", 0, options);
}

void enter_without_proc()
{
    enter_own_mounts();
    mount("none", "/proc", "tmpfs");
}

pid_t unused_number()
{
    child had_it([] { return 0; });
    had_it.wait();
    return had_it.pid();
}

boost::test_tools::assertion_result have_namespaces(boost::unit_test::test_unit_id)
{
    bool they_work = ::geteuid() == 0;
    try {
        if (they_work) {
            auto const tried = in_new_pid_namespace(
                [] {
                    enter_host("elsewhere");
                    enter_own_proc();
                    return 0;
                },
                7);
            they_work = tried->wait() == 0;
        }
    } catch (std::exception const&) {
        they_work = false;
    }
    boost::test_tools::assertion_result result(they_work);
    result.message() << "this process may not make namespaces";
    return result;
}

boost::test_tools::assertion_result have_time_namespaces(boost::unit_test::test_unit_id)
{
    auto const enters = [] {
        enter_time(1000);
        return 0;
    };
    return succeeds(child(enters), "this process may not make time namespaces");
}

} // namespace filelock_test
