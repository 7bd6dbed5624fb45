// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "heartbeat_protocol.hpp"

#include "../platform/clock.hpp"
#include "lock_state.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <new>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// Calls the loss handler. Ignores an exception that it throws: the heartbeat thread has no caller
// that could handle it.
void notify(heartbeat_protocol::loss_handler const& handler, lease_loss const& loss) noexcept
try {
    handler(loss);
} catch (...) {
}

} // namespace

heartbeat_protocol::heartbeat_protocol(maker make, filesystem::path path, loss_handler on_loss)
    : forwarding_protocol(std::move(make)), path_(std::move(path)),
      report_(std::make_shared<loss_report>())
{
    if (on_loss)
        on_loss_ = std::make_shared<loss_handler const>(std::move(on_loss));
}

heartbeat_protocol::~heartbeat_protocol()
{
    stop_and_wait();
}

heartbeat_protocol& heartbeat_protocol::of(lock_state& state) noexcept
{
    return static_cast<heartbeat_protocol&>(state.lock_protocol());
}

attempt_result heartbeat_protocol::attempt(lock_mode mode, attempt_context const& context)
{
    if (is_refreshed() && report_->get())
        return attempt_result::busy; // no other reader may share a lost hold
    auto const a = forwarding_protocol::attempt(mode, context);
    if (a.kind != attempt_result::acquired || is_refreshed())
        return a; // busy, or another reader of this object joins the present hold
    if (auto const ec = begin()) {
        stop();
        report_->end();
        (void)inner_.change()->release();
        return ec;
    }
    refreshed_in_ = process_generation();
    return a;
}

system::error_code heartbeat_protocol::begin()
try {
    auto const first = inner_->first_refresh();
    report_->begin(path_, inner_->token(), first.good_until);
    return start(first.next);
} catch (std::bad_alloc const&) {
    return make_error_code(system::errc::not_enough_memory);
}

system::error_code heartbeat_protocol::release() noexcept
{
    stop();
    // The hold may have been lost after the last heartbeat.
    bool const was_refreshed = std::exchange(refreshed_in_, 0) == process_generation();
    if (was_refreshed && !report_->get())
        if (auto const reason = inner_.change()->lost())
            (void)report_->lose(*reason, {});
    report_->end();
    return inner_.change()->release();
}

// No beat runs meanwhile. The beat that reports a loss to the handler is started where this call
// finds the loss, and has run otherwise.
system::error_code heartbeat_protocol::extend() noexcept
{
    if (!is_refreshed())
        return make_error_code(system::errc::operation_not_permitted);
    if (report_->get())
        return error::hold_lost;
    stop();
    auto const u = inner_.change()->refresh();
    if (report_->keep(u.good_until))
        return error::hold_lost;
    if (u.lost)
        (void)report_->lose(*u.lost, u.error);
    auto const ec = start(u.lost ? time_since_boot() : u.next);
    return u.lost ? error::hold_lost : u.error ? u.error : ec;
}

bool heartbeat_protocol::still_held(system::error_code& ec)
{
    return !report_->get() && inner_.change()->still_held(ec);
}

std::optional<std::chrono::nanoseconds> heartbeat_protocol::beat() noexcept
{
    auto const u = inner_.change()->refresh();
    auto loss = report_->keep(u.good_until);
    if (!loss && !u.lost)
        return u.next;
    if (!loss)
        loss = report_->lose(*u.lost, u.error);
    // While the handler runs, the handler itself or another thread may release the hold. The
    // handler may even destroy this object.
    auto const handler = on_loss_;
    detach();
    if (handler && loss)
        notify(*handler, *loss);
    return std::nullopt;
}

} // namespace detail
} // namespace filelock
} // namespace boost
