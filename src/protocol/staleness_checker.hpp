// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_STALENESS_CHECKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_STALENESS_CHECKER_HPP

#include "../platform/file.hpp"
#include "marker_file.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Says which markers in the tree of a `soft_read_write_lock` may be removed, and remembers for how
/// long it has seen each of them unchanged.
///
/// - A proof of death suffices; not where there is a witness: he may live where we cannot see him.
///   On network storage another host may have our name, so there a marker must be older than this
///   run of the system.
/// - Else we have to have seen it unchanged for the whole of the threshold, by a clock that stops
///   while we are suspended. What is not whole, or must not be read, is nobody's in particular.
/// - The marker of another host's may be removed at once where it is twice as old as that by the
///   file system's clock. That is when it was changed in any way: its modification may have been
///   stamped by a host whose clock is wrong.
class staleness_checker
{
public:
    struct verdict
    {
        bool is_removable = false;
        std::chrono::nanoseconds look_again{}; ///< it may be then, untold; zero: it is told
        std::int64_t process = 0;              ///< whose end may make it so
        system::error_code error;
    };

    explicit staleness_checker(std::chrono::nanoseconds stale_threshold) noexcept
        : threshold_(stale_threshold)
    {}

    /// `at`: where it was found, for what is to be known of the storage.
    verdict check(std::string const& name, found_marker const& found, marker_file const& at);

    /// Remembers no others than these, which are in order.
    void forget_all_but(std::vector<std::string> const& names);

private:
    using clock = std::chrono::steady_clock; // CLOCK_MONOTONIC on Linux, which stops in suspend

    struct sample
    {
        file_facts facts;
        std::string text;
        clock::time_point since;
        std::optional<bool> precedes_this_boot = {}; // once it was asked
    };

    bool is_dead(found_marker const& found, marker_file const& at, verdict& v) const;
    bool may_be_a_namesakes(std::string const& name, found_marker const& found,
                            marker_file const& at);
    bool is_old(found_marker const& found, marker_file const& at);
    std::chrono::nanoseconds unchanged_for(std::string const& name, found_marker const& found);

    std::chrono::nanoseconds threshold_;
    std::map<std::string, sample> samples_;
    std::optional<std::chrono::nanoseconds> clocks_apart_; // the file system's and ours, about
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
