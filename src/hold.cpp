// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/lock_state.hpp"

#include <boost/filelock/detail/hold.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/throw_exception.hpp>

#include <new>

namespace boost {
namespace filelock {
namespace detail {
namespace {

system::error_code not_held_by_caller()
{
    return make_error_code(system::errc::operation_not_permitted);
}

[[noreturn]] void throw_not_owner(lock_state const* state)
{
    boost::throw_exception(
        lock_error(not_held_by_caller(), state ? state->path() : filesystem::path(), std::nullopt),
        BOOST_CURRENT_LOCATION);
}

} // namespace

void hold::drop()
{
    auto const state = std::move(state_);
    if (!state || !state->release_at_once(owner(owner_), mode_).owned)
        throw_not_owner(state.get());
}

void hold::drop(system::error_code& ec) noexcept
{
    auto const state = std::move(state_);
    ec = not_held_by_caller();
    if (!state)
        return;
    auto const result = state->release_at_once(owner(owner_), mode_);
    if (result.owned)
        ec = result.error;
}

std::shared_ptr<lock_state> hold::begin_drop(system::error_code& ec) noexcept
try {
    auto const state = std::move(state_);
    ec = not_held_by_caller();
    if (!state)
        return nullptr;
    auto const result = state->begin_release(owner(owner_), mode_);
    if (result.owned)
        ec = result.error;
    if (ec != system::errc::operation_would_block)
        return nullptr;
    // The deleter runs however the operation ends, also when its context is destroyed or memory is
    // exhausted. It leaves an unfinished release to the background thread.
    auto const at_last = [state](lock_state* s) { s->retry_in_background(); };
    return std::shared_ptr<lock_state>(state.get(), at_last);
} catch (std::bad_alloc const&) {
    ec = make_error_code(system::errc::timed_out);
    return nullptr;
}

void hold::abandon() noexcept
{
    (void)std::move(state_)->release_at_once(owner(owner_), mode_);
}

bool hold::still_held(system::error_code& ec) const
{
    ec.clear();
    return state_ && state_->still_held(owner(owner_), ec);
}

void hold::give_to_object()
{
    if (!state_ || !state_->give_to_object(owner(owner_)))
        throw_not_owner(state_.get());
    state_.reset();
}

} // namespace detail
} // namespace filelock
} // namespace boost
