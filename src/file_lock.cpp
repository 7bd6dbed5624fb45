// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/fallback_protocol.hpp"
#include "protocol/kernel_lock_protocol.hpp"

#include <boost/filelock/file_lock.hpp>

#include <memory>

namespace boost {
namespace filelock {
namespace {

void check(file_lock_options const& options)
{
    detail::check_common(options);
    detail::check_backend(options);
}

std::unique_ptr<detail::fallback_protocol> make_fallback(filesystem::path const& path,
                                                         file_lock_options const& options)
{
    check(options);
    if (options.on_unsupported == fallback::none)
        return nullptr;
    return std::make_unique<detail::fallback_protocol>(detail::checked_absolute(path), options);
}

std::unique_ptr<detail::protocol> or_kernel_lock(detail::fallback_protocol* owned,
                                                 filesystem::path const& path,
                                                 file_lock_options const& options)
{
    if (owned)
        return std::unique_ptr<detail::protocol>(owned);
    return std::make_unique<detail::kernel_lock_protocol>(detail::checked_absolute(path), options);
}

} // namespace

file_lock::file_lock(filesystem::path const& path, file_lock_options const& options)
    : file_lock(path, options, make_fallback(path, options).release())
{}

file_lock::file_lock(filesystem::path const& path, file_lock_options const& options,
                     detail::fallback_protocol* owned)
    : shared_names(std::make_shared<detail::lock_state>(path, or_kernel_lock(owned, path, options),
                                                        options.scope, options.poll_interval)),
      protocol_(owned)
{}

bool file_lock::is_soft() const noexcept
{
    return protocol_ && protocol_->is_soft();
}

} // namespace filelock
} // namespace boost
