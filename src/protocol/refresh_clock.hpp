// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_REFRESH_CLOCK_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_REFRESH_CLOCK_HPP

#include "own_marker.hpp"
#include "protocol.hpp"

#include <boost/filelock/lease_loss.hpp>

#include <boost/system/error_code.hpp>

#include <atomic>
#include <chrono>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The time until which a marker is good, and its refreshes. Contenders may take its owner for dead
/// when it has not been refreshed for long enough.
///
/// Times are since boot, by a clock that goes on while the machine is suspended.
class refresh_clock
{
public:
    /// `good_for`: how long the marker is good without a refresh. `interval`: between refreshes.
    refresh_clock(std::chrono::nanoseconds good_for, std::chrono::nanoseconds interval) noexcept
        : good_for_(good_for), interval_(interval)
    {}

    /// Begins with a marker that was made at this time.
    void begin(std::chrono::nanoseconds made) noexcept { set(made); }

    /// Stamps the marker. `expired` means that it was no longer good by then, whatever its present
    /// state: contenders may have acted on that. May be called from any thread while the marker is
    /// published, by one thread at a time.
    system::error_code refresh(own_marker const& marker, marker_state& result) noexcept;

    /// Determines the state as `refresh` does, without a stamp.
    system::error_code look(own_marker const& marker, marker_state& result) const noexcept;

    /// Returns the result of a refresh that ended so.
    refresh_result result_of(system::error_code const& ec, marker_state state) const noexcept;
    /// Returns the result of making the marker.
    refresh_result first() const noexcept { return result_of({}, marker_state::intact); }
    /// Returns how the hold was lost, after a look that ended so.
    std::optional<loss_reason> loss_after(system::error_code const& ec,
                                          marker_state state) const noexcept;

    bool is_good() const noexcept;
    /// Returns when the next refresh is due.
    std::chrono::nanoseconds due() const noexcept { return good_since() + interval_; }
    std::chrono::nanoseconds good_until() const noexcept { return good_since() + good_for_; }
    std::chrono::nanoseconds good_for() const noexcept { return good_for_; }

private:
    std::chrono::nanoseconds good_since() const noexcept
    {
        return std::chrono::nanoseconds(good_since_.load(std::memory_order_relaxed));
    }
    void set(std::chrono::nanoseconds since) noexcept
    {
        good_since_.store(since.count(), std::memory_order_relaxed);
    }

    std::chrono::nanoseconds const good_for_, interval_;
    // Read by other threads than the one that writes it.
    std::atomic<std::chrono::nanoseconds::rep> good_since_{0};
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
