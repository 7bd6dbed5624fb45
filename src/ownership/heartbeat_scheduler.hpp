// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_SCHEDULER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_SCHEDULER_HPP

#include <boost/intrusive/set_hook.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

// Not a safe link: a forked child abandons the linked heartbeats of its parent.
using heartbeat_hook = intrusive::set_base_hook<intrusive::link_mode<intrusive::normal_link>,
                                                intrusive::optimize_size<true>>;

/// A task that runs from time to time while something is held. One thread per process runs all
/// heartbeats. The thread exists only while there are heartbeats.
///
/// Times count from boot and include the time in suspend. A heartbeat that became due in suspend
/// runs within a second after the system resumes.
class heartbeat : public heartbeat_hook
{
public:
    heartbeat() = default;
    heartbeat(heartbeat const&) = delete;
    heartbeat& operator=(heartbeat const&) = delete;

    /// Starts the heartbeat: its first beat is due at this time. Reschedules a heartbeat that was
    /// started already. Fails if the thread cannot be started.
    system::error_code start(std::chrono::nanoseconds due);

    /// Stops the heartbeat and waits until a running beat returns or calls `detach`. A beat that
    /// stops itself does not wait. Does nothing if the heartbeat was not started or has ended. Does
    /// nothing in a forked child with a heartbeat of its parent, which does not beat in the child.
    void stop() noexcept;

    /// Does the same, but waits for the end of a running beat, also after `detach`. A destructor
    /// calls it.
    void stop_and_wait() noexcept;

protected:
    ~heartbeat() = default;

    /// Called within the last beat: from here on, `stop` does not wait for the rest of the beat.
    void detach() noexcept;

private:
    friend class heartbeat_scheduler;

    /// Runs on the heartbeat thread, with no mutex held. Returns when the next beat is due, or
    /// nothing after the last beat. It may call `stop`, and after that destroy the heartbeat.
    virtual std::optional<std::chrono::nanoseconds> beat() noexcept = 0;

    /// Returns the earliest time of the next beat. With `in_company`, the thread is awake for
    /// another heartbeat, and the beat may come somewhat earlier.
    std::chrono::nanoseconds from(bool in_company) const noexcept
    {
        return in_company ? due_ - early_ : due_;
    }

    std::chrono::nanoseconds due_{}, early_{};
    std::uint32_t listed_in_ = 0; // the process generation; 0 if not in the list
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
