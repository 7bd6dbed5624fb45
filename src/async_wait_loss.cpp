// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/async_scheduler.hpp"
#include "ownership/loss_report.hpp"

#include <boost/filelock/detail/async_engine.hpp>
#include <boost/filelock/detail/losable.hpp>

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

losable::losable(std::shared_ptr<loss_report> report) noexcept : report_(std::move(report)) {}

losable::~losable() = default;

std::optional<lease_loss> losable::loss() const
{
    auto const loss = report_->get();
    return loss ? std::optional<lease_loss>(*loss) : std::nullopt;
}

struct async_loss_wait::body
{
    body(async_loss_wait& self, async_scheduler& b, std::shared_ptr<loss_report> r)
        : about(std::move(r)), waker(b, self), watcher(waker)
    {}

    std::shared_ptr<loss_report> about;
    async_waker waker;
    loss_watcher watcher;
};

async_loss_wait::async_loss_wait(async_engine& engine, std::shared_ptr<loss_report> about)
    : body_(std::make_unique<body>(*this, *engine.scheduler_, std::move(about)))
{}

async_loss_wait::~async_loss_wait()
{
    leave();
    body_->waker.scheduler().remove(body_->waker);
}

bool async_loss_wait::start()
{
    if (!body_->waker.scheduler().add(body_->waker))
        return false; // the context is shutting down
    body_->about->add(body_->watcher);
    post();
    return true;
}

void async_loss_wait::cancel() noexcept
{
    body_->waker.scheduler().cancel(body_->waker);
}

void async_loss_wait::leave() noexcept
{
    body_->about->remove(body_->watcher);
}

bool async_loss_wait::step(system::error_code& ec, lease_loss& result) noexcept
try {
    auto& b = *body_;
    bool const is_cancelled = b.waker.scheduler().begin_step(b.waker);
    std::shared_ptr<lease_loss const> loss;
    auto const state = b.about->ask(b.watcher, loss);
    bool const is_to_wait = state == loss_report::state::held && !is_cancelled;
    if (is_to_wait && b.waker.scheduler().wait(b.waker, (async_waker::time_point::max)(), false))
        return false;
    leave();
    b.waker.scheduler().remove(b.waker);
    if (is_to_wait) {
        ec = make_error_code(system::errc::not_enough_memory);
        return true;
    }
    ec.clear();
    if (state == loss_report::state::lost)
        result = *loss;
    else if (state == loss_report::state::nothing_held)
        ec = make_error_code(system::errc::operation_not_permitted);
    else
        ec = make_error_code(system::errc::operation_canceled);
    return true;
} catch (std::bad_alloc const&) {
    ec = make_error_code(system::errc::not_enough_memory);
    return true;
}

} // namespace detail
} // namespace filelock
} // namespace boost
