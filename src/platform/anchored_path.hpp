// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_ANCHORED_PATH_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_ANCHORED_PATH_HPP

#include <boost/filesystem/path.hpp>

#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

class descriptor;

/// A path of its own or, with a directory, relative to that open directory, as openat(2) takes
/// them. No process can put another directory or a link in the place of an open directory. The
/// directory must outlive the object, and be open when the path is used.
class anchored_path
{
public:
    anchored_path() = default;
    anchored_path(filesystem::path path) : path_(std::move(path)) {}
    anchored_path(descriptor const& directory, filesystem::path path)
        : directory_(&directory), path_(std::move(path))
    {}

    descriptor const* directory() const noexcept { return directory_; }
    filesystem::path const& path() const noexcept { return path_; }
    std::string file_name() const { return path_.filename().native(); }

    /// Returns the path of the directory that the file is in.
    anchored_path parent() const
    {
        return directory_ ? anchored_path(*directory_, ".") : anchored_path(path_.parent_path());
    }

    /// Returns the path of a file of this name in the same directory.
    anchored_path beside(std::string const& name) const
    {
        return directory_ ? anchored_path(*directory_, name)
                          : anchored_path(path_.parent_path() / name);
    }

private:
    descriptor const* directory_ = nullptr;
    filesystem::path path_;
};

/// A path, anchored or not, for one call. Owns nothing.
struct path_ref
{
    path_ref(filesystem::path const& p) noexcept : directory(nullptr), path(p) {}
    path_ref(anchored_path const& p) noexcept : directory(p.directory()), path(p.path()) {}

    descriptor const* directory; ///< null: none
    filesystem::path const& path;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
