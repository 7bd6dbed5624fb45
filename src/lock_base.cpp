// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/lock_state.hpp"

#include "check_options.hpp"

#include <boost/filelock/detail/lock_base.hpp>
#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/throw_exception.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

system::error_code not_owner()
{
    return make_error_code(system::errc::operation_not_permitted);
}

// Returns whether the error may come from another holder. The exception then names that holder.
bool is_contention(system::error_code const& ec)
{
    return ec == system::errc::timed_out || ec == system::errc::operation_canceled ||
           ec == system::errc::resource_deadlock_would_occur;
}

[[noreturn]] void throw_error(system::error_code const& ec, lock_state const& state)
{
    std::optional<owner_record> holder;
    if (is_contention(ec))
        if (auto const holders = state.holders(); !holders.empty())
            holder = holders.front();
    boost::throw_exception(lock_error(ec, state.path(), holder, state.culprit(ec)),
                           BOOST_CURRENT_LOCATION);
}

} // namespace

lock_base::lock_base(std::shared_ptr<lock_state> state) noexcept : state_(std::move(state)) {}

lock_base::~lock_base()
{
    state_->release_everything();
}

bool lock_base::take(lock_mode mode, deadline const& until)
{
    return strengthen(lock_mode::none, mode, until);
}

void lock_base::take(lock_mode mode, acquire_options const& how)
{
    system::error_code ec;
    if (!take(mode, how, ec))
        throw_error(ec, *state_);
}

bool lock_base::take(lock_mode mode, acquire_options const& how, system::error_code& ec)
{
    check_acquire_options(how);
    ec.clear();
    return state_->acquire(mode, how, ec);
}

void lock_base::drop(lock_mode mode)
{
    if (!state_->release_level(mode).owned)
        throw_error(not_owner(), *state_);
}

bool lock_base::strengthen(lock_mode from, lock_mode to, deadline const& until)
{
    system::error_code ec;
    bool const had = state_->acquire(from, to, until, ec);
    if (ec)
        throw_error(ec, *state_);
    return had;
}

void lock_base::weaken(lock_mode from, lock_mode to)
{
    if (!state_->weaken(from, to).owned)
        throw_error(not_owner(), *state_);
}

void lock_base::close() noexcept
{
    state_->close();
}

void lock_base::release()
{
    system::error_code ec;
    release(ec);
    if (ec)
        throw_error(ec, *state_);
}

void lock_base::release(system::error_code& ec) noexcept
{
    auto const result = state_->release_level();
    ec = result.owned ? result.error : not_owner();
}

void lock_base::release(force_t)
{
    if (auto const ec = state_->release_all().error)
        throw_error(ec, *state_);
}

bool lock_base::is_locked() const noexcept
{
    return state_->is_locked();
}

unsigned lock_base::lock_counter() const noexcept
{
    return state_->levels();
}

std::vector<owner_record> lock_base::holders() const
{
    return state_->holders();
}

std::optional<owner_record> lock_base::holder() const
{
    auto holders = state_->holders();
    if (holders.empty())
        return std::nullopt;
    return std::move(holders.front());
}

bool lock_base::still_held(system::error_code& ec) const
{
    return state_->still_held(ec);
}

filesystem::path const& lock_base::path() const noexcept
{
    return state_->path();
}

} // namespace detail
} // namespace filelock
} // namespace boost
