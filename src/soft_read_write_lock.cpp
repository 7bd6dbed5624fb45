// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "check_options.hpp"
#include "ownership/heartbeat_protocol.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/soft_read_write_protocol.hpp"

#include <boost/filelock/soft_read_write_lock.hpp>

#include <memory>

namespace boost {
namespace filelock {
namespace {

std::unique_ptr<detail::protocol> make_protocol(filesystem::path const& path,
                                                soft_read_write_lock_options const& options)
{
    detail::check_common(options);
    detail::check_heartbeat(options);
    auto const make = [absolute = detail::checked_absolute(path), options] {
        return std::make_unique<detail::soft_read_write_protocol>(absolute, options);
    };
    return std::make_unique<detail::heartbeat_protocol>(make, path, options.on_loss);
}

} // namespace

soft_read_write_lock::soft_read_write_lock(filesystem::path const& path,
                                           soft_read_write_lock_options const& options)
    : shared_names(std::make_shared<detail::lock_state>(path, make_protocol(path, options),
                                                        options.scope, options.poll_interval)),
      losable(detail::heartbeat_protocol::of(state()).report())
{}

soft_read_write_lock::~soft_read_write_lock()
{
    detail::heartbeat_protocol::of(state()).end_reports();
}

void soft_read_write_lock::close() noexcept
{
    lock_base::close();
}

} // namespace filelock
} // namespace boost
