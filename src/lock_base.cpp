// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/lock_state.hpp"

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

[[noreturn]] void throw_error(system::error_code const& ec, lock_state const& state)
{
    boost::throw_exception(lock_error(ec, state.path()), BOOST_CURRENT_LOCATION);
}

} // namespace

lock_base::lock_base(std::unique_ptr<lock_state> state) noexcept : state_(std::move(state)) {}

lock_base::~lock_base() = default;

bool lock_base::acquire(lock_mode mode, deadline const& until)
{
    system::error_code ec;
    bool const had = state_->acquire(mode, until, ec);
    if (ec)
        throw_error(ec, *state_);
    return had;
}

void lock_base::unlock(lock_mode)
{
    if (!state_->release_level().owned)
        throw_error(not_owner(), *state_);
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

unsigned lock_base::lock_counter() const noexcept
{
    return state_->levels();
}

filesystem::path const& lock_base::path() const noexcept
{
    return state_->path();
}

} // namespace detail
} // namespace filelock
} // namespace boost
