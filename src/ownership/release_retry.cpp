// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "release_retry.hpp"

#include "../platform/clock.hpp"
#include "../protocol/attempts.hpp"
#include "acquisition.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

// The other process usually needs microseconds. If it was stopped, the retry is not urgent, so the
// pause doubles up to 100 ms.
constexpr std::chrono::nanoseconds shortest_pause = removal_backoff, longest_pause = 100ms;

} // namespace

system::error_code release_retry::try_again() noexcept
{
    auto const left = queue_.resume();
    if (!left)
        return make_error_code(system::errc::operation_would_block);
    auto const ec = perform(queue_, protocol_, *left);
    return queue_.is_unfinished() ? make_error_code(system::errc::operation_would_block) : ec;
}

void release_retry::start_in_background() noexcept
{
    (void)start(time_since_boot() + shortest_pause);
}

std::optional<std::chrono::nanoseconds> release_retry::beat() noexcept
{
    if (try_again() != system::errc::operation_would_block) {
        pause_ = {};
        return std::nullopt;
    }
    pause_ = std::clamp(2 * pause_, shortest_pause, longest_pause);
    return time_since_boot() + pause_;
}

} // namespace detail
} // namespace filelock
} // namespace boost
