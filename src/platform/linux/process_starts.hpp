// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_LINUX_PROCESS_STARTS_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_LINUX_PROCESS_STARTS_HPP

#include "start_token.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// Reads the starts of processes.
class process_starts
{
public:
    process_starts();

    /// Returns whether starts can be known at all.
    bool are_known() const noexcept { return offset_.has_value(); }

    /// Returns whether it may be a start in this boot of the system.
    bool are_of_this_run(start_token const& t) const
    {
        return t.boot == boot_ || t.boot == 0 || boot_ == 0;
    }

    /// Returns whether it is a start in this boot of the system.
    bool are_proved_of_this_run(start_token const& t) const
    {
        return t.boot == boot_ && boot_ != 0;
    }

    std::optional<std::chrono::nanoseconds> uptime() const;

    /// Returns the start of the process that /proc shows under this name. Returns nothing if /proc
    /// does not show the process, and nothing with an error of `is_no_answer` if the attempt
    /// failed.
    std::optional<start_token> of(std::string const& process, system::error_code& ec) const;

private:
    multiprecision::uint128_t boot_;
    std::optional<std::uint64_t> offset_; // in ns, of the times that the kernel shows
};

/// Returns whether the error is temporary: too many open files, or no memory.
bool is_no_answer(system::error_code const& ec) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
