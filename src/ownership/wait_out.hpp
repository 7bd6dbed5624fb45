// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_WAIT_OUT_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_WAIT_OUT_HPP

#include "../platform/thread.hpp"
#include "../protocol/attempts.hpp"
#include "../protocol/marker_inspection.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <thread>

namespace boost {
namespace filelock {
namespace detail {

/// Calls `step` on the calling thread until it returns something other than
/// `operation_would_block`, and sleeps between two calls. Returns that result, or `timed_out` after
/// `limit`.
template <class Step>
system::error_code wait_out(Step const& step, std::chrono::nanoseconds limit)
{
    auto const until = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto const ec = step();
        if (ec != system::errc::operation_would_block)
            return ec;
        if (std::chrono::steady_clock::now() >= until)
            return make_error_code(system::errc::timed_out);
        std::this_thread::sleep_for(removal_backoff);
    }
}

/// How long a call of the user waits for another process that has the removal right.
inline constexpr std::chrono::milliseconds longest_wait_of_call{100};

/// Removes the marker at the path, whichever process owns it. Waits for the removal right.
inline system::error_code wait_out_break(filesystem::path const& absolute, storage where)
{
    without_cancellation const running_on;
    return wait_out([&] { return break_marker(absolute, where); }, longest_wait_of_call);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
