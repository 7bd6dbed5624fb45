// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "hold.hpp"

#include "../exit_status.hpp"
#include "../texts.hpp"
#include "../utf8.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/directory.hpp>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace filelock_tool {
namespace filelock = boost::filelock;
namespace {

using boost::system::error_code;

[[noreturn]] void fail(char const* call)
{
    throw std::system_error(errno, std::system_category(), call);
}

bool is_own_descriptor(int descriptor, struct ::stat const& file)
{
    struct ::stat s = {};
    int const flags = ::fcntl(descriptor, F_GETFD), mode = ::fcntl(descriptor, F_GETFL);
    // A descriptor that this process has inherited lacks FD_CLOEXEC: exec would have closed it.
    return flags != -1 && (flags & FD_CLOEXEC) != 0 && (mode & O_PATH) == 0 &&
           ::fstat(descriptor, &s) == 0 && s.st_dev == file.st_dev && s.st_ino == file.st_ino;
}

/// Returns the descriptor of a held `read_write_lock`, which has no `on_acquired`.
int descriptor_on(boost::filesystem::path const& path)
{
    struct ::stat file = {};
    if (::stat(path.c_str(), &file) != 0)
        fail("stat");
    for (auto const& entry : boost::filesystem::directory_iterator("/proc/self/fd")) {
        int const descriptor = std::atoi(entry.path().filename().c_str());
        if (is_own_descriptor(descriptor, file))
            return descriptor;
    }
    errno = EBADF;
    fail("cannot find the descriptor of the lock");
}

lock_choice with_callbacks(lock_choice choice, std::function<void(int)> inherit,
                           std::function<void()> on_loss)
{
    if (choice.kind == lock_kind::file_lock)
        choice.on_acquired = std::move(inherit);
    choice.on_loss = std::move(on_loss);
    return choice;
}

} // namespace

hold::hold(run_options const& options)
    : options_(options), lock_(make_lock(with_callbacks(
                             options.lock,
                             [this](int descriptor) {
                                 if (is_inherited())
                                     inherit(descriptor);
                             },
                             [this] { loss_.set(); })))
{}

bool hold::is_inherited() const noexcept
{
    return is_kernel_kind(options_.lock.kind) && !options_.closes;
}

// flock(2), fcntl(2): a copy of the descriptor has the same lock. exec keeps this copy.
void hold::inherit(int descriptor)
{
    if (inherited_ != -1)
        ::close(inherited_);
    inherited_ = ::fcntl(descriptor, F_DUPFD, STDERR_FILENO + 1);
    if (inherited_ == -1)
        fail("fcntl");
}

bool hold::acquire(lock_wait& wait)
{
    error_code ec;
    bool const is_acquired = lock_->acquire(wait.how(), ec);
    wait.end();
    if (ec == boost::system::errc::timed_out)
        return false;
    if (!is_acquired)
        throw filelock::lock_error(ec, name(), lock_->holder());
    if (is_inherited() && inherited_ == -1)
        inherit(descriptor_on(options_.lock.path));
    if (options_.fence_variable.empty())
        return true;
    auto const number = lock_->fence(ec);
    if (ec)
        throw filelock::lock_error(ec, name());
    if (::setenv(options_.fence_variable.c_str(), std::to_string(number).c_str(), 1) != 0)
        fail("setenv");
    return true;
}

command_plan hold::plan()
{
    command_plan plan{options_.command};
    plan.dies_with_run = !is_kernel_kind(options_.lock.kind);
    plan.loss = &loss_;
    plan.on_loss = [this] { report_loss(); };
    return plan;
}

int hold::finish(int status)
{
    error_code ec;
    if (is_inherited()) {
        // A child of the command may have the descriptor: an unlock would release its lock.
        static any_lock* left = nullptr;
        left = lock_.release();
        return left ? status : software;
    }
    // As with flock(1), the command may have removed the file of a kernel lock.
    bool const is_soft = !is_kernel_kind(options_.lock.kind);
    if (is_soft && !is_loss_reported_ && !lock_->still_held(ec))
        report_loss();
    lock_->release(ec);
    if (is_loss_reported_)
        return lost;
    if (ec)
        std::cerr << "filelock: cannot release " << name() << ": " << ec.message() << '\n';
    return status;
}

void hold::report_loss()
{
    is_loss_reported_ = true;
    auto const holder = lock_->holder();
    std::cerr << "filelock: " << name() << ": the lock was lost while "
              << printable(options_.command.front()) << " ran"
              << (holder ? "; it is held by " + describe(*holder) : std::string()) << '\n';
}

std::string hold::name() const
{
    return printable(options_.lock.path.native()) + " (" + name_of(options_.lock.kind) + ")";
}

} // namespace filelock_tool
