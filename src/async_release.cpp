// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "ownership/async_scheduler.hpp"
#include "ownership/lock_state.hpp"
#include "protocol/attempts.hpp"

#include <boost/filelock/detail/async_engine.hpp>

#include <boost/system/errc.hpp>

#include <chrono>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

struct async_release_wait::body
{
    body(async_release_wait& self, async_scheduler& b, std::shared_ptr<lock_state> s)
        : state(std::move(s)), waker(b, self),
          until(std::chrono::steady_clock::now() + longest_release)
    {}

    std::shared_ptr<lock_state> state;
    async_waker waker;
    async_waker::time_point const until;
};

async_release_wait::async_release_wait(async_engine& engine, std::shared_ptr<lock_state> state)
    : body_(std::make_unique<body>(*this, *engine.scheduler_, std::move(state)))
{}

async_release_wait::~async_release_wait()
{
    body_->waker.scheduler().remove(body_->waker);
}

bool async_release_wait::start()
{
    if (!body_->waker.scheduler().add(body_->waker))
        return false; // the context is shutting down
    post();
    return true;
}

bool async_release_wait::step(system::error_code& ec, delivered&) noexcept
{
    auto& b = *body_;
    (void)b.waker.scheduler().begin_step(b.waker);
    ec = b.state->try_again();
    if (ec == system::errc::operation_would_block) {
        auto const now = std::chrono::steady_clock::now();
        if (now < b.until && b.waker.scheduler().wait(b.waker, now + removal_backoff, true))
            return false;
        ec = make_error_code(system::errc::timed_out);
    }
    b.waker.scheduler().remove(b.waker);
    return true;
}

} // namespace detail
} // namespace filelock
} // namespace boost
