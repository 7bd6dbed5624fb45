// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_MARKER_PERMISSIONS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_MARKER_PERMISSIONS_HPP

#include <boost/filesystem/file_status.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Returns the permissions of a directory for markers with these permissions. A user that may read
/// or write the markers may search the directory.
inline filesystem::perms directory_permissions(filesystem::perms markers) noexcept
{
    auto const bits = static_cast<unsigned>(markers) & 0777u;
    auto const search = (bits & 0444u) >> 2 | (bits & 0222u) >> 1;
    return static_cast<filesystem::perms>(0700u | bits | search);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
