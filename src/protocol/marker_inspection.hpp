// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_INSPECTION_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_INSPECTION_HPP

#include "marker_record.hpp"

#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <vector>

// The marker at a path, whichever process owns it.

namespace boost {
namespace filelock {
namespace detail {

/// Returns a report on this owner.
owner_record describe(marker_record const& owner, owner_mode mode);

/// Returns a report on the owner of the marker at the path, or nothing if there is no marker.
std::vector<owner_record> marker_holders(filesystem::path const& absolute);

/// Returns the record of the marker at the path, or nothing if there is no such marker.
std::optional<marker_record> read_marker_at(filesystem::path const& absolute);

/// Removes the marker at the path, whichever process owns it. A missing marker is not an error.
/// Returns `operation_would_block` if another process has the removal right.
system::error_code break_marker(filesystem::path const& absolute, storage where);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
