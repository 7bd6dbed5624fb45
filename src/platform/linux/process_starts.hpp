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

/// Reads when processes were started.
class process_starts
{
public:
    process_starts();

    /// Whether it can be known at all.
    bool are_known() const noexcept { return offset_.has_value(); }

    /// Whether it can be a start in this run of the system.
    bool are_of_this_run(start_token const& t) const
    {
        return t.boot == boot_ || t.boot == 0 || boot_ == 0;
    }

    /// Whether it is a start in this run of the system.
    bool are_proved_of_this_run(start_token const& t) const
    {
        return t.boot == boot_ && boot_ != 0;
    }

    std::optional<std::chrono::nanoseconds> uptime() const;

    /// Of the process that /proc shows under this name; nothing where it shows none to us, or with
    /// an error that is no answer.
    std::optional<start_token> of(std::string const& process, system::error_code& ec) const;

private:
    multiprecision::uint128_t boot_;
    std::optional<std::uint64_t> offset_; // in ns, of the times that the kernel shows to us
};

/// Whether it may be otherwise at another time: there were too many open files.
bool is_no_answer(system::error_code const& ec) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
