// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/throw_exception.hpp>

#include <stdexcept>
#include <string>

namespace boost {
namespace filelock {
namespace detail {
namespace {

[[noreturn]] void refuse(std::string const& what)
{
    boost::throw_exception(std::invalid_argument("boost::filelock: " + what),
                           BOOST_CURRENT_LOCATION);
}

void check_interval(char const* name, std::chrono::nanoseconds interval)
{
    if (interval <= std::chrono::nanoseconds::zero())
        refuse(name + (" is " + std::to_string(interval.count())) +
               " ns and must be greater than zero");
}

void check_not_negative(char const* name, std::chrono::nanoseconds value)
{
    if (value < std::chrono::nanoseconds::zero())
        refuse(name + (" is " + std::to_string(value.count())) +
               " ns and must not be less than zero");
}

template <class Enum>
void check_enum(char const* name, Enum value, Enum last)
{
    if (value < Enum{} || value > last)
        refuse(name + (" has the unknown value " + std::to_string(static_cast<int>(value))));
}

} // namespace

filesystem::path checked_absolute(filesystem::path const& path)
{
    if (path.empty())
        refuse("path is empty");
    auto const nul = path.native().find(filesystem::path::value_type());
    if (nul != filesystem::path::string_type::npos)
        refuse("path has a NUL after \"" + filesystem::path(path.native().substr(0, nul)).string() +
               "\"");
    // `filesystem::absolute` reads the working directory even for an absolute path, and fails where
    // that directory was removed.
    return path.is_absolute() ? path : filesystem::absolute(path);
}

void check_poll_interval(std::chrono::nanoseconds poll_interval)
{
    check_interval("poll_interval", poll_interval);
}

void check_permissions(std::optional<filesystem::perms> const& permissions)
{
    auto const bits = permissions ? static_cast<unsigned>(*permissions) : 0;
    if ((bits & ~static_cast<unsigned>(filesystem::perms_mask)) != 0)
        refuse("permissions has the value " + std::to_string(bits) + " and may be 07777 at most");
}

void check_scope(ownership scope)
{
    check_enum("scope", scope, ownership::instance);
}

void check_storage(storage where)
{
    check_enum("where", where, storage::network);
}

void check_backend(file_lock_options const& options)
{
    check_enum("backend", options.backend, kernel_lock::both);
    check_enum("on_unsupported", options.on_unsupported, fallback::soft);
    if (options.on_unsupported == fallback::soft && options.on_acquired)
        refuse("on_acquired is set and on_unsupported is fallback::soft, which has no descriptor");
    if (options.backend == kernel_lock::both && options.where == storage::network)
        refuse("backend is kernel_lock::both and where is storage::network");
}

void check_marker(soft_file_lock_options const& options)
{
    if (options.lifetime)
        check_interval("lifetime", *options.lifetime);
    if (options.malformed_grace)
        check_not_negative("malformed_grace", *options.malformed_grace);
}

void check_lease(soft_file_lease_options const& options)
{
    check_interval("duration", options.duration);
    if (!options.heartbeat_interval)
        return;
    check_interval("heartbeat_interval", *options.heartbeat_interval);
    if (*options.heartbeat_interval >= options.duration)
        refuse("heartbeat_interval is " + std::to_string(options.heartbeat_interval->count()) +
               " ns and must be less than duration, which is " +
               std::to_string(options.duration.count()) + " ns");
}

void check_heartbeat(soft_read_write_lock_options const& options)
{
    check_interval("heartbeat_interval", options.heartbeat_interval);
    if (options.stale_threshold && *options.stale_threshold <= options.heartbeat_interval)
        refuse("stale_threshold is " + std::to_string(options.stale_threshold->count()) +
               " ns and must be greater than heartbeat_interval, which is " +
               std::to_string(options.heartbeat_interval.count()) + " ns");
    if (options.settle)
        check_not_negative("settle", *options.settle);
}

void check_acquire_options(acquire_options const& how)
{
    if (how.poll_interval)
        check_interval("poll_interval", *how.poll_interval);
    check_interval("progress_interval", how.progress_interval);
}

} // namespace detail
} // namespace filelock
} // namespace boost
