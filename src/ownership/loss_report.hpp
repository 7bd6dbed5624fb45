// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_LOSS_REPORT_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_LOSS_REPORT_HPP

#include "waiter.hpp"

#include <boost/filelock/lease_loss.hpp>

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

// Not a safe link: a forked child abandons the linked watchers of its parent.
using loss_hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>>;

/// Wakes an operation when the present hold is lost or released.
class loss_watcher : public loss_hook
{
public:
    explicit loss_watcher(waker& w) noexcept : waker_(w) {}

private:
    friend class loss_report;

    waker& waker_;
    std::shared_ptr<lease_loss const> loss_;
    std::uint32_t listed_in_ = 0; // the process generation; 0 if not in the list
    bool had_hold_ = false;
};

/// Whether the present hold of a lock object, or the last one, was lost, and the watchers of that
/// hold. All members may be called from any thread.
class loss_report
{
public:
    loss_report();

    /// Begins a new hold. `path` and `token` are what a report of its loss names. The hold is good
    /// until `good_until`, in time since boot, unless it is refreshed. Allocates the report, so
    /// that no later call can fail for lack of memory.
    void begin(filesystem::path const& path, std::string const& token,
               std::chrono::nanoseconds good_until);
    /// Records a refresh. Returns the loss if one was reported already: a later refresh cannot
    /// revoke it.
    std::shared_ptr<lease_loss const> keep(std::chrono::nanoseconds good_until) noexcept;
    /// Reports a loss. Returns the loss that is reported, which may be an earlier one.
    std::shared_ptr<lease_loss const> lose(loss_reason reason,
                                           system::error_code const& ec) noexcept;
    /// Records the release of the hold.
    void end() noexcept;

    /// Returns the loss, or nothing if the hold was not lost. A hold also counts as lost here when
    /// its time has passed, since the heartbeat may be blocked in a system call.
    std::shared_ptr<lease_loss const> get() noexcept;

    /// Returns the token of the present hold, or nothing if there is none.
    std::string token();
    /// Returns how long the present hold is still good without a refresh. Zero if it is lost, or
    /// there is none.
    std::chrono::nanoseconds remaining() noexcept;

    /// Adds a watcher. It is woken once, when the present hold is lost or released. A watcher that
    /// is added without a hold, or after its loss, is not woken: `ask` reports that at once.
    void add(loss_watcher& w) noexcept;
    void remove(loss_watcher& w) noexcept;

    enum class state
    {
        held,
        lost,
        released,
        nothing_held
    };
    /// Returns what happened to the hold that this watcher was added for. Stores the loss of a lost
    /// hold in `loss`.
    state ask(loss_watcher const& w, std::shared_ptr<lease_loss const>& loss) noexcept;

private:
    using watchers = intrusive::list<loss_watcher, intrusive::base_hook<loss_hook>,
                                     intrusive::constant_time_size<false>>;
    std::unique_lock<std::mutex> lock() noexcept;
    void lose_now(loss_reason reason, system::error_code const& ec) noexcept;
    void notify_all() noexcept;

    std::mutex& mutex_;
    std::uint32_t generation_;             // of the process that this report is about
    std::shared_ptr<lease_loss> prepared_; // while something is held
    std::chrono::nanoseconds good_until_{};
    std::shared_ptr<lease_loss const> loss_;
    watchers watchers_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
