// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kept_protocol.hpp"

#include "../platform/fork.hpp"

#include <boost/filelock/error.hpp>

#include <exception>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

kept_protocol::kept_protocol(std::unique_ptr<kept_up> what, filesystem::path path,
                             loss_handler on_loss)
    : what_(std::move(what)), path_(std::move(path)), on_loss_(std::move(on_loss))
{}

kept_protocol::~kept_protocol()
{
    stop();
}

answer kept_protocol::attempt(lock_mode mode, asker const& who)
{
    if (is_closed_)
        return make_error_code(error::closed);
    auto const a = what_->attempt(mode, who);
    if (a.kind != answer::have_it || kept_in_ == process_generation())
        return a; // another of this object's readers has come
    report_.begin();
    if (auto const ec = start(what_->first_upkeep())) {
        report_.end();
        (void)what_->release();
        return ec;
    }
    kept_in_ = process_generation();
    return a;
}

system::error_code kept_protocol::release() noexcept
{
    stop();
    kept_in_ = 0;
    report_.end();
    return what_->release();
}

std::optional<std::chrono::nanoseconds> kept_protocol::beat() noexcept
{
    auto const u = what_->keep_up();
    if (!u.lost)
        return u.next;
    tell(*u.lost, u.error);
    return std::nullopt;
}

// Last of all, since the handler may have released the hold when it returns.
void kept_protocol::tell(loss_reason reason, system::error_code const& ec) noexcept
try {
    lease_loss const loss{path_, what_->token(), reason, ec};
    report_.lose(loss);
    if (on_loss_)
        on_loss_(loss);
} catch (std::exception const&) {
    // There is nobody to whom it could be thrown.
}

} // namespace detail
} // namespace filelock
} // namespace boost
