// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "platform/thread.hpp"
#include "protocol/claim_inspection.hpp"
#include "protocol/forwarding_protocol.hpp"
#include "protocol/strict_protocol.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/throw_exception.hpp>

#include <memory>

namespace boost {
namespace filelock {
namespace {

filesystem::path checked(filesystem::path const& path, strict_soft_file_lock_options const& options)
{
    detail::check_common(options);
    return detail::checked_absolute(path);
}

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& absolute,
                                                strict_soft_file_lock_options const& options)
{
    return std::make_unique<detail::fork_safe_protocol>(
        [=] { return std::make_unique<detail::strict_protocol>(absolute, options); });
}

void throw_if(system::error_code const& ec, filesystem::path const& path, std::string const& name)
{
    if (ec)
        boost::throw_exception(lock_error(ec, path, {}, name), BOOST_CURRENT_LOCATION);
}

} // namespace

strict_soft_file_lock::strict_soft_file_lock(filesystem::path const& path,
                                             strict_soft_file_lock_options const& options)
    : strict_soft_file_lock(path, options, checked(path, options))
{}

strict_soft_file_lock::strict_soft_file_lock(filesystem::path const& path,
                                             strict_soft_file_lock_options const& options,
                                             filesystem::path const& absolute)
    : exclusive_names(std::make_shared<detail::lock_state>(path, make_protocol(absolute, options),
                                                           options.scope, options.poll_interval)),
      absolute_(absolute)
{}

std::vector<strict_claim> strict_soft_file_lock::claims() const
{
    system::error_code ec;
    auto found = claims(ec);
    throw_if(ec, path(), {});
    return found;
}

std::vector<strict_claim> strict_soft_file_lock::claims(system::error_code& ec) const
{
    detail::without_cancellation const running_on;
    return detail::claims_of(absolute_, ec);
}

void strict_soft_file_lock::force_break(std::string const& name)
{
    system::error_code ec;
    force_break(name, ec);
    throw_if(ec, path(), name);
}

void strict_soft_file_lock::force_break(std::string const& name, system::error_code& ec)
{
    detail::without_cancellation const running_on;
    ec = detail::break_claim(absolute_, name);
}

} // namespace filelock
} // namespace boost
