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

// Not a safe link: a forked child leaves behind those of its parent.
using loss_hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::normal_link>>;

/// Somebody who wants to be woken when a hold is lost or released.
class loss_watcher : public loss_hook
{
public:
    explicit loss_watcher(waker& call) noexcept : call_(call) {}

private:
    friend class loss_report;

    waker& call_;
    std::shared_ptr<lease_loss const> loss_;
    std::uint32_t listed_in_ = 0; // the process generation; 0: not on the list
    bool had_hold_ = false;
};

/// Whether the hold of a lock object has been lost, or the last one was, and who wants to know.
/// From any thread.
class loss_report
{
public:
    loss_report();

    /// There is a new hold, with what its loss will be said to be, and how long it will be good,
    /// since boot. Memory is had here, so that nothing can fail later.
    void begin(filesystem::path const& path, std::string const& token,
               std::chrono::nanoseconds good_until);
    /// It was kept up. What is reported, if somebody has been told before that it was lost.
    std::shared_ptr<lease_loss const> keep(std::chrono::nanoseconds good_until) noexcept;
    /// What is reported, which may have been so already.
    std::shared_ptr<lease_loss const> lose(loss_reason reason,
                                           system::error_code const& ec) noexcept;
    /// It was released.
    void end() noexcept;

    /// Who keeps it up may be stuck in a system call, and so the time counts here as well.
    std::shared_ptr<lease_loss const> get() noexcept;

    /// From now on it is woken when the present hold ends, one way or the other; at once where
    /// there is none, or it is lost.
    void add(loss_watcher& w) noexcept;
    void remove(loss_watcher& w) noexcept;

    enum class state
    {
        held,
        lost,
        released,
        nothing_held
    };
    state ask(loss_watcher const& w, std::shared_ptr<lease_loss const>& loss) noexcept;

private:
    using watchers = intrusive::list<loss_watcher, intrusive::base_hook<loss_hook>,
                                     intrusive::constant_time_size<false>>;
    std::unique_lock<std::mutex> open() noexcept;
    void lose_now(loss_reason reason, system::error_code const& ec) noexcept;
    void tell_all() noexcept;

    std::mutex& mutex_;
    std::uint32_t generation_;             // of the process whose report this is
    std::shared_ptr<lease_loss> prepared_; // while something is held
    std::chrono::nanoseconds good_until_{};
    std::shared_ptr<lease_loss const> loss_;
    watchers watchers_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
