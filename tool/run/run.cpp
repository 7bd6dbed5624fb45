// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../commands.hpp"
#include "../texts.hpp"
#include "../utf8.hpp"
#include "command.hpp"
#include "descriptor.hpp"
#include "hold.hpp"
#include "options.hpp"
#include "wait.hpp"

#include <boost/filelock/descriptor_lock.hpp>
#include <boost/filelock/error.hpp>

#include <cerrno>
#include <cstring>
#include <iostream>

#include <unistd.h>

namespace filelock_tool {
namespace filelock = boost::filelock;
namespace {

void report_command(run_options const& options)
{
    if (options.is_verbose)
        std::cout << "filelock: executing " << printable(options.command.front()) << std::endl;
}

/// Reports that the file cannot be opened. Returns the status of flock(1) for that.
int report_failed_open(run_options const& options, int error)
{
    std::cerr << "filelock: cannot open lock file " << printable(options.lock.path.native()) << ": "
              << std::strerror(error) << '\n';
    if (error == ENOMEM || error == EMFILE || error == ENFILE)
        return os_error;
    return error == EROFS || error == ENOSPC ? cannot_create : no_input;
}

/// Locks or unlocks the open file. Returns whether it is as requested.
bool lock(locked_file const& file, run_options const& options, lock_wait& wait)
{
    if (options.unlocks) {
        boost::system::error_code ec;
        filelock::unlock_descriptor(file.descriptor, ec);
        if (ec)
            throw filelock::lock_error(ec, file.path);
        return true;
    }
    bool const is_acquired = acquire(file, wait.how(), wait.signals());
    try {
        wait.end();
    } catch (interrupted const&) {
        boost::system::error_code ignored;
        filelock::unlock_descriptor(file.descriptor, ignored);
        throw;
    }
    return is_acquired;
}

/// Locks a file that `file_lock` does not lock, as flock(1) does. The process leaves it open: the
/// lock lasts as long as a copy of the descriptor is open somewhere.
int run_on_descriptor(run_options const& options)
{
    int const descriptor =
        options.descriptor ? *options.descriptor : open_as_flock(options.lock.path);
    if (descriptor == -1)
        return report_failed_open(options, errno);
    auto const path = options.descriptor
                          ? boost::filesystem::path("descriptor " + std::to_string(descriptor))
                          : options.lock.path;
    lock_wait wait(options, options.limit.has_value());
    bool const is_done = lock({descriptor, path, options.lock.is_shared}, options, wait);
    wait.report(options, is_done);
    if (!is_done)
        return options.conflict_status;
    if (options.command.empty())
        return success;
    report_command(options);
    wait.end();
    if (options.is_exec) {
        wait.signals()->restore();
        return replace_by(options.command);
    }
    command_plan plan{options.command};
    if (options.closes)
        plan.closed = descriptor;
    return run_command(plan, *wait.signals());
}

/// Runs the command while a lock object holds the lock.
int run_with_lock(run_options const& options)
{
    lock_wait wait(options, !is_kernel_kind(options.lock.kind));
    hold held(options); // released before a pending signal ends the process
    bool const is_acquired = held.acquire(wait);
    wait.report(options, is_acquired);
    if (!is_acquired)
        return options.conflict_status;
    report_command(options);
    if (options.is_exec) {
        wait.signals()->restore();
        return replace_by(options.command);
    }
    return held.finish(run_command(held.plan(), *wait.signals()));
}

int report(filelock::lock_error const& e)
{
    auto const& holder = e.holder();
    std::cerr << "filelock: " << printable(e.path().native()) << ": " << e.code().message()
              << (holder ? "; it is held by " + describe(*holder) : std::string()) << '\n';
    return status_of(e.code());
}

bool is_on_descriptor(run_options const& options)
{
    return options.descriptor || options.unlocks ||
           (options.lock.kind == lock_kind::file_lock &&
            options.lock.backend == filelock::kernel_lock::flock && !options.lock.permissions &&
            !is_for_file_lock(options.lock.path));
}

} // namespace

int run(arguments const& given)
{
    auto const options = parse_run(given);
    if (!options)
        return success;
    try {
        return is_on_descriptor(*options) ? run_on_descriptor(*options) : run_with_lock(*options);
    } catch (filelock::lock_error const& e) {
        return report(e);
    }
}

} // namespace filelock_tool
