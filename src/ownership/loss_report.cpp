// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "loss_report.hpp"

#include "../platform/clock.hpp"
#include "../platform/fork.hpp"

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

loss_report::loss_report() : mutex_(share_fork_safe_mutex()), generation_(process_generation()) {}

std::unique_lock<std::mutex> loss_report::lock() noexcept
{
    std::unique_lock<std::mutex> guard(mutex_);
    if (generation_ != process_generation()) {
        // This process is a forked child. All members describe holds of the parent.
        generation_ = process_generation();
        prepared_.reset();
        loss_.reset();
        watchers_.clear();
    }
    return guard;
}

void loss_report::begin(filesystem::path const& path, std::string const& token,
                        std::chrono::nanoseconds good_until)
{
    auto prepared = std::make_shared<lease_loss>();
    prepared->path = path;
    prepared->token = token;
    auto const guard = lock();
    prepared_ = std::move(prepared);
    good_until_ = good_until;
    loss_.reset();
}

std::shared_ptr<lease_loss const> loss_report::keep(std::chrono::nanoseconds good_until) noexcept
{
    auto const guard = lock();
    good_until_ = good_until;
    return loss_;
}

std::shared_ptr<lease_loss const> loss_report::lose(loss_reason reason,
                                                    system::error_code const& ec) noexcept
{
    auto const guard = lock();
    lose_now(reason, ec);
    return loss_;
}

void loss_report::lose_now(loss_reason reason, system::error_code const& ec) noexcept
{
    if (!prepared_ || loss_)
        return;
    prepared_->reason = reason;
    prepared_->error = ec;
    loss_ = prepared_;
    notify_all();
}

void loss_report::end() noexcept
{
    auto const guard = lock();
    prepared_.reset();
    notify_all();
}

// Removes and wakes all watchers of the hold that has ended.
void loss_report::notify_all() noexcept
{
    while (!watchers_.empty()) {
        auto& w = watchers_.front();
        watchers_.pop_front();
        w.listed_in_ = 0;
        w.loss_ = loss_;
        w.waker_.wake();
    }
}

std::shared_ptr<lease_loss const> loss_report::get() noexcept
{
    auto const guard = lock();
    if (time_since_boot() > good_until_)
        lose_now(loss_reason::refresh_failed, {});
    return loss_;
}

std::string loss_report::token()
{
    auto const guard = lock();
    return prepared_ ? prepared_->token : std::string();
}

std::chrono::nanoseconds loss_report::remaining() noexcept
{
    auto const guard = lock();
    auto const left = good_until_ - time_since_boot();
    return prepared_ && !loss_ ? (std::max)(left, left.zero()) : left.zero();
}

void loss_report::add(loss_watcher& w) noexcept
{
    auto const guard = lock();
    w.had_hold_ = prepared_ != nullptr;
    if (w.had_hold_ && !loss_) {
        watchers_.push_back(w);
        w.listed_in_ = generation_;
    } else if (w.had_hold_) {
        w.loss_ = loss_;
    }
}

void loss_report::remove(loss_watcher& w) noexcept
{
    auto const guard = lock();
    if (std::exchange(w.listed_in_, 0) == generation_)
        watchers_.erase(watchers_.iterator_to(w));
}

loss_report::state loss_report::ask(loss_watcher const& w,
                                    std::shared_ptr<lease_loss const>& loss) noexcept
{
    auto const guard = lock();
    loss = w.loss_;
    if (!w.had_hold_)
        return state::nothing_held;
    return w.listed_in_ == generation_ ? state::held : loss ? state::lost : state::released;
}

} // namespace detail
} // namespace filelock
} // namespace boost
