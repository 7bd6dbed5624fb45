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

/// The state of a waiting `acquire`, passed to `acquire_options::on_wait`. An aggregate.
struct wait_status
{
    /// The path of the lock, as it was given to its constructor.
    filesystem::path path;

    /// The time since waiting began, on the steady clock. Zero in the first call.
    std::chrono::nanoseconds waited;

    /// The present holder of the lock, as from `holder()`; looked up for each call. Empty where it
    /// is not known.
    std::optional<owner_record> holder;
};

/// Options of one `acquire`, `acquire_shared`, `acquire_upgrade` or asynchronous acquisition. An
/// aggregate, whose members C++20 can name. A synchronous call uses it only while it runs; an
/// asynchronous operation copies it. A value out of range causes `std::invalid_argument` before
/// anything is done.
///
/// If `timeout`, `cancel_check` and `on_wait` are all unset, a wait for a `file_lock` sleeps in the
/// kernel and does not poll. So does a wait for a `read_write_lock`, unless the thread reads it
/// already through another object.
///
/// Callbacks:: They run on the waiting thread, or on the handler's executor in an asynchronous
///   operation, with no mutex held. While a callback runs, no attempt is made, and a limit that
///   passes is noticed when it returns. A callback may throw: the wait ends, nothing is held, and
///   the exception leaves `acquire`. A callback must not lock or unlock the same object: an untimed
///   attempt fails with `errc::resource_deadlock_would_occur`, and any other attempt does not
///   succeed. See <<callbacks,Callbacks>>.
struct acquire_options
{
    /// The longest wait, on the steady clock. If unset, or `nanoseconds::max`, the wait has no
    /// limit. If zero or less, one attempt is made. When the limit has passed, the acquisition
    /// fails with `errc::timed_out`.
    std::optional<std::chrono::nanoseconds> timeout = {};

    /// The longest pause between two calls of `cancel_check`, and between two attempts as described
    /// for the lock's `poll_interval`. If unset, the `poll_interval` of the lock applies.
    ///
    /// Range:: Greater than zero.
    std::optional<std::chrono::nanoseconds> poll_interval = {};

    /// Returns whether to give up. Called after every attempt that did not get the lock, and while
    /// other owners of this object come first; not called if the first attempt succeeds, nor when
    /// `timeout` has passed. If it returns true, the acquisition fails with
    /// `errc::operation_canceled`, or, if it is asynchronous, with
    /// `asio::error::operation_aborted`. The `stop_requested` of a `std::stop_token` can be used.
    std::function<bool()> cancel_check = {};

    /// Reports progress. Called once when waiting begins, and then every `progress_interval`; not
    /// called if the first attempt succeeds, or is the only one. Before each call the library looks
    /// for the holder, which can take 25 ms. Use a long interval where there are many locks, and in
    /// an event loop.
    std::function<void(wait_status const&)> on_wait = {};

    /// The shortest time between the starts of two calls of `on_wait`.
    ///
    /// Range:: Greater than zero.
    std::chrono::nanoseconds progress_interval = std::chrono::seconds(10);
};

} // namespace filelock
} // namespace boost

#endif
