// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_PATH_IDENTITY_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_PATH_IDENTITY_HPP

#include "../platform/file_identity.hpp"

#include <boost/filesystem/path.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

inline std::size_t hash_of_name(filesystem::path const& path)
{
    return std::hash<std::string>()(path.filename().native());
}

/// Returns the identity of a path of a marker or of claims, which is that of its directory and its
/// name. A file's own inode number would not do, not even while the lock is held: another object
/// may have observed a file that had the number before.
inline file_identity path_identity(file_identity directory, std::size_t hash_of_name) noexcept
{
    directory.inode ^= hash_of_name;
    return directory;
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
