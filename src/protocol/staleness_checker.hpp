// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_STALENESS_CHECKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_STALENESS_CHECKER_HPP

#include "../platform/file.hpp"
#include "marker_site.hpp"
#include "storage_age.hpp"

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

/// Decides which markers in the tree of a `soft_read_write_lock` may be removed, and remembers for
/// how long it has seen each of them unchanged.
///
/// - A marker is removable if its owner is proved dead and it has no witness. With a witness the
///   owner may live where this process cannot see it. On network storage another host may have our
///   host name, so there the marker must also be older than this boot of the system.
/// - Any marker is removable once it was seen unchanged for the whole threshold, by a clock that
///   stops while the machine is suspended. A marker that is incomplete, or that we may not read,
///   has no known owner, so only this rule applies to it.
/// - The marker of another host is removable at once if it is older than twice the threshold by the
///   file system's clock. Its age counts from the last change of any kind, since its modification
///   time may have been stamped by a host with a wrong clock.
class staleness_checker
{
public:
    explicit staleness_checker(std::chrono::nanoseconds stale_threshold) noexcept
        : threshold_(stale_threshold)
    {}

    /// Judges a marker that was found under this name. `at` is the place where it was found, and
    /// knows the storage.
    marker_verdict check(std::string const& name, found_marker const& found, marker_site const& at);

    /// Forgets all markers but these. The names are sorted.
    void forget_all_but(std::vector<std::string> const& names);

private:
    using clock = std::chrono::steady_clock; // CLOCK_MONOTONIC on Linux, which stops in suspend

    struct sample
    {
        file_facts facts;
        std::string text;
        clock::time_point since;
        std::optional<bool> precedes_this_boot = {}; // once it was determined
    };

    bool is_dead(found_marker const& found, marker_site const& at, marker_verdict& v) const;
    bool may_be_a_namesakes(std::string const& name, found_marker const& found,
                            marker_site const& at);
    std::chrono::nanoseconds unchanged_for(std::string const& name, found_marker const& found);

    std::chrono::nanoseconds threshold_;
    std::map<std::string, sample> samples_;
    storage_age age_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
