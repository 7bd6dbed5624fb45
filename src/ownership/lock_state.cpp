// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_state.hpp"

#include "acquisition.hpp"
#include "object_registry.hpp"

#include <boost/system/errc.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// A thread that waits. Not on Boost.Thread's condition: that would be an interruption point.
class thread_waker final : public waker
{
public:
    explicit thread_waker(std::mutex& mutex) noexcept : mutex_(mutex) {}

    void wake() noexcept override
    {
        woken_ = true;
        if (condition_)
            condition_->notify_one();
    }

    void wait_until(acquisition::time_point until)
    {
        std::unique_lock<std::mutex> guard(mutex_);
        auto const is_woken = [this] { return woken_; };
        if (!condition_)
            condition_.emplace();
        if (until == acquisition::time_point::max())
            condition_->wait(guard, is_woken);
        else
            condition_->wait_until(guard, until, is_woken);
        woken_ = false;
    }

private:
    std::mutex& mutex_;
    std::optional<std::condition_variable> condition_; // made by the first wait: few wait
    bool woken_ = false;
};

} // namespace

lock_state::lock_state(filesystem::path path, std::unique_ptr<protocol> what, ownership scope,
                       std::chrono::nanoseconds poll_interval)
    : path_(std::move(path)), scope_(scope), poll_interval_(poll_interval),
      protocol_(std::move(what))
{
    register_object(book_);
}

lock_state::~lock_state()
{
    unregister_object(book_);
    finish(book_.drop_everything());
}

bool lock_state::acquire(lock_mode mode, deadline const& until, system::error_code& ec)
{
    thread_waker call(book_.mutex());
    acquisition taking(book_, *protocol_, {mode, caller(), until, poll_interval_}, call);
    auto next = taking.step();
    for (;;) {
        bool const is_over =
            next.kind != acquisition::next::wait && next.kind != acquisition::next::sleep;
        if (!is_over && until.is_never() && waits_for_itself()) {
            ec = make_error_code(system::errc::resource_deadlock_would_occur);
            return false;
        }
        switch (next.kind) {
        case acquisition::next::granted:
            return true;
        case acquisition::next::failed:
            ec = next.error;
            return false;
        case acquisition::next::timed_out:
            return false;
        case acquisition::next::sleep:
            next = taking.sleep();
            break;
        case acquisition::next::wait:
            call.wait_until(next.until);
            next = taking.step();
            break;
        }
    }
}

// A thread that holds the lock through another object, and waits for it without a limit, waits for
// ever. What an object owns, any thread may release.
bool lock_state::waits_for_itself() const
{
    auto const file = book_.file();
    return scope_ == ownership::thread && file && holds_anywhere(caller(), *file);
}

lock_state::release_result lock_state::finish(lock_book::level dropped) noexcept
{
    if (dropped != lock_book::level::last_gone)
        return {dropped != lock_book::level::not_owned, {}};
    auto const ec = protocol_->release();
    book_.given_back();
    return {true, ec};
}

} // namespace detail
} // namespace filelock
} // namespace boost
