// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "ownership/wait_out.hpp"
#include "platform/process.hpp"
#include "platform/thread.hpp"
#include "protocol/forwarding_protocol.hpp"
#include "protocol/marker_inspection.hpp"
#include "protocol/soft_file_protocol.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/throw_exception.hpp>

#include <memory>

namespace boost {
namespace filelock {
namespace {

filesystem::path checked(filesystem::path const& path, soft_file_lock_options const& options)
{
    detail::check_common(options);
    detail::check_marker(options);
    return detail::checked_absolute(path);
}

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& absolute,
                                                soft_file_lock_options const& options)
{
    return std::make_unique<detail::fork_safe_protocol>(
        [=] { return std::make_unique<detail::soft_file_protocol>(absolute, options); });
}

} // namespace

soft_file_lock::soft_file_lock(filesystem::path const& path, soft_file_lock_options const& options)
    : soft_file_lock(path, options, checked(path, options))
{}

soft_file_lock::soft_file_lock(filesystem::path const& path, soft_file_lock_options const& options,
                               filesystem::path const& absolute)
    : exclusive_names(std::make_shared<detail::lock_state>(path, make_protocol(absolute, options),
                                                           options.scope, options.poll_interval)),
      absolute_(absolute), where_(options.where)
{}

std::optional<std::int64_t> soft_file_lock::pid() const
{
    detail::without_cancellation const running_on;
    auto const owner = detail::read_marker_at(absolute_);
    return owner ? std::optional<std::int64_t>(owner->pid) : std::nullopt;
}

bool soft_file_lock::is_lock_held_by_us() const
{
    detail::without_cancellation const running_on;
    auto const owner = detail::read_marker_at(absolute_);
    auto const us = detail::this_process();
    return owner && owner->pid == us.pid && owner->host == detail::host_name() &&
           (owner->start_token.empty() || owner->start_token == us.start_token);
}

void soft_file_lock::break_lock()
{
    system::error_code ec;
    break_lock(ec);
    if (ec)
        boost::throw_exception(lock_error(ec, path()), BOOST_CURRENT_LOCATION);
}

void soft_file_lock::break_lock(system::error_code& ec)
{
    ec = detail::wait_out_break(absolute_, where_);
}

} // namespace filelock
} // namespace boost
