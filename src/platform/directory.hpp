// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_DIRECTORY_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_DIRECTORY_HPP

#include "anchored_path.hpp"

#include <boost/filesystem/file_status.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace boost {
namespace filelock {
namespace detail {

/// Makes a directory with at most these permissions. Fails with `file_exists` if the path names
/// anything.
system::error_code make_directory(path_ref path, filesystem::perms permissions) noexcept;

/// Waits until the names in the open directory are on the disk. Has no effect where the file system
/// does not support that.
system::error_code flush_names(descriptor const& directory) noexcept;

/// Does the same for the name of one file or directory.
system::error_code flush_name(filesystem::path const& path);

/// Returns the greatest length of a name in this directory, in bytes.
std::size_t longest_name(path_ref directory) noexcept;

/// Calls `f(name)` for each name in the directory except "." and "..". Returns an error if the
/// directory could not be read to its end.
system::error_code for_each_name(path_ref directory,
                                 std::function<void(std::string const&)> const& f);

/// Returns in `it_does` whether the directory has the name, by reading all of it.
system::error_code has_name(path_ref directory, std::string const& name, bool& it_does);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
