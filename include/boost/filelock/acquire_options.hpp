// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_ACQUIRE_OPTIONS_HPP
#define BOOST_FILELOCK_ACQUIRE_OPTIONS_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace boost {
namespace filelock {

/// What a waiting `acquire` tells of itself.
struct wait_status
{
    filesystem::path path;              ///< of the lock, as it was given to its constructor
    std::chrono::nanoseconds waited;    ///< since waiting began; zero in the first call
    std::optional<owner_record> holder; ///< who has the lock, where that can be known
};

/// How one `acquire` waits. An aggregate.
///
/// The callbacks run on the waiting thread, and under no mutex. They may throw: the wait ends,
/// nothing is held, and the exception comes out of `acquire`. They must not take the lock that is
/// waited for: an untimed attempt of that fails with `resource_deadlock_would_occur`, others in
/// vain.
struct acquire_options
{
    /// Unset: wait for ever. Zero or less: one attempt. Else fail with `errc::timed_out`.
    std::optional<std::chrono::nanoseconds> timeout = {};

    /// Unset: that of the lock. The longest pause between two calls of `cancel_check`, and as
    /// there between two attempts. Greater than zero.
    std::optional<std::chrono::nanoseconds> poll_interval = {};

    /// Called after every attempt that did not get the lock, but for the last within `timeout`.
    /// True: give up with `errc::operation_canceled`. The `stop_requested` of a `std::stop_token`
    /// fits.
    std::function<bool()> cancel_check = {};

    /// Called once when waiting begins, and then every `progress_interval`. Before each call the
    /// holder is looked for, which can take 25 ms; where there are many locks, and in an event
    /// loop, let there be few calls.
    std::function<void(wait_status const&)> on_wait = {};

    /// Greater than zero.
    std::chrono::nanoseconds progress_interval = std::chrono::seconds(10);
};

} // namespace filelock
} // namespace boost

#endif
