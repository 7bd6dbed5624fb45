// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_STATE_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_STATE_HPP

#include "../protocol/protocol.hpp"
#include "acquisition.hpp"
#include "owner_queue.hpp"
#include "release_retry.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/detail/deadline.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// The state of a lock object, and how a thread acquires and releases it.
class lock_state
{
public:
    lock_state(filesystem::path path, std::unique_ptr<protocol> lock_protocol, ownership scope,
               std::chrono::nanoseconds poll_interval);
    ~lock_state();
    lock_state(lock_state const&) = delete;
    lock_state& operator=(lock_state const&) = delete;

    filesystem::path const& path() const noexcept { return path_; }
    std::chrono::nanoseconds poll_interval() const noexcept { return poll_interval_; }
    protocol& lock_protocol() noexcept { return *protocol_; }
    owner_queue& queue() noexcept { return queue_; }

    unsigned levels() const noexcept { return queue_.levels(caller()); }

    /// Converts a level of mode `from` into one of mode `to`, or acquires a new level if `from` is
    /// `none`. Waits. Returns false with an error, or without an error if the deadline has passed.
    bool acquire(lock_mode from, lock_mode to, deadline const& until, system::error_code& ec)
    {
        return wait_for({to, caller(), until, poll_interval_, from}, ec);
    }
    /// Acquires a level of mode `to`. Waits as the options say. Returns false with an error, which
    /// is `timed_out` if the deadline has passed.
    bool acquire(lock_mode to, acquire_options const& how, system::error_code& ec);

    struct release_result
    {
        bool owned;               // the owner had the level
        system::error_code error; // of the release of the hold
    };

    /// Releases one level of the calling owner. `release_level`, `release_all` and `weaken` wait at
    /// most one second while another process is in the way.
    release_result release_level(lock_mode mode = lock_mode::none) noexcept
    {
        auto const who = caller();
        // The strongest mode of an owner that has exclusive levels is exclusive.
        if ((mode == lock_mode::exclusive || mode == lock_mode::none) && queue_.drop_level(who))
            return {true, {}};
        return finish(queue_.drop(who, mode));
    }
    release_result release_all() noexcept { return finish(queue_.drop_all(caller())); }
    release_result weaken(lock_mode from, lock_mode to) noexcept
    {
        return finish(queue_.weaken(caller(), from, to));
    }

    /// Releases one level of an asynchronous owner, without waiting. If another process is in the
    /// way, the release continues in the background and the error is `timed_out`.
    release_result release_at_once(owner who, lock_mode mode) noexcept;
    /// Does the same without the background. If another process is in the way, the error is
    /// `operation_would_block` and the caller calls `try_again`.
    release_result begin_release(owner who, lock_mode mode) noexcept
    {
        return begin_to_finish(queue_.drop(who, mode));
    }

    /// Does what `release_retry::try_again` does.
    system::error_code try_again() noexcept;
    /// Starts the background retry of an unfinished release or withdrawal, if there is one.
    void retry_in_background() noexcept
    {
        if (queue_.is_unfinished())
            start_background();
    }

    /// Releases the levels of all owners. Waits at most 100 ms while another process is in the way.
    /// The destructor of the lock object calls it.
    void release_everything() noexcept;
    /// Releases the levels of all owners. Later releases by the owners do nothing, and later
    /// acquisitions fail. Waits at most one second while another process is in the way.
    void close() noexcept { (void)finish(queue_.close()); }

    /// Transfers the levels of an owner to the lock object. Returns false if threads own the levels
    /// (`ownership::thread`) or the queue refuses the transfer.
    bool give_to_object(owner who) noexcept
    {
        return scope_ == ownership::instance && queue_.give(who, caller());
    }

    bool is_locked() const noexcept
    {
        return scope_ == ownership::thread ? levels() != 0 : queue_.is_held();
    }

    bool still_held(system::error_code& ec) { return still_held(caller(), ec); }
    bool still_held(owner who, system::error_code& ec);
    std::vector<owner_record> holders() const;

    /// Returns the name of the file that the last error was about, if that had this code.
    std::string culprit(system::error_code const& ec) const { return queue_.culprit(ec); }

    /// Calls `f` with the protocol while it has a hold, whichever owner has it, and no owner is at
    /// work on the file. Returns false if there is no hold.
    bool inspect(std::function<void(protocol&)> const& f)
    {
        return inspect(caller(), lock_request::inspect_any(), f);
    }

private:
    bool inspect(owner who, lock_request const& request, std::function<void(protocol&)> const& f);
    owner caller() const noexcept { return owner::calling(scope_); }
    bool wait_for(acquisition::request const& wanted, system::error_code& ec);
    bool waits_for_itself(acquisition const& w) const;
    void start_background() noexcept;
    release_result begin_to_finish(owner_queue::dropped const& dropped) noexcept;
    release_result finish(owner_queue::dropped const& dropped) noexcept;

    filesystem::path path_; // as the user gave it
    ownership scope_;
    std::chrono::nanoseconds poll_interval_;
    std::unique_ptr<protocol> protocol_;
    owner_queue queue_;
    release_retry retry_; // last: its destructor waits for a retry that uses the other members
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
