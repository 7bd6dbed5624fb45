// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "descriptor.hpp"

#include "../../src/platform/kernel_lock.hpp"
#include "death.hpp"
#include "signals.hpp"

#include <boost/filelock/descriptor_lock.hpp>
#include <boost/filelock/error.hpp>

#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace filelock_tool {
namespace filelock = boost::filelock;
namespace {

using boost::system::error_code;
using clock = std::chrono::steady_clock;

[[noreturn]] void fail(char const* call)
{
    throw std::system_error(errno, std::system_category(), call);
}

bool attempt(locked_file const& file, error_code& ec) noexcept
{
    return file.is_shared ? filelock::try_lock_descriptor_shared(file.descriptor, ec)
                          : filelock::try_lock_descriptor(file.descriptor, ec);
}

void block(locked_file const& file, error_code& ec) noexcept
{
    file.is_shared ? filelock::lock_descriptor_shared(file.descriptor, ec)
                   : filelock::lock_descriptor(file.descriptor, ec);
}

void check(locked_file const& file, error_code const& ec)
{
    if (ec)
        throw filelock::lock_error(ec, file.path);
}

std::optional<filelock::owner_record> holder_of(locked_file const& file)
{
    // The kernel lists the file itself, not the links to it.
    error_code ec;
    auto const target =
        boost::filesystem::canonical("/proc/self/fd/" + std::to_string(file.descriptor), ec);
    if (ec)
        return std::nullopt;
    auto const found = filelock::detail::kernel_lock_holders(target, filelock::kernel_lock::flock);
    return found.empty() ? std::nullopt : std::make_optional(found.front());
}

/// A child that blocks in the kernel for the lock of the same open file, which flock(2) gives to
/// all its descriptors. A wait in the kernel needs no polling, and the child can be killed.
class blocked_child
{
public:
    explicit blocked_child(locked_file const& file)
    {
        pid_t const parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == -1)
            fail("fork");
        if (pid_ != 0)
            return;
        error_code ec = make_error_code(boost::system::errc::no_such_process);
        if (die_with(parent))
            block(file, ec);
        ::_exit(ec ? 1 : 0);
    }
    blocked_child(blocked_child const&) = delete;
    blocked_child& operator=(blocked_child const&) = delete;
    ~blocked_child()
    {
        if (pid_ != -1)
            kill();
    }

    bool has_ended() noexcept { return pid_ == -1 || reap(WNOHANG); }

    void kill() noexcept
    {
        ::kill(pid_, SIGKILL);
        (void)reap(0);
    }

    // After the end:
    bool was_killed() const noexcept { return WIFSIGNALED(status_); }
    bool has_lock() const noexcept { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

private:
    bool reap(int options) noexcept
    {
        pid_t result;
        do
            result = ::waitpid(pid_, &status_, options);
        while (result == -1 && errno == EINTR);
        if (result == 0)
            return false;
        pid_ = -1;
        return true;
    }

    pid_t pid_ = -1;
    int status_ = -1;
};

std::optional<time_point> earlier(std::optional<time_point> a, std::optional<time_point> b)
{
    return a && b ? (std::min)(a, b) : a ? a : b;
}

/// Waits until the child has ended, the limit has passed or a signal has arrived. Returns the
/// signal, or 0.
int wait_for(blocked_child& child, locked_file const& file, filelock::acquire_options const& how,
             blocked_signals const& signals)
{
    auto const begin = clock::now();
    std::optional<time_point> end, next;
    // A limit beyond the range of the clock is none.
    if (how.timeout && *how.timeout < time_point::max() - begin)
        end = begin + *how.timeout;
    if (how.on_wait)
        next = begin;
    while (!child.has_ended() && (!end || clock::now() < *end)) {
        if (next && clock::now() >= *next) {
            auto const waited = *next == begin ? begin - begin : clock::now() - begin;
            how.on_wait({file.path, waited, holder_of(file)});
            next = clock::now() + how.progress_interval;
        }
        auto const signal = signals.wait(earlier(end, next));
        if (signal && signal->si_signo != SIGCHLD)
            return signal->si_signo;
    }
    return 0;
}

bool wait_in_child(locked_file const& file, filelock::acquire_options const& how,
                   blocked_signals const& signals)
{
    blocked_child child(file);
    int const signal = wait_for(child, file, how, signals);
    if (!child.has_ended())
        child.kill();
    error_code ec;
    if (signal != 0 || child.was_killed()) // it may have acquired the lock just before
        filelock::unlock_descriptor(file.descriptor, ec);
    if (signal != 0)
        ::raise(signal); // stays pending: it is blocked
    bool is_acquired = signal == 0 && child.has_lock();
    if (signal == 0 && !is_acquired && !child.was_killed())
        is_acquired = attempt(file, ec); // fails as it did in the child
    check(file, ec);
    return is_acquired;
}

} // namespace

bool is_for_file_lock(boost::filesystem::path const& path) noexcept
{
    struct ::stat s = {};
    if (::lstat(path.c_str(), &s) != 0)
        return errno == ENOENT && !path.empty() && path.native().back() != '/';
    return S_ISREG(s.st_mode) && ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0;
}

int open_as_flock(boost::filesystem::path const& path) noexcept
{
    int const file = ::open(path.c_str(), O_RDONLY | O_CREAT | O_NOCTTY, 0666);
    // open(2): O_CREAT does not open directories.
    return file == -1 && errno == EISDIR ? ::open(path.c_str(), O_RDONLY | O_NOCTTY) : file;
}

bool acquire(locked_file const& file, filelock::acquire_options const& how,
             blocked_signals const* signals)
{
    error_code ec;
    bool is_acquired = attempt(file, ec);
    check(file, ec);
    bool const is_one_attempt = how.timeout && *how.timeout <= how.timeout->zero();
    if (is_acquired || is_one_attempt)
        return is_acquired;
    if (signals)
        return wait_in_child(file, how, *signals);
    block(file, ec);
    check(file, ec);
    return true;
}

} // namespace filelock_tool
