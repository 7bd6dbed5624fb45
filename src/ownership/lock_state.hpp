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
#include <memory>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// What a lock object consists of, and how a thread takes and drops it.
class lock_state
{
public:
    lock_state(filesystem::path path, std::unique_ptr<protocol> what, ownership scope,
               std::chrono::nanoseconds poll_interval);
    ~lock_state();
    lock_state(lock_state const&) = delete;
    lock_state& operator=(lock_state const&) = delete;

    filesystem::path const& path() const noexcept { return path_; }
    std::chrono::nanoseconds poll_interval() const noexcept { return poll_interval_; }
    protocol& what() noexcept { return *protocol_; }
    owner_queue& queue() noexcept { return queue_; }

    unsigned levels() const noexcept { return queue_.levels(caller()); }

    /// Makes a level of mode `from` one of mode `to`, or takes a new one where `from` is none.
    /// Waits. False with an error, or without one where the deadline passed.
    bool acquire(lock_mode from, lock_mode to, deadline const& until, system::error_code& ec)
    {
        return wait_for({to, caller(), until, poll_interval_, from}, ec);
    }
    bool acquire(lock_mode to, acquire_options const& how, system::error_code& ec);

    struct release_result
    {
        bool owned;
        system::error_code error; // of giving the lock back
    };

    /// By a thread, which waits for a second at most where another process is in the way.
    release_result release_level(lock_mode mode = lock_mode::none) noexcept
    {
        return finish(queue_.drop(caller(), mode));
    }
    release_result release_all() noexcept { return finish(queue_.drop_all(caller())); }
    release_result weaken(lock_mode from, lock_mode to) noexcept
    {
        return finish(queue_.weaken(caller(), from, to));
    }

    /// By an asynchronous owner, which does not wait: where another process is in the way, the
    /// release goes on in the background, and the error is `timed_out`.
    release_result release_at_once(owner who, lock_mode mode) noexcept;
    /// The same without the background: `operation_would_block`, and then `try_again`.
    release_result begin_release(owner who, lock_mode mode) noexcept
    {
        return begin_to_finish(queue_.drop(who, mode));
    }

    /// As `release_retry`.
    system::error_code try_again() noexcept;
    void retry_in_background() noexcept
    {
        if (queue_.is_unfinished())
            start_background();
    }

    /// Of whichever owner, by the destructor of the lock object. Waits for 100 ms at most where
    /// another process is in the way.
    void release_everything() noexcept;
    /// The same, and later releases of the owners do nothing. No owner can acquire it any more.
    void close() noexcept { (void)finish(queue_.close()); }

    /// Makes the levels of an owner the object's. Not where threads own them.
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

private:
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
    release_retry retry_; // at last: it uses the others
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
