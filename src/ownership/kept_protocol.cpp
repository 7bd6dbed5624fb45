// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kept_protocol.hpp"

#include "../platform/fork.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <new>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

namespace {

// There is nobody to whom what he throws could be thrown.
void tell(kept_protocol::loss_handler const& handler, lease_loss const& loss) noexcept
try {
    handler(loss);
} catch (...) {
}

} // namespace

kept_protocol::kept_protocol(std::unique_ptr<kept_up> what, filesystem::path path,
                             loss_handler on_loss)
    : what_(std::move(what)), path_(std::move(path)), on_loss_(std::move(on_loss)),
      report_(std::make_shared<loss_report>())
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
    if (auto const ec = begin()) {
        (void)release();
        return ec;
    }
    kept_in_ = process_generation();
    return a;
}

system::error_code kept_protocol::begin()
try {
    auto const first = what_->first_upkeep();
    report_->begin(path_, what_->token(), first.good_until);
    return start(first.next);
} catch (std::bad_alloc const&) {
    return make_error_code(system::errc::not_enough_memory);
}

system::error_code kept_protocol::release() noexcept
{
    stop();
    // No beat may have come since.
    if (std::exchange(kept_in_, 0) == process_generation() && !report_->get())
        if (auto const reason = what_->lost())
            (void)report_->lose(*reason, {});
    report_->end();
    return what_->release();
}

std::optional<std::chrono::nanoseconds> kept_protocol::beat() noexcept
{
    auto const u = what_->keep_up();
    report_->keep(u.good_until);
    if (!u.lost)
        return u.next;
    auto const loss = report_->lose(*u.lost, u.error);
    if (loss && on_loss_)
        tell(on_loss_, *loss); // last, since he may have released the hold when it returns
    return std::nullopt;
}

} // namespace detail
} // namespace filelock
} // namespace boost
