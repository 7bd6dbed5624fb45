// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/heartbeat_protocol.hpp"
#include "ownership/lock_state.hpp"
#include "ownership/wait_out.hpp"
#include "protocol/soft_lease_protocol.hpp"

#include <boost/filelock/soft_file_lease.hpp>

#include <boost/system/errc.hpp>
#include <boost/throw_exception.hpp>

#include <chrono>
#include <memory>

namespace boost {
namespace filelock {
namespace {

filesystem::path checked(filesystem::path const& path, soft_file_lease_options const& options)
{
    detail::check_common(options);
    detail::check_lease(options);
    return detail::checked_absolute(path);
}

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& path,
                                                filesystem::path const& absolute,
                                                soft_file_lease_options const& options)
{
    auto const make = [=] {
        return std::make_unique<detail::soft_lease_protocol>(absolute, options);
    };
    return std::make_unique<detail::heartbeat_protocol>(make, path, options.on_loss);
}

// The inner protocol is the one that `make_protocol` made.
system::error_code fence_of(detail::heartbeat_protocol& lease, std::uint64_t& number)
{
    if (lease.report()->get())
        return error::hold_lost;
    return lease.change_inner([&](detail::protocol& inner) {
        return static_cast<detail::soft_lease_protocol&>(inner).fence(number);
    });
}

void throw_if(system::error_code const& ec, filesystem::path const& path)
{
    if (ec)
        boost::throw_exception(lock_error(ec, path), BOOST_CURRENT_LOCATION);
}

} // namespace

soft_file_lease::soft_file_lease(filesystem::path const& path,
                                 soft_file_lease_options const& options)
    : soft_file_lease(path, options, checked(path, options))
{}

soft_file_lease::soft_file_lease(filesystem::path const& path,
                                 soft_file_lease_options const& options,
                                 filesystem::path const& absolute)
    : exclusive_names(std::make_shared<detail::lock_state>(
          path, make_protocol(path, absolute, options), options.scope, options.poll_interval)),
      losable(detail::heartbeat_protocol::of(state()).report()), absolute_(absolute),
      where_(options.where)
{}

soft_file_lease::~soft_file_lease()
{
    detail::heartbeat_protocol::of(state()).end_reports();
}

std::string soft_file_lease::token() const
{
    return detail::heartbeat_protocol::of(state()).report()->token();
}

std::chrono::nanoseconds soft_file_lease::remaining() const noexcept
{
    return detail::heartbeat_protocol::of(state()).report()->remaining();
}

void soft_file_lease::extend()
{
    system::error_code ec;
    extend(ec);
    throw_if(ec, path());
}

void soft_file_lease::extend(system::error_code& ec)
{
    ec = make_error_code(system::errc::operation_not_permitted);
    (void)state().inspect([&](detail::protocol&) {
        ec = detail::wait_out([this] { return detail::heartbeat_protocol::of(state()).extend(); },
                              detail::longest_wait_of_call);
    });
}

std::uint64_t soft_file_lease::fence()
{
    system::error_code ec;
    auto const number = fence(ec);
    throw_if(ec, path());
    return number;
}

std::uint64_t soft_file_lease::fence(system::error_code& ec)
{
    std::uint64_t number = 0;
    ec = make_error_code(system::errc::operation_not_permitted);
    (void)state().inspect(
        [&](detail::protocol&) { ec = fence_of(detail::heartbeat_protocol::of(state()), number); });
    return ec ? 0 : number;
}

void soft_file_lease::force_break()
{
    system::error_code ec;
    force_break(ec);
    throw_if(ec, path());
}

void soft_file_lease::force_break(system::error_code& ec)
{
    ec = detail::wait_out_break(absolute_, where_);
}

} // namespace filelock
} // namespace boost
