// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_WAIT_OUT_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_WAIT_OUT_HPP

#include "../protocol/attempts.hpp"

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

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
