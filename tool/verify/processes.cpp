// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "processes.hpp"

#include "../exit_status.hpp"
#include "worker.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <csignal>
#include <exception>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace filelock_tool {
namespace {

[[noreturn]] void fail(char const* call)
{
    throw boost::system::system_error(errno, boost::system::system_category(), call);
}

/// The body of a child process.
[[noreturn]] void be_worker(int socket, boost::filesystem::path const& directory,
                            pid_t parent) noexcept
{
    // The parent ends its workers, also at a signal from the terminal, which reaches all.
    for (int const signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        ::signal(signal, SIG_IGN);
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent)
        ::_exit(os_error);
    int status = software;
    try {
        status = work(socket, directory);
    } catch (std::exception const&) {
        // The other end is gone.
    }
    ::_exit(status);
}

} // namespace

verify_processes::verify_processes(std::vector<boost::filesystem::path> const& directories,
                                   std::size_t count)
{
    try {
        for (std::size_t i = 0; i < count; ++i)
            start(directories[i % directories.size()]);
    } catch (...) {
        end();
        throw;
    }
}

verify_processes::~verify_processes()
{
    end();
}

void verify_processes::start(boost::filesystem::path const& directory)
{
    pids_.reserve(pids_.size() + 1);
    sockets_.reserve(sockets_.size() + 1);
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail("socketpair");
    auto const parent = ::getpid();
    auto const pid = ::fork();
    if (pid == 0) {
        // A copy of a sibling's connection would hide its end.
        for (int const other : sockets_)
            ::close(other);
        ::close(ends[0]);
        be_worker(ends[1], directory, parent);
    }
    int const error = errno;
    ::close(ends[1]);
    sockets_.push_back(ends[0]);
    errno = error;
    if (pid == -1)
        fail("fork");
    pids_.push_back(pid);
}

void verify_processes::end() noexcept
{
    for (auto const pid : pids_)
        ::kill(pid, SIGKILL);
    for (auto const pid : pids_)
        while (::waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
        }
    pids_.clear();
}

} // namespace filelock_tool
