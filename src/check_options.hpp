// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_CHECK_OPTIONS_HPP
#define BOOST_FILELOCK_SRC_CHECK_OPTIONS_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>

#include <chrono>
#include <optional>

// Checks of options. Each function throws std::invalid_argument that names the option and its
// value.

namespace boost {
namespace filelock {
namespace detail {

/// Returns the absolute form of a path that is not empty and contains no NUL.
filesystem::path checked_absolute(filesystem::path const& path);

void check_poll_interval(std::chrono::nanoseconds poll_interval);

void check_permissions(std::optional<filesystem::perms> const& permissions);

void check_scope(ownership scope);

void check_storage(storage where);

/// Checks the options that every kind of lock has.
template <class Options>
void check_common(Options const& options)
{
    check_poll_interval(options.poll_interval);
    check_permissions(options.permissions);
    check_scope(options.scope);
    check_storage(options.where);
}

/// Checks the options that only `file_lock` has.
void check_backend(file_lock_options const& options);

/// Checks the options that only `soft_file_lock` has.
void check_marker(soft_file_lock_options const& options);

/// Checks the options that only `soft_file_lease` has.
void check_lease(soft_file_lease_options const& options);

/// Checks the options that only `soft_read_write_lock` has.
void check_heartbeat(soft_read_write_lock_options const& options);

void check_acquire_options(acquire_options const& how);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
