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

/// The state of a waiting `acquire`, passed to `acquire_options::on_wait`.
struct wait_status
{
    filesystem::path path;              ///< the path of the lock, as given to its constructor
    std::chrono::nanoseconds waited;    ///< since waiting began, on the steady clock; zero at first
    std::optional<owner_record> holder; ///< the present holder, where it is known
};

/// Options of one `acquire`, `acquire_shared` or `acquire_upgrade`. An aggregate. A value out of
/// range is refused with `std::invalid_argument` before anything is done.
///
/// The callbacks run on the waiting thread, and no mutex is held. While a callback runs, no attempt
/// is made. A callback may throw: the wait ends, nothing is held, and the exception leaves
/// `acquire`. A callback must not lock or unlock the same object: an untimed attempt fails with
/// `resource_deadlock_would_occur`, and any other attempt does not succeed.
struct acquire_options
{
    /// The longest wait. If unset, the wait has no limit. If zero or less, one attempt is made.
    /// When the limit has passed, `acquire` fails with `errc::timed_out`.
    std::optional<std::chrono::nanoseconds> timeout = {};

    /// The longest pause between two calls of `cancel_check`, and between two attempts as described
    /// for the lock's `poll_interval`. Greater than zero. If unset, the `poll_interval` of the lock
    /// applies.
    std::optional<std::chrono::nanoseconds> poll_interval = {};

    /// Returns whether to give up. Called after every attempt that did not get the lock, and while
    /// other threads of this process come first; not called when `timeout` has passed. If it
    /// returns true, `acquire` fails with `errc::operation_canceled`. The `stop_requested` of a
    /// `std::stop_token` can be used.
    std::function<bool()> cancel_check = {};

    /// Reports progress. Called once when waiting begins, and then every `progress_interval`.
    /// Before each call the library looks for the holder, which can take 25 ms. Use a long interval
    /// where there are many locks, and in an event loop.
    std::function<void(wait_status const&)> on_wait = {};

    /// The shortest time between the starts of two calls of `on_wait`. Greater than zero.
    std::chrono::nanoseconds progress_interval = std::chrono::seconds(10);
};

} // namespace filelock
} // namespace boost

#endif
