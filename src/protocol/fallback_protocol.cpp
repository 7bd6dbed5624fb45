// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "fallback_protocol.hpp"

#include "../platform/kernel_lock.hpp"
#include "parent_directories.hpp"
#include "soft_file_protocol.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;

soft_file_lock_options soft_options(file_lock_options const& options)
{
    soft_file_lock_options soft;
    soft.poll_interval = options.poll_interval;
    soft.permissions = options.permissions;
    soft.create_directories = options.create_directories;
    soft.where = storage::network; // the network rules use no kernel locks
    return soft;
}

} // namespace

fallback_protocol::fallback_protocol(filesystem::path const& absolute,
                                     file_lock_options const& options)
    : path_(absolute), options_(options), kernel_(absolute, options),
      soft_([absolute, options = soft_options(options)] {
          return std::make_unique<soft_file_protocol>(absolute, options);
      })
{}

attempt_result fallback_protocol::attempt(lock_mode mode, attempt_context const& context)
{
    if (!is_decided_) {
        auto const ec = probe();
        if (ec == error::kernel_lock_not_supported)
            is_soft_ = true;
        else if (ec == errc::no_such_file_or_directory || ec == errc::too_many_files_open ||
                 ec == errc::too_many_files_open_in_system || ec == errc::not_enough_memory)
            return ec;
        // After any other error an attempt on the lock file decides.
        is_decided_ = true;
    }
    if (!is_soft()) {
        auto const a = kernel_.attempt(mode, context);
        if (a.kind != attempt_result::failed || a.error != error::kernel_lock_not_supported)
            return a;
        if (kernel_.is_refused())
            return a; // Python's FileLock acquires that lock, and ignores markers
        (void)kernel_.withdraw();
        is_soft_ = true;
    }
    if (mode == lock_mode::shared)
        return make_error_code(error::kernel_lock_not_supported);
    return soft_.attempt(mode, context);
}

// Returns `error::kernel_lock_not_supported` if the file system lacks a lock that is needed. The
// test uses another file than the lock file: a lock file made for the test would look like an
// incomplete marker.
system::error_code fallback_protocol::probe() const
{
    descriptor file;
    auto const directory = path_.parent_path();
    auto ec = file.open_unnamed(directory, {});
    if (ec == errc::no_such_file_or_directory) {
        if ((ec = make_parent_directories(path_, options_.create_directories)))
            return ec;
        ec = file.open_unnamed(directory, {});
    }
    anchored_path name;
    if (ec) {
        ec = find_temporary_name(path_, name);
        if (!ec)
            ec = file.create(name, {});
    }
    if (ec)
        return ec;
    bool const is_record = options_.backend == kernel_lock::record;
    bool const is_lacking =
        (!is_record && lacks(file, kernel_lock::flock)) ||
        (options_.backend != kernel_lock::flock && lacks(file, kernel_lock::record));
    if (!name.path().empty())
        (void)remove_name(name); // a file that stays is removed as litter
    return is_lacking ? make_error_code(error::kernel_lock_not_supported) : system::error_code();
}

bool fallback_protocol::lacks(descriptor const& file, kernel_lock kind) const noexcept
{
    return try_kernel_lock(file.native(), kind, lock_mode::exclusive) ==
           error::kernel_lock_not_supported;
}

} // namespace detail
} // namespace filelock
} // namespace boost
