// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "loss_report.hpp"

#include "../platform/fork.hpp"

namespace boost {
namespace filelock {
namespace detail {

loss_report::loss_report() : mutex_(share_fork_safe_mutex()) {}

void loss_report::begin() noexcept
{
    std::lock_guard<std::mutex> const guard(mutex_);
    loss_.reset();
    is_held_ = true;
}

void loss_report::lose(lease_loss const& loss)
{
    std::lock_guard<std::mutex> const guard(mutex_);
    loss_ = loss;
}

void loss_report::end() noexcept
{
    std::lock_guard<std::mutex> const guard(mutex_);
    is_held_ = false;
}

std::optional<lease_loss> loss_report::get() const
{
    std::lock_guard<std::mutex> const guard(mutex_);
    return loss_;
}

} // namespace detail
} // namespace filelock
} // namespace boost
