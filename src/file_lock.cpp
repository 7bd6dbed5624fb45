// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/fallback_protocol.hpp"
#include "protocol/kernel_lock_protocol.hpp"

#include <boost/filelock/file_lock.hpp>

#include <memory>
#include <utility>

namespace boost {
namespace filelock {
namespace {

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& path,
                                                file_lock_options const& options)
{
    detail::check_common(options);
    detail::check_backend(options);
    auto absolute = detail::checked_absolute(path);
    if (options.on_unsupported == fallback::none)
        return std::make_unique<detail::kernel_lock_protocol>(std::move(absolute), options);
    return std::make_unique<detail::fallback_protocol>(std::move(absolute), options);
}

} // namespace

file_lock::file_lock(filesystem::path const& path, file_lock_options const& options)
    : shared_names(std::make_shared<detail::lock_state>(path, make_protocol(path, options),
                                                        options.scope, options.poll_interval))
{}

bool file_lock::is_soft() const noexcept
{
    return state().lock_protocol().is_soft();
}

} // namespace filelock
} // namespace boost
