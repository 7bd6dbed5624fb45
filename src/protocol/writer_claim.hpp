// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_WRITER_CLAIM_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_WRITER_CLAIM_HPP

#include "access_marker.hpp"
#include "access_times.hpp"
#include "protocol.hpp"
#include "refreshed_marker.hpp"
#include "writer_gate.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

/// The marker of a writer, `PATH.write`: a claim until the readers have left, a hold afterwards. It
/// is published within `state`.
class writer_claim
{
public:
    /// `gate` must outlive the claim.
    writer_claim(writer_gate& gate, filesystem::perms permissions, access_times const& times)
        : gate_(gate), permissions_(permissions), times_(times), marker_(times)
    {}

    bool is_made() const noexcept { return is_made_; }
    refreshed_marker& marker() noexcept { return marker_; }
    refreshed_marker const& marker() const noexcept { return marker_; }

    /// Publishes the claim. From then on no reader enters. `is_tree_gone`: another process removed
    /// the directory.
    attempt_result make(storage rules, access_marker const& record, bool& is_tree_gone);

    /// Refreshes the claim when that is due. Returns `acquired` once no reader can miss the claim.
    attempt_result settle();

    /// Refreshes the claim. Returns `acquired` if it is still good, and drops it otherwise.
    attempt_result refresh();

    /// Returns when the next refresh is due, since boot.
    std::chrono::nanoseconds due() const noexcept { return marker_.clock().due(); }

    /// Removes the claim. Returns `acquired` where nothing is left of it.
    attempt_result drop();

    /// The same; errors as for `protocol::release`. On network storage the marker is removed only
    /// within `state`, since Python peers remove it there, by its name. It is no longer stamped, so
    /// contenders may evict it once it is stale.
    system::error_code remove() noexcept;

private:
    attempt_result publish(storage rules, access_marker const& record, bool& is_tree_gone);

    writer_gate& gate_;
    filesystem::perms permissions_;
    access_times const times_;
    refreshed_marker marker_;
    bool is_made_ = false;               // within `state`
    std::chrono::nanoseconds made_at_{}; // since boot
    bool has_settled_ = false;
    std::optional<std::chrono::nanoseconds> dropping_since_; // since boot: the first try
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
