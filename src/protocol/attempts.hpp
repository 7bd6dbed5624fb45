// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP

#include "../platform/file.hpp"
#include "protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>

// What the protocols share: limits of one attempt and the results of its steps.

namespace boost {
namespace filelock {
namespace detail {

/// How often one attempt starts again because another process changed the files meanwhile, and the
/// pause before the next attempt then.
inline constexpr int max_restarts = 10;
inline constexpr std::chrono::milliseconds contention_backoff{10};

/// The pause before the next attempt while another process has the right of removal.
inline constexpr std::chrono::milliseconds removal_backoff{1};

inline bool is_acquired(attempt_result const& a) noexcept
{
    return a.kind == attempt_result::acquired;
}

/// Others came between.
inline attempt_result retry_now() noexcept
{
    return attempt_result::retry_after({});
}

inline bool is_immediate_retry(attempt_result const& a) noexcept
{
    return a.kind == attempt_result::retry && a.delay == a.delay.zero();
}

/// What comes of an attempt that could not remove what an earlier one has left.
inline attempt_result of_undoing(system::error_code const& ec)
{
    return ec == system::errc::operation_would_block ? attempt_result::retry_after(removal_backoff)
                                                     : attempt_result(ec);
}

/// Of what others remove at any time.
inline bool is_gone(system::error_code const& ec) noexcept
{
    return ec == system::errc::no_such_file_or_directory || is_server_lost(ec);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
