// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_OWNER_CHECKER_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_OWNER_CHECKER_HPP

#include "../platform/file.hpp"
#include "marker_record.hpp"
#include "marker_site.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// Finds out whether the owner of a marker has died, and how old the marker is. Remembers what it
/// has found out about the present marker.
class owner_checker
{
public:
    /// `at` is the place where the markers are, and must outlive this object.
    explicit owner_checker(marker_site const& at) noexcept : at_(at) {}

    enum class owner_state
    {
        alive,  ///< or it may live where this process cannot see it
        unseen, ///< this process cannot find out
        dead    ///< the death is proved
    };

    /// Determines the state of the owner that a marker names. `v`: gets the process whose end may
    /// change the result, and when to check again.
    owner_state check(found_marker const& found, marker_record const& owner, marker_verdict& v);

    /// Returns for how long this object has seen the marker unchanged, by a clock that stops while
    /// the machine is suspended.
    std::chrono::nanoseconds unchanged_for(found_marker const& found);

    /// Returns the time since the marker was last written, by the clock of the file system, which
    /// on local storage is the machine's. A marker with a time in the future is at least as old as
    /// it was watched.
    std::chrono::nanoseconds age_of(found_marker const& found);

    /// Forgets what was found out about owners: a forked child may be in another namespace.
    void forget_owners() noexcept
    {
        certain_.clear();
        dead_.clear();
    }

private:
    // A file that has been unchanged since it was first seen.
    struct sample
    {
        file_facts facts;
        std::string text;
        std::chrono::steady_clock::time_point since;
    };

    bool is_death_proved(found_marker const& found, marker_record const& owner);

    marker_site const& at_;
    std::optional<sample> sample_;
    std::string dead_,
        certain_;           // the last records of a dead owner and of a surely identified one
    std::string namesakes_; // the last record of an owner that may be on another host of our name
    std::chrono::nanoseconds namesakes_modified_{};
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
