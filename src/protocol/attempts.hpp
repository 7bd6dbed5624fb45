// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP

#include "protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>

// The protocols share these limits of one attempt and these results of its steps.

namespace boost {
namespace filelock {
namespace detail {

/// Limits how often one attempt restarts because another process changed the files meanwhile. After
/// the last restart `contention_backoff` is the pause before the next attempt.
inline constexpr int max_restarts = 10;
inline constexpr std::chrono::milliseconds contention_backoff{10};

/// The pause before the next attempt while another process has the removal right.
inline constexpr std::chrono::milliseconds removal_backoff{1};

inline bool is_acquired(attempt_result const& a) noexcept
{
    return a.kind == attempt_result::acquired;
}

/// Returns the result of an attempt that another process disturbed: the next one is due at once.
inline attempt_result retry_now() noexcept
{
    return attempt_result::retry_after({});
}

inline bool is_immediate_retry(attempt_result const& a) noexcept
{
    return a.kind == attempt_result::retry && a.delay == a.delay.zero();
}

/// Returns the result of an attempt that could not remove what an earlier attempt left.
inline attempt_result of_undoing(system::error_code const& ec)
{
    return ec == system::errc::operation_would_block ? attempt_result::retry_after(removal_backoff)
                                                     : attempt_result(ec);
}

/// Collects the errors of several steps. Any other error takes precedence over the request to try
/// again soon.
inline void add_error(system::error_code& ec, system::error_code const& another) noexcept
{
    if (!ec || (another && ec == system::errc::operation_would_block))
        ec = another;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
