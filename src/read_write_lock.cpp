// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/read_write_protocol.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <memory>

namespace boost {
namespace filelock {
namespace {

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& path,
                                                read_write_lock_options const& options)
{
    detail::check_common(options);
    return std::make_unique<detail::read_write_protocol>(detail::checked_absolute(path), options);
}

} // namespace

read_write_lock::read_write_lock(filesystem::path const& path,
                                 read_write_lock_options const& options)
    : upgrade_names(std::make_shared<detail::lock_state>(path, make_protocol(path, options),
                                                         options.scope, options.poll_interval))
{}

} // namespace filelock
} // namespace boost
