// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/kernel_lock_protocol.hpp"

#include <boost/filelock/file_lock.hpp>

namespace boost {
namespace filelock {
namespace {

std::shared_ptr<detail::lock_state> make_state(filesystem::path const& path,
                                               file_lock_options const& options)
{
    detail::check_poll_interval(options.poll_interval);
    detail::check_permissions(options.permissions);
    detail::check_scope(options.scope);
    detail::check_backend(options);
    return std::make_shared<detail::lock_state>(
        path,
        std::make_unique<detail::kernel_lock_protocol>(detail::checked_absolute(path), options),
        options.scope, options.poll_interval);
}

} // namespace

file_lock::file_lock(filesystem::path const& path, file_lock_options const& options)
    : shared_names(make_state(path, options))
{}

} // namespace filelock
} // namespace boost
